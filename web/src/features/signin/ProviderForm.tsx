import { Alert, Button, Form, Input, Popconfirm, Radio, Switch } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemError, post, request } from '../../api/client';
import { useTell } from '../../components/tell';
import { sortErrors } from '../../lib/problems';

export type Provider = {
  issuer: string;
  clientId: string;
  hasSecret: boolean;
  claim: string;
  matches: 'login' | 'email';
  label: string;
  enabled: boolean;
  version: number;
};
type Values = Omit<Provider, 'hasSecret' | 'version'> & { clientSecret?: string };
const places = ['issuer', 'clientId', 'clientSecret', 'claim', 'matches', 'label', 'enabled'];

/** The group's identity provider. */
export function ProviderForm({ now, refetch }: { now: Provider; refetch: () => Promise<unknown> }) {
  const { t } = useTranslation();
  const tell = useTell();
  const [form] = Form.useForm<Values>();
  const [busy, setBusy] = useState<'save' | 'test' | 'delete'>();
  const [top, setTop] = useState<string[]>([]);
  const needed = (label: string) => [{ required: true, message: t('form.required', { label }) }];
  const run = async (what: 'save' | 'test' | 'delete', fn: () => Promise<unknown>, done: string) => {
    setBusy(what);
    setTop([]);
    try {
      await fn();
      tell.done(done);
      if (what !== 'test') await refetch();
    } catch (e) {
      if (e instanceof ProblemError && e.status === 412) {
        tell.warn(t('record.stale'));
        await refetch();
        return;
      }
      if (!(e instanceof ProblemError) || e.status === 0 || e.status >= 500) return tell.failed(e);
      const { fields, rest } = sortErrors(e, (at) => places.includes(String(at[0])));
      form.setFields(fields as Parameters<typeof form.setFields>[0]);
      setTop(rest);
    } finally {
      setBusy(undefined);
    }
  };
  const bodyOf = (v: Values) => ({
    ...v,
    issuer: v.issuer.trim(),
    clientId: v.clientId.trim(),
    claim: v.claim.trim(),
    label: v.label.trim(),
    clientSecret: v.clientSecret?.trim() || undefined,
  });
  const save = (v: Values) =>
    run('save', () => request('PUT', '/sign-in/provider', { body: bodyOf(v), version: now.version }), t('form.saved'));
  const test = async () => {
    const v = await form.validateFields().catch(() => undefined);
    if (v) await run('test', () => post('/sign-in/provider/test', bodyOf(v)), t('identity.works'));
  };
  return (
    <section className="fc-card fc-section" style={{ maxWidth: 640 }}>
      <h2 className="fc-h2">{t('identity.provider')}</h2>
      <p className="fc-soft">{t('identity.providerHint')}</p>
      <p>
        {t('identity.return')} <span className="fc-mono" style={{ overflowWrap: 'anywhere' }}>{`${location.origin}/signin/return`}</span>
      </p>
      {top.length > 0 && <Alert type="error" showIcon title={top.join('；')} style={{ marginBottom: 12 }} />}
      <Form<Values>
        key={now.version}
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{ ...now, label: now.label || t('identity.labelDefault'), enabled: now.issuer ? now.enabled : true }}
        onFinish={save}
      >
        <Form.Item name="issuer" label={t('identity.issuer')} extra={t('identity.issuerHint')} rules={needed(t('identity.issuer'))}>
          <Input inputMode="url" autoCapitalize="none" maxLength={300} placeholder="https://" />
        </Form.Item>
        <Form.Item name="clientId" label={t('identity.clientId')} rules={needed(t('identity.clientId'))}>
          <Input autoComplete="off" autoCapitalize="none" maxLength={300} />
        </Form.Item>
        <Form.Item
          name="clientSecret"
          label={t('identity.secret')}
          extra={now.hasSecret ? t('identity.secretKept') : undefined}
          rules={now.hasSecret ? [] : needed(t('identity.secret'))}
        >
          <Input.Password autoComplete="new-password" maxLength={1000} />
        </Form.Item>
        <Form.Item name="claim" label={t('identity.claim')} extra={t('identity.claimHint')} rules={needed(t('identity.claim'))}>
          <Input autoCapitalize="none" maxLength={100} />
        </Form.Item>
        <Form.Item name="matches" label={t('identity.matches')}>
          <Radio.Group
            options={[
              { value: 'login', label: t('people.login') },
              { value: 'email', label: t('people.email') },
            ]}
          />
        </Form.Item>
        <Form.Item name="label" label={t('identity.label')} rules={needed(t('identity.label'))}>
          <Input maxLength={30} />
        </Form.Item>
        <Form.Item name="enabled" label={t('identity.enabled')} valuePropName="checked">
          <Switch />
        </Form.Item>
        <div style={{ display: 'flex', gap: 8, flexWrap: 'wrap' }}>
          <Button type="primary" htmlType="submit" loading={busy === 'save'}>
            {t('form.save')}
          </Button>
          <Button onClick={test} loading={busy === 'test'}>
            {t('identity.test')}
          </Button>
          {now.issuer && (
            <Popconfirm
              title={t('identity.deleteAsk')}
              okText={t('identity.delete')}
              okButtonProps={{ danger: true }}
              onConfirm={() => run('delete', () => request('DELETE', '/sign-in/provider', { version: now.version }), t('identity.deleted'))}
            >
              <Button danger loading={busy === 'delete'}>
                {t('identity.delete')}
              </Button>
            </Popconfirm>
          )}
        </div>
      </Form>
    </section>
  );
}
