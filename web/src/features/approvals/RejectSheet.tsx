import { Alert, Form, Input, Radio } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemError } from '../../api/client';
import { useTell } from '../../components/tell';
import { useWords } from '../../lib/prefs';
import { sortErrors } from '../../lib/problems';
import { mustSay } from './rules';
import { Sheet } from './Sheet';
import type { Task } from './types';

export type Rejection = { to: string; comment?: string };
type Props = { task: Task; send: (body: Rejection) => Promise<void>; close: () => void };

/** Sends a document back, or ends it: where it goes, and why. */
export function RejectSheet({ task, send, close }: Props) {
  const { t } = useTranslation();
  const words = useWords();
  const tell = useTell();
  const [form] = Form.useForm<Rejection>();
  const [busy, setBusy] = useState(false);
  const [top, setTop] = useState<string[]>([]);
  const to = Form.useWatch('to', form);
  const name = (r: Task['returns'][number]) =>
    r.to === 'end' ? t('approval.toEnd') : r.to === 'submitter' ? t('approval.toSubmitter') : words(r.name);
  // What can be mended goes back; only what cannot be is ended.
  const first = task.returns.find((r) => r.to === 'submitter')?.to ?? task.returns[0]?.to;
  const submit = async (v: Rejection) => {
    setTop([]);
    setBusy(true);
    try {
      await send({ to: v.to, ...(v.comment?.trim() && { comment: v.comment.trim() }) });
    } catch (e) {
      if (!(e instanceof ProblemError) || e.status === 0 || e.status >= 500) return tell.failed(e);
      const { fields, rest } = sortErrors(e, (at) => at[0] === 'comment' || at[0] === 'to');
      form.setFields(fields.map((f) => ({ name: f.name[0] as 'to' | 'comment', errors: f.errors })));
      setTop(rest);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Sheet
      title={`${t('approval.sendBack')} · ${words(task.step)}`}
      okText={t(to === 'end' ? 'approval.reject' : 'approval.return')}
      danger
      busy={busy}
      onOk={form.submit}
      close={close}
    >
      {top.length > 0 && <Alert type="error" showIcon title={top.join('；')} style={{ marginBottom: 12 }} />}
      <Form<Rejection> form={form} layout="vertical" initialValues={{ to: first }} onFinish={submit}>
        <Form.Item name="to" label={t('approval.where')} extra={to === 'end' ? t('approval.endHint') : undefined}>
          <Radio.Group className="fc-choices" options={task.returns.map((r) => ({ value: r.to, label: name(r) }))} />
        </Form.Item>
        <Form.Item
          name="comment"
          label={t('approval.reason')}
          required={mustSay(task, 'reject')}
          rules={
            mustSay(task, 'reject')
              ? [{ required: true, whitespace: true, message: t('form.required', { label: t('approval.reason') }) }]
              : undefined
          }
        >
          <Input.TextArea maxLength={1000} autoSize={{ minRows: 3, maxRows: 8 }} autoFocus />
        </Form.Item>
      </Form>
    </Sheet>
  );
}
