import { HomeOutlined, MenuFoldOutlined, MenuUnfoldOutlined, UserOutlined } from '@ant-design/icons';
import { useQueryClient } from '@tanstack/react-query';
import { Link, Outlet, useLocation, useNavigate, useRouter } from '@tanstack/react-router';
import { Alert, App, Badge, Button } from 'antd';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { noticesQuery, useKinds, useMe, useMenu } from '../api/queries';
import type { Me } from '../api/types';
import { prefs, useNames, usePrefs, useWords } from '../lib/prefs';
import { usePhone } from '../lib/screen';
import { tabs, useTabs } from '../lib/tabs';
import { Announced } from './Announced';
import { useLive } from './live';
import { useNav } from './nav';
import { SideMenu } from './SideMenu';
import { Supporting } from './Supporting';
import { TopBar } from './TopBar';
import { thumbed } from './thumbed';

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
  const menu = useMenu();
  const { folded } = usePrefs();
  const { pathname } = useLocation();
  const parts = pathname.split('/');
  const selected = parts[1] === 'r' ? `/r/${parts[2]}` : parts[1] === 'approvals' ? '/approvals' : pathname;
  return (
    <aside className={folded ? 'fc-side folded' : 'fc-side'}>
      <Link to="/" className="fc-brand">
        <img src="/favicon.svg" alt="" />
        {!folded && t('app.name')}
      </Link>
      <nav aria-label={t('nav.main')}>
        <SideMenu sections={menu.sections} selected={selected} folded={folded} />
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
  const menu = useMenu();
  const nav = useNav();
  const { pathname } = useLocation();
  const links = thumbed(menu).flatMap((x) => nav([{ label: { zh: '', en: '' }, items: [x] }])[0]?.links ?? []);
  return (
    <nav className="fc-bottom" aria-label={t('nav.main')}>
      <Link to="/" className={pathname === '/' ? 'active' : ''}>
        <HomeOutlined />
        {t('nav.workbench')}
      </Link>
      {links.map((l) => (
        <Link key={l.code} to={l.to} className={pathname === l.to || pathname.startsWith(`${l.to}/`) ? 'active' : ''}>
          <Badge size="small" count={l.count} overflowCount={99}>
            {l.icon}
          </Badge>
          <span>{l.label}</span>
        </Link>
      ))}
      <Link to="/me" className={pathname === '/me' ? 'active' : ''}>
        <UserOutlined />
        {t('nav.mine')}
      </Link>
    </nav>
  );
}
