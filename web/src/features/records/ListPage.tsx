import {
  AppstoreOutlined,
  CalendarOutlined,
  DownloadOutlined,
  ImportOutlined,
  PlusOutlined,
  TableOutlined,
  UnorderedListOutlined,
} from '@ant-design/icons';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Button, Empty, Popover, Segmented, Select, Skeleton, Table, Tabs } from 'antd';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { download, ProblemError } from '../../api/client';
import { useKinds, useList, useMe } from '../../api/queries';
import type { Filter, KindInfo, Row, SavedView, ViewBody } from '../../api/types';
import { LinkButton } from '../../components/LinkButton';
import { Problem, Waiting } from '../../components/Problem';
import { useTell } from '../../components/tell';
import { Value } from '../../components/Value';
import { fieldOf, filterText, namedFields, titleOf } from '../../lib/kind';
import { useNames, useWords } from '../../lib/prefs';
import { usePhone } from '../../lib/screen';
import { usePageTitle } from '../../lib/tabs';
import { columns, fieldsOf, width } from './columns';
import { extensionOf } from './extend';
import { FilterBar } from './FilterBar';
import { SavedViews, useSavedViews } from './SavedViews';

const Board = lazy(() => import('./Board').then((m) => ({ default: m.Board })));
const CalendarView = lazy(() => import('./CalendarView').then((m) => ({ default: m.CalendarView })));
const pageSize = 50;
/** The tab of a saved view; shipped ones have no colon in their names. */
const savedKey = (id: string) => `s:${id}`;

export function ListPage() {
  const { path } = useParams({ from: '/shell/r/$path' });
  const kind = useKinds().find((k) => k.path === path);
  if (!kind) return <Problem error={new ProblemError(404, 'client.kind', '')} />;
  return <List key={path} kind={kind} />;
}

