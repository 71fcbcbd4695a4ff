import { useQuery } from '@tanstack/react-query';
import { Button, Popconfirm, Segmented } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { get, post } from '../../api/client';
import { useMe } from '../../api/queries';
import type { Words } from '../../api/types';
import { type JobCount, JobCounts } from '../../components/JobCounts';
import { Listing } from '../../components/Listing';
import { Problem } from '../../components/Problem';
import { useTell } from '../../components/tell';
import { when } from '../../lib/clock';
import { useWords } from '../../lib/prefs';
import { usePageTitle } from '../../lib/tabs';

const states = ['failed', 'failing', 'running', 'due', 'planned'] as const;
type State = (typeof states)[number];
type Job = { id: string; label: Words; state: State; since: string; attempts: number; reason: Words; detail?: string };

/** What was left for later: what is due, running and failed. It is read again every three seconds while it is looked at. */
export function JobsPage() {
  const { t } = useTranslation();
  const words = useWords();
  const tell = useTell();
  const me = useMe();
  const [state, setState] = useState<State>('failed');
  usePageTitle(t('jobs.title'));
  const q = useQuery({
    queryKey: ['jobs', state],
    queryFn: ({ signal }) => get<{ counts: JobCount[]; items: Job[] }>('/jobs', { state }, signal),
    refetchInterval: 3_000,
    placeholderData: (was) => was,
  });
  if (q.isError && !q.data) return <Problem error={q.error} retry={() => q.refetch()} />;
  const may = me?.grants['job:retry'] !== undefined;
  const total = (s: State) => q.data?.counts.reduce((n, c) => n + c[s], 0) ?? 0;
  const retry = (path: string) =>
    post(path)
      .then(() => {
        tell.done(t('jobs.retried'));
        return q.refetch();
      })
      .catch(tell.failed);
  return (
    <div className="fc-page">
      <div className="fc-head">
        <h1>{t('jobs.title')}</h1>
        {may && total('failed') > 0 && (
          <Popconfirm title={t('jobs.allAsk', { count: total('failed') })} okText={t('jobs.retry')} onConfirm={() => retry('/jobs/retry')}>
            <Button type="primary">{t('jobs.all')}</Button>
          </Popconfirm>
        )}
      </div>
      <div className="fc-card">
        <JobCounts counts={q.data?.counts ?? []} loading={q.isPending} />
      </div>
      <div className="fc-card" style={{ marginTop: 12 }}>
        <div style={{ padding: 10 }}>
          <Segmented<State>
            value={state}
            onChange={setState}
            options={states.map((s) => ({ value: s, label: `${t(`jobs.${s}`)} ${total(s)}` }))}
          />
        </div>
        <Listing<Job>
          rowKey="id"
          loading={q.isPending}
          rows={q.data?.items}
          width={720}
          empty={t(`jobs.no_${state}`)}
          more={{ label: t('jobs.detail'), of: (j) => j.detail && <code className="fc-lines">{j.detail}</code> }}
          columns={[
            { title: t('jobs.job'), render: (_, j) => words(j.label) },
            { title: t('jobs.since'), dataIndex: 'since', render: (v: string) => <span className="fc-num">{when(v)}</span> },
            { title: t('jobs.attempts'), dataIndex: 'attempts', align: 'right' },
            { title: t('jobs.reason'), render: (_, j) => words(j.reason) || '—' },
            {
              render: (_, j) =>
                may &&
                j.state === 'failed' && (
                  <Button type="link" size="small" onClick={() => retry(`/jobs/${j.id}/retry`)}>
                    {t('jobs.retry')}
                  </Button>
                ),
            },
          ]}
        />
      </div>
    </div>
  );
}
