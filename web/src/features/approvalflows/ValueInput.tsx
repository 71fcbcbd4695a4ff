import { InputNumber, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { FieldInfo } from '../../api/types';
import { FieldInput } from '../../components/FieldInput';
import { RefSelect } from '../../components/RefSelect';
import { useWords } from '../../lib/prefs';
import type { Fact } from './types';

type Props = { fact: Fact; value: unknown; onChange: (v: unknown) => void; many?: boolean; disabled?: boolean; label?: string };

/** The input for a fact's value, in the form in which conditions hold it. */
export function ValueInput({ fact, value, onChange, many, disabled, label }: Props) {
  const { t } = useTranslation();
  const words = useWords();
  const name = label ?? t('approvalflows.value');
  const options = (fact.options ?? []).map((o) => ({ value: o.value, label: words(o.label) }));
  if (fact.type === 'basis_points') {
    return (
      <InputNumber
        stringMode
        precision={2}
        controls={false}
        suffix="%"
        style={{ width: '100%' }}
        value={value === undefined ? null : String(value)}
        disabled={disabled}
        aria-label={name}
        formatter={(v, info) => (info.userTyping ? info.input : String(v ?? '').replace(/\.?0+$/, (z) => (z.startsWith('.') ? '' : z)))}
        onChange={(v) =>
          onChange(
            v === null || v === ''
              ? undefined
              : String(v)
                  .replace(/(\.\d*?)0+$/, '$1')
                  .replace(/\.$/, ''),
          )
        }
      />
    );
  }
  if (fact.type === 'bool') {
    return (
      <Select
        aria-label={name}
        style={{ width: '100%' }}
        disabled={disabled}
        value={value === undefined ? undefined : Boolean(value)}
        options={[
          { value: true, label: t('value.yes') },
          { value: false, label: t('value.no') },
        ]}
        onChange={onChange}
      />
    );
  }
  if ((fact.type === 'choice' && many) || fact.type === 'multi') {
    return (
      <Select
        mode={many ? 'multiple' : undefined}
        aria-label={name}
        style={{ width: '100%' }}
        disabled={disabled}
        value={(value as string[] | undefined) ?? (many ? [] : undefined)}
        options={options}
        onChange={(v) => onChange(v)}
      />
    );
  }
  if (fact.type === 'ref' && many) {
    const ids = Array.isArray(value) ? (value as string[]) : [];
    return (
      <div style={{ display: 'grid', gap: 4 }}>
        {ids.map((id, i) => (
          <RefSelect
            key={id}
            path={fact.refPath}
            value={id}
            disabled={disabled}
            label={name}
            onChange={(v) => onChange(v ? ids.with(i, v) : ids.toSpliced(i, 1))}
          />
        ))}
        {!disabled && (
          <RefSelect key="new" path={fact.refPath} label={name} onChange={(v) => v && !ids.includes(v) && onChange([...ids, v])} />
        )}
      </div>
    );
  }
  const field: FieldInfo = {
    name: fact.name,
    label: { zh: name, en: name },
    type: fact.type === 'lines' ? 'text' : fact.type,
    required: true,
    maxLength: 200,
    sortable: false,
    searchable: false,
    personal: false,
    visibility: 'shown',
    readOnly: false,
    ops: [],
    options: fact.options,
    refPath: fact.refPath,
    decimals: 4,
  };
  return <FieldInput field={field} value={value} disabled={disabled} onChange={onChange} />;
}
