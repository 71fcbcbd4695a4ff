import {
  AppstoreOutlined,
  BankOutlined,
  CarOutlined,
  CarryOutOutlined,
  CustomerServiceOutlined,
  FileDoneOutlined,
  FileTextOutlined,
  FundOutlined,
  ShopOutlined,
  ShoppingOutlined,
  TagsOutlined,
  TeamOutlined,
  ToolOutlined,
  TransactionOutlined,
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
  { key: 'nav.system', kinds: ['user', 'org_unit'] },
];

const icons: Record<string, ReactNode> = {
  visit: <ShopOutlined />,
  intent: <FundOutlined />,
  contract: <FileTextOutlined />,
  customer: <TeamOutlined />,
  vehicle: <CarOutlined />,
  vehicle_model: <AppstoreOutlined />,
  accessory: <ToolOutlined />,
  price: <TagsOutlined />,
  receipt: <TransactionOutlined />,
  invoice: <FileDoneOutlined />,
  outbound: <ShoppingOutlined />,
  handover: <CarryOutOutlined />,
  callback: <CustomerServiceOutlined />,
  user: <UserOutlined />,
  org_unit: <BankOutlined />,
};

export const iconOf = (kind: string) => icons[kind] ?? <AppstoreOutlined />;

/** The kinds that the reader may read, in the order of the trade; one that is in no group comes under the last. */
export function grouped(kinds: KindInfo[]): { key: Key; kinds: KindInfo[] }[] {
  const by = new Map(kinds.map((k) => [k.name, k]));
  const out: { key: Key; kinds: KindInfo[] }[] = groups.map((g) => ({ key: g.key, kinds: g.kinds.flatMap((n) => by.get(n) ?? []) }));
  const known = new Set(groups.flatMap((g) => g.kinds));
  out.splice(out.length - 1, 0, { key: 'nav.other', kinds: kinds.filter((k) => !known.has(k.name)) });
  return out.filter((g) => g.kinds.length > 0);
}
