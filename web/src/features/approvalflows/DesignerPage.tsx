import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Alert, Button, Drawer, Segmented, Space } from 'antd';
import { lazy, Suspense, useMemo, useReducer, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMe } from '../../api/queries';
import { Problem, Waiting } from '../../components/Problem';
import { usePhone } from '../../lib/screen';
import { usePageTitle } from '../../lib/tabs';
import { DesignContext, type DesignValue, type Shown } from './design';
import './flows.css';
import { Head } from './Head';
import { ListForm } from './ListForm';
import { blank } from './model/edit';
import { arranged } from './model/layout';
import { begin, reduce } from './model/reducer';
import { treeOf } from './model/tree';
import { Problems } from './Problems';
import { PublishDialog } from './PublishDialog';
import { flowQuery, subjectsQuery, useRefreshFlows, useSaid, useSay } from './queries';
import { Rehearsal } from './Rehearsal';
import { SidePanel, useSideTitle } from './SidePanel';
import type { Flow, FlowPage, Rehearsed, Subject } from './types';
import { useCheck } from './useCheck';
import { useDraft } from './useDraft';
import { Versions } from './Versions';

const Drawing = lazy(() => import('./Drawing'));

/** The designer of one flow: a list and a drawing of the same flow, its settings, its check and its rehearsal. */
export function DesignerPage() {
  const { id } = useParams({ from: '/shell/approval-flows/$id' });
  const page = useQuery({ ...flowQuery(id), refetchOnWindowFocus: false });
  const subjects = useQuery(subjectsQuery);
  const client = useQueryClient();
  const [loaded, setLoaded] = useState(0);
  if (page.isError) return <Problem error={page.error} retry={() => page.refetch()} />;
  if (subjects.isError) return <Problem error={subjects.error} retry={() => subjects.refetch()} />;
  if (!page.data || !subjects.data) return <Waiting />;
  const subject = subjects.data.find((s) => s.kind === page.data.kind && s.action === page.data.action) ?? unknown(page.data);
  const reload = async () => {
    await client.fetchQuery({ ...flowQuery(id), staleTime: 0 });
    setLoaded((n) => n + 1);
  };
  return <Designer key={`${id}.${loaded}`} page={page.data} subject={subject} reload={reload} />;
}

/** A flow outlives a kind of document that is gone: it is shown with no facts. */
const unknown = (page: FlowPage): Subject => ({
  kind: page.kind,
  action: page.action,
  label: { zh: page.action, en: page.action },
  kindLabel: { zh: page.kind, en: page.kind },
  ready: false,
  permission: '',
  facts: [],
  editable: [],
  hideable: [],
  default: 'refuse',
  flows: 1,
});

/** A flow that nobody placed on the drawing yet is placed. */
function opened(page: FlowPage): Flow {
  const flow = page.draftDefinition ?? page.definition ?? blank();
  const spots = new Set(flow.nodes.map((n) => `${n.x}.${n.y}`));
  return spots.size < flow.nodes.length ? arranged(flow) : flow;
}

type Side = 'panel' | 'rehearsal';

