import type { Words } from '../../../api/types';
import type { Condition, Fact, FactType, Op, Term } from '../types';

const compare: Op[] = ['=', '!=', '<', '<=', '>', '>='];
const given: Op[] = ['empty', 'not_empty'];

const operators: Record<FactType, Op[]> = {
  text: ['=', '!=', 'contains', ...given],
  int: compare,
  number: compare,
  money: compare,
  basis_points: compare,
  date: [...compare, ...given],
  time: ['<', '<=', '>', '>=', ...given],
  bool: ['='],
  choice: ['=', '!=', 'in', 'not_in', ...given],
  multi: ['contains', ...given],
  ref: ['=', '!=', 'in', 'not_in', ...given],
  lines: given,
};

/** How facts of a type can be compared, the likeliest first. */
export const opsOf = (type: FactType): Op[] => operators[type] ?? given;

/** Where conditions begin: numbers are mostly asked whether they pass a limit. */
export const firstOp = (type: FactType): Op => (['int', 'number', 'money', 'basis_points'].includes(type) ? '>' : (opsOf(type)[0] ?? '='));

export const needsValue = (op: Op) => op !== 'empty' && op !== 'not_empty';
export const takesMany = (op: Op) => op === 'in' || op === 'not_in';

/** The facts that a clicked condition can name: those of lines are written part.field and hold when they hold in one line. */
export function plainFacts(facts: Fact[]): Fact[] {
  return facts.flatMap((f) => {
    if (f.type !== 'lines') return [f];
    const label = (inner: Fact): Words => ({ zh: `${f.label.zh}·${inner.label.zh}`, en: `${f.label.en} · ${inner.label.en}` });
    return [f, ...(f.fields ?? []).map((inner) => ({ ...inner, name: `${f.name}.${inner.name}`, label: label(inner) }))];
  });
}

export const factOf = (facts: Fact[], name: string) => facts.find((f) => f.name === name);

/** The other facts with which a fact can be compared. */
export const peers = (facts: Fact[], fact: Fact) =>
  ['lines', 'multi', 'bool'].includes(fact.type) ? [] : facts.filter((f) => f.type === fact.type && f.name !== fact.name);

/** A term over another fact: what does not fit its type any more goes. */
export const aboutFact = (fact: Fact): Term => ({ fact: fact.name, op: firstOp(fact.type), ...(fact.type === 'bool' && { value: true }) });

export function withOp(term: Term, op: Op): Term {
  const { value, than, ...rest } = term;
  if (!needsValue(op)) return { ...rest, op };
  if (takesMany(op)) return { ...rest, op, value: Array.isArray(value) ? value : value === undefined ? undefined : [value] };
  return { ...rest, op, ...(than !== undefined ? { than } : { value: Array.isArray(value) ? value[0] : value }) };
}

/** Whether a term says all that it needs. */
export const whole = (t: Term) =>
  !needsValue(t.op) ||
  t.than !== undefined ||
  (takesMany(t.op) ? Array.isArray(t.value) && t.value.length > 0 : t.value !== undefined && t.value !== '');

export const isEmpty = (c: Condition | undefined) => !c || (!c.cel?.trim() && !(c.any ?? []).some((g) => g.length > 0));
