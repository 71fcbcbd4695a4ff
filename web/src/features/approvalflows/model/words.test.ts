import { describe, expect, test } from 'vitest';
import { facts, flowOf, say } from '../testing/flows';
import type { Condition, Fact, FlowNode, Rule } from '../types';
import { completions } from './complete';
import { moveItem } from './edit';
import { aboutFact, isEmpty, opsOf, peers, plainFacts, whole, withOp } from './facts';
import { changesWords, conditionWords, lineWords, modeWords, nodeName, ruleWords } from './words';

describe('conditions in words', () => {
  test.each<[string, Condition | undefined, string]>([
    ['none', undefined, '总是'],
    ['money in yuan', { any: [[{ fact: 'amount', op: '>=', value: '200000.00' }]] }, '成交价 不少于 ¥200,000'],
    ['a rate', { any: [[{ fact: 'rate', op: '>', value: '3.5' }]] }, '优惠率 大于 3.5%'],
    ['a choice of several', { any: [[{ fact: 'channel', op: 'in', value: ['walk_in', 'online'] }]] }, '渠道 是其中之一 到店或网络'],
    ['a yes', { any: [[{ fact: 'loan', op: '=', value: true }]] }, '贷款 等于 是'],
    ['a person', { any: [[{ fact: 'ownerId', op: '=', value: 'u1' }]] }, '销售顾问 等于 record:u1'],
    ['another fact', { any: [[{ fact: 'amount', op: '<', than: 'listPrice' }]] }, '成交价 小于 指导价'],
    ['a field of lines', { any: [[{ fact: 'lines.price', op: '>', value: '5.00' }]] }, '明细·单价 大于 ¥5'],
    ['empty', { any: [[{ fact: 'signedOn', op: 'empty' }]] }, '签约日期 没有填'],
    ['a value still to come', { any: [[{ fact: 'days', op: '>' }]] }, '库龄 大于 …'],
    ['a fact that is gone', { any: [[{ fact: 'colour', op: '=', value: 'x' }]] }, '已不存在的字段（colour） 等于 x'],
    [
      'all of a group',
      {
        any: [
          [
            { fact: 'rate', op: '>', value: '3' },
            { fact: 'days', op: '<', value: 60 },
          ],
        ],
      },
      '优惠率 大于 3% 并且 库龄 小于 60',
    ],
    [
      'any of two groups',
      {
        any: [
          [
            { fact: 'rate', op: '>', value: '3' },
            { fact: 'days', op: '<', value: 60 },
          ],
          [{ fact: 'loan', op: '=', value: false }],
        ],
      },
      '（优惠率 大于 3% 并且 库龄 小于 60） 或者 贷款 等于 否',
    ],
    ['an expression', { cel: 'rate > 300' }, '表达式成立：rate > 300'],
  ])('%s', (_, c, want) => expect(conditionWords(say, c)).toBe(want));

  test('a way says its name, its condition, or that it is for the rest', () => {
    const flow = flowOf('s>b1 b1>a1? b1>e! a1>e');
    expect(flow.lines.map((l) => lineWords(say, flow, l))).toEqual(['', '优惠率 大于 3%', '其他情况', '']);
  });
});

describe('what can be asked of a fact', () => {
  const fact = (name: string): Fact => {
    const found = plainFacts(facts).find((f) => f.name === name);
    if (!found) throw new Error(`no fact ${name}`);
    return found;
  };

  test.each([
    ['amount', '>'],
    ['rate', '>'],
    ['signedOn', '='],
    ['loan', '='],
    ['channel', '='],
    ['lines', 'empty'],
  ])('%s begins with %s', (name, op) => expect(aboutFact(fact(name)).op).toBe(op));

  test('operators fit the type', () => {
    expect(opsOf('bool')).toEqual(['=']);
    expect(opsOf('money')).not.toContain('contains');
    expect(opsOf('choice')).toContain('in');
  });

  test('a new operator keeps the value that fits it', () => {
    expect(withOp({ fact: 'channel', op: '=', value: 'online' }, 'in')).toEqual({ fact: 'channel', op: 'in', value: ['online'] });
    expect(withOp({ fact: 'channel', op: 'in', value: ['online', 'walk_in'] }, '=')).toEqual({ fact: 'channel', op: '=', value: 'online' });
    expect(withOp({ fact: 'amount', op: '<', than: 'listPrice' }, '>')).toEqual({ fact: 'amount', op: '>', than: 'listPrice' });
    expect(withOp({ fact: 'amount', op: '<', value: '1.00' }, 'empty')).toEqual({ fact: 'amount', op: 'empty' });
  });

  test('a fact is compared with others of its type', () => {
    expect(peers(facts, fact('amount')).map((f) => f.name)).toEqual(['listPrice']);
    expect(peers(facts, fact('loan'))).toEqual([]);
  });

  test('a term without its value is not whole', () => {
    expect(whole({ fact: 'rate', op: '>' })).toBe(false);
    expect(whole({ fact: 'channel', op: 'in', value: [] })).toBe(false);
    expect(whole({ fact: 'signedOn', op: 'empty' })).toBe(true);
    expect(isEmpty({ any: [[]] })).toBe(true);
    expect(isEmpty({ cel: ' ' })).toBe(true);
  });
});

