import { useQuery } from '@tanstack/react-query';
import { Empty, Segmented, Skeleton } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Listing } from '../../components/Listing';
import { Problem } from '../../components/Problem';
import { size } from '../../lib/format';
import { type UsageDay, usageQuery } from './queries';
import { type Measure, UsageChart } from './UsageChart';

const measures: Measure[] = ['activeUsers', 'users', 'storageBytes', 'changes', 'calls'];
const say = (m: Measure | 'companies', n: number | null) => (n === null ? '—' : m === 'storageBytes' ? size(n) : n.toLocaleString());

/** What a tenant used, day by day: one measure as a line, all of them as a table. */
export function Usage({ id }: { id: string }) {
  const { t } = useTranslation();
  const [measure, setMeasure] = useState<Measure>('activeUsers');
  const q = useQuery(usageQuery(id));
  if (q.isError) return <Problem error={q.error} retry={() => q.refetch()} />;
  if (!q.data) return <Skeleton active />;
  if (q.data.length === 0) return <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('platform.noUsage')} />;
  const column = (m: Measure | 'companies') => ({
    title: t(`platform.${m}`),
    dataIndex: m,
    align: 'right' as const,
    render: (n: number | null) => <span className="fc-num">{say(m, n)}</span>,
  });
  return (
    <>
      <Segmented<Measure>
        size="small"
        value={measure}
        onChange={setMeasure}
        options={measures.map((m) => ({ value: m, label: t(`platform.${m}`) }))}
      />
      <UsageChart days={[...q.data].reverse()} measure={measure} say={(n) => say(measure, n)} />
      <Listing<UsageDay>
        rowKey="day"
        rows={q.data}
        page={14}
        width={640}
        columns={[
          { title: t('platform.day'), dataIndex: 'day', render: (v: string) => <span className="fc-num">{v}</span> },
          column('companies'),
          ...(['users', 'activeUsers', 'storageBytes', 'changes', 'calls'] as const).map(column),
        ]}
      />
    </>
  );
}
