import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Alert, Button, Checkbox, Drawer, Form, Input, InputNumber, Select, Space, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemError, request } from '../../api/client';
import { useKinds } from '../../api/queries';
import type { FieldInfo, KindInfo } from '../../api/types';
import { FieldInput } from '../../components/FieldInput';
import { useTell } from '../../components/tell';
import { fileKinds } from '../../lib/files';
import { useNames, useWords } from '../../lib/prefs';
import { usePhone } from '../../lib/screen';
import {
  bodyOf,
  freeKey,
  type OwnField,
  type OwnFields,
  placeOf,
  readable,
  shapes,
  slotsFor,
  typeOf,
  type Values,
  valuesOf,
} from './fields';

type Props = { kind: KindInfo; field?: OwnField; all: OwnFields; close: () => void; done: () => Promise<void> };

/** Adds a field to a kind, or changes one. */
export function FieldDialog({ kind, field, all, close, done }: Props) {
  const { t } = useTranslation();
  const words = useWords();
  const names = useNames();
  const tell = useTell();
  const phone = usePhone();
  const kinds = useKinds();
  const [form] = Form.useForm<Values>();
  const [busy, setBusy] = useState(false);
  const [top, setTop] = useState<string[]>([]);
  const initial: Values = field
    ? valuesOf(field)
    : { shape: 'text', key: freeKey(all.items), zh: '', decimals: 0, result: 'number', protect: '' };
  const shape = Form.useWatch('shape', form) ?? initial.shape;
  const result = Form.useWatch('result', form) ?? initial.result;
  const ref = Form.useWatch('ref', form) ?? initial.ref;
  const decimals = Form.useWatch('decimals', form) ?? initial.decimals;
  const options = Form.useWatch('options', form) ?? initial.options ?? [];
  const type = typeOf({ shape, result });
  const listed = type === 'choice' || type === 'multi';
  const slots = slotsFor(all.slots, type);
  const left = slots ? slots.total - slots.used : 0;
  const needed = (label: string) => [{ required: true, whitespace: true, message: t('form.required', { label }) }];
  const submit = async () => {
    const body = bodyOf(form.getFieldsValue(true) as Values, !field);
    setBusy(true);
    setTop([]);
    try {
      if (field) await request('PATCH', `/own-fields/${field.id}`, { body, version: field.version });
      else await request('POST', `/screens/${kind.name}/fields`, { body });
      tell.done(t('form.saved'));
      await done();
    } catch (e) {
      if (e instanceof ProblemError && e.status === 412) {
        tell.warn(t('record.stale'));
        return done();
      }
      if (!(e instanceof ProblemError) || e.status === 0 || e.status >= 500) return tell.failed(e);
      const errors = e.errors.length ? e.errors : [{ field: '', message: e.detail }];
      const rest: string[] = [];
      for (const x of errors) {
        const at = placeOf(x.field);
        if (x.field && form.getFieldInstance(at) !== undefined) form.setFields([{ name: at, errors: [x.message || e.detail] }]);
        else rest.push(x.message || e.detail);
      }
      setTop(rest);
    } finally {
      setBusy(false);
    }
  };
  // The default is typed in the input that the field itself will have.
  const sample: FieldInfo = {
    name: 'start',
    label: { zh: '', en: '' },
    type,
    required: false,
    sortable: false,
    searchable: false,
    personal: false,
    visibility: 'shown',
    readOnly: false,
    ops: [],
    decimals: decimals ?? 0,
    refPath: kinds.find((k) => k.name === (shape === 'user' ? 'user' : ref))?.path,
    options: options.filter((o) => o?.value && !o.off).map((o) => ({ value: o.value ?? '', label: { zh: o.zh ?? '', en: o.en ?? '' } })),
  };
  return (
    <Drawer
      open
      size={phone ? '100%' : 520}
      title={field ? t('form.editTitle', { title: words(field.label) }) : t('screens.newField', { kind: names.one(kind) })}
      onClose={close}
      footer={
        <Space style={{ display: 'flex', justifyContent: 'flex-end' }}>
          <Button onClick={close}>{t('form.cancel')}</Button>
          <Button type="primary" loading={busy} onClick={() => form.submit()}>
            {t('form.save')}
          </Button>
        </Space>
      }
    >
      {top.length > 0 && <Alert type="error" showIcon title={top.join('；')} style={{ marginBottom: 12 }} />}
      <Form<Values> form={form} layout="vertical" initialValues={initial} onFinish={submit}>
        <Form.Item name="zh" label={t('screens.name')} rules={needed(t('screens.name'))}>
          <Input maxLength={40} autoFocus />
        </Form.Item>
        <Form.Item name="en" label={t('screens.nameEn')}>
          <Input maxLength={60} />
        </Form.Item>
        <Form.Item name="shape" label={t('screens.type')} extra={field ? t('screens.typeStays') : undefined}>
          <Select
            disabled={field !== undefined}
            aria-label={t('screens.type')}
            options={shapes.map((s) => ({ value: s, label: t(`screens.type.${s}`) }))}
            onChange={() => form.setFieldsValue({ start: undefined, filterable: false, searchable: false })}
          />
        </Form.Item>
        <Form.Item
          name="key"
          label={t('screens.key')}
          extra={t('screens.keyHint')}
          rules={needed(t('screens.key'))}
          hidden={field !== undefined}
        >
          <Input maxLength={40} className="fc-mono" />
        </Form.Item>
        {shape === 'formula' && (
          <Form.Item name="result" label={t('screens.result')}>
            <Select
              disabled={field !== undefined}
              aria-label={t('screens.result')}
              options={(['number', 'money', 'text'] as const).map((s) => ({ value: s, label: t(`screens.type.${s}`) }))}
            />
          </Form.Item>
        )}
        {shape === 'ref' && (
          <Form.Item name="ref" label={t('screens.ref')} rules={needed(t('screens.ref'))}>
            <Select
              disabled={field !== undefined}
              aria-label={t('screens.ref')}
              options={kinds.filter((k) => k.name !== 'user').map((k) => ({ value: k.name, label: words(k.label) }))}
            />
          </Form.Item>
        )}
        {type === 'number' && (
          <Form.Item name="decimals" label={t('screens.decimals')}>
            <InputNumber min={0} max={4} precision={0} disabled={field !== undefined} />
          </Form.Item>
        )}
        {type === 'text' && shape !== 'formula' && (
          <Form.Item name="maxLength" label={t('screens.maxLength')} extra={t('screens.maxLengthHint')}>
            <InputNumber min={1} max={2000} precision={0} placeholder="200" />
          </Form.Item>
        )}
        {shape === 'formula' && <Formula kind={kind} self={field?.key} />}
        {listed && <Options saved={field?.options?.length ?? 0} />}
        {type === 'file' && (
          <>
            <Form.Item name="maxFiles" label={t('screens.maxFiles')}>
              <InputNumber min={1} max={20} precision={0} placeholder="1" />
            </Form.Item>
            <Form.Item name="accept" label={t('screens.accept')}>
              <Select
                mode="multiple"
                aria-label={t('screens.accept')}
                placeholder={t('screens.acceptAll')}
                options={fileKinds.map((k) => ({ value: k, label: t(`file.kind.${k}`) }))}
              />
            </Form.Item>
          </>
        )}
        {shape !== 'formula' && shape !== 'file' && (
          <Form.Item name="start" label={t('screens.start')} extra={listed && !field ? t('screens.startLater') : undefined}>
            {type === 'date' ? (
              <Select allowClear aria-label={t('screens.start')} options={[{ value: '@today', label: t('list.today') }]} />
            ) : (
              <FieldInput field={sample} disabled={type === 'ref' && !sample.refPath} />
            )}
          </Form.Item>
        )}
        <Form.Item name="helpZh" label={t('screens.help')}>
          <Input maxLength={200} />
        </Form.Item>
        {shape !== 'formula' && (
          <Form.Item name="required" valuePropName="checked" extra={t('screens.requiredHint')}>
            <Checkbox>{t('screens.required')}</Checkbox>
          </Form.Item>
        )}
        <Form.Item name="filterable" valuePropName="checked" extra={slots && t('screens.slots', { left, total: slots.total })}>
          <Checkbox disabled={left === 0 && !field?.filterable}>
            {t(type === 'file' ? 'screens.filterableFile' : 'screens.filterable')}
          </Checkbox>
        </Form.Item>
        {type === 'text' && shape !== 'formula' && kind.searchable && (
          <Form.Item name="searchable" valuePropName="checked">
            <Checkbox>{t('screens.searchable')}</Checkbox>
          </Form.Item>
        )}
        <Form.Item name="protect" label={t('screens.protect')}>
          <Select
            aria-label={t('screens.protect')}
            options={[
              { value: '', label: t('screens.protect.none') },
              ...(type === 'text' ? [{ value: 'personal', label: t('screens.protect.personal') }] : []),
              { value: 'cost', label: t('screens.protect.cost') },
            ]}
          />
        </Form.Item>
      </Form>
    </Drawer>
  );
}