describe('an expression goes on with', () => {
  const at = (text: string) => completions(facts, text, text.length).map((c) => text.slice(0, c.from) + c.insert);

  test.each([
    ['am', 'amount'],
    ['amount > listP', 'amount > listPrice'],
    ['优惠', undefined],
    ['channel == ', 'channel == "walk_in"'],
    ['channel == "on', 'channel == "online"'],
    ['submitter.ro', 'submitter.roles'],
    ['lines.ex', 'lines.exists(x, '],
    ['lines.exists(x, x.pr', 'lines.exists(x, x.price'],
    ['emp', 'empty('],
  ])('%s', (text, want) => (want ? expect(at(text)).toContain(want) : expect(at(text).length).toBeGreaterThan(0)));

  test('nothing inside a text', () => expect(at('channel == "x" && name == "am')).toEqual([]));
});

describe('steps in words', () => {
  const rule = (r: Rule) => ruleWords(say, r);

  test('whom a rule finds', () => {
    expect(rule({ rule: 'users', users: ['u1', 'u2'] })).toBe('user:u1、user:u2');
    expect(rule({ rule: 'role_company', code: 'sales_manager' })).toBe('本公司的role:sales_manager');
    expect(rule({ rule: 'head', levels: 0 })).toBe('提交人部门的负责人');
    expect(rule({ rule: 'head', levels: 2 })).toBe('提交人上 2 级的负责人');
    expect(rule({ rule: 'field', field: 'ownerId' })).toBe('单据上的销售顾问');
    expect(rule({ rule: 'users' })).toBe('还没有选人');
  });

  const step: FlowNode = { id: 'a1', kind: 'approve', x: 0, y: 0, approvers: [{ rule: 'role_group', code: 'cfo' }] };

  test('how many must agree, and until when', () => {
    expect(modeWords(say, step)).toBe('任一人同意');
    // biome-ignore lint/suspicious/noThenProperty: the field's name in the API
    const deadline = { hours: 8, workdays: true, then: 'escalate' as const };
    expect(modeWords(say, { ...step, mode: 'share', share: 60, deadline })).toBe('60% 的人同意 · 8 个工作小时后交给上级');
  });

  test('a step without a name is called after its approvers', () => {
    expect(nodeName(say, step)).toBe('集团的role:cfo审批');
    expect(nodeName(say, { ...step, name: { zh: '财务', en: '' } })).toBe('财务');
  });
});

describe('two versions compared', () => {
  const was = flowOf('s>b1 b1>a1? b1>e! a1>e');

  test('nothing when only the drawing moved', () => {
    expect(changesWords(say, was, { ...was, nodes: was.nodes.map((n) => ({ ...n, x: n.x + 50 })) })).toEqual([]);
  });

  test('conditions, people, settings and ways in sentences', () => {
    const now = {
      ...was,
      bulk: false,
      nodes: was.nodes.map((n) =>
        n.id === 'a1' ? { ...n, approvers: [{ rule: 'role_group' as const, code: 'cfo' }], signature: true } : n,
      ),
      lines: was.lines.map((l) => (l.when ? { ...l, when: { any: [[{ fact: 'rate', op: '>' as const, value: '5' }]] } } : l)),
    };
    expect(changesWords(say, was, now)).toEqual([
      '第 1 步 a1：审批人 由「还没有选人」改为「集团的role:cfo」',
      '第 1 步 a1：改了「要手写签名」',
      '按条件分开 → a1：条件由「优惠率 大于 3%」改为「优惠率 大于 5%」',
      '改为不能批量审批',
    ]);
  });

  test('what came and went', () => {
    const moved = moveItem(flowOf('s>a1 a1>a2 a2>e'), 'a2', 'begin');
    expect(changesWords(say, flowOf('s>a1 a1>a2 a2>e'), moved)).toEqual([
      '新的走向：提交 → a2',
      '新的走向：a1 → 结束',
      '新的走向：a2 → a1',
    ]);
    expect(changesWords(say, flowOf('s>a1 a1>e'), flowOf('s>c1 c1>e'))).toEqual(['加了 第 1 步 抄送', '删了 第 1 步 a1']);
  });
});
