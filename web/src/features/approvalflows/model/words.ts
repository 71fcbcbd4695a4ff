import type { TFunction } from 'i18next';
import type { Words } from '../../../api/types';
import { money } from '../../../lib/format';
import type { Condition, Fact, Flow, FlowLine, FlowNode, Rule, Term } from '../types';
import { factOf, isEmpty, needsValue, plainFacts } from './facts';
import { lineOf, nodeOf, type Tree, treeOf } from './tree';

/** What sentences need: the language's texts, the facts, and the names of what is only known by its id. */
export type Say = {
  t: TFunction;
  words: (w?: Words) => string;
  facts: Fact[];
  /** Of a user, unit, group of users, role (by code) or record, the name; the id while it is not known. */
  name: (what: 'user' | 'unit' | 'group' | 'role' | 'record', id: string, path?: string) => string;
};

const list = (say: Say, all: string[]) => all.join(say.t('approvalflows.and'));

function value(say: Say, fact: Fact | undefined, v: unknown): string {
  if (v === undefined || v === null || v === '') return '…';
  if (Array.isArray(v)) return v.length ? v.map((x) => value(say, fact, x)).join(say.t('approvalflows.orShort')) : '…';
  switch (fact?.type) {
    case 'money':
      return money(v).replace(/\.00$/, '');
    case 'basis_points':
      return `${v}%`;
    case 'bool':
      return v ? say.t('value.yes') : say.t('value.no');
    case 'choice':
    case 'multi':
      return say.words(fact.options?.find((o) => o.value === v)?.label) || String(v);
    case 'ref':
      return say.name('record', String(v), fact.refPath);
    default:
      return String(v);
  }
}

/** "优惠率大于 3%" */
export function termWords(say: Say, term: Term): string {
  const facts = plainFacts(say.facts);
  const fact = factOf(facts, term.fact);
  const label = fact ? say.words(fact.label) : say.t('approvalflows.unknownFact', { name: term.fact });
  const op = say.t(`approvalflows.op.${term.op}`);
  if (!needsValue(term.op)) return say.t('approvalflows.term.bare', { fact: label, op });
  const other = term.than === undefined ? undefined : factOf(facts, term.than);
  const to = term.than === undefined ? value(say, fact, term.value) : other ? say.words(other.label) : term.than;
  return say.t('approvalflows.term', { fact: label, op, value: to });
}

/** A condition in one sentence: all of a group, or all of another. */
export function conditionWords(say: Say, c: Condition | undefined): string {
  if (!c || isEmpty(c)) return say.t('approvalflows.always');
  if (c.cel) return say.t('approvalflows.celWords', { cel: c.cel });
  const groups = (c.any ?? []).filter((g) => g.length > 0);
  const one = (g: Term[]) => g.map((x) => termWords(say, x)).join(say.t('approvalflows.allOf'));
  if (groups.length === 1 && groups[0]) return one(groups[0]);
  return groups.map((g) => (g.length > 1 ? say.t('approvalflows.bracket', { text: one(g) }) : one(g))).join(say.t('approvalflows.anyOf'));
}

/** What a line says of itself: its name, its condition, or that it is for all other cases. */
export function lineWords(say: Say, flow: Flow, l: FlowLine): string {
  const named = say.words(l.name);
  if (named) return named;
  if (nodeOf(flow, l.from)?.kind !== 'branch') return '';
  if (l.else) return say.t('approvalflows.otherwise');
  return isEmpty(l.when) ? say.t('approvalflows.noCondition') : conditionWords(say, l.when);
}

const level = (say: Say, n: number) => say.t(n === 0 ? 'approvalflows.rule.level0' : 'approvalflows.rule.level', { n });

/** "门店的销售经理" */
export function ruleWords(say: Say, r: Rule): string {
  const t = say.t;
  const role = r.code ? say.name('role', r.code) : r.role ? say.name('role', r.role) : '…';
  const unit = r.unit ? say.name('unit', r.unit) : '…';
  switch (r.rule) {
    case 'users':
      return r.users?.length
        ? list(
            say,
            r.users.map((u) => say.name('user', u)),
          )
        : t('approvalflows.rule.nobody');
    case 'role_company':
      return t('approvalflows.rule.role_company.words', { role });
    case 'role_group':
      return t('approvalflows.rule.role_group.words', { role });
    case 'role_unit':
      return t('approvalflows.rule.role_unit.words', { role, unit });
    case 'posting':
      return t('approvalflows.rule.posting.words', { unit });
    case 'head':
      return t('approvalflows.rule.head.words', { level: level(say, r.levels ?? 0) });
    case 'heads':
      return t('approvalflows.rule.heads.words', { level: level(say, r.levels ?? 0) });
    case 'user_group':
      return r.group ? say.name('group', r.group) : '…';
    case 'field': {
      const fact = factOf(say.facts, r.field ?? '');
      return t('approvalflows.rule.field.words', { field: fact ? say.words(fact.label) : (r.field ?? '…') });
    }
    case 'submitter_choice':
    case 'previous_choice':
      return t(`approvalflows.rule.${r.rule}.words`);
    case 'expression':
      return t('approvalflows.rule.expression.words');
  }
}

