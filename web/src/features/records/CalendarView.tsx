import { Link } from '@tanstack/react-router';
import { Alert, Calendar } from 'antd';
import type { Dayjs } from 'dayjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useList } from '../../api/queries';
import type { FieldInfo, Filter, KindInfo } from '../../api/types';
import { Problem } from '../../components/Problem';
import { dayOf, instant, today } from '../../lib/clock';
import { filterText, namedFields, titleOf } from '../../lib/kind';

const most = 200;

/** The records of a month by one of their dates. */
export function CalendarView({ kind, field, filter, q }: { kind: KindInfo; field: FieldInfo; filter?: Filter; q?: string }) {
  const { t } = useTranslation();
  const [month, setMonth] = useState<Dayjs>(today());
  const edge = (d: Dayjs) => (field.type === 'date' ? d.format('YYYY-MM-DD') : instant(d));
  const span: Filter = [
    [field.name, '>=', edge(month.startOf('month'))],
    [field.name, '<=', edge(month.endOf('month'))],
  ];
  const fields = [...new Set([...namedFields(kind).split(','), field.name])].join(',');
  const list = useList(kind, { filter: filterText(filter, span), q, limit: most, fields });
  if (list.isError && !list.data) return <Problem error={list.error} retry={() => list.refetch()} />;
  const byDay = new Map<string, { id: string; title: string }[]>();
  for (const row of list.data?.items ?? []) {
    const value = row[field.name];
    if (value === undefined || value === null) continue;
    const day = field.type === 'date' ? String(value) : dayOf(String(value));
    byDay.set(day, [...(byDay.get(day) ?? []), { id: row.id, title: titleOf(kind, row) }]);
  }
  return (
    <div style={{ padding: '0 12px 12px' }}>
      {list.data?.next && <Alert banner type="info" title={t('board.more', { n: most })} />}
      <Calendar
        mode="month"
        value={month}
        onChange={setMonth}
        cellRender={(d, info) =>
          info.type === 'date' && d.month() === month.month() ? (
            <ul style={{ margin: 0, padding: 0, listStyle: 'none' }}>
              {(byDay.get(d.format('YYYY-MM-DD')) ?? []).map((r) => (
                <li key={r.id} style={{ overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' }}>
                  <Link to="/r/$path/$id" params={{ path: kind.path, id: r.id }} title={r.title}>
                    {r.title}
                  </Link>
                </li>
              ))}
            </ul>
          ) : null
        }
      />
    </div>
  );
}
