import { CloseCircleFilled, PlusOutlined, SearchOutlined } from '@ant-design/icons';
import { Button, Checkbox, DatePicker, Dropdown, Input, InputNumber, Popover, Radio, Space } from 'antd';
import dayjs from 'dayjs';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FieldInfo, Filter, KindInfo, Term } from '../../api/types';
import { RefSelect, useTitle } from '../../components/RefSelect';
import { dayOf, instant, wall } from '../../lib/clock';
import { toMoney } from '../../lib/format';
import { fieldOf, optionOf, plain } from '../../lib/kind';
import { useNames, useWords } from '../../lib/prefs';

type Props = { kind: KindInfo; q?: string; filter: Filter; onQ: (q: string | undefined) => void; onFilter: (f: Filter) => void };

const common = 4;

const filterable = (f: FieldInfo) => {
  if (f.type === 'id' || f.type === 'json') return false;
  if (f.type === 'text') return f.ops.includes('=') && !f.searchable;
  return f.ops.length > 0;
};

/** The conditions of a list as chips: the usual ones stand open, the others are added. */
export function FilterBar({ kind, q, filter, onQ, onFilter }: Props) {
  const { t } = useTranslation();
  const words = useWords();
  const names = useNames();
  const [typed, setTyped] = useState(q ?? '');
  useEffect(() => setTyped(q ?? ''), [q]);
  const [added, setAdded] = useState<string[]>([]);
  const fields = kind.fields.filter(filterable);
  const weight: Partial<Record<string, number>> = { choice: 0, bool: 1, ref: 2, date: 2, time: 3, money: 3 };
  const plain = fields
    .filter((f) => kind.list.includes(f.name) && f.type !== 'text')
    .sort((a, b) => (weight[a.type] ?? 4) - (weight[b.type] ?? 4))
    .slice(0, common)
    .map((f) => f.name);
  const usual = kind.filters ? kind.filters.filter((n) => fieldOf(fields, n)) : plain;
  const extra = fields.filter((f) => !usual.includes(f.name) && (added.includes(f.name) || filter.some((term) => term[0] === f.name)));
  const shown = [...usual.flatMap((n) => fieldOf(fields, n) ?? []), ...extra];
  const rest = fields.filter((f) => !shown.includes(f));
  const odd = filter.filter((term) => !fieldOf(fields, term[0]));
  const put = (name: string, terms: Term[]) => onFilter([...filter.filter((x) => x[0] !== name), ...terms]);

  return (
    <div className="fc-chips">
      <Input
        allowClear
        prefix={<SearchOutlined className="fc-soft" />}
        placeholder={t('list.search', { kind: names.some(kind) })}
        aria-label={t('list.search', { kind: names.some(kind) })}
        value={typed}
        onChange={(e) => {
          setTyped(e.target.value);
          if (!e.target.value) onQ(undefined);
        }}
        onPressEnter={() => onQ(typed.trim() || undefined)}
        onBlur={() => typed.trim() !== (q ?? '') && onQ(typed.trim() || undefined)}
        style={{ display: kind.searchable ? undefined : 'none' }}
      />
      {shown.map((f) => (
        <Chip key={f.name} field={f} terms={filter.filter((x) => x[0] === f.name)} onChange={(terms) => put(f.name, terms)} />
      ))}
      {odd.map((term) => (
        <Button key={JSON.stringify(term)} className="fc-chip on" onClick={() => onFilter(filter.filter((x) => x !== term))}>
          {t('list.filter')} <CloseCircleFilled />
        </Button>
      ))}
      {rest.length > 0 && (
        <Dropdown
          trigger={['click']}
          menu={{
            style: { maxHeight: 360, overflow: 'auto' },
            items: rest.map((f) => ({ key: f.name, label: words(f.label) })),
            onClick: ({ key }) => setAdded([...added, key]),
          }}
        >
          <Button type="text" icon={<PlusOutlined aria-hidden />}>
            {t('list.more')}
          </Button>
        </Dropdown>
      )}
      {(filter.length > 0 || q) && (
        <Button
          type="link"
          onClick={() => {
            setAdded([]);
            onFilter([]);
            if (q) onQ(undefined);
          }}
        >
          {t('list.clear')}
        </Button>
      )}
    </div>
  );
}

