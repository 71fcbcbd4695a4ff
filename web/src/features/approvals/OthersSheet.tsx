import { Alert, Form, Input, Radio } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemError } from '../../api/client';
import { useTell } from '../../components/tell';
import { sortErrors } from '../../lib/problems';
import { People } from './People';
import { Sheet } from './Sheet';
import type { Where } from './types';

/** The ways to bring somebody else in: they decide instead, are asked, decide too; or the administrator names them. */
export type Others = 'hand_over' | 'ask' | 'add' | 'reassign';
type Values = { users: string[]; where?: Where; comment?: string };
type Props = { what: Others; task: string; send: (v: Values) => Promise<void>; close: () => void };

export function OthersSheet({ what, task, send, close }: Props) {
  const { t } = useTranslation();
  const tell = useTell();
  const [form] = Form.useForm<Values>();
  const [busy, setBusy] = useState(false);
  const [top, setTop] = useState<string[]>([]);
  const label = t(what === 'add' ? 'approval.addWhom' : 'approval.whom');
  const submit = async (v: Values) => {
    setTop([]);
    setBusy(true);
    try {
      await send({ ...v, comment: v.comment?.trim() || undefined });
    } catch (e) {
      if (!(e instanceof ProblemError) || e.status === 0 || e.status >= 500) return tell.failed(e);
      const { fields, rest } = sortErrors(e, (at) => /^(user|comment|where)/.test(String(at[0])));
      const at = (n: string | number | undefined) => (String(n).startsWith('user') ? 'users' : n) as keyof Values;
      form.setFields(fields.map((f) => ({ name: at(f.name[0]), errors: f.errors })));
      setTop(rest);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Sheet title={t(`approval.${what}`)} okText={t(`approval.${what}`)} busy={busy} onOk={form.submit} close={close}>
      <p className="fc-soft">{t(`approval.hint.${what}`)}</p>
      {top.length > 0 && <Alert type="error" showIcon title={top.join('；')} style={{ marginBottom: 12 }} />}
      <Form<Values> form={form} layout="vertical" initialValues={{ where: 'before' }} onFinish={submit}>
        <Form.Item name="users" label={label} rules={[{ required: true, message: t('form.required', { label }) }]}>
          <People task={task} label={label} most={what === 'add' ? undefined : 1} />
        </Form.Item>
        {what === 'add' && (
          <Form.Item name="where" label={t('approval.addWhere')}>
            <Radio.Group
              className="fc-choices"
              options={(['before', 'after', 'beside'] as const).map((w) => ({ value: w, label: t(`approval.add.${w}`) }))}
            />
          </Form.Item>
        )}
        {what !== 'reassign' && (
          <Form.Item name="comment" label={t('approval.opinion')}>
            <Input.TextArea maxLength={1000} autoSize={{ minRows: 2, maxRows: 6 }} />
          </Form.Item>
        )}
      </Form>
    </Sheet>
  );
}
