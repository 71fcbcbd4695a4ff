import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Form, type FormInstance, Input } from 'antd';
import { useTranslation } from 'react-i18next';
import { useKinds } from '../../api/queries';
import type { FieldInfo, KindInfo, PartInfo, Row } from '../../api/types';
import { FieldInput } from '../../components/FieldInput';
import { Money } from '../../components/Value';
import type { Values } from '../../lib/form';
import { titleName, titleOf } from '../../lib/kind';
import { useWords } from '../../lib/prefs';
import { usePhone } from '../../lib/screen';
import { freshLine, partFields, total } from './body';

const share: Partial<Record<string, string>> = { choice: '110px', int: '84px', money: '140px', date: '140px', bool: '64px' };

type Props = { kind: KindInfo; part: PartInfo; form: FormInstance<Values>; titles?: Row[] };

/** The lines of a record as rows that are typed. */
export function PartRows({ kind, part, form, titles }: Props) {
  const { t } = useTranslation();
  const words = useWords();
  const phone = usePhone();
  const fields = partFields(kind, part);
  const template = `${fields.map((f) => share[f.type] ?? 'minmax(0, 1fr)').join(' ')} 32px`;
  const rows = (Form.useWatch(part.name, form) as Values[] | undefined) ?? [];
  const summed = fields.some((f) => f.name === 'price') && fields.some((f) => f.name === 'quantity');
  return (
    <section className="fc-section" style={{ marginBottom: 0 }}>
      <h2 className="fc-h2">{words(part.label)}</h2>
      <Form.List name={part.name}>
        {(items, { add, remove }) => (
          <>
            {items.length > 0 && (
              <div className="fc-part head" style={{ gridTemplateColumns: template }}>
                {fields.map((f) => (
                  <span key={f.name}>{words(f.label)}</span>
                ))}
              </div>
            )}
            {items.map((line) => (
              <div key={line.key} className="fc-part" style={{ gridTemplateColumns: template }}>
                {fields.map((f) => (
                  <Cell key={f.name} part={part} field={f} index={line.name} form={form} placeholder={phone} row={titles?.[line.name]} />
                ))}
                <Button
                  type="text"
                  icon={<DeleteOutlined aria-hidden />}
                  aria-label={t('form.removeLine')}
                  onClick={() => remove(line.name)}
                />
              </div>
            ))}
            <div className="fc-head" style={{ margin: '8px 0 0' }}>
              <Button type="dashed" icon={<PlusOutlined aria-hidden />} onClick={() => add(freshLine(kind, part))}>
                {t('form.addLine')}
              </Button>
              <span style={{ flex: 1 }} />
              {summed && items.length > 0 && (
                <span>
                  {t('form.total')}{' '}
                  <b>
                    <Money value={total(rows)} />
                  </b>
                </span>
              )}
            </div>
          </>
        )}
      </Form.List>
    </section>
  );
}

type CellProps = { part: PartInfo; field: FieldInfo; index: number; form: FormInstance<Values>; placeholder: boolean; row?: Row };

function Cell({ part, field, index, form, placeholder, row }: CellProps) {
  const { t } = useTranslation();
  const words = useWords();
  const kinds = useKinds();
  const label = words(field.label);
  const what = Form.useWatch([part.name, index, 'kind'], form) as string | undefined;
  const rules = field.required && field.type !== 'bool' ? [{ required: true, message: t('form.required', { label }) }] : undefined;
  const input = () => {
    if (field.name !== 'itemId' || field.type === 'ref')
      return <FieldInput field={field} title={row?.[titleName(field.name)] as string | undefined} />;
    const accessory = kinds.find((k) => k.name === 'accessory');
    if (what !== 'accessory' || !accessory) return <Input aria-label={label} allowClear />;
    // An accessory that is picked brings its name and its price, unless those are typed already.
    const pick = (_: unknown, picked?: Row) => {
      if (!picked) return;
      const at = (name: string) => [part.name, index, name];
      const price = picked.price ?? picked.salePrice ?? picked.listPrice;
      form.setFieldValue(at('name'), titleOf(accessory, picked));
      if (price !== undefined) form.setFieldValue(at('price'), price);
    };
    return (
      <Picker
        field={{ ...field, type: 'ref', ref: 'accessory', refPath: accessory.path }}
        title={row?.itemId ? String(row.name ?? '') : undefined}
        onPick={pick}
      />
    );
  };
  return (
    <Form.Item name={[index, field.name]} rules={rules} label={placeholder ? label : undefined}>
      {input()}
    </Form.Item>
  );
}

type PickerProps = {
  id?: string;
  field: FieldInfo;
  title?: string;
  value?: unknown;
  onChange?: (v: unknown) => void;
  onPick: (v: unknown, row?: Row) => void;
};

function Picker({ id, field, title, value, onChange, onPick }: PickerProps) {
  return (
    <FieldInput
      id={id}
      field={field}
      title={title}
      value={value}
      onChange={(v, row) => {
        onChange?.(v);
        onPick(v, row);
      }}
    />
  );
}