function List({ kind: declared }: { kind: KindInfo }) {
  const { t } = useTranslation();
  const words = useWords();
  const names = useNames();
  const search = useSearch({ from: '/shell/r/$path' });
  const navigate = useNavigate({ from: '/r/$path' });
  const phone = usePhone();
  const me = useMe();
  const saved = useSavedViews(declared.name);
  const savedView = saved.find((v) => savedKey(v.id) === search.view);
  const kind = shownAs(declared, search.cols?.split(',') ?? savedView?.columns?.map((c) => c.name), savedView);
  const ext = extensionOf(kind.name);
  const tell = useTell();
  const [exporting, setExporting] = useState(false);
  const name = names.many(kind);
  usePageTitle(name);

  const view = kind.views.find((v) => v.name === search.view);
  const own = search.filter ?? [];
  const base = view?.filter ?? savedView?.filter;
  const filter = filterText(base, own);
  const sort = search.sort ?? (view?.sort || savedView?.sort || kind.sort);
  const hasBoard = kind.name === 'intent' && fieldOf(kind.fields, 'stage') !== undefined;
  const days = kind.fields.filter((f) => (f.type === 'date' || f.type === 'time') && f.ops.includes('>='));
  const as = search.as ?? (savedView?.as || 'table');
  const day = fieldOf(days, search.date ?? savedView?.date ?? '') ?? days.find((f) => kind.list.includes(f.name)) ?? days[0];
  const board = hasBoard && as === 'board';
  const calendar = as === 'calendar' && day !== undefined;
  const go = (change: Partial<typeof search>) =>
    void navigate({
      search: (old) => {
        const next = { ...old, ...change };
        for (const k of Object.keys(next) as (keyof typeof next)[]) if (next[k] === undefined) delete next[k];
        return next;
      },
      replace: !('view' in change),
    });
  const setFilter = (f: Filter) => go({ filter: f.length ? f : undefined });
  const save = async () => {
    setExporting(true);
    try {
      await download(`/${kind.path}/export`, { format: 'xlsx', filter, sort, q: search.q }, `${name}.xlsx`);
    } catch (e) {
      tell.failed(e);
    } finally {
      setExporting(false);
    }
  };
  const views = [
    { key: '', label: t('list.all') },
    ...kind.views.map((v) => ({ key: v.name, label: words(v.label) })),
    ...saved.map((v) => ({ key: savedKey(v.id), label: v.mine ? v.name : `${v.name} · ${v.owner}` })),
  ];
  const body: ViewBody = {
    filter: [...(base ?? []), ...own],
    sort,
    columns: kind.list.map((n) => ({ name: n, width: kind.widths?.[n] })),
    as: board ? 'board' : calendar ? 'calendar' : 'table',
    date: calendar ? day.name : undefined,
  };
  const changed = own.length > 0 || ['sort', 'cols', 'as', 'date'].some((k) => k in search);

  return (
    <div className="fc-page">
      <div className="fc-head">
        <h1>{name}</h1>
        {(hasBoard || (days.length > 0 && !phone)) && (
          <Segmented
            value={board ? 'board' : calendar ? 'calendar' : 'table'}
            options={[
              { value: 'table', icon: <UnorderedListOutlined aria-hidden />, label: t('list.table') },
              ...(hasBoard ? [{ value: 'board', icon: <AppstoreOutlined aria-hidden />, label: t('list.board') }] : []),
              ...(days.length > 0 && !phone
                ? [{ value: 'calendar', icon: <CalendarOutlined aria-hidden />, label: t('list.calendar') }]
                : []),
            ]}
            onChange={(v) => go({ as: v === (savedView?.as || 'table') ? undefined : (v as 'table'), date: undefined })}
          />
        )}
        {calendar && days.length > 1 && (
          <Select
            aria-label={t('list.calendarBy')}
            value={day.name}
            options={days.map((f) => ({ value: f.name, label: words(f.label) }))}
            onChange={(date) => go({ date })}
            style={{ minWidth: 120 }}
          />
        )}
        {!phone && !board && !calendar && (
          <Popover
            trigger="click"
            placement="bottomRight"
            content={
              <Select
                mode="multiple"
                aria-label={t('list.columns')}
                style={{ width: 360 }}
                maxCount={40}
                value={kind.list}
                showSearch={{ optionFilterProp: 'label' }}
                options={kind.fields
                  .filter((f) => f.type !== 'id' && f.type !== 'json' && !f.retired && f.name !== 'version')
                  .map((f) => ({ value: f.name, label: words(f.label) }))}
                onChange={(list: string[]) => go({ cols: list.length ? list.join(',') : undefined })}
              />
            }
          >
            <Button icon={<TableOutlined aria-hidden />}>{t('list.columns')}</Button>
          </Popover>
        )}
        <SavedViews
          kind={kind}
          view={savedView}
          body={body}
          changed={changed}
          open={(id) =>
            go({ view: id && savedKey(id), filter: undefined, sort: undefined, cols: undefined, as: undefined, date: undefined })
          }
        />
        {kind.can.export && !phone && (
          <Button icon={<DownloadOutlined aria-hidden />} loading={exporting} onClick={save}>
            {t('list.export')}
          </Button>
        )}
        {ext.bulk && me?.grants[ext.bulk.needs] !== undefined && (
          <LinkButton icon={<ImportOutlined aria-hidden />} to={ext.bulk.path}>
            {t(ext.bulk.label)}
          </LinkButton>
        )}
        {ext.create && me?.grants[ext.create.needs] !== undefined && (
          <LinkButton look="primary" icon={<PlusOutlined aria-hidden />} to={ext.create.path}>
            {t('list.new')}
          </LinkButton>
        )}
        {kind.can.create && (
          <LinkButton look="primary" icon={<PlusOutlined aria-hidden />} to="/r/$path/new" params={{ path: kind.path }}>
            {t('list.new')}
          </LinkButton>
        )}
      </div>
      <div className="fc-card">
        <Tabs
          className="fc-views"
          activeKey={view?.name ?? (savedView ? savedKey(savedView.id) : '')}
          items={views}
          onChange={(k) => go({ view: k || undefined, sort: undefined, cols: undefined, as: undefined, date: undefined })}
        />
        <FilterBar kind={kind} q={search.q} filter={own} onQ={(q) => go({ q })} onFilter={setFilter} />
        {board ? (
          <Suspense fallback={<Waiting />}>
            <Board kind={kind} filter={filter} q={search.q} />
          </Suspense>
        ) : calendar ? (
          <Suspense fallback={<Waiting />}>
            <CalendarView key={day.name} kind={kind} field={day} filter={[...(base ?? []), ...own]} q={search.q} />
          </Suspense>
        ) : (
          <Rows
            // Another question begins on the first page again.
            key={JSON.stringify([filter, sort, search.q, kind.list])}
            kind={kind}
            filter={filter}
            sort={sort}
            q={search.q}
            onSort={(s) => go({ sort: s })}
            clear={own.length || search.q ? () => go({ filter: undefined, q: undefined }) : undefined}
          />
        )}
      </div>
    </div>
  );
}

/** The kind with the columns that were chosen, as far as the reader sees them. */
function shownAs(kind: KindInfo, names: string[] | undefined, view: SavedView | undefined): KindInfo {
  const list = names?.filter((n) => fieldOf(kind.fields, n));
  if (!list?.length) return kind;
  const widths = { ...kind.widths };
  for (const c of view?.columns ?? []) if (c.width) widths[c.name] = c.width;
  return { ...kind, list, widths };
}