function Chip({ field, terms, onChange }: { field: FieldInfo; terms: Term[]; onChange: (terms: Term[]) => void }) {
  const { t } = useTranslation();
  const words = useWords();
  const [open, setOpen] = useState(false);
  const summary = useSummary(field, terms);
  const on = terms.length > 0;
  const done = (next: Term[]) => {
    setOpen(false);
    onChange(next);
  };
  return (
    <Popover
      trigger="click"
      placement="bottomLeft"
      arrow={false}
      open={open}
      onOpenChange={setOpen}
      destroyOnHidden
      content={<Editor field={field} terms={terms} done={done} />}
    >
      <Button className={on ? 'fc-chip on' : 'fc-chip'} aria-expanded={open}>
        <span>
          {words(field.label)}
          {on && `: ${summary}`}
        </span>
        {on && (
          <CloseCircleFilled
            aria-label={t('list.reset')}
            onClick={(e) => {
              e.stopPropagation();
              onChange([]);
            }}
          />
        )}
      </Button>
    </Popover>
  );
}

const bound = (terms: Term[], op: string) => terms.find((x) => x[1] === op || x[1] === op.slice(0, 1))?.[2] as string | undefined;

function useSummary(field: FieldInfo, terms: Term[]): string {
  const { t } = useTranslation();
  const words = useWords();
  const first = terms[0];
  const value = first?.[2];
  const special = typeof value === 'string' && value.startsWith('@');
  const title = useTitle(field.type === 'ref' && !special ? field.refPath : undefined, typeof value === 'string' ? value : undefined);
  if (!first) return '';
  if (first[1] === 'null') return t(value ? 'file.hasNot' : 'file.has');
  switch (field.type) {
    case 'multi':
      return terms.map((x) => words(optionOf(field, x[2])?.label) || String(x[2])).join(' + ');
    case 'choice':
      return (Array.isArray(value) ? value : [value]).map((v) => words(optionOf(field, v)?.label) || String(v)).join('、');
    case 'bool':
      return value ? t('value.yes') : t('value.no');
    case 'ref':
      return special ? String(value) : (title ?? '…');
    case 'money':
    case 'int':
    case 'number':
    case 'date':
    case 'time': {
      const show = (v?: string) => (v === undefined ? '' : field.type === 'time' ? dayOf(v) : plain(field, v));
      if (first[1] === '=') return show(String(value));
      return `${show(bound(terms, '>='))} ~ ${show(bound(terms, '<='))}`;
    }
  }
  return String(value);
}