/** The values of a choice. Saved ones are switched off, not deleted: records hold them. */
function Options({ saved }: { saved: number }) {
  const { t } = useTranslation();
  return (
    <Form.Item label={t('screens.options')} required>
      <Form.List name="options" initialValue={[{}, {}]}>
        {(rows, { add, remove }, { errors }) => (
          <>
            {rows.map((row, i) => (
              <div key={row.key} style={{ display: 'flex', gap: 8, alignItems: 'start', marginBottom: 8 }}>
                <Form.Item
                  name={[row.name, 'zh']}
                  rules={[{ required: true, whitespace: true, message: t('form.required', { label: t('screens.option') }) }]}
                  style={{ flex: 1, marginBottom: 0 }}
                >
                  <Input maxLength={40} aria-label={`${t('screens.option')} ${i + 1}`} placeholder={t('screens.option')} />
                </Form.Item>
                <Form.Item name={[row.name, 'en']} style={{ flex: 1, marginBottom: 0 }}>
                  <Input maxLength={60} aria-label={`${t('screens.nameEn')} ${i + 1}`} placeholder={t('screens.nameEn')} />
                </Form.Item>
                {i < saved ? (
                  <Form.Item name={[row.name, 'off']} valuePropName="checked" style={{ marginBottom: 0 }}>
                    <Checkbox>{t('screens.off')}</Checkbox>
                  </Form.Item>
                ) : (
                  <Button type="text" icon={<DeleteOutlined />} aria-label={t('form.removeLine')} onClick={() => remove(row.name)} />
                )}
              </div>
            ))}
            <Button size="small" icon={<PlusOutlined aria-hidden />} onClick={() => add({})}>
              {t('form.addLine')}
            </Button>
            <Form.ErrorList errors={errors} />
          </>
        )}
      </Form.List>
    </Form.Item>
  );
}