type RowsProps = { kind: KindInfo; filter?: string; sort: string; q?: string; onSort: (s: string | undefined) => void; clear?: () => void };

function Rows({ kind, filter, sort, q, onSort, clear }: RowsProps) {
  const { t } = useTranslation();
  const words = useWords();
  const names = useNames();
  const navigate = useNavigate();
  const phone = usePhone();
  const [cursors, setCursors] = useState<string[]>([]);
  const list = useList(kind, { filter, sort, q, limit: pageSize, cursor: cursors.at(-1), count: true, fields: namedFields(kind) });
  const fields = fieldsOf(kind, kind.list);
  const rows = list.data?.items ?? [];
  const count = list.data?.count;
  if (list.isError && !list.data) return <Problem error={list.error} retry={() => list.refetch()} />;
  const open = (row: Row) => void navigate({ to: '/r/$path/$id', params: { path: kind.path, id: row.id } });
  const empty = (
    <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t(clear ? 'list.emptyFiltered' : 'list.empty', { kind: names.some(kind) })}>
      {clear ? (
        <Button onClick={clear}>{t('list.clear')}</Button>
      ) : (
        kind.can.create && (
          <LinkButton look="primary" to="/r/$path/new" params={{ path: kind.path }}>
            {t('list.newOf', { kind: names.one(kind) })}
          </LinkButton>
        )
      )}
    </Empty>
  );
  return (
    <>
      {list.isPending ? (
        <div style={{ padding: '4px 16px 16px' }}>
          <Skeleton active title={false} paragraph={{ rows: 10, width: '100%' }} />
        </div>
      ) : phone ? (
        rows.length ? (
          <Cards kind={kind} rows={rows} />
        ) : (
          empty
        )
      ) : (
        <Table<Row>
          className="fc-rows"
          size="small"
          rowKey="id"
          pagination={false}
          sticky={{ getContainer: () => document.getElementById('main') ?? window }}
          dataSource={rows}
          columns={columns(kind, (f) => words(f.label), sort)}
          scroll={{ x: fields.reduce((n, f) => n + (kind.widths?.[f.name] ?? width(f)), 0) }}
          locale={{ emptyText: empty }}
          onRow={(row) => ({ onClick: () => open(row) })}
          onChange={(_, __, s) => {
            const by = Array.isArray(s) ? s[0] : s;
            onSort(by?.order ? `${by.order === 'descend' ? '-' : ''}${String(by.columnKey)}` : undefined);
          }}
        />
      )}
      {rows.length > 0 && (
        <div className="fc-foot">
          <span className="fc-num">
            {count && (count.more ? t('list.countMore', { n: count.value }) : t('list.count', { count: count.value }))}
          </span>
          <span style={{ flex: 1 }} />
          {(cursors.length > 0 || list.data?.next) && (
            <>
              <Button size="small" disabled={!cursors.length} onClick={() => setCursors(cursors.slice(0, -1))}>
                {t('list.prev')}
              </Button>
              <span className="fc-num">{t('list.page', { n: cursors.length + 1 })}</span>
              <Button
                size="small"
                disabled={!list.data?.next || list.isPlaceholderData}
                onClick={() => setCursors([...cursors, list.data?.next ?? ''])}
              >
                {t('list.next')}
              </Button>
            </>
          )}
        </div>
      )}
    </>
  );
}

/** A list on a phone: title and state, and beneath them the columns in pairs. */
function Cards({ kind, rows }: { kind: KindInfo; rows: Row[] }) {
  const words = useWords();
  const status = kind.status ? fieldOf(kind.fields, kind.status) : undefined;
  const rest = fieldsOf(kind, kind.list).filter((f) => f.name !== kind.title && f !== status);
  return (
    <div className="fc-cards">
      {rows.map((row) => (
        <Link key={row.id} to="/r/$path/$id" params={{ path: kind.path, id: row.id }} className="fc-card">
          <span className="line">
            <b>{titleOf(kind, row)}</b>
            {status && <Value field={status} row={row} link={false} />}
          </span>
          <span className="pairs">
            {rest
              .filter((f) => row[f.name] !== undefined)
              .slice(0, 6)
              .map((f) => (
                <span key={f.name}>
                  <em>{words(f.label)}</em>
                  <Value field={f} row={row} link={false} />
                </span>
              ))}
          </span>
        </Link>
      ))}
    </div>
  );
}
