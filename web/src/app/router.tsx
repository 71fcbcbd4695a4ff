import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet, redirect } from '@tanstack/react-router';
import { ProblemError } from '../api/client';
import { kindsQuery, menuQuery, meQuery } from '../api/queries';
import { Problem, Waiting } from '../components/Problem';
import type { ListSearch } from '../features/records/ListPage';
import { readFilter } from '../lib/kind';
import { type ApprovalTab, approvalTabs } from './approvalTabs';
import { queryClient } from './client';

const text = (v: unknown) => (typeof v === 'string' && v ? v : typeof v === 'number' ? String(v) : undefined);

function listSearch(s: Record<string, unknown>): ListSearch {
  const out: ListSearch = {};
  const view = text(s.view);
  const q = text(s.q);
  const sort = text(s.sort);
  const filter = readFilter(s.filter);
  if (view) out.view = view;
  if (q) out.q = q;
  if (filter) out.filter = filter;
  if (sort) out.sort = sort;
  if (s.as === 'table' || s.as === 'board' || s.as === 'calendar') out.as = s.as;
  const cols = text(s.cols);
  const date = text(s.date);
  if (cols) out.cols = cols;
  if (date) out.date = date;
  return out;
}

const root = createRootRoute({ component: Outlet });

const signin = createRoute({
  getParentRoute: () => root,
  path: '/signin',
  validateSearch: (s: Record<string, unknown>): { next?: string } => {
    const next = text(s.next);
    return next?.startsWith('/') && !next.startsWith('//') ? { next } : {};
  },
  component: lazyRouteComponent(() => import('../features/signin/SignInPage'), 'SignInPage'),
});

const back = createRoute({
  getParentRoute: () => root,
  path: '/signin/return',
  validateSearch: (s: Record<string, unknown>): { code?: string; state?: string } => ({ code: text(s.code), state: text(s.state) }),
  component: lazyRouteComponent(() => import('../features/signin/ReturnPage'), 'ReturnPage'),
});

const platform = createRoute({
  getParentRoute: () => root,
  path: '/platform',
  component: lazyRouteComponent(() => import('../features/platform/PlatformPage'), 'PlatformPage'),
});

const tenant = createRoute({
  getParentRoute: () => root,
  path: '/platform/tenants/$id',
  component: lazyRouteComponent(() => import('../features/platform/TenantPage'), 'TenantPage'),
});

/** Lets in who is signed in, with what every page reads. */
const enter = async ({ location }: { location: { pathname: string; href: string } }) => {
  try {
    const me = await queryClient.ensureQueryData(meQuery);
    // Until a first password is changed or a demanded second step is set up, the server answers nothing else.
    const bound = me.mustChangePassword || me.mustSetUpTwoStep;
    if (bound && location.pathname !== '/account') throw redirect({ to: '/account' });
    if (!bound) await Promise.all([queryClient.ensureQueryData(kindsQuery), queryClient.ensureQueryData(menuQuery)]);
  } catch (e) {
    if (e instanceof ProblemError && e.status === 401) throw redirect({ to: '/signin', search: { next: location.href } });
    throw e;
  }
};

const shell = createRoute({
  getParentRoute: () => root,
  id: 'shell',
  beforeLoad: enter,
  component: lazyRouteComponent(() => import('./Shell'), 'Shell'),
});

/** Pages without the shell: a paper stands alone. */
const bare = createRoute({ getParentRoute: () => root, id: 'bare', beforeLoad: enter, component: Outlet });

const print = createRoute({
  getParentRoute: () => bare,
  path: '/r/$path/$id/print',
  validateSearch: (s: Record<string, unknown>): { layout?: string } => {
    const layout = text(s.layout);
    return layout ? { layout } : {};
  },
  component: lazyRouteComponent(() => import('../features/records/PrintPage'), 'PrintPage'),
});

const home = createRoute({
  getParentRoute: () => shell,
  path: '/',
  component: lazyRouteComponent(() => import('../features/workbench/WorkbenchPage'), 'WorkbenchPage'),
});

const list = createRoute({
  getParentRoute: () => shell,
  path: '/r/$path',
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import('../features/records/ListPage'), 'ListPage'),
});

const fresh = createRoute({
  getParentRoute: () => shell,
  path: '/r/$path/new',
  validateSearch: (s: Record<string, unknown>): Record<string, string> => {
    const out: Record<string, string> = {};
    for (const [k, v] of Object.entries(s)) {
      const t = text(v);
      if (t) out[k] = t;
    }
    return out;
  },
  component: lazyRouteComponent(() => import('../features/records/FormPage'), 'NewPage'),
});

const record = createRoute({
  getParentRoute: () => shell,
  path: '/r/$path/$id',
  component: lazyRouteComponent(() => import('../features/records/RecordPage'), 'RecordPage'),
});

const edit = createRoute({
  getParentRoute: () => shell,
  path: '/r/$path/$id/edit',
  component: lazyRouteComponent(() => import('../features/records/FormPage'), 'EditPage'),
});

const approvals = createRoute({
  getParentRoute: () => shell,
  path: '/approvals',
  validateSearch: (s: Record<string, unknown>): ListSearch & { tab?: ApprovalTab } => {
    const tab = approvalTabs.find((x) => x === s.tab);
    return { ...listSearch(s), ...(tab && { tab }) };
  },
  component: lazyRouteComponent(() => import('./ApprovalsPage'), 'ApprovalsPage'),
});

const approvalFigures = createRoute({
  getParentRoute: () => shell,
  path: '/approvals/figures',
  component: lazyRouteComponent(() => import('../features/approvals/FiguresPage'), 'FiguresPage'),
});

