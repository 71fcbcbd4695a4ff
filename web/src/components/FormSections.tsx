import { Form } from 'antd';
import { useTranslation } from 'react-i18next';
import type { FieldInfo, KindInfo, Row } from '../api/types';
import { formSections, stands, type Values } from '../lib/form';
import { titleName } from '../lib/kind';
import { useWords } from '../lib/prefs';
import { FieldInput } from './FieldInput';

type Props = {
  kind: KindInfo;
  /** What the form holds now: it decides which fields stand. */
  typed: Values;
  row?: Row;
  /** A preview: it does not take the cursor, and uploads nothing. */
  still?: boolean;
};

/** The sections of a record's form with their inputs, inside an antd form. */
export function FormSections({ kind, typed, row, still }: Props) {
  const { t } = useTranslation();
  const words = useWords();
  const sections = formSections(kind);
  const first = still ? undefined : sections[0]?.fields[0]?.name;
  const item = (f: FieldInfo) => {
    if (!stands(f, typed)) return null;
    const label = words(f.label);
    const rules = [
      ...(f.required && f.type !== 'bool' ? [{ required: true, message: t('form.required', { label }) }] : []),
      ...(f.format === 'mobile' ? [{ pattern: /^1[\d*]{10}$/, message: t('form.mobile') }] : []),
      ...(f.format === 'vin' ? [{ len: 17, message: t('form.vin') }] : []),
    ];
    return (
      <Form.Item
        key={f.name}
        name={f.name}
        label={label}
        rules={rules}
        extra={words(f.help) || undefined}
        className={f.format === 'multiline' || f.type === 'json' ? 'wide' : undefined}
      >
        <FieldInput
          field={f}
          kind={still ? undefined : kind.name}
          title={row?.[titleName(f.name)] as string | undefined}
          autoFocus={f.name === first}
          disabled={Boolean(row && f.locked)}
        />
      </Form.Item>
    );
  };
  return sections.map((s) => (
    <section key={s.fields[0]?.name} className="fc-section" style={{ marginBottom: 0 }}>
      <h2 className="fc-h2">{words(s.label) || t('form.basics')}</h2>
      <div className="grid">{s.fields.map(item)}</div>
    </section>
  ));
}