/** What a node is called: its name, or what it does. */
export function nodeName(say: Say, n: FlowNode): string {
  const named = say.words(n.name);
  if (named) return named;
  if (n.kind !== 'approve' && n.kind !== 'copy') return say.t(`approvalflows.kind.${n.kind}`);
  const who = peopleWords(say, n);
  if (!n.approvers?.length) return say.t(`approvalflows.kind.${n.kind}`);
  return say.t(n.kind === 'copy' ? 'approvalflows.copyTo' : 'approvalflows.approvedBy', { who });
}

export const peopleWords = (say: Say, n: FlowNode): string =>
  n.approvers?.length
    ? list(
        say,
        n.approvers.map((r) => ruleWords(say, r)),
      )
    : say.t('approvalflows.rule.nobody');

/** "任一人同意 · 24 小时后提醒" */
export function modeWords(say: Say, n: FlowNode): string {
  const t = say.t;
  const mode = n.mode ?? 'any';
  const parts = [mode === 'share' ? t('approvalflows.mode.share.words', { share: n.share ?? 50 }) : t(`approvalflows.mode.${mode}.words`)];
  const d = n.deadline;
  if (d)
    parts.push(
      t(`approvalflows.then.${d.then}.words`, { hours: t(d.workdays ? 'approvalflows.workHours' : 'approvalflows.hours', { n: d.hours }) }),
    );
  return parts.join(' · ');
}

const same = (a: unknown, b: unknown) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

// Which settings of a node are told apart; where it stands in the drawing changes nothing.
const settings = [
  ['empty', 'emptyPerson'],
  ['self'],
  ['again'],
  ['returns'],
  ['resume'],
  ['comment'],
  ['signature'],
  ['hide'],
  ['edit'],
  ['noAdd'],
  ['noHandOver'],
] as const;

/** What is different between two versions, in sentences. */
export function changesWords(say: Say, was: Flow, now: Flow): string[] {
  const t = say.t;
  const out: string[] = [];
  const called = (tree: Tree, n: FlowNode) => {
    const number = tree.numbers.get(n.id);
    return number ? t('approvalflows.stepNamed', { number, name: nodeName(say, n) }) : nodeName(say, n);
  };
  const before = treeOf(was);
  const after = treeOf(now);
  for (const n of now.nodes) if (!nodeOf(was, n.id)) out.push(t('approvalflows.diff.added', { node: called(after, n) }));
  for (const n of was.nodes) if (!nodeOf(now, n.id)) out.push(t('approvalflows.diff.removed', { node: called(before, n) }));
  for (const n of now.nodes) {
    const o = nodeOf(was, n.id);
    if (!o) continue;
    const node = called(after, n);
    const tell = (what: string, a: string, b: string) => out.push(t('approvalflows.diff.changed', { node, what, was: a, now: b }));
    if (!same(o.name, n.name)) tell(t('approvalflows.name'), say.words(o.name) || t('value.none'), say.words(n.name) || t('value.none'));
    if (!same(o.approvers, n.approvers)) tell(t('approvalflows.approvers'), peopleWords(say, o), peopleWords(say, n));
    if (!same([o.mode, o.share, o.deadline], [n.mode, n.share, n.deadline]))
      tell(t('approvalflows.mode'), modeWords(say, o), modeWords(say, n));
    for (const keys of settings) {
      if (keys.some((k) => !same(o[k] || null, n[k] || null))) {
        out.push(t('approvalflows.diff.setting', { node, what: t(`approvalflows.${keys[0]}`) }));
      }
    }
  }
  const way = (f: Flow, l: FlowLine) => {
    const name = (id: string) => {
      const n = nodeOf(f, id);
      return n ? nodeName(say, n) : id;
    };
    return t('approvalflows.way', { from: name(l.from), to: name(l.to) });
  };
  for (const l of now.lines) {
    const o = lineOf(was, l.id);
    if (o && o.from === l.from && nodeOf(now, l.from)?.kind === 'branch' && !(same(o.when, l.when) && same(o.else, l.else))) {
      out.push(t('approvalflows.diff.condition', { way: way(now, l), was: lineWords(say, was, o), now: lineWords(say, now, l) }));
    }
    const kept = was.lines.some((x) => x.from === l.from && x.to === l.to);
    if (!kept && nodeOf(was, l.from) && nodeOf(was, l.to)) out.push(t('approvalflows.diff.way', { way: way(now, l) }));
  }
  if (was.withdraw !== now.withdraw) out.push(t('approvalflows.diff.withdraw', { now: t(`approvalflows.withdraw.${now.withdraw}`) }));
  if (was.bulk !== now.bulk) out.push(t(now.bulk ? 'approvalflows.diff.bulk' : 'approvalflows.diff.noBulk'));
  return out;
}