const approval = createRoute({
  getParentRoute: () => shell,
  path: '/approvals/$id',
  component: lazyRouteComponent(() => import('../features/approvals/Decision'), 'DecisionPage'),
});

const brands = createRoute({
  getParentRoute: () => shell,
  path: '/brands',
  component: lazyRouteComponent(() => import('../features/brands/BrandsPage'), 'BrandsPage'),
});

const settings = createRoute({
  getParentRoute: () => shell,
  path: '/settings',
  component: lazyRouteComponent(() => import('../features/settings/SettingsPage'), 'SettingsPage'),
});

const organisation = createRoute({
  getParentRoute: () => shell,
  path: '/organisation',
  component: lazyRouteComponent(() => import('../features/organisation/OrganisationPage'), 'OrganisationPage'),
});

const newPerson = createRoute({
  getParentRoute: () => shell,
  path: '/people/new',
  component: lazyRouteComponent(() => import('../features/people/NewPersonPage'), 'NewPersonPage'),
});

const importPeople = createRoute({
  getParentRoute: () => shell,
  path: '/people/import',
  component: lazyRouteComponent(() => import('../features/people/ImportPage'), 'ImportPage'),
});

const roles = createRoute({
  getParentRoute: () => shell,
  path: '/roles',
  component: lazyRouteComponent(() => import('../features/roles/RolesPage'), 'RolesPage'),
});

const screens = createRoute({
  getParentRoute: () => shell,
  path: '/screens',
  validateSearch: (s: Record<string, unknown>): { kind?: string; tab?: string } => {
    const kind = text(s.kind);
    const tab = text(s.tab);
    return { ...(kind && { kind }), ...(tab && { tab }) };
  },
  component: lazyRouteComponent(() => import('../features/screens/ScreensPage'), 'ScreensPage'),
});

const groups = createRoute({
  getParentRoute: () => shell,
  path: '/groups',
  component: lazyRouteComponent(() => import('../features/groups/GroupsPage'), 'GroupsPage'),
});

const explain = createRoute({
  getParentRoute: () => shell,
  path: '/explain',
  validateSearch: (s: Record<string, unknown>): { user?: string; permission?: string; kind?: string; id?: string } => ({
    user: text(s.user),
    permission: text(s.permission),
    kind: text(s.kind),
    id: text(s.id),
  }),
  component: lazyRouteComponent(() => import('../features/explain/ExplainPage'), 'ExplainPage'),
});

const approvalFlows = createRoute({
  getParentRoute: () => shell,
  path: '/approval-flows',
  component: lazyRouteComponent(() => import('../features/approvalflows/OverviewPage'), 'OverviewPage'),
});

const approvalFlow = createRoute({
  getParentRoute: () => shell,
  path: '/approval-flows/$id',
  validateSearch: (s: Record<string, unknown>): { view?: 'list' | 'drawing' | 'both' } =>
    s.view === 'list' || s.view === 'drawing' || s.view === 'both' ? { view: s.view } : {},
  component: lazyRouteComponent(() => import('../features/approvalflows/DesignerPage'), 'DesignerPage'),
});

const jobs = createRoute({
  getParentRoute: () => shell,
  path: '/jobs',
  component: lazyRouteComponent(() => import('../features/jobs/JobsPage'), 'JobsPage'),
});

const log = createRoute({
  getParentRoute: () => shell,
  path: '/log',
  component: lazyRouteComponent(() => import('../features/audit/LogPage'), 'LogPage'),
});

const identity = createRoute({
  getParentRoute: () => shell,
  path: '/identity',
  component: lazyRouteComponent(() => import('../features/signin/IdentityPage'), 'IdentityPage'),
});

const tokens = createRoute({
  getParentRoute: () => shell,
  path: '/tokens',
  component: lazyRouteComponent(() => import('../features/signin/TokensPage'), 'TokensPage'),
});

const monitor = createRoute({
  getParentRoute: () => shell,
  path: '/monitor',
  component: lazyRouteComponent(() => import('../features/audit/MonitorPage'), 'MonitorPage'),
});

const support = createRoute({
  getParentRoute: () => shell,
  path: '/support',
  component: lazyRouteComponent(() => import('../features/support/SupportPage'), 'SupportPage'),
});

const account = createRoute({
  getParentRoute: () => shell,
  path: '/account',
  component: lazyRouteComponent(() => import('./AccountPage'), 'AccountPage'),
});

const mine = createRoute({
  getParentRoute: () => shell,
  path: '/me',
  component: lazyRouteComponent(() => import('./MinePage'), 'MinePage'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    signin,
    back,
    platform,
    tenant,
    bare.addChildren([print]),
    shell.addChildren([
      home,
      list,
      fresh,
      record,
      edit,
      approvals,
      approvalFigures,
      approval,
      brands,
      settings,
      organisation,
      newPerson,
      importPeople,
      roles,
      screens,
      groups,
      explain,
      approvalFlows,
      approvalFlow,
      jobs,
      log,
      identity,
      tokens,
      monitor,
      support,
      account,
      mine,
    ]),
  ]),
  defaultPreload: 'intent',
  defaultPreloadStaleTime: 0,
  defaultPendingMs: 200,
  defaultPendingComponent: Waiting,
  defaultErrorComponent: ({ error, reset }) => (
    <Problem
      error={error}
      retry={() => {
        reset();
        void router.invalidate();
      }}
    />
  ),
  defaultNotFoundComponent: () => (
    <Problem error={new ProblemError(404, 'client.missing', '')} retry={() => router.navigate({ to: '/' })} />
  ),
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
