import {
  ApiOutlined,
  AppstoreOutlined,
  BankOutlined,
  CarOutlined,
  CarryOutOutlined,
  ClockCircleOutlined,
  CustomerServiceOutlined,
  DashboardOutlined,
  FileDoneOutlined,
  FileTextOutlined,
  FundOutlined,
  HistoryOutlined,
  KeyOutlined,
  LayoutOutlined,
  QuestionCircleOutlined,
  SafetyOutlined,
  SettingOutlined,
  ShopOutlined,
  ShoppingOutlined,
  SolutionOutlined,
  TagOutlined,
  TagsOutlined,
  TeamOutlined,
  ToolOutlined,
  TransactionOutlined,
  UsergroupAddOutlined,
  UserOutlined,
} from '@ant-design/icons';
import type { ReactNode } from 'react';
import type { KindInfo } from '../api/types';
import type { Key } from '../lib/i18n';

type Group = { key: Key; kinds: string[] };

const groups: Group[] = [
  { key: 'nav.sales', kinds: ['visit', 'intent', 'contract'] },
  { key: 'nav.customers', kinds: ['customer'] },
  { key: 'nav.vehicles', kinds: ['vehicle'] },
  { key: 'nav.goods', kinds: ['vehicle_model', 'accessory', 'price'] },
  { key: 'nav.finance', kinds: ['receipt', 'invoice'] },
  { key: 'nav.delivery', kinds: ['outbound', 'handover'] },
  { key: 'nav.callbacks', kinds: ['callback'] },
  { key: 'nav.system', kinds: ['user'] },
];

// These have pages of their own, and no list beside them.
const drawn = ['org_unit', 'approval', 'approval_task'];

const icons: Record<string, ReactNode> = {
  visit: <ShopOutlined aria-hidden />,
  intent: <FundOutlined aria-hidden />,
  contract: <FileTextOutlined aria-hidden />,
  customer: <TeamOutlined aria-hidden />,
  vehicle: <CarOutlined aria-hidden />,
  vehicle_model: <AppstoreOutlined aria-hidden />,
  accessory: <ToolOutlined aria-hidden />,
  price: <TagsOutlined aria-hidden />,
  receipt: <TransactionOutlined aria-hidden />,
  invoice: <FileDoneOutlined aria-hidden />,
  outbound: <ShoppingOutlined aria-hidden />,
  handover: <CarryOutOutlined aria-hidden />,
  callback: <CustomerServiceOutlined aria-hidden />,
  user: <UserOutlined aria-hidden />,
  org_unit: <BankOutlined aria-hidden />,
};

export const iconOf = (kind: string) => icons[kind] ?? <AppstoreOutlined aria-hidden />;

/** A page that is no list of a kind, for whoever holds needs. */
type Own = {
  path:
    | '/brands'
    | '/settings'
    | '/organisation'
    | '/roles'
    | '/groups'
    | '/explain'
    | '/jobs'
    | '/screens'
    | '/log'
    | '/identity'
    | '/tokens'
    | '/monitor'
    | '/support';
  label: Key;
  icon: ReactNode;
  group: Key;
  needs: string;
};

const owns: Own[] = [
  { path: '/brands', label: 'nav.brands', icon: <TagOutlined aria-hidden />, group: 'nav.goods', needs: 'catalogue:subscribe' },
  { path: '/organisation', label: 'org.title', icon: <BankOutlined aria-hidden />, group: 'nav.system', needs: 'org_unit:read' },
  { path: '/roles', label: 'roles.title', icon: <SafetyOutlined aria-hidden />, group: 'nav.system', needs: 'role:read' },
  { path: '/screens', label: 'screens.title', icon: <LayoutOutlined aria-hidden />, group: 'nav.system', needs: 'screen:read' },
  { path: '/groups', label: 'groups.title', icon: <UsergroupAddOutlined aria-hidden />, group: 'nav.system', needs: 'user_group:read' },
  { path: '/explain', label: 'explain.title', icon: <QuestionCircleOutlined aria-hidden />, group: 'nav.system', needs: 'role:read' },
  { path: '/jobs', label: 'jobs.title', icon: <ClockCircleOutlined aria-hidden />, group: 'nav.system', needs: 'job:read' },
  { path: '/log', label: 'log.title', icon: <HistoryOutlined aria-hidden />, group: 'nav.system', needs: 'history:read' },
  { path: '/identity', label: 'identity.title', icon: <KeyOutlined aria-hidden />, group: 'nav.system', needs: 'identity:manage' },
  { path: '/tokens', label: 'tokens.title', icon: <ApiOutlined aria-hidden />, group: 'nav.system', needs: 'token:manage' },
  { path: '/monitor', label: 'monitor.title', icon: <DashboardOutlined aria-hidden />, group: 'nav.system', needs: 'monitor:read' },
  { path: '/support', label: 'support.title', icon: <SolutionOutlined aria-hidden />, group: 'nav.system', needs: 'support:grant' },
  {
    path: '/settings',
    label: 'settings.title',
    icon: <SettingOutlined aria-hidden />,
    group: 'nav.system',
    needs: 'parameter:read',
  },
];

/** The pages that these grants open. */
export const pages = (grants: Record<string, string>) => owns.filter((p) => grants[p.needs] !== undefined);

/** The kinds and pages that the reader may read, in the order of the trade; a kind that is in no group comes before the last. */
export function grouped(kinds: KindInfo[], own: Own[]): { key: Key; kinds: KindInfo[]; pages: Own[] }[] {
  const by = new Map(kinds.map((k) => [k.name, k]));
  const of = (key: Key, kinds: KindInfo[]) => ({ key, kinds, pages: own.filter((p) => p.group === key) });
  const out = groups.map((g) =>
    of(
      g.key,
      g.kinds.flatMap((n) => by.get(n) ?? []),
    ),
  );
  const known = new Set([...groups.flatMap((g) => g.kinds), ...drawn]);
  out.splice(
    out.length - 1,
    0,
    of(
      'nav.other',
      kinds.filter((k) => !known.has(k.name)),
    ),
  );
  return out.filter((g) => g.kinds.length + g.pages.length > 0);
}
