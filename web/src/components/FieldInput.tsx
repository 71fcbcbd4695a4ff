import { DatePicker, Input, InputNumber, Select, Switch } from 'antd';
import dayjs from 'dayjs';
import { useTranslation } from 'react-i18next';
import type { FieldInfo, Row } from '../api/types';
import { instant, wall } from '../lib/clock';
import { toMoney } from '../lib/format';
import { offered } from '../lib/kind';
import { useWords } from '../lib/prefs';
import { FileField } from './FileField';
import { RefSelect } from './RefSelect';

type Props = {
  id?: string;
  field: FieldInfo;
  value?: unknown;
  onChange?: (value: unknown, row?: Row) => void;
  title?: string;
  autoFocus?: boolean;
  disabled?: boolean;
  /** Whose field it is, for files. */
  kind?: string;
};

/** The input of a field. Its value is plain JSON in the form of the API, so drafts and bodies need no conversion. */
export function FieldInput({ id, field, value, onChange, title, autoFocus, disabled, kind }: Props) {
  const { t } = useTranslation();
  const words = useWords();
  const text = value === undefined || value === null ? undefined : String(value);
  const label = words(field.label) || undefined;
  const wide = { width: '100%' };
  switch (field.type) {
    case 'money':
      return (
        <InputNumber
          id={id}
          className="fc-money-input"
          stringMode
          precision={2}
          controls={false}
          prefix="¥"
          style={wide}
          value={text}
          autoFocus={autoFocus}
          disabled={disabled}
          aria-label={label}
          formatter={(v) => String(v ?? '').replace(/\B(?=(\d{3})+(?!\d))(?<!\.\d*)/g, ',')}
          parser={(v) => String(v ?? '').replace(/[¥￥,，\s]/g, '')}
          onChange={(v) => onChange?.(v === null || v === '' ? undefined : toMoney(v))}
        />
      );
    case 'int':
      return (
        <InputNumber
          id={id}
          precision={0}
          style={wide}
          value={value as number | undefined}
          autoFocus={autoFocus}
          disabled={disabled}
          aria-label={label}
          onChange={(v) => onChange?.(v ?? undefined)}
        />
      );
    case 'number':
      return (
        <InputNumber
          id={id}
          stringMode
          precision={field.decimals ?? 0}
          controls={false}
          style={wide}
          value={text}
          autoFocus={autoFocus}
          disabled={disabled}
          aria-label={label}
          onChange={(v) => onChange?.(v === null || v === '' ? undefined : Number(v))}
        />
      );
    case 'multi':
      return (
        <Select
          id={id}
          mode="multiple"
          allowClear
          showSearch={{ optionFilterProp: 'label' }}
          style={wide}
          value={Array.isArray(value) ? value.map(String) : []}
          autoFocus={autoFocus}
          disabled={disabled}
          aria-label={label}
          placeholder={t('form.choose')}
          options={offered(field, value).map((o) => ({ value: o.value, label: words(o.label) }))}
          onChange={(v: string[]) => onChange?.(v.length ? v : undefined)}
        />
      );
    case 'file':
      return <FileField id={id} kind={kind} field={field} value={value} disabled={disabled} onChange={onChange} />;
    case 'date':
      return (
        <DatePicker
          id={id}
          style={wide}
          value={text ? dayjs(text) : null}
          autoFocus={autoFocus}
          disabled={disabled}
          aria-label={label}
          onChange={(d) => onChange?.(d ? d.format('YYYY-MM-DD') : undefined)}
        />
      );
    case 'time':
      return (
        <DatePicker
          id={id}
          showTime={{ format: 'HH:mm', minuteStep: 5 }}
          format="YYYY-MM-DD HH:mm"
          style={wide}
          value={text ? wall(text) : null}
          autoFocus={autoFocus}
          disabled={disabled}
          aria-label={label}
          onChange={(d) => onChange?.(d ? instant(d.second(0)) : undefined)}
        />
      );
    case 'bool':
      return <Switch id={id} checked={Boolean(value)} disabled={disabled} aria-label={label} onChange={(v) => onChange?.(v)} />;
    case 'choice':
      return (
        <Select
          id={id}
          allowClear={!field.required}
          showSearch={{ optionFilterProp: 'label' }}
          style={wide}
          value={text}
          autoFocus={autoFocus}
          disabled={disabled}
          aria-label={label}
          placeholder={t('form.choose')}
          options={offered(field, value).map((o) => ({ value: o.value, label: words(o.label) }))}
          onChange={(v) => onChange?.(v)}
        />
      );
    case 'ref':
      return (
        <RefSelect
          id={id}
          path={field.refPath}
          value={text}
          title={title}
          autoFocus={autoFocus}
          disabled={disabled}
          label={label}
          onChange={onChange}
        />
      );
  }
  const shared = { id, value: text, autoFocus, disabled, maxLength: field.maxLength, 'aria-label': label };
  if (field.format === 'multiline') {
    return <Input.TextArea {...shared} autoSize={{ minRows: 2, maxRows: 8 }} onChange={(e) => onChange?.(e.target.value || undefined)} />;
  }
  const code = field.format === 'vin' || field.format === 'plate';
  return (
    <Input
      {...shared}
      className={field.format === 'vin' ? 'fc-mono' : undefined}
      inputMode={field.format === 'mobile' ? 'tel' : undefined}
      onChange={(e) => onChange?.((code ? e.target.value.toUpperCase() : e.target.value) || undefined)}
    />
  );
}
