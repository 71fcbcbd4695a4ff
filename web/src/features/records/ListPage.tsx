import { AppstoreOutlined, DownloadOutlined, ImportOutlined, PlusOutlined, UnorderedListOutlined } from '@ant-design/icons';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Button, Empty, Segmented, Skeleton, Table, Tabs } from 'antd';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { download, ProblemError } from '../../api/client';
import { useKinds, useList, useMe } from '../../api/queries';
import type { Filter, KindInfo, Row } from '../../api/types';
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

const Board = lazy(() => import('./Board').then((m) => ({ default: m.Board })));
const pageSize = 50;

export function ListPage() {
  const { path } = useParams({ from: '/shell/r/$path' });
  const kind = useKinds().find((k) => k.path === path);
  if (!kind) return <Problem error={new ProblemError(404, 'client.kind', '')} />;
  return <List key={path} kind={kind} />;
}

function List({ kind }: { kind: KindInfo }) {
  const { t } = useTranslation();
  const words = useWords();
  const names = useNames();
  const search = useSearch({ from: '/shell/r/$path' });
  const navigate = useNavigate({ from: '/r/$path' });
  const phone = usePhone();
  const me = useMe();
  const ext = extensionOf(kind.name);
  const tell = useTell();
  const [exporting, setExporting] = useState(false);
  const name = names.many(kind);
  usePageTitle(name);

  const view = kind.views.find((v) => v.name === search.view);
  const own = search.filter ?? [];
  const filter = filterText(view?.filter, own);
  const sort = search.sort ?? (view?.sort || kind.sort);
  const hasBoard = kind.name === 'intent' && fieldOf(kind.fields, 'stage') !== undefined;
  const board = hasBoard && search.as === 'board';
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
  const views = [{ key: '', label: t('list.all') }, ...kind.views.map((v) => ({ key: v.name, label: words(v.label) }))];

  return (
    <div className="fc-page">
      <div className="fc-head">
        <h1>{name}</h1>
        {hasBoard && (
          <Segmented
            value={board ? 'board' : 'table'}
            options={[
              { value: 'table', icon: <UnorderedListOutlined aria-hidden />, label: t('list.table') },
              { value: 'board', icon: <AppstoreOutlined aria-hidden />, label: t('list.board') },
            ]}
            onChange={(v) => go({ as: v === 'board' ? 'board' : undefined })}
          />
        )}
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
          activeKey={view?.name ?? ''}
          items={views}
          onChange={(k) => go({ view: k || undefined, sort: undefined })}
        />
        <FilterBar kind={kind} q={search.q} filter={own} onQ={(q) => go({ q })} onFilter={setFilter} />
        {board ? (
          <Suspense fallback={<Waiting />}>
            <Board kind={kind} filter={filter} q={search.q} />
          </Suspense>
        ) : (
          <Rows
            // Another question begins on the first page again.
            key={JSON.stringify([filter, sort, search.q])}
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
          scroll={{ x: fields.reduce((n, f) => n + width(f), 0) }}
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
