import { Form, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ProblemError } from '../../api/client';
import type { KindInfo, Open } from '../../api/types';
import { useTell } from '../../components/tell';
import { People } from './People';
import { choicesOf } from './rules';

type Props = { kind: KindInfo; row: Open; error: ProblemError; again: (more: object) => Promise<void>; close: () => void };

/** Asks the submitter for the approvers that the flow leaves to them, and submits again with their names. */
export function ChooseDialog({ error, again, close }: Props) {
  const { t } = useTranslation();
  const tell = useTell();
  const [form] = Form.useForm<Record<string, string[]>>();
  const [busy, setBusy] = useState(false);
  const [named, setNamed] = useState<Record<string, string[]>>({});
  const wanted = choicesOf(error);
  const submit = async (v: Record<string, string[]>) => {
    setBusy(true);
    try {
      // A flow asks for one step after the other: those that were named before are sent again.
      const choices = { ...named, ...v };
      setNamed(choices);
      await again({ choices });
    } catch (e) {
      tell.failed(e);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal open title={t('approval.chooseTitle')} okText={t('approval.submit')} confirmLoading={busy} onOk={form.submit} onCancel={close}>
      <p className="fc-soft">{t('approval.chooseHint')}</p>
      <Form form={form} layout="vertical" onFinish={submit}>
        {wanted.map((w) => (
          <Form.Item key={w.node} name={w.node} label={w.label} rules={[{ required: true, message: t('approval.chooseFirst') }]}>
            <People label={w.label} />
          </Form.Item>
        ))}
      </Form>
    </Modal>
  );
}
