import { Form, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemError } from '../../api/client';
import { useTell } from '../../components/tell';
import { sortErrors } from '../../lib/problems';
import { Sheet } from './Sheet';

type Props = {
  title: string;
  hint: string;
  label: string;
  must?: boolean;
  danger?: boolean;
  send: (text: string | undefined) => Promise<void>;
  close: () => void;
};

/** A step that needs no more than words: an answer, a withdrawal, taking a decision back, an urging. */
export function SaySheet({ title, hint, label, must = false, danger, send, close }: Props) {
  const { t } = useTranslation();
  const tell = useTell();
  const [form] = Form.useForm<{ text?: string }>();
  const [busy, setBusy] = useState(false);
  const submit = async (v: { text?: string }) => {
    setBusy(true);
    try {
      await send(v.text?.trim() || undefined);
    } catch (e) {
      if (!(e instanceof ProblemError) || e.status === 0 || e.status >= 500) return tell.failed(e);
      const { fields, rest } = sortErrors(e, () => true);
      form.setFields([{ name: 'text', errors: [...fields.flatMap((f) => f.errors), ...rest] }]);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Sheet title={title} okText={title} danger={danger} busy={busy} onOk={form.submit} close={close}>
      <p className="fc-soft">{hint}</p>
      <Form form={form} layout="vertical" onFinish={submit}>
        <Form.Item
          name="text"
          label={label}
          rules={must ? [{ required: true, whitespace: true, message: t('form.required', { label }) }] : undefined}
        >
          <Input.TextArea maxLength={1000} autoSize={{ minRows: 2, maxRows: 6 }} autoFocus />
        </Form.Item>
      </Form>
    </Sheet>
  );
}