function Designer({ page, subject, reload }: { page: FlowPage; subject: Subject; reload: () => Promise<void> }) {
  const { t } = useTranslation();
  const phone = usePhone();
  const me = useMe();
  const said = useSaid();
  const refresh = useRefreshFlows();
  const search = useSearch({ from: '/shell/approval-flows/$id' });
  const navigate = useNavigate({ from: '/approval-flows/$id' });
  const [design, dispatch] = useReducer(reduce, page, (p) => begin(opened(p)));
  const [side, setSide] = useState<Side>('panel');
  const [open, setOpen] = useState<'publish' | 'versions' | 'panel' | 'problems'>();
  const [rehearsed, setRehearsed] = useState<{ of: Flow; result: Rehearsed }>();
  const edit = page.editable && me?.grants['approval_flow:edit'] !== undefined;
  const draft = useDraft(page, design.now, edit);
  const check = useCheck(subject, design.now);
  const published = page.definition ?? undefined;
  const say = useSay(subject.facts, published ? [design.now, published] : [design.now], [page.when]);
  usePageTitle(said(page.name));
  const tree = useMemo(() => treeOf(design.now), [design.now]);
  const shown = useMemo((): Shown | undefined => {
    if (!rehearsed) return undefined;
    const stations = new Map(rehearsed.result.stations.map((s) => [s.node, s]));
    return { stations, lines: new Set(rehearsed.result.stations.flatMap((s) => s.lines ?? [])) };
  }, [rehearsed]);
  const value: DesignValue = {
    subject,
    flow: design.now,
    tree,
    say,
    edit,
    selected: design.selected,
    problems: check.problems,
    shown,
    dispatch: (c) => {
      dispatch(c);
      if (c.type === 'select' && c.selected) {
        setSide('panel');
        if (phone) setOpen('panel');
      }
    },
  };
  const view = phone ? (search.view === 'drawing' ? 'drawing' : 'list') : (search.view ?? 'both');
  const sideTitle = useSideTitle(value, page);
  const panel =
    side === 'rehearsal' ? (
      <Rehearsal
        page={page}
        subject={subject}
        flow={design.now}
        result={rehearsed?.result}
        old={rehearsed !== undefined && rehearsed.of !== design.now}
        show={(result) => setRehearsed(result && { of: design.now, result })}
      />
    ) : (
      <SidePanel page={page} draft={draft} />
    );
  return (
    <DesignContext.Provider value={value}>
      <div className="fc-page fc-af">
        <Head
          page={page}
          draft={draft}
          problems={check.problems}
          checking={check.checking}
          undo={design.past.length ? () => dispatch({ type: 'undo' }) : undefined}
          redo={design.future.length ? () => dispatch({ type: 'redo' }) : undefined}
          open={(what) => {
            if (what === 'rehearsal') setSide(side === 'rehearsal' ? 'panel' : 'rehearsal');
            if (what === 'settings') {
              dispatch({ type: 'select', selected: undefined });
              setSide('panel');
            }
            if (what === 'rehearsal' || what === 'settings') return phone && setOpen('panel');
            return setOpen(what);
          }}
          rehearsing={side === 'rehearsal'}
        />
        {draft.state === 'stale' && (
          <Alert
            type="warning"
            showIcon
            title={t('approvalflows.stale')}
            description={t('approvalflows.stale.hint')}
            action={
              <Space wrap>
                <Button size="small" onClick={() => void reload()}>
                  {t('approvalflows.takeTheirs')}
                </Button>
                <Button size="small" danger onClick={() => void draft.insist()}>
                  {t('approvalflows.keepMine')}
                </Button>
              </Space>
            }
          />
        )}
        {!edit && <Alert type="info" showIcon title={t('approvalflows.readOnly')} />}
        <Segmented
          size="small"
          className="fc-af-views"
          aria-label={t('approvalflows.view')}
          value={view}
          options={[
            { value: 'list', label: t('approvalflows.view.list') },
            { value: 'drawing', label: t('approvalflows.view.drawing') },
            ...(phone ? [] : [{ value: 'both', label: t('approvalflows.view.both') }]),
          ]}
          onChange={(v) => void navigate({ search: { view: v as 'list' }, replace: true })}
        />
        <div className={`fc-af-body ${view}`}>
          {view !== 'drawing' && (
            <section className="fc-card fc-af-main" aria-label={t('approvalflows.view.list')}>
              <ListForm />
            </section>
          )}
          {view !== 'list' && (
            <section className="fc-card fc-af-main" aria-label={t('approvalflows.view.drawing')}>
              <Suspense fallback={<Waiting rows={6} />}>
                <Drawing />
              </Suspense>
            </section>
          )}
          {!phone && (
            <aside className="fc-card fc-af-side" aria-label={t('approvalflows.panel')}>
              <h2 className="fc-h2">{side === 'rehearsal' ? t('approvalflows.rehearsal') : sideTitle}</h2>
              {panel}
            </aside>
          )}
        </div>
        {phone && (
          <Drawer
            open={open === 'panel'}
            placement="bottom"
            size="85%"
            title={side === 'rehearsal' ? t('approvalflows.rehearsal') : sideTitle}
            onClose={() => setOpen(undefined)}
          >
            {open === 'panel' && <div className="fc-af-side inside">{panel}</div>}
          </Drawer>
        )}
        <Drawer
          open={open === 'problems'}
          placement={phone ? 'bottom' : 'right'}
          size={phone ? '70%' : 420}
          title={t('approvalflows.problems')}
          onClose={() => setOpen(undefined)}
        >
          <Problems go={() => setOpen(undefined)} />
        </Drawer>
        {open === 'publish' && (
          <PublishDialog
            page={page}
            draft={draft}
            close={() => setOpen(undefined)}
            done={async () => {
              setOpen(undefined);
              await refresh();
            }}
          />
        )}
        {open === 'versions' && (
          <Versions
            page={page}
            draft={draft}
            close={() => setOpen(undefined)}
            restored={async () => {
              setOpen(undefined);
              await refresh();
              await reload();
            }}
          />
        )}
      </div>
    </DesignContext.Provider>
  );
}
