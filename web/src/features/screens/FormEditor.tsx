import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Checkbox, Input, Popconfirm, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { FieldInfo, KindInfo } from '../../api/types';
import { FieldInput } from '../../components/FieldInput';
import { Order } from '../../components/Order';
import { fieldOf } from '../../lib/kind';
import { useWords } from '../../lib/prefs';
import { type FormField, type FormLayout, formableOf, moved, put, unplaced } from './layouts';

/** The sections of a form and what stands in them: order, required, default, and when a field is shown. */
export function FormEditor({ kind, value, onChange }: { kind: KindInfo; value: FormLayout; onChange: (v: FormLayout) => void }) {
  const { t } = useTranslation();
  const words = useWords();
  const formable = formableOf(kind);
  const section = (i: number, change: Partial<FormLayout['sections'][number]>) =>
    onChange({ ...value, sections: value.sections.map((s, j) => (j === i ? { ...s, ...change } : s)) });
  const rest = unplaced(formable, value);
  return (
    <>
      <p className="fc-soft">{t('screens.formHint')}</p>
      {value.sections.map((s, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a section has nothing but its place
        <section key={i} style={{ marginBottom: 20 }}>
          <div style={{ display: 'flex', flexWrap: 'wrap', gap: 4, marginBottom: 6 }}>
            <Input
              value={s.label.zh}
              maxLength={30}
              aria-label={t('screens.section')}
              placeholder={t('screens.section')}
              style={{ width: 180, fontWeight: 600 }}
              onChange={(e) => section(i, { label: { ...s.label, zh: e.target.value } })}
            />
            <Input
              value={s.label.en}
              maxLength={40}
              aria-label={t('screens.nameEn')}
              placeholder={t('screens.nameEn')}
              style={{ width: 150 }}
              onChange={(e) => section(i, { label: { ...s.label, en: e.target.value } })}
            />
            <Order
              size="middle"
              labels={[`${words(s.label)} ${t('screens.up')}`, `${words(s.label)} ${t('screens.down')}`]}
              up={i === 0 ? undefined : () => onChange({ ...value, sections: moved(value.sections, i, -1) })}
              down={i === value.sections.length - 1 ? undefined : () => onChange({ ...value, sections: moved(value.sections, i, 1) })}
            />
            <Popconfirm
              title={t('screens.dropSectionAsk')}
              onConfirm={() => onChange({ ...value, sections: value.sections.filter((_, j) => j !== i) })}
              disabled={value.sections.length === 1}
            >
              <Button
                type="text"
                icon={<DeleteOutlined />}
                aria-label={`${words(s.label)} ${t('screens.remove')}`}
                disabled={value.sections.length === 1}
              />
            </Popconfirm>
          </div>
          {s.fields.map((x, j) => {
            const f = fieldOf(formable, x.name);
            return (
              f && (
                <Line
                  key={x.name}
                  field={f}
                  value={x}
                  formable={formable}
                  sections={value.sections.map((o, n) => ({ value: n, label: words(o.label) || String(n + 1) }))}
                  at={i}
                  onChange={(next) => section(i, { fields: s.fields.map((y) => (y.name === x.name ? next : y)) })}
                  onMove={(by) => section(i, { fields: moved(s.fields, j, by) })}
                  onPut={(to) => onChange(put(value, x.name, to))}
                />
              )
            );
          })}
        </section>
      ))}
      <Button
        icon={<PlusOutlined aria-hidden />}
        onClick={() => onChange({ ...value, sections: [...value.sections, { label: { zh: '', en: '' }, fields: [] }] })}
      >
        {t('screens.addSection')}
      </Button>
      {(value.hidden?.length ?? 0) + rest.length > 0 && (
        <div style={{ marginTop: 16 }}>
          <h2 className="fc-h2">{t('screens.notShown')}</h2>
          {[...(value.hidden ?? []).flatMap((n) => fieldOf(formable, n) ?? []), ...rest].map((f) => (
            <Button
              key={f.name}
              size="small"
              style={{ margin: '0 6px 6px 0' }}
              onClick={() => onChange(put(value, f.name, value.sections.length - 1))}
            >
              {words(f.label)}
              {rest.includes(f) && ` · ${t('screens.atTheEnd')}`}
            </Button>
          ))}
        </div>
      )}
    </>
  );
}

type LineProps = {
  field: FieldInfo;
  value: FormField;
  formable: FieldInfo[];
  sections: { value: number; label: string }[];
  at: number;
  onChange: (v: FormField) => void;
  onMove: (by: number) => void;
  onPut: (to: number) => void;
};

function Line({ field, value, formable, sections, at, onChange, onMove, onPut }: LineProps) {
  const { t } = useTranslation();
  const words = useWords();
  const name = words(field.label);
  // The kind's own word counts before the layout's.
  const always = Boolean(field.must);
  const asks = formable.filter((f) => f.name !== field.name && (f.type === 'choice' || f.type === 'multi' || f.type === 'bool'));
  const on = value.when && fieldOf(asks, value.when.field);
  const values =
    on?.type === 'bool'
      ? [
          { value: 'true', label: t('value.yes') },
          { value: 'false', label: t('value.no') },
        ]
      : (on?.options ?? []).map((o) => ({ value: o.value, label: words(o.label) }));
  const plain = field.type === 'text' || field.type === 'choice' || field.type === 'money';
  return (
    <div
      style={{
        display: 'flex',
        flexWrap: 'wrap',
        gap: 6,
        alignItems: 'center',
        padding: '4px 0',
        borderBottom: '1px solid var(--fc-line)',
      }}
    >
      <span style={{ width: 130 }}>{name}</span>
      <Checkbox
        checked={always || Boolean(value.required)}
        disabled={always || field.type === 'bool'}
        onChange={(e) => onChange({ ...value, required: e.target.checked })}
      >
        {t('screens.required')}
      </Checkbox>
      <div style={{ width: 150 }}>
        {plain && (
          <FieldInput
            field={{
              ...field,
              required: false,
              label: { zh: `${field.label.zh} ${t('screens.start')}`, en: `${field.label.en} ${t('screens.start')}` },
            }}
            value={value.start}
            onChange={(v) => onChange({ ...value, start: v === undefined ? undefined : String(v) })}
          />
        )}
      </div>
      <Select
        allowClear
        aria-label={`${name} ${t('screens.when')}`}
        placeholder={t('screens.always')}
        style={{ width: 130 }}
        disabled={always}
        value={value.when?.field}
        options={asks.map((f) => ({ value: f.name, label: words(f.label) }))}
        onChange={(n?: string) => {
          const first = fieldOf(asks, n ?? '');
          onChange({
            ...value,
            when: first && { field: first.name, values: [first.type === 'bool' ? 'true' : (first.options?.[0]?.value ?? '')] },
          });
        }}
      />
      {value.when && (
        <Select
          mode="multiple"
          aria-label={`${name} ${t('screens.whenValue')}`}
          style={{ minWidth: 130 }}
          value={value.when.values}
          options={values}
          onChange={(list: string[]) => list.length && value.when && onChange({ ...value, when: { ...value.when, values: list } })}
        />
      )}
      <span style={{ flex: 1 }} />
      <Select aria-label={`${name} ${t('screens.section')}`} style={{ width: 120 }} value={at} options={sections} onChange={onPut} />
      <Order labels={[`${name} ${t('screens.up')}`, `${name} ${t('screens.down')}`]} up={() => onMove(-1)} down={() => onMove(1)} />
      <Button type="link" size="small" disabled={always} onClick={() => onPut(-1)}>
        {t('screens.hide')}
      </Button>
    </div>
  );
}
