import { useQuery } from '@tanstack/react-query';
import { Button, Popconfirm } from 'antd';
import { useTranslation } from 'react-i18next';
import { get, post } from '../../api/client';
import { useOperationName } from '../../api/operations';
import { useMe } from '../../api/queries';
import { Listing } from '../../components/Listing';
import { Problem } from '../../components/Problem';
import { useTell } from '../../components/tell';
import { ago, when } from '../../lib/clock';
import { deviceOf } from '../../lib/device';
import { usePageTitle } from '../../lib/tabs';

type Live = {
  id: string;
  userId: string;
  name: string;
  login: string;
  unitName: string;
  title: string;
  address: string;
  agent: string;
  startedAt: string;
  seenAt: string;
  operation: string;
  operationAt?: string;
};

/** Who is signed in now, from where, and what they are doing. It is read again every few seconds. */
export function MonitorPage() {
  const { t } = useTranslation();
  const tell = useTell();
  const me = useMe();
  const operation = useOperationName();
  usePageTitle(t('monitor.title'));
  const q = useQuery({
    queryKey: ['monitor'],
    queryFn: async ({ signal }) => (await get<{ items: Live[] }>('/monitor/sessions', undefined, signal)).items,
    refetchInterval: 3_000,
  });
  if (q.isError && !q.data) return <Problem error={q.error} retry={() => q.refetch()} />;
  const end = (id: string) =>
    post(`/monitor/sessions/${id}/end`)
      .then(() => q.refetch())
      .catch(tell.failed);
  const may = me?.grants['monitor:end'] !== undefined;
  return (
    <div className="fc-page">
      <div className="fc-head">
        <h1>{t('monitor.title')}</h1>
        <span className="fc-soft fc-num">{q.data && t('monitor.count', { count: q.data.length })}</span>
      </div>
      <div className="fc-card">
        <Listing<Live>
          rowKey="id"
          loading={q.isPending}
          rows={q.data}
          width={960}
          columns={[
            {
              title: t('monitor.person'),
              render: (_, s) => (
                <>
                  {s.name} <small className="fc-soft">{s.login}</small>
                </>
              ),
            },
            { title: t('monitor.posting'), render: (_, s) => `${s.unitName} · ${s.title}` },
            { title: t('monitor.address'), dataIndex: 'address', render: (v: string) => <span className="fc-num">{v}</span> },
            { title: t('monitor.device'), dataIndex: 'agent', render: deviceOf },
            { title: t('monitor.since'), dataIndex: 'startedAt', render: (v: string) => <span className="fc-num">{when(v)}</span> },
            {
              title: t('monitor.doing'),
              render: (_, s) => (
                <>
                  <span>{operation(s.operation) || '—'}</span> <small className="fc-soft">{ago(s.operationAt ?? s.seenAt)}</small>
                </>
              ),
            },
            {
              render: (_, s) =>
                may && (
                  <Popconfirm
                    title={t('monitor.endAsk')}
                    okText={t('monitor.end')}
                    okButtonProps={{ danger: true }}
                    onConfirm={() => end(s.id)}
                  >
                    <Button type="link" size="small" danger>
                      {t('monitor.end')}
                    </Button>
                  </Popconfirm>
                ),
            },
          ]}
        />
      </div>
    </div>
  );
}