/** The formula, with the fields that it can read as buttons that put them in. */
function Formula({ kind, self }: { kind: KindInfo; self?: string }) {
  const { t } = useTranslation();
  const words = useWords();
  const form = Form.useFormInstance<Values>();
  return (
    <>
      <Form.Item
        name="formula"
        label={t('screens.formula')}
        extra={t('screens.formulaHint')}
        rules={[{ required: true, whitespace: true, message: t('form.required', { label: t('screens.formula') }) }]}
        style={{ marginBottom: 8 }}
      >
        <Input.TextArea maxLength={500} autoSize={{ minRows: 2, maxRows: 6 }} className="fc-mono" />
      </Form.Item>
      <div style={{ display: 'flex', flexWrap: 'wrap', gap: 4, marginBottom: 24 }}>
        {readable(kind.fields, self).map((f) => (
          <Tag
            key={f.name}
            style={{ cursor: 'pointer', margin: 0 }}
            role="button"
            tabIndex={0}
            onClick={() => form.setFieldValue('formula', `${(form.getFieldValue('formula') as string | undefined) ?? ''} ${f.name}`.trim())}
            onKeyDown={(e) =>
              e.key === 'Enter' &&
              form.setFieldValue('formula', `${(form.getFieldValue('formula') as string | undefined) ?? ''} ${f.name}`.trim())
            }
          >
            {words(f.label)} <span className="fc-soft">{f.name}</span>
          </Tag>
        ))}
      </div>
    </>
  );
}
