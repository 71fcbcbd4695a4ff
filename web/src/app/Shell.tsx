import {
  AppstoreOutlined,
  AuditOutlined,
  FileTextOutlined,
  FundOutlined,
  HomeOutlined,
  MenuFoldOutlined,
  MenuUnfoldOutlined,
  TeamOutlined,
  UserOutlined,
} from '@ant-design/icons';
import { useQueryClient } from '@tanstack/react-query';
import { Link, Outlet, useLocation, useNavigate, useRouter } from '@tanstack/react-router';
import { Alert, App, Badge, Button, Menu } from 'antd';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { noticesQuery, useKinds, useMe } from '../api/queries';
import type { Me } from '../api/types';
import { useTodo } from '../features/approvals/queries';
import { prefs, useNames, usePrefs, useWords } from '../lib/prefs';
import { usePhone } from '../lib/screen';
import { tabs, useTabs } from '../lib/tabs';
import { Announced } from './Announced';
import { useLive } from './live';
import { grouped, iconOf, pages } from './nav';
import { Supporting } from './Supporting';
import { TopBar } from './TopBar';

export function Shell() {
  const client = useQueryClient();
  const { notification } = App.useApp();
  const { t } = useTranslation();
  const words = useWords();
  const navigate = useNavigate();
  const kinds = useKinds();
  const location = useLocation();
  const phone = usePhone();
  const me = useMe();

  useLive(async () => {
    await client.invalidateQueries({ queryKey: ['notices'] });
    const newest = (await client.fetchQuery(noticesQuery)).items.find((n) => !n.readAt);
    if (!newest) return;
    const kind = kinds.find((k) => k.name === newest.kind);
    notification.info({
      key: newest.id,
      title: t('notice.new'),
      description: words(newest.text),
      onClick: () => kind && navigate({ to: '/r/$path/$id', params: { path: kind.path, id: newest.recordId } }),
    });
  });

  useEffect(() => {
    tabs.visit(location.pathname, location.href);
  }, [location.pathname, location.href]);

  return (
    <div className="fc-shell">
      {!phone && <Side />}
      <div className="fc-body">
        <TopBar />
        {!phone && <TabBar />}
        {me?.tenant.status === 'suspended' && <Alert banner title={t('shell.suspended')} />}
        <Supporting />
        {me?.tenant.daysLeft !== undefined && <EndBanner tenant={me.tenant} days={me.tenant.daysLeft} />}
        <Announced />
        <main className="fc-main" id="main">
          <Outlet />
        </main>
        {phone && <BottomBar />}
      </div>
    </div>
  );
}

/** Says in the last two weeks when the tenant's time is over. */
function EndBanner({ tenant, days }: { tenant: Me['tenant']; days: number }) {
  const { t } = useTranslation();
  const what = t(tenant.status === 'trial' ? 'shell.trial' : 'shell.term');
  const text = days > 0 ? t('shell.daysLeft', { what, count: days, day: tenant.endsOn }) : t('shell.lastDay', { what });
  return <Alert banner type={days > 3 ? 'info' : 'warning'} title={text} />;
}

function Side() {
  const { t } = useTranslation();
  const names = useNames();
  const kinds = useKinds();
  const me = useMe();
  const { folded } = usePrefs();
  const { pathname } = useLocation();
  const todo = useTodo();
  const parts = pathname.split('/');
  const selected = parts[1] === 'r' ? `/r/${parts[2]}` : parts[1] === 'approvals' ? '/approvals' : pathname;
  const own = pages(me?.grants ?? {});
  const link = (to: string, icon: React.ReactNode, label: string) => ({ key: to, icon, label: <Link to={to}>{label}</Link> });
  const items = [
    link('/', <HomeOutlined aria-hidden />, t('nav.workbench')),
    ...(kinds.some((k) => k.name === 'approval_task')
      ? [
          {
            key: '/approvals',
            icon: <AuditOutlined aria-hidden />,
            label: (
              <Link to="/approvals" className="fc-counted">
                {t('approval.mine')} <Badge size="small" count={todo.more ? `${todo.count}+` : todo.count} overflowCount={999} />
              </Link>
            ),
          },
        ]
      : []),
    ...grouped(kinds, own).map((g) => ({
      key: g.key,
      type: 'group' as const,
      label: t(g.key),
      children: [
        ...g.kinds.map((k) => link(`/r/${k.path}`, iconOf(k.name), names.many(k))),
        ...g.pages.map((p) => link(p.path, p.icon, t(p.label))),
      ],
    })),
  ];
  return (
    <aside className={folded ? 'fc-side folded' : 'fc-side'}>
      <Link to="/" className="fc-brand">
        <img src="/favicon.svg" alt="" />
        {!folded && t('app.name')}
      </Link>
      <nav aria-label={t('nav.main')}>
        <Menu mode="inline" inlineCollapsed={folded} selectedKeys={[selected]} items={items} />
      </nav>
      <Button
        type="text"
        icon={folded ? <MenuUnfoldOutlined /> : <MenuFoldOutlined />}
        aria-label={t(folded ? 'nav.unfold' : 'nav.fold')}
        onClick={() => prefs.set({ folded: !folded })}
      />
    </aside>
  );
}

