import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button, DatePicker, Empty, Select, Skeleton } from 'antd';
import type dayjs from 'dayjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { get } from '../../api/client';
import { useOperationName } from '../../api/operations';
import { useKinds } from '../../api/queries';
import type { Change, Words } from '../../api/types';
import { Problem } from '../../components/Problem';
import { RefSelect } from '../../components/RefSelect';
import { instant, when } from '../../lib/clock';
import { useNames, useWords } from '../../lib/prefs';
import { usePageTitle } from '../../lib/tabs';

type Entry = {
  id: string;
  at: string;
  by: string;
  address: string;
  operation: string;
  action: Words;
  kind: string;
  kindLabel: Words;
  recordId: string;
  recordTitle?: string;
  path?: string;
  changes: Change[];
};
type Page = { items: Entry[]; next?: string };
type Question = { user?: string; kind?: string; from?: string; to?: string };

/** Who did what, when and from where, over everything that the reader may see. */
export function LogPage() {
  const { t } = useTranslation();
  const words = useWords();
  const names = useNames();
  const kinds = useKinds();
  const operation = useOperationName();
  const [ask, setAsk] = useState<Question>({});
  usePageTitle(t('log.title'));
  const q = useInfiniteQuery({
    queryKey: ['log', ask],
    queryFn: ({ pageParam, signal }) => get<Page>('/log', { ...ask, limit: 50, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next,
  });
  const entries = q.data?.pages.flatMap((p) => p.items) ?? [];
  const others: { value: string; label: string }[] = [
    { value: 'session', label: t('log.session') },
    { value: 'role', label: t('roles.title') },
  ];
  const span = (v: [dayjs.Dayjs | null, dayjs.Dayjs | null] | null) =>
    setAsk({ ...ask, from: v?.[0] ? instant(v[0].startOf('day')) : undefined, to: v?.[1] ? instant(v[1].endOf('day')) : undefined });
  return (
    <div className="fc-page">
      <div className="fc-head">
        <h1>{t('log.title')}</h1>
      </div>
      <div className="fc-card">
        <div className="fc-chips">
          <div style={{ width: 180 }}>
            <RefSelect
              path="users"
              value={ask.user}
              label={t('log.person')}
              placeholder={t('log.person')}
              onChange={(v) => setAsk({ ...ask, user: v })}
            />
          </div>
          <Select
            allowClear
            style={{ width: 180 }}
            placeholder={t('log.kind')}
            aria-label={t('log.kind')}
            value={ask.kind}
            onChange={(kind) => setAsk({ ...ask, kind })}
            options={[...kinds.map((k) => ({ value: k.name, label: names.many(k) })), ...others]}
          />
          <DatePicker.RangePicker allowEmpty={[true, true]} onChange={span} />
        </div>
        {q.isError && <Problem error={q.error} retry={() => q.refetch()} />}
        {q.isPending && <Skeleton active style={{ padding: 16 }} paragraph={{ rows: 8 }} />}
        {!q.isPending && !q.isError && !entries.length && <Empty style={{ padding: 24 }} description={t('log.none')} />}
        <div className="fc-log">
          {entries.map((e) => (
            <article key={e.id}>
              <span className="fc-num fc-soft">{when(e.at)}</span>
              <span>{e.by || t('record.worker')}</span>
              <span className="fc-num fc-soft">{e.address}</span>
              <span>
                <b>{words(e.action)}</b> {words(e.kindLabel)}{' '}
                {e.path ? (
                  <Link to="/r/$path/$id" params={{ path: e.path, id: e.recordId }}>
                    {e.recordTitle}
                  </Link>
                ) : (
                  e.recordTitle
                )}
                {operation(e.operation) && <small className="fc-soft"> · {operation(e.operation)}</small>}
              </span>
              <Changed changes={e.changes} />
            </article>
          ))}
        </div>
        {q.hasNextPage && (
          <div className="fc-foot">
            <Button loading={q.isFetchingNextPage} onClick={() => q.fetchNextPage()}>
              {t('log.more')}
            </Button>
          </div>
        )}
      </div>
    </div>
  );
}

const plain = (v: unknown): string =>
  v === undefined || v === null || v === ''
    ? '—'
    : Array.isArray(v)
      ? `${v.length}`
      : typeof v === 'object'
        ? JSON.stringify(v)
        : String(v);

function Changed({ changes }: { changes: Change[] }) {
  const words = useWords();
  if (!changes.length) return <span />;
  return (
    <small className="fc-soft">
      {changes.slice(0, 6).map((c, i) => (
        <span key={c.field}>
          {i > 0 && '；'}
          {words(c.label)} {c.was !== undefined && <del>{plain(c.was)}</del>} {plain(c.now)}
        </span>
      ))}
      {changes.length > 6 && ' …'}
    </small>
  );
}
