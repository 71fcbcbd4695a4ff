import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button, DatePicker, Empty, Input, Select, Skeleton } from 'antd';
import type dayjs from 'dayjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { get } from '../../api/client';
import { useOperationName } from '../../api/operations';
import { useKinds } from '../../api/queries';
import type { Change, KindInfo, Words } from '../../api/types';
import { useChanges } from '../../components/Changes';
import { Problem } from '../../components/Problem';
import { RefSelect } from '../../components/RefSelect';
import { dayOf, instant, when } from '../../lib/clock';
import { useWords } from '../../lib/prefs';
import { usePageTitle } from '../../lib/tabs';

type Entry = {
  id: string;
  at: string;
  by: string;
  token?: string;
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
type Question = { user?: string; kind?: string; action?: string; address?: string; from?: string; to?: string };
type Known = { kind: string; label: Words; actions: { action: string; label: Words }[] };

/** Who did what, when and from where, over everything that the reader may see. */
export function LogPage() {
  const { t } = useTranslation();
  const words = useWords();
  const kinds = useKinds();
  const [ask, setAsk] = useState<Question>(() => ({ kind: new URLSearchParams(location.search).get('kind') ?? undefined }));
  const operation = useOperationName();
  usePageTitle(t('log.title'));
  const q = useInfiniteQuery({
    queryKey: ['log', ask],
    queryFn: ({ pageParam, signal }) => get<Page>('/log', { ...ask, limit: 50, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next,
  });
  const entries = q.data?.pages.flatMap((p) => p.items) ?? [];
  const known = useQuery({
    queryKey: ['log-words'],
    queryFn: ({ signal }) => get<{ items: Known[]; kept: { months: number; since: string } }>('/log/words', undefined, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
  // Without a kind, what every kind and the sessions know; the same action of two kinds stands once.
  const lines = known.data?.items ?? [];
  const asked = ask.kind ? lines.filter((k) => k.kind === ask.kind) : lines;
  const actions = [...new Map(asked.flatMap((k) => k.actions).map((a) => [a.action, words(a.label)]))];
  const span = (v: [dayjs.Dayjs | null, dayjs.Dayjs | null] | null) =>
    setAsk({ ...ask, from: v?.[0] ? instant(v[0].startOf('day')) : undefined, to: v?.[1] ? instant(v[1].endOf('day')) : undefined });
  return (
    <div className="fc-page">
      <div className="fc-head">
        <h1>{t('log.title')}</h1>
        {known.data && (
          <span className="fc-soft">{t('log.kept', { months: known.data.kept.months, since: dayOf(known.data.kept.since) })}</span>
        )}
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
            onChange={(kind) => setAsk({ ...ask, kind, action: undefined })}
            showSearch={{ optionFilterProp: 'label' }}
            options={lines.map((k) => ({ value: k.kind, label: words(k.label) }))}
          />
          <Select
            allowClear
            style={{ width: 150 }}
            placeholder={t('log.action')}
            aria-label={t('log.action')}
            value={ask.action}
            onChange={(action) => setAsk({ ...ask, action })}
            showSearch={{ optionFilterProp: 'label' }}
            options={actions.map(([value, label]) => ({ value, label }))}
          />
          <Input.Search
            allowClear
            style={{ width: 170 }}
            placeholder={t('log.address')}
            aria-label={t('log.address')}
            maxLength={60}
            onSearch={(address) => setAsk({ ...ask, address: address.trim() || undefined })}
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
              <span>
                {e.by || t('record.worker')}
                {e.token && <small className="fc-soft"> · {t('tokens.by', { name: e.token })}</small>}
              </span>
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
              <Changed kind={kinds.find((k) => k.name === e.kind)} changes={e.changes} />
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

function Changed({ kind, changes }: { kind?: KindInfo; changes: Change[] }) {
  const said = useChanges()(kind, changes);
  return (
    <small className="fc-soft">
      {said.slice(0, 6).map((c, i) => (
        <span key={c.field}>
          {i > 0 && '；'}
          {c.label}{' '}
          {c.was !== undefined && (
            <>
              <del>{c.was}</del> →{' '}
            </>
          )}
          {c.now}
        </span>
      ))}
      {said.length > 6 && ' …'}
    </small>
  );
}
