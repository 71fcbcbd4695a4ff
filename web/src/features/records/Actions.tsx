import { Alert, Button, Form, Modal, Popconfirm } from 'antd';
import { Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemError, post } from '../../api/client';
import { useRefresh } from '../../api/queries';
import type { ActionInfo, FieldInfo, KindInfo, Open } from '../../api/types';
import { FieldInput } from '../../components/FieldInput';
import { useTell } from '../../components/tell';
import { begin } from '../../lib/form';
import { fieldOf, optionOf, titleName, titleOf } from '../../lib/kind';
import { onward } from '../../lib/onward';
import { useWords } from '../../lib/prefs';
import { sortErrors } from '../../lib/problems';
import { answerOf } from './extend';

/** What the reader can do to a record now, as the server offers it: the likeliest first. */
export function Actions({ kind, row }: { kind: KindInfo; row: Open }) {
  const { t } = useTranslation();
  const words = useWords();
  const tell = useTell();
  const refresh = useRefresh();
  const [busy, setBusy] = useState('');
  const [asked, setAsked] = useState<ActionInfo>();
  const [refused, setRefused] = useState<{ action: ActionInfo; body?: object; error: ProblemError }>();
  const Answer = refused && answerOf(refused.error.code);

  const take = async (a: ActionInfo, body?: object) => {
    setBusy(a.name);
    try {
      await post(`/${kind.path}/${row.id}/${a.name}`, body, row.version);
      tell.done(t('record.done', { action: words(a.label) }));
      setAsked(undefined);
      setRefused(undefined);
    } catch (e) {
      if (!(e instanceof ProblemError) || !answerOf(e.code)) throw e;
      setAsked(undefined);
      setRefused({ action: a, body, error: e });
    } finally {
      setBusy('');
      await refresh(kind.name);
    }
  };
  const plain = (a: ActionInfo) =>
    take(a).catch((e: unknown) => {
      if (e instanceof ProblemError && e.status === 412) tell.warn(t('record.stale'));
      else tell.failed(e);
    });
  const status = kind.status ? fieldOf(kind.fields, kind.status) : undefined;
  const warning = (a: ActionInfo) => t('record.danger', { to: words(optionOf(status, a.to)?.label) || a.to });
  const ordered = [...row.actions.filter((a) => !a.danger), ...row.actions.filter((a) => a.danger)];
  return (
    <>
      {ordered.map((a, i) => {
        const label = words(a.label);
        const shared = { danger: a.danger, loading: busy === a.name, disabled: busy !== '' && busy !== a.name };
        if (a.form?.length) {
          return (
            <Button key={a.name} type={i === 0 && !a.danger ? 'primary' : 'default'} {...shared} onClick={() => setAsked(a)}>
              {label}
            </Button>
          );
        }
        if (a.danger) {
          return (
            <Popconfirm
              key={a.name}
              title={t('record.confirm', { action: label })}
              description={warning(a)}
              okText={label}
              okButtonProps={{ danger: true }}
              onConfirm={() => plain(a)}
            >
              <Button {...shared}>{label}</Button>
            </Popconfirm>
          );
        }
        return (
          <Button key={a.name} type={i === 0 ? 'primary' : 'default'} {...shared} onClick={() => plain(a)}>
            {label}
          </Button>
        );
      })}
      {asked && (
        <ActionDialog
          key={asked.name}
          kind={kind}
          row={row}
          action={asked}
          warning={asked.danger ? warning(asked) : undefined}
          busy={busy !== ''}
          take={take}
          close={() => setAsked(undefined)}
        />
      )}
      {refused && Answer && (
        <Suspense fallback={null}>
          <Answer
            kind={kind}
            row={row}
            error={refused.error}
            again={(more) => take(refused.action, { ...refused.body, ...more })}
            close={() => setRefused(undefined)}
          />
        </Suspense>
      )}
    </>
  );
}

type DialogProps = {
  kind: KindInfo;
  row: Open;
  action: ActionInfo;
  warning?: string;
  busy: boolean;
  take: (a: ActionInfo, body: object) => Promise<void>;
  close: () => void;
};

function ActionDialog({ kind, row, action, warning, busy, take, close }: DialogProps) {
  const { t } = useTranslation();
  const words = useWords();
  const tell = useTell();
  const [form] = Form.useForm();
  const [top, setTop] = useState<string[]>([]);
  const inputs = action.form ?? [];
  // An input of the same name as a field starts with what the record holds; a number that was never given is 0 there, and not proposed.
  const held = (f: FieldInfo) => row[f.name] !== undefined && row[f.name] !== 0 && fieldOf(kind.fields, f.name);
  const initial = Object.fromEntries(inputs.map((f) => [f.name, held(f) ? row[f.name] : begin(f)]));
  const submit = async (values: Record<string, unknown>) => {
    setTop([]);
    const body: Record<string, unknown> = {};
    for (const f of inputs) {
      const v = values[f.name];
      if (f.type === 'bool') body[f.name] = Boolean(v);
      else if (v !== undefined && v !== null && v !== '') body[f.name] = v;
    }
    try {
      await take(action, body);
    } catch (e) {
      if (e instanceof ProblemError && e.status === 412) {
        tell.warn(t('record.stale'));
        return;
      }
      if (!(e instanceof ProblemError) || e.status === 0 || e.status >= 500) return tell.failed(e);
      const { fields, rest } = sortErrors(e, (at) => inputs.some((f) => f.name === at[0]));
      form.setFields(fields);
      setTop(rest);
    }
  };
  return (
    <Modal
      open
      title={`${words(action.label)} · ${titleOf(kind, row)}`}
      okText={words(action.label)}
      okButtonProps={{ danger: action.danger }}
      confirmLoading={busy}
      onOk={form.submit}
      onCancel={close}
      destroyOnHidden
    >
      {warning && <Alert type="warning" showIcon title={warning} style={{ marginBottom: 12 }} />}
      {top.length > 0 && <Alert type="error" showIcon title={top.join('；')} style={{ marginBottom: 12 }} />}
      <Form form={form} layout="vertical" initialValues={initial} onFinish={submit} onKeyDown={onward}>
        {inputs.map((f, i) => (
          <Form.Item
            key={f.name}
            name={f.name}
            label={words(f.label)}
            rules={
              f.required && f.type !== 'bool' ? [{ required: true, message: t('form.required', { label: words(f.label) }) }] : undefined
            }
          >
            <FieldInput field={f} title={row[titleName(f.name)] as string | undefined} autoFocus={i === 0} />
          </Form.Item>
        ))}
      </Form>
    </Modal>
  );
}
