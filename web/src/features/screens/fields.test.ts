import { describe, expect, it } from 'vitest';
import { bodyOf, freeKey, type OwnField, placeOf, readable, shapeOf, valuesOf } from './fields';

describe('own fields', () => {
  it('a new user field is a reference to people', () => {
    expect(bodyOf({ shape: 'user', key: 'x_seller', zh: '介绍人' }, true)).toMatchObject({
      key: 'x_seller',
      type: 'ref',
      ref: 'user',
      required: false,
    });
  });
  it('an edit leaves key and type out', () => {
    const body = bodyOf({ shape: 'number', key: 'x_n', zh: '面积', decimals: 2, start: 1.5 }, false);
    expect(body).not.toHaveProperty('key');
    expect(body).not.toHaveProperty('decimals');
    expect(body.start).toBe('1.5');
  });
  it('new options get codes that no other has, saved ones keep theirs', () => {
    const body = bodyOf(
      {
        shape: 'multi',
        key: 'x_m',
        zh: '标签',
        options: [{ zh: '甲' }, { value: 'o1', zh: '乙', off: true }, { zh: '丙' }],
        start: ['o1'],
      },
      true,
    );
    expect(body.options).toEqual([
      { value: 'o2', label: { zh: '甲', en: '' }, off: false },
      { value: 'o1', label: { zh: '乙', en: '' }, off: true },
      { value: 'o3', label: { zh: '丙', en: '' }, off: false },
    ]);
    expect(body.start).toBe('o1');
  });
  it('a formula is neither required nor has it a default', () => {
    const body = bodyOf({ shape: 'formula', result: 'money', key: 'x_s', zh: '和', formula: ' a + b ', required: true, start: 5 }, true);
    expect(body).toMatchObject({ type: 'money', formula: 'a + b', required: false, start: '' });
  });
  it('reads back what it wrote', () => {
    const f = { key: 'x_t', type: 'text', label: { zh: '爱好', en: '' }, help: { zh: '', en: '' }, filterable: true } as OwnField;
    expect(shapeOf(f)).toBe('text');
    expect(bodyOf(valuesOf(f), true)).toMatchObject({ key: 'x_t', type: 'text', filterable: true, maxLength: 0 });
  });
  it('keys, places and readable fields', () => {
    expect(freeKey([{ key: 'x_f1' }, { key: 'x_f3' }])).toBe('x_f2');
    expect(placeOf('label.zh')).toBe('zh');
    expect(placeOf('options[2].label.zh')).toBe('options');
    const field = (name: string, type: string, personal = false) => ({ name, type, personal }) as Parameters<typeof readable>[0][number];
    expect(
      readable([field('a', 'money'), field('b', 'text', true), field('c', 'json'), field('d', 'date')], 'd').map((f) => f.name),
    ).toEqual(['a']);
  });
});
