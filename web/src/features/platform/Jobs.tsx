import { useQuery } from '@tanstack/react-query';
import { Button, Empty } from 'antd';
import { useTranslation } from 'react-i18next';
import { get, post } from '../../api/client';
import { type JobCount, JobCounts } from '../../components/JobCounts';
import { Listing } from '../../components/Listing';
import { Problem, Waiting } from '../../components/Problem';
import { useTell } from '../../components/tell';
import { when } from '../../lib/clock';

type TenantJobs = { tenantId: string; code: string; name: string; counts: JobCount[] };
type Parked = { tenantId: string; tenantCode: string; id: string; since: string; attempts: number; error: string };

/** Jobs of all tenants by what is done, and those that wait for somebody to look. */
export function Jobs() {
  const { t } = useTranslation();
  const tell = useTell();
  const q = useQuery({
    queryKey: ['platform', 'jobs'],
    queryFn: async ({ signal }) => (await get<{ items: TenantJobs[] }>('/platform/jobs', undefined, signal)).items,
    refetchInterval: 3_000,
  });
  const parked = useQuery({
    queryKey: ['platform', 'parked'],
    queryFn: async ({ signal }) => (await get<{ items: Parked[] }>('/platform/parked', undefined, signal)).items,
    refetchInterval: 3_000,
  });
  if (q.isError && !q.data) return <Problem error={q.error} retry={() => q.refetch()} />;
  if (q.isPending) return <Waiting rows={6} />;
  const retry = (p: Parked) =>
    post(`/platform/tenants/${p.tenantId}/parked/${p.id}/retry`)
      .then(() => parked.refetch())
      .catch(tell.failed);
  return (
    <>
      {q.data.length === 0 && <Empty description={t('jobs.none')} />}
      {q.data.map((x) => (
        <section key={x.tenantId} className="fc-card" style={{ marginBottom: 12 }}>
          <h2 className="fc-h2" style={{ padding: '10px 14px 0' }}>
            {x.name} <small className="fc-soft fc-mono">{x.code}</small>
          </h2>
          <JobCounts counts={x.counts} queues />
        </section>
      ))}
      {(parked.data?.length ?? 0) > 0 && (
        <section className="fc-card">
          <h2 className="fc-h2" style={{ padding: '10px 14px 0' }}>
            {t('jobs.failed')}
          </h2>
          <Listing<Parked>
            rowKey="id"
            rows={parked.data}
            width={720}
            columns={[
              { title: t('platform.code'), dataIndex: 'tenantCode', render: (v: string) => <span className="fc-mono">{v}</span> },
              { title: t('jobs.since'), dataIndex: 'since', render: (v: string) => <span className="fc-num">{when(v)}</span> },
              { title: t('jobs.attempts'), dataIndex: 'attempts', align: 'right' },
              { title: t('jobs.detail'), dataIndex: 'error', render: (v: string) => <code className="fc-lines">{v}</code> },
              {
                render: (_, p) => (
                  <Button type="link" size="small" onClick={() => retry(p)}>
                    {t('jobs.retry')}
                  </Button>
                ),
              },
            ]}
          />
        </section>
      )}
    </>
  );
}
