import { useNavigate } from '@tanstack/react-router';
import { Alert, Form, Input, Modal, TreeSelect } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemError, post } from '../../api/client';
import { treeOf, useUnits } from '../../api/units';
import { useTell } from '../../components/tell';
import { onward } from '../../lib/onward';
import { useWords } from '../../lib/prefs';
import { sortErrors } from '../../lib/problems';
import { useRefreshFlows } from './queries';
import type { FlowItem, Subject } from './types';

type Values = { zh: string; en?: string; unitId?: string };

/** Begins a flow for an action, empty or as a copy of another. */
export function NewFlowDialog({ subject, from, whole, close }: { subject: Subject; from?: FlowItem; whole: boolean; close: () => void }) {
  const { t } = useTranslation();
  const words = useWords();
  const tell = useTell();
  const units = useUnits();
  const navigate = useNavigate();
  const refresh = useRefreshFlows();
  const [form] = Form.useForm<Values>();
  const [busy, setBusy] = useState(false);
  const [top, setTop] = useState<string[]>([]);
  const submit = async (v: Values) => {
    setBusy(true);
    setTop([]);
    try {
      const { id } = await post<{ id: string }>('/approval-flows', {
        kind: subject.kind,
        action: subject.action,
        name: { zh: v.zh.trim(), en: v.en?.trim() ?? '' },
        ...(v.unitId && { unitId: v.unitId }),
        ...(from && { copyOf: from.id, ...(from.when && { when: from.when }) }),
      });
      await refresh();
      await navigate({ to: '/approval-flows/$id', params: { id } });
    } catch (e) {
      if (!(e instanceof ProblemError) || e.status === 0 || e.status >= 500) return tell.failed(e);
      const { fields, rest } = sortErrors(e, (at) => at[0] === 'unitId' || at[0] === 'name');
      for (const f of fields) form.setFields([{ name: f.name[0] === 'name' ? 'zh' : 'unitId', errors: f.errors }]);
      setTop(rest);
    } finally {
      setBusy(false);
    }
  };
  const start: Partial<Values> = from
    ? {
        zh: t('approvalflows.copyName', { name: from.name.zh }),
        en: from.name.en && `${from.name.en} (copy)`,
        unitId: from.unitId || undefined,
      }
    : { zh: '' };
  return (
    <Modal
      open
      title={t(from ? 'approvalflows.copyTitle' : 'approvalflows.newTitle', {
        subject: `${words(subject.kindLabel)} · ${words(subject.label)}`,
      })}
      okText={t('approvalflows.create')}
      cancelText={t('form.cancel')}
      confirmLoading={busy}
      onOk={form.submit}
      onCancel={close}
    >
      {top.length > 0 && <Alert type="error" showIcon title={top.join('；')} style={{ marginBottom: 12 }} />}
      <Form<Values> form={form} layout="vertical" initialValues={start} onFinish={submit} onKeyDown={onward}>
        <Form.Item
          name="zh"
          label={t('approvalflows.flowName')}
          rules={[{ required: true, whitespace: true, message: t('form.required', { label: t('approvalflows.flowName') }) }]}
        >
          <Input maxLength={60} autoFocus />
        </Form.Item>
        <Form.Item name="en" label={t('approvalflows.nameEn')}>
          <Input maxLength={80} />
        </Form.Item>
        <Form.Item
          name="unitId"
          label={t('approvalflows.unitOf')}
          extra={t('approvalflows.unitOf.help')}
          rules={whole ? [] : [{ required: true, message: t('form.required', { label: t('approvalflows.unitOf') }) }]}
        >
          <TreeSelect
            allowClear
            showSearch={{ treeNodeFilterProp: 'title' }}
            placeholder={t('approvalflows.wholeGroup')}
            treeData={treeOf(units.data ?? [], true)}
            treeDefaultExpandAll
          />
        </Form.Item>
      </Form>
    </Modal>
  );
}