function TabBar() {
  const { t } = useTranslation();
  const names = useNames();
  const kinds = useKinds();
  const { history } = useRouter();
  const { pathname } = useLocation();
  const open = useTabs();
  const label = (key: string, title: string) => {
    if (key === '/') return t('nav.workbench');
    const parts = key.split('/');
    const kind = parts[1] === 'r' ? kinds.find((k) => k.path === parts[2]) : undefined;
    return title || (kind ? names.many(kind) : '…');
  };
  const close = (key: string) => {
    const next = tabs.close(key);
    if (key === pathname) history.push(next?.href ?? '/');
  };
  return (
    <nav className="fc-tabs" aria-label={t('tabs.open')}>
      {open.map((tab) => (
        <span key={tab.key} className={`fc-tab${tab.key === pathname ? ' on' : ''}${tab.key === '/' ? ' plain' : ''}`}>
          <a
            href={tab.href}
            onClick={(e) => {
              if (e.ctrlKey || e.metaKey || e.shiftKey) return;
              e.preventDefault();
              history.push(tab.href);
            }}
            title={label(tab.key, tab.title)}
            aria-current={tab.key === pathname ? 'page' : undefined}
            onAuxClick={(e) => {
              if (e.button === 1) {
                e.preventDefault();
                close(tab.key);
              }
            }}
          >
            {label(tab.key, tab.title)}
          </a>
          {tab.key !== '/' && (
            <button type="button" aria-label={`${t('tabs.close')} ${label(tab.key, tab.title)}`} onClick={() => close(tab.key)}>
              ✕
            </button>
          )}
        </span>
      ))}
    </nav>
  );
}

function BottomBar() {
  const { t } = useTranslation();
  const names = useNames();
  const kinds = useKinds();
  const { pathname } = useLocation();
  const todo = useTodo();
  const icons: Record<string, React.ReactNode> = { customer: <TeamOutlined />, intent: <FundOutlined />, contract: <FileTextOutlined /> };
  const approvals = kinds.some((k) => k.name === 'approval_task');
  const middle = ['customer', 'intent', ...(approvals ? [] : ['contract'])].flatMap((n) => kinds.find((k) => k.name === n) ?? []);
  return (
    <nav className="fc-bottom" aria-label={t('nav.main')}>
      <Link to="/" className={pathname === '/' ? 'active' : ''}>
        <HomeOutlined />
        {t('nav.workbench')}
      </Link>
      {middle.map((k) => (
        <Link key={k.name} to="/r/$path" params={{ path: k.path }} className={pathname.split('/')[2] === k.path ? 'active' : ''}>
          {icons[k.name] ?? <AppstoreOutlined />}
          {names.many(k)}
        </Link>
      ))}
      {approvals && (
        <Link to="/approvals" className={pathname.startsWith('/approvals') ? 'active' : ''}>
          <Badge size="small" count={todo.more ? `${todo.count}+` : todo.count} overflowCount={99}>
            <AuditOutlined />
          </Badge>
          {t('nav.approvals')}
        </Link>
      )}
      <Link to="/me" className={pathname === '/me' ? 'active' : ''}>
        <UserOutlined />
        {t('nav.mine')}
      </Link>
    </nav>
  );
}
