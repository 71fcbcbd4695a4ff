import { Alert, DatePicker, Form, Input, Modal, Select, TreeSelect } from 'antd';
import dayjs from 'dayjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemError, post, request } from '../../api/client';
import { kindsBelow, treeOf, type Unit, within } from '../../api/units';
import { PersonSelect } from '../../components/PersonSelect';
import { useTell } from '../../components/tell';
import { onward } from '../../lib/onward';
import { sortErrors } from '../../lib/problems';

export type Task = { what: 'add' | 'edit' | 'move'; unit: Unit; to?: string };
type Values = { kind?: string; code?: string; name?: string; parentId?: string; startMonth?: dayjs.Dayjs; headId?: string };

/** Adds a unit below another one, renames it, or moves it. */
export function UnitDialog({ task, units, close, done }: { task: Task; units: Unit[]; close: () => void; done: () => Promise<void> }) {
  const { t } = useTranslation();
  const tell = useTell();
  const [form] = Form.useForm<Values>();
  const [busy, setBusy] = useState(false);
  const [top, setTop] = useState<string[]>([]);
  const { unit } = task;
  const needed = (label: string) => [{ required: true, message: t('form.required', { label }) }];
  const send = (v: Values) => {
    if (task.what === 'add') return post('/org-units', { parentId: unit.id, kind: v.kind, code: v.code?.trim(), name: v.name?.trim() });
    if (task.what === 'edit')
      return request('PATCH', `/org-units/${unit.id}`, {
        body: { code: v.code?.trim(), name: v.name?.trim(), startMonth: v.startMonth?.format('YYYY-MM'), headId: v.headId ?? '' },
        version: unit.version,
      });
    return post(`/org-units/${unit.id}/move`, { parentId: v.parentId }, unit.version);
  };
  const submit = async (v: Values) => {
    setBusy(true);
    setTop([]);
    try {
      await send(v);
      tell.done(t('form.saved'));
      await done();
    } catch (e) {
      if (!(e instanceof ProblemError) || e.status === 0 || e.status >= 500) return tell.failed(e);
      if (e.status === 412) {
        tell.warn(t('record.stale'));
        return done();
      }
      const { fields, rest } = sortErrors(e, (at) => form.getFieldInstance(at[0]) !== undefined);
      form.setFields(fields as Parameters<typeof form.setFields>[0]);
      setTop(rest);
    } finally {
      setBusy(false);
    }
  };
  const kinds = kindsBelow(unit.kind);
  const title = {
    add: t('org.addTo', { name: unit.name }),
    edit: t('form.editTitle', { title: unit.name }),
    move: t('org.moveOf', { name: unit.name }),
  };
  // Where a unit may go: not below itself, and under a kind that holds it.
  const targets = units.filter((u) => !within(units, u, unit.id));
  const initial: Values =
    task.what === 'add'
      ? { kind: kinds[0] }
      : task.what === 'edit'
        ? { code: unit.code, name: unit.name, startMonth: unit.startMonth ? dayjs(unit.startMonth) : undefined, headId: unit.headId }
        : { parentId: task.to ?? unit.parentId };
  return (
    <Modal open title={title[task.what]} okText={t('form.save')} confirmLoading={busy} onOk={form.submit} onCancel={close} destroyOnHidden>
      {top.length > 0 && <Alert type="error" showIcon title={top.join('；')} style={{ marginBottom: 12 }} />}
      <Form<Values> form={form} layout="vertical" initialValues={initial} onFinish={submit} onKeyDown={onward}>
        {task.what === 'add' && (
          <Form.Item name="kind" label={t('org.kind')} rules={needed(t('org.kind'))}>
            <Select options={kinds.map((k) => ({ value: k, label: t(`org.${k}` as 'org.group') }))} aria-label={t('org.kind')} />
          </Form.Item>
        )}
        {task.what !== 'move' && (
          <>
            <Form.Item name="name" label={t('org.name')} rules={needed(t('org.name'))}>
              <Input maxLength={60} autoFocus />
            </Form.Item>
            <Form.Item name="code" label={t('org.code')} extra={t('org.codeHint')} rules={needed(t('org.code'))}>
              <Input maxLength={20} />
            </Form.Item>
          </>
        )}
        {task.what === 'edit' && unit.kind === 'company' && (
          <Form.Item name="startMonth" label={t('org.startMonth')} extra={t('org.startMonthHint')}>
            <DatePicker picker="month" allowClear={!unit.startMonth} style={{ width: 180 }} />
          </Form.Item>
        )}
        {task.what === 'edit' && (
          <Form.Item name="headId" label={t('org.head')} extra={t('org.headHint')}>
            <PersonSelect label={t('org.head')} title={unit.headName} />
          </Form.Item>
        )}
        {task.what === 'move' && (
          <Form.Item name="parentId" label={t('org.parent')} rules={needed(t('org.parent'))}>
            <TreeSelect
              treeDefaultExpandAll
              showSearch={{ treeNodeFilterProp: 'title' }}
              treeData={treeOf(targets, true)}
              aria-label={t('org.parent')}
            />
          </Form.Item>
        )}
      </Form>
    </Modal>
  );
}