function Editor({ field, terms, done }: { field: FieldInfo; terms: Term[]; done: (terms: Term[]) => void }) {
  const { t } = useTranslation();
  const words = useWords();
  const name = field.name;
  const value = terms[0]?.[2];
  const [chosen, setChosen] = useState<string[]>(
    field.type === 'multi'
      ? terms.map((x) => String(x[2]))
      : Array.isArray(value)
        ? value.map(String)
        : value !== undefined
          ? [String(value)]
          : [],
  );
  const shown = (v?: string) => (v !== undefined && field.format === 'basis_points' ? String(Number(v) / 100) : v);
  const [low, setLow] = useState(shown(bound(terms, '>=')));
  const [high, setHigh] = useState(shown(bound(terms, '<=')));
  const [text, setText] = useState(typeof value === 'string' ? value : '');
  const range = (): Term[] => [...(low ? [[name, '>=', low] as Term] : []), ...(high ? [[name, '<=', high] as Term] : [])];
  // A rate is filtered as it is shown, in percent, and asked for in basis points.
  const scale = field.format === 'basis_points' ? 100 : 1;
  const numbers = (): Term[] =>
    range().map(
      ([n, op, v]) => [n, op, field.type === 'int' ? Math.round(Number(v) * scale) : field.type === 'number' ? Number(v) : v] as Term,
    );
  const foot = (terms: () => Term[]) => (
    <Space style={{ marginTop: 10, display: 'flex', justifyContent: 'flex-end' }}>
      <Button size="small" onClick={() => done([])}>
        {t('list.reset')}
      </Button>
      <Button size="small" type="primary" onClick={() => done(terms())}>
        {t('list.apply')}
      </Button>
    </Space>
  );
  switch (field.type) {
    case 'multi':
    case 'choice':
      return (
        <div style={{ minWidth: 180 }}>
          <Checkbox.Group
            style={{ flexDirection: 'column', gap: 4, maxHeight: 300, overflow: 'auto', flexWrap: 'nowrap' }}
            value={chosen}
            onChange={(v) => setChosen(v as string[])}
            options={(field.options ?? []).map((o) => ({ value: o.value, label: words(o.label) }))}
          />
          {foot(() =>
            field.type === 'multi'
              ? chosen.map((v): Term => [name, 'has', v])
              : chosen.length === 0
                ? []
                : chosen.length === 1
                  ? [[name, '=', chosen[0]]]
                  : [[name, 'in', chosen]],
          )}
        </div>
      );
    case 'bool':
      return (
        <Radio.Group value={value} onChange={(e) => done([[name, '=', e.target.value]])}>
          <Radio value={true}>{t('value.yes')}</Radio>
          <Radio value={false}>{t('value.no')}</Radio>
        </Radio.Group>
      );
    case 'file':
      return (
        <Radio.Group value={value} onChange={(e) => done([[name, 'null', e.target.value]])}>
          <Radio value={false}>{t('file.has')}</Radio>
          <Radio value={true}>{t('file.hasNot')}</Radio>
        </Radio.Group>
      );
    case 'ref':
      return (
        <div style={{ width: 240 }}>
          <RefSelect
            path={field.refPath}
            value={typeof value === 'string' ? value : undefined}
            label={words(field.label)}
            autoFocus
            onChange={(v) => done(v ? [[name, '=', v]] : [])}
          />
        </div>
      );
    case 'date':
    case 'time': {
      const edge = (d: dayjs.Dayjs, end: boolean) =>
        field.type === 'date' ? d.format('YYYY-MM-DD') : instant(end ? d.endOf('day') : d.startOf('day'));
      const day = (v?: string) => (v && !v.startsWith('@') ? (field.type === 'time' ? wall(v) : dayjs(v)) : null);
      return (
        <DatePicker.RangePicker
          allowEmpty={[true, true]}
          autoFocus
          value={[day(low), day(high)]}
          onChange={(v) =>
            done([
              ...(v?.[0] ? [[name, '>=', edge(v[0], false)] as Term] : []),
              ...(v?.[1] ? [[name, '<=', edge(v[1], true)] as Term] : []),
            ])
          }
        />
      );
    }
    case 'money':
    case 'number':
    case 'int': {
      const read = (v: string | number | null) => (v === null || v === '' ? undefined : field.type === 'money' ? toMoney(v) : String(v));
      return (
        <div>
          <Space>
            <InputNumber stringMode controls={false} autoFocus placeholder={t('list.from')} value={low} onChange={(v) => setLow(read(v))} />
            ~
            <InputNumber stringMode controls={false} placeholder={t('list.to')} value={high} onChange={(v) => setHigh(read(v))} />
          </Space>
          {foot(numbers)}
        </div>
      );
    }
  }
  const plain = (): Term[] => (text.trim() ? [[name, '=', text.trim()]] : []);
  return (
    <div>
      <Input autoFocus value={text} onChange={(e) => setText(e.target.value)} onPressEnter={() => done(plain())} />
      {foot(plain)}
    </div>
  );
}
