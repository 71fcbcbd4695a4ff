import {
  ApiOutlined,
  AppstoreOutlined,
  AuditOutlined,
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
import { useKinds } from '../api/queries';
import type { MenuHeading } from '../api/types';
import { useTodo } from '../features/approvals/queries';
import { useNames, useWords } from '../lib/prefs';

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

/** The icons of pages that are no list of a kind, by their path. */
const pages: Record<string, ReactNode> = {
  approvals: <AuditOutlined aria-hidden />,
  brands: <TagOutlined aria-hidden />,
  organisation: <BankOutlined aria-hidden />,
  roles: <SafetyOutlined aria-hidden />,
  screens: <LayoutOutlined aria-hidden />,
  groups: <UsergroupAddOutlined aria-hidden />,
  'approval-flows': <AuditOutlined aria-hidden />,
  explain: <QuestionCircleOutlined aria-hidden />,
  jobs: <ClockCircleOutlined aria-hidden />,
  log: <HistoryOutlined aria-hidden />,
  identity: <KeyOutlined aria-hidden />,
  tokens: <ApiOutlined aria-hidden />,
  monitor: <DashboardOutlined aria-hidden />,
  support: <SolutionOutlined aria-hidden />,
  settings: <SettingOutlined aria-hidden />,
};

export type NavLink = {
  code: string;
  to: string;
  icon: ReactNode;
  label: string /** What waits there for the reader. */;
  count?: number | string;
};
export type NavGroup = { label: string; links: NavLink[] };

/** Draws the menu that the server gives in words, addresses and icons. */
export function useNav() {
  const names = useNames();
  const words = useWords();
  const kinds = useKinds();
  const todo = useTodo();
  const counts: Record<string, number | string> = { approvals: todo.more ? `${todo.count}+` : todo.count };
  return (sections: MenuHeading[]): NavGroup[] =>
    sections.map((s) => ({
      label: words(s.label),
      links: s.items.map(({ code, kind, label, renamed }) => {
        const k = kind ? kinds.find((x) => x.name === code) : undefined;
        return {
          code,
          count: counts[code],
          to: kind ? `/r/${k?.path ?? code}` : `/${code}`,
          icon: kind ? iconOf(code) : (pages[code] ?? <AppstoreOutlined aria-hidden />),
          label: k && !renamed ? names.many(k) : words(label),
        };
      }),
    }));
}
