import { useTranslation } from 'react-i18next';
import type { Words } from '../api/types';
import { useWords } from '../lib/prefs';
import { Listing } from './Listing';

export type JobCount = {
  label: Words;
  queue: 'critical' | 'default' | 'low';
  planned: number;
  due: number;
  running: number;
  failing: number;
  failed: number;
  done: number;
};

/** How many jobs of each kind there are, by where they stand. */
export function JobCounts({ counts, loading, queues }: { counts: JobCount[]; loading?: boolean; queues?: boolean }) {
  const { t } = useTranslation();
  const words = useWords();
  const number = (key: 'failed' | 'failing' | 'running' | 'due' | 'planned' | 'done') => ({
    title: t(`jobs.${key}`),
    dataIndex: key,
    align: 'right' as const,
    render: (v: number) => <span className={v ? 'fc-num' : 'fc-num fc-none'}>{v}</span>,
  });
  return (
    <Listing<JobCount>
      rowKey={(c) => c.label.zh}
      loading={loading}
      rows={counts}
      width={640}
      empty={t('jobs.none')}
      columns={[
        { title: t('jobs.job'), render: (_, c) => words(c.label) },
        ...(queues ? [{ title: t('jobs.queue'), render: (_: unknown, c: JobCount) => t(`jobs.queue_${c.queue}`) }] : []),
        number('failed'),
        number('failing'),
        number('running'),
        number('due'),
        number('planned'),
        number('done'),
      ]}
    />
  );
}
