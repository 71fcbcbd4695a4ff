import {
  AppstoreOutlined,
  CalendarOutlined,
  DownloadOutlined,
  ImportOutlined,
  PlusOutlined,
  TableOutlined,
  UnorderedListOutlined,
} from '@ant-design/icons';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Button, Popover, Segmented, Select, Tabs } from 'antd';
import { lazy, type ReactNode, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { download, ProblemError } from '../../api/client';
import { useKinds, useMe } from '../../api/queries';
import type { Filter, KindInfo, SavedView, ViewBody } from '../../api/types';
import { LinkButton } from '../../components/LinkButton';
import { Problem, Waiting } from '../../components/Problem';
import { useTell } from '../../components/tell';
import { fieldOf, filterText } from '../../lib/kind';
import { useNames, useWords } from '../../lib/prefs';
import { usePhone } from '../../lib/screen';
import { usePageTitle } from '../../lib/tabs';
import { extensionOf } from './extend';
import { FilterBar } from './FilterBar';
import { Rows } from './Rows';
import { SavedViews, useSavedViews } from './SavedViews';

const Board = lazy(() => import('./Board').then((m) => ({ default: m.Board })));
const CalendarView = lazy(() => import('./CalendarView').then((m) => ({ default: m.CalendarView })));
/** The tab of a saved view; shipped ones have no colon in their names. */
const savedKey = (id: string) => `s:${id}`;

/** What a list holds in its address. */
export type ListSearch = {
  view?: string;
  q?: string;
  filter?: Filter;
  sort?: string;
  as?: 'table' | 'board' | 'calendar';
  cols?: string;
  date?: string;
};

export function ListPage() {
  const { path } = useParams({ from: '/shell/r/$path' });
  const names = useNames();
  const search = useSearch({ from: '/shell/r/$path' });
  const navigate = useNavigate({ from: '/r/$path' });
  const kind = useKinds().find((k) => k.path === path);
  const name = kind ? names.many(kind) : '';
  usePageTitle(name);
  if (!kind) return <Problem error={new ProblemError(404, 'client.kind', '')} />;
  const go = (change: Partial<ListSearch>) => void navigate({ search: (old) => changed(old, change), replace: !('view' in change) });
  return <Listing key={path} kind={kind} title={name} search={search} go={go} />;
}

/** An address with a change; what has become undefined leaves it. */
export function changed<T extends object>(old: T, change: Partial<T>): T {
  const next = { ...old, ...change };
  for (const k of Object.keys(next) as (keyof T)[]) if (next[k] === undefined) delete next[k];
  return next;
}

type Props = {
  kind: KindInfo;
  title: string;
  search: ListSearch;
  go: (change: Partial<ListSearch>) => void;
  /** The one view of the kind that a page is about: the others have no tab in it. */
  only?: string;
  /** What an empty list says. */
  nothing?: string;
  /** Stands between the head and the list. */
  tabs?: ReactNode;
};

/** A list with its views, conditions and columns; its page holds what is asked in the address. */
export function Listing({ kind: declared, title, search, go, only, nothing, tabs }: Props) {
  const { t } = useTranslation();
  const words = useWords();
  const phone = usePhone();
  const me = useMe();
  const saved = useSavedViews(declared.name);
  const savedView = saved.find((v) => savedKey(v.id) === search.view);
  const kind = shownAs(declared, search.cols?.split(',') ?? savedView?.columns?.map((c) => c.name), savedView);
  const ext = extensionOf(kind.name);
  const tell = useTell();
  const [exporting, setExporting] = useState(false);
  const view = kind.views.find((v) => v.name === (savedView ? undefined : (only ?? search.view)));
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
  const setFilter = (f: Filter) => go({ filter: f.length ? f : undefined });
  const save = async () => {
    setExporting(true);
    try {
      await download(`/${kind.path}/export`, { format: 'xlsx', filter, sort, q: search.q }, `${title}.xlsx`);
    } catch (e) {
      tell.failed(e);
    } finally {
      setExporting(false);
    }
  };
  const views = [
    ...(only
      ? kind.views.filter((v) => v.name === only).map((v) => ({ key: '', label: words(v.label) }))
      : [{ key: '', label: t('list.all') }, ...kind.views.map((v) => ({ key: v.name, label: words(v.label) }))]),
    ...saved.map((v) => ({ key: savedKey(v.id), label: v.mine ? v.name : `${v.name} · ${v.owner}` })),
  ];
  const body: ViewBody = {
    filter: [...(base ?? []), ...own],
    sort,
    columns: kind.list.map((n) => ({ name: n, width: kind.widths?.[n] })),
    as: board ? 'board' : calendar ? 'calendar' : 'table',
    date: calendar ? day.name : undefined,
  };
  const differs = own.length > 0 || ['sort', 'cols', 'as', 'date'].some((k) => k in search);

  return (
    <div className="fc-page">
      <div className="fc-head">
        <h1>{title}</h1>
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
          changed={differs}
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
      {tabs}
      <div className="fc-card">
        {(!only || saved.length > 0) && (
          <Tabs
            className="fc-views"
            activeKey={savedView ? savedKey(savedView.id) : only ? '' : (view?.name ?? '')}
            items={views}
            onChange={(k) => go({ view: k || undefined, sort: undefined, cols: undefined, as: undefined, date: undefined })}
          />
        )}
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
            nothing={nothing}
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
