import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Form, Input, Modal, QRCode, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { get, ProblemError, post } from '../../api/client';
import { meQuery, useMe } from '../../api/queries';
import { Problem, Waiting } from '../../components/Problem';
import { useTell } from '../../components/tell';
import { when } from '../../lib/clock';
import { sortErrors } from '../../lib/problems';
import { CodeInput } from './CodeInput';

type State = { on: boolean; since?: string; demanded: boolean; codesLeft: number };
type SetUp = { secret: string; uri: string };
type Values = { password: string; code: string };
type Step = 'begin' | 'codes' | 'off';

const key = ['two-step'];

/** One's own second step: set up with the phone, new recovery codes, off. */
export function TwoStep() {
  const { t } = useTranslation();
  const [step, setStep] = useState<Step>();
  const [setUp, setSetUp] = useState<SetUp>();
  const [codes, setCodes] = useState<string[]>();
  const q = useQuery({ queryKey: key, queryFn: ({ signal }) => get<State>('/session/two-step', undefined, signal) });
  const refresh = useRefresh();
  if (q.isError) return <Problem error={q.error} retry={() => q.refetch()} />;
  if (!q.data) return <Waiting rows={2} />;
  const now = q.data;
  return (
    <section className="fc-card fc-section">
      <h2 className="fc-h2">
        {t('twoStep.title')} {now.on ? <Tag color="green">{t('twoStep.on')}</Tag> : <Tag>{t('twoStep.off')}</Tag>}
      </h2>
      {now.on ? (
        <p>
          {t('twoStep.since', { at: when(now.since ?? '') })} · {t('twoStep.left', { count: now.codesLeft })}
        </p>
      ) : (
        <p className="fc-soft">{t('twoStep.hint')}</p>
      )}
      {now.on && now.codesLeft < 3 && <Alert type="warning" showIcon title={t('twoStep.few')} style={{ marginBottom: 12 }} />}
      <div className="fc-acts">
        {!now.on && (
          <Button type="primary" onClick={() => setStep('begin')}>
            {t('twoStep.begin')}
          </Button>
        )}
        {now.on && <Button onClick={() => setStep('codes')}>{t('twoStep.renew')}</Button>}{' '}
        {now.on && (
          <Button danger onClick={() => setStep('off')}>
            {t('twoStep.end')}
          </Button>
        )}
      </div>
      {step && (
        <Prove
          step={step}
          close={() => setStep(undefined)}
          done={(answer) => {
            setStep(undefined);
            if (answer?.secret && answer.uri) setSetUp({ secret: answer.secret, uri: answer.uri });
            else {
              if (answer?.codes) setCodes(answer.codes);
              void refresh();
            }
          }}
        />
      )}
      {setUp && (
        <Scan
          setUp={setUp}
          close={() => setSetUp(undefined)}
          done={(fresh) => {
            setSetUp(undefined);
            setCodes(fresh);
          }}
        />
      )}
      {codes && (
        <Codes
          codes={codes}
          close={() => {
            setCodes(undefined);
            void refresh();
          }}
        />
      )}
    </section>
  );
}

function useRefresh() {
  const client = useQueryClient();
  return async () => {
    await client.invalidateQueries({ queryKey: meQuery.queryKey });
    await client.invalidateQueries();
  };
}

type Answer = Partial<SetUp> & { codes?: string[] };

