import { Alert, Form, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemError } from '../../api/client';
import { FieldInput } from '../../components/FieldInput';
import { useTell } from '../../components/tell';
import { useWords } from '../../lib/prefs';
import { sortErrors } from '../../lib/problems';
import { fieldOfFact } from './Document';
import { People } from './People';
import { sendFile } from './queries';
import { edits, mustSay } from './rules';
import { Sheet } from './Sheet';
import { SignaturePad } from './SignaturePad';
import type { Task } from './types';

export type Agreement = { comment?: string; signature?: string; changes?: Record<string, unknown>; next?: string[] };
type Props = { approval: string; task: Task; send: (body: Agreement) => Promise<void>; close: () => void };
type Values = { comment?: string; next?: string[]; edit?: Record<string, unknown> };

/** What belongs to an agreement: words, a signature, changed fields, the one who comes next. */
export function ApproveSheet({ approval, task, send, close }: Props) {
  const { t } = useTranslation();
  const words = useWords();
  const tell = useTell();
  const [form] = Form.useForm<Values>();
  const [busy, setBusy] = useState(false);
  const [top, setTop] = useState<string[]>([]);
  const [picture, setPicture] = useState<File>();
  const needed = (label: string) => [{ required: true, whitespace: true, message: t('form.required', { label }) }];
  const submit = async (v: Values) => {
    setTop([]);
    if (task.signature && !picture) return setTop([t('approval.signFirst')]);
    setBusy(true);
    try {
      const signature = picture ? (await sendFile(approval, picture)).id : undefined;
      const changes = edits(task.edit, v.edit ?? {});
      await send({
        ...(v.comment?.trim() && { comment: v.comment.trim() }),
        ...(signature && { signature }),
        ...(changes && { changes }),
        ...(v.next?.length && { next: v.next }),
      });
    } catch (e) {
      if (!(e instanceof ProblemError) || e.status === 0 || e.status >= 500) return tell.failed(e);
      // A changed field is refused as changes.price or, by the document itself, as price.
      const name = (at: (string | number)[]) => (at[0] === 'changes' ? at.slice(1) : at);
      const isEdit = (at: (string | number)[]) => task.edit.some((f) => f.name === name(at)[0]);
      const { fields, rest } = sortErrors(e, (at) => at[0] === 'comment' || at[0] === 'next' || isEdit(at));
      form.setFields(fields.map((f) => ({ name: (isEdit(f.name) ? ['edit', ...name(f.name)] : f.name) as never, errors: f.errors })));
      setTop(rest);
    } finally {
      setBusy(false);
    }
  };
  const initial = Object.fromEntries(task.edit.map((f) => [f.name, f.value]));
  return (
    <Sheet
      title={`${t('approval.approve')} · ${words(task.step)}`}
      okText={t('approval.approve')}
      busy={busy}
      onOk={form.submit}
      close={close}
    >
      {top.length > 0 && <Alert type="error" showIcon title={top.join('；')} style={{ marginBottom: 12 }} />}
      <Form<Values> form={form} layout="vertical" initialValues={{ edit: initial }} onFinish={submit}>
        {task.edit.map((f) => (
          <Form.Item key={f.name} name={['edit', f.name]} label={words(f.label)}>
            <FieldInput field={fieldOfFact(f)} title={f.text || undefined} />
          </Form.Item>
        ))}
        <Form.Item
          name="comment"
          label={t('approval.opinion')}
          rules={mustSay(task, 'approve') ? needed(t('approval.opinion')) : undefined}
          required={mustSay(task, 'approve')}
        >
          <Input.TextArea maxLength={1000} autoSize={{ minRows: 2, maxRows: 6 }} autoFocus={!task.signature} />
        </Form.Item>
        {task.choose && (
          <Form.Item
            name="next"
            label={t('approval.chooseFor', { step: words(task.choose.name) })}
            rules={[{ required: true, message: t('approval.chooseFirst') }]}
          >
            <People task={task.id} label={t('approval.chooseFor', { step: words(task.choose.name) })} />
          </Form.Item>
        )}
      </Form>
      {task.signature && <SignaturePad onChange={setPicture} />}
    </Sheet>
  );
}
