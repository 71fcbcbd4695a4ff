import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { App } from 'antd';
import i18next, { type TFunction } from 'i18next';
import { type ReactNode, useMemo, useReducer } from 'react';
import { initReactI18next } from 'react-i18next';
import zh from '../../../locales/zh.json';
import { DesignContext, type DesignValue } from '../design';
import { begin, reduce } from '../model/reducer';
import { type Item, treeOf } from '../model/tree';
import type { Say } from '../model/words';
import type { Fact, Flow, FlowNode, NodeKind, Subject } from '../types';

export const facts: Fact[] = [
  { name: 'amount', label: { zh: '成交价', en: 'Price' }, type: 'money' },
  { name: 'listPrice', label: { zh: '指导价', en: 'List price' }, type: 'money' },
  { name: 'rate', label: { zh: '优惠率', en: 'Discount rate' }, type: 'basis_points' },
  { name: 'signedOn', label: { zh: '签约日期', en: 'Signed on' }, type: 'date' },
  { name: 'days', label: { zh: '库龄', en: 'Days in stock' }, type: 'int' },
  { name: 'loan', label: { zh: '贷款', en: 'Loan' }, type: 'bool' },
  {
    name: 'channel',
    label: { zh: '渠道', en: 'Channel' },
    type: 'choice',
    options: [
      { value: 'walk_in', label: { zh: '到店', en: 'Walk-in' } },
      { value: 'online', label: { zh: '网络', en: 'Online' } },
    ],
  },
  { name: 'ownerId', label: { zh: '销售顾问', en: 'Consultant' }, type: 'ref', refPath: 'users' },
  {
    name: 'submitter.roles',
    label: { zh: '提交人角色', en: "Submitter's roles" },
    type: 'multi',
    options: [{ value: 'seller', label: { zh: '销售顾问', en: 'Consultant' } }],
  },
  {
    name: 'lines',
    label: { zh: '明细', en: 'Lines' },
    type: 'lines',
    fields: [{ name: 'price', label: { zh: '单价', en: 'Price' }, type: 'money' }],
  },
];

export const subject: Subject = {
  kind: 'contract',
  action: 'submit',
  label: { zh: '提交', en: 'Submit' },
  kindLabel: { zh: '销售合同', en: 'Contract' },
  ready: true,
  permission: 'contract:approve',
  facts,
  editable: ['amount'],
  hideable: ['amount', 'rate'],
  default: 'refuse',
  flows: 1,
};

if (!i18next.isInitialized) {
  await i18next.use(initReactI18next).init({
    lng: 'zh',
    resources: { zh: { translation: zh } },
    keySeparator: false,
    nsSeparator: false,
    interpolation: { escapeValue: false },
  });
}

export const say: Say = {
  t: i18next.t as TFunction,
  words: (w) => w?.zh ?? '',
  facts,
  name: (what, id) => `${what}:${id}`,
};

/** "s>a1 a1>b1 b1>a2? b1>e!" : lines from node to node; ? has a condition, ! is for all other cases. Kinds follow the first letter. */
export function flowOf(text: string): Flow {
  const kinds: Record<string, NodeKind> = { s: 'start', a: 'approve', c: 'copy', b: 'branch', f: 'fork', j: 'join', e: 'end' };
  const ids = new Set<string>();
  const lines = text.split(' ').map((part, i) => {
    const [from = '', rest = ''] = part.split('>');
    const to = rest.replace(/[?!]$/, '');
    ids.add(from).add(to);
    return {
      id: `l${i + 1}`,
      from,
      to,
      ...(rest.endsWith('?') && { when: { any: [[{ fact: 'rate', op: '>' as const, value: '3' }]] } }),
      ...(rest.endsWith('!') && { else: true }),
    };
  });
  const nodes = [...ids].filter(Boolean).map(
    (id): FlowNode => ({
      id,
      kind: kinds[id.charAt(0)] ?? 'approve',
      x: 0,
      y: 0,
      ...(id.startsWith('a') && { name: { zh: id, en: id } }),
    }),
  );
  return { nodes, lines, withdraw: 'before_first', bulk: true };
}

/** A list as one line: "a1 b1(a2 | ) e". */
export function textOf(items: Item[]): string {
  return items
    .map((i) => {
      if (i.type === 'jump') return `→${i.to}`;
      if (i.type !== 'block') return i.node.id;
      return `${i.node.id}(${i.arms.map((a) => textOf(a.items)).join(' | ')})${i.join ? i.join.id : ''}`;
    })
    .join(' ');
}

export const listOf = (flow: Flow) => textOf(treeOf(flow).items);

/** A design around what is tested; the last value is handed out. */
export function Around({
  flow,
  children,
  seen,
  edit = true,
}: {
  flow: Flow;
  children: ReactNode;
  seen?: (d: DesignValue) => void;
  edit?: boolean;
}) {
  const [design, dispatch] = useReducer(reduce, flow, begin);
  const client = useMemo(() => new QueryClient({ defaultOptions: { queries: { retry: false } } }), []);
  const value: DesignValue = {
    subject,
    flow: design.now,
    tree: treeOf(design.now),
    say,
    edit,
    selected: design.selected,
    dispatch,
    problems: [],
  };
  seen?.(value);
  return (
    <QueryClientProvider client={client}>
      <App>
        <DesignContext.Provider value={value}>{children}</DesignContext.Provider>
      </App>
    </QueryClientProvider>
  );
}