/** Asks for the password and, when the second step is on, a code. */
function Prove({ step, close, done }: { step: Step; close: () => void; done: (answer?: Answer) => void }) {
  const { t } = useTranslation();
  const tell = useTell();
  const [form] = Form.useForm<Values>();
  const [busy, setBusy] = useState(false);
  const words = { begin: t('twoStep.begin'), codes: t('twoStep.renew'), off: t('twoStep.end') }[step];
  const path = { begin: '/session/two-step', codes: '/session/two-step/codes', off: '/session/two-step/off' }[step];
  const needed = (label: string) => [{ required: true, message: t('form.required', { label }) }];
  const submit = async (v: Values) => {
    setBusy(true);
    try {
      done(await post<Answer>(path, v));
      if (step === 'off') tell.done(t('twoStep.ended'));
    } catch (e) {
      place(form, e, tell.failed);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal
      open
      title={words}
      okText={words}
      okButtonProps={{ danger: step === 'off' }}
      confirmLoading={busy}
      onOk={form.submit}
      onCancel={close}
      destroyOnHidden
    >
      {step === 'codes' && <p>{t('twoStep.renewAsk')}</p>}
      {step === 'off' && <p>{t('twoStep.endAsk')}</p>}
      <Form<Values> form={form} layout="vertical" requiredMark={false} onFinish={submit}>
        <Form.Item name="password" label={t('account.current')} rules={needed(t('account.current'))}>
          <Input.Password autoComplete="current-password" autoFocus />
        </Form.Item>
        {step !== 'begin' && (
          <Form.Item name="code" label={t('twoStep.code')} extra={t('twoStep.codeOrRecovery')} rules={needed(t('twoStep.code'))}>
            <CodeInput />
          </Form.Item>
        )}
        <button type="submit" hidden />
      </Form>
    </Modal>
  );
}

function place(form: ReturnType<typeof Form.useForm<Values>>[0], e: unknown, failed: (e: unknown) => void) {
  if (!(e instanceof ProblemError) || e.status === 0 || e.status >= 500) return failed(e);
  const { fields, rest } = sortErrors(e, (at) => at[0] === 'password' || at[0] === 'code');
  form.setFields(fields.map((f) => ({ name: f.name[0] as keyof Values, errors: f.errors })));
  if (rest.length) failed(e);
}

/** The secret for the phone, and the first code from it. */
function Scan({ setUp, close, done }: { setUp: SetUp; close: () => void; done: (codes: string[]) => void }) {
  const { t } = useTranslation();
  const tell = useTell();
  const [form] = Form.useForm<Values>();
  const [busy, setBusy] = useState(false);
  const submit = async (v: Values) => {
    setBusy(true);
    try {
      done((await post<{ codes: string[] }>('/session/two-step/confirm', v)).codes);
    } catch (e) {
      place(form, e, tell.failed);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal
      open
      title={t('twoStep.scan')}
      okText={t('twoStep.confirm')}
      confirmLoading={busy}
      onOk={form.submit}
      onCancel={close}
      mask={{ closable: false }}
    >
      <p>{t('twoStep.scanHint')}</p>
      <div style={{ display: 'flex', justifyContent: 'center' }}>
        <QRCode type="svg" value={setUp.uri} size={192} color="#000" bgColor="#fff" />
      </div>
      <p>
        {t('twoStep.type')}{' '}
        <span className="fc-mono" style={{ overflowWrap: 'anywhere' }}>
          {setUp.secret.match(/.{1,4}/g)?.join(' ')}
        </span>
      </p>
      <Form<Values> form={form} layout="vertical" requiredMark={false} onFinish={submit}>
        <Form.Item
          name="code"
          label={t('twoStep.first')}
          rules={[{ required: true, message: t('form.required', { label: t('twoStep.first') }) }]}
        >
          <CodeInput />
        </Form.Item>
        <button type="submit" hidden />
      </Form>
    </Modal>
  );
}

function Codes({ codes, close }: { codes: string[]; close: () => void }) {
  const { t } = useTranslation();
  const tell = useTell();
  const text = codes.join('\n');
  const save = () => {
    const a = document.createElement('a');
    a.href = URL.createObjectURL(new Blob([`${text}\n`], { type: 'text/plain' }));
    a.download = t('twoStep.file');
    a.click();
    URL.revokeObjectURL(a.href);
  };
  const me = useMe();
  return (
    <Modal
      open
      title={t('twoStep.codes')}
      mask={{ closable: false }}
      closable={false}
      keyboard={false}
      footer={[
        <Button key="copy" onClick={() => navigator.clipboard?.writeText(text).then(() => tell.done(t('tokens.copied')), tell.failed)}>
          {t('tokens.copy')}
        </Button>,
        <Button key="save" onClick={save}>
          {t('twoStep.save')}
        </Button>,
        <Button key="done" type="primary" onClick={close}>
          {t('twoStep.kept')}
        </Button>,
      ]}
    >
      <p>{t('twoStep.codesHint', { login: me?.user.login ?? '' })}</p>
      <ol className="fc-mono" style={{ columns: 2, columnGap: 24, paddingInlineStart: 24 }}>
        {codes.map((c) => (
          <li key={c}>{c}</li>
        ))}
      </ol>
    </Modal>
  );
}
