import { useQueryClient } from '@tanstack/react-query';
import { useRouter, useSearch } from '@tanstack/react-router';
import { Alert, Button, Form, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemError, post } from '../../api/client';
import type { Me } from '../../api/types';
import { LinkButton } from '../../components/LinkButton';
import { Looks } from '../../components/Looks';
import { useProblemText } from '../../components/Problem';
import { usePageTitle } from '../../lib/tabs';
import { CodeInput } from './CodeInput';
import { lastTenant, useEnter } from './enter';
import { ProviderButton } from './ProviderButton';

type Values = { tenant: string; login: string; password: string };
type Entry = { me?: Me; challenge?: string };

export function SignInPage() {
  const { t } = useTranslation();
  const text = useProblemText();
  const { next } = useSearch({ from: '/signin' });
  const client = useQueryClient();
  const router = useRouter();
  const enter = useEnter();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const [challenge, setChallenge] = useState<string>();
  const tenant = lastTenant();
  const [form] = Form.useForm<Values>();
  const typed = Form.useWatch('tenant', form) ?? tenant;
  usePageTitle(t('signin.title'));

  const submit = async (values: Values) => {
    setBusy(true);
    setError(undefined);
    try {
      const entry = await post<Entry>('/session', { ...values, tenant: values.tenant.trim(), login: values.login.trim() });
      if (entry.challenge) setChallenge(entry.challenge);
      else if (entry.me) await into(entry.me);
    } catch (e) {
      setError(e);
    } finally {
      setBusy(false);
    }
  };
  const answer = async ({ code }: { code: string }) => {
    setBusy(true);
    setError(undefined);
    try {
      const { me } = await post<Entry>('/session/code', { challenge, code: code.trim() });
      if (me) await into(me);
    } catch (e) {
      setError(e);
      if (e instanceof ProblemError && e.code === 'session.challenge') setChallenge(undefined);
    } finally {
      setBusy(false);
    }
  };
  const into = (me: Me) => {
    client.clear();
    return enter(me, next);
  };
  // The pages after the sign-in are loaded while the password is typed.
  const warm = () => void router.loadRouteChunk(router.routesByPath['/']);
  const rules = (label: string) => [{ required: true, message: t('signin.required', { label }) }];
  return (
    <main className="fc-sign">
      <div>
        <div className="fc-card box">
          <div className="name">
            <img src="/favicon.svg" alt="" />
            <div>
              <b>{t('app.name')}</b>
              <span className="fc-soft">{t('app.slogan')}</span>
            </div>
          </div>
          {error !== undefined && <Alert type="error" showIcon title={text(error)} style={{ marginBottom: 16 }} />}
          {challenge && (
            <Form<{ code: string }> layout="vertical" requiredMark={false} onFinish={answer}>
              <Form.Item name="code" label={t('signin.code')} extra={t('signin.codeHint')} rules={rules(t('signin.code'))}>
                <CodeInput size="large" />
              </Form.Item>
              <Button type="primary" htmlType="submit" block loading={busy}>
                {t('signin.submit')}
              </Button>
              <Button type="link" block onClick={() => setChallenge(undefined)}>
                {t('signin.again')}
              </Button>
            </Form>
          )}
          <Form<Values>
            form={form}
            hidden={Boolean(challenge)}
            layout="vertical"
            requiredMark={false}
            initialValues={{ tenant }}
            onFinish={submit}
          >
            <Form.Item name="tenant" label={t('signin.tenant')} rules={rules(t('signin.tenant'))}>
              <Input autoComplete="organization" autoCapitalize="none" autoFocus={!tenant} />
            </Form.Item>
            <Form.Item name="login" label={t('signin.login')} rules={rules(t('signin.login'))}>
              <Input autoComplete="username" autoCapitalize="none" autoFocus={Boolean(tenant)} />
            </Form.Item>
            <Form.Item name="password" label={t('signin.password')} rules={rules(t('signin.password'))}>
              <Input.Password autoComplete="current-password" onFocus={warm} />
            </Form.Item>
            <Button type="primary" htmlType="submit" block loading={busy}>
              {t('signin.submit')}
            </Button>
          </Form>
          {!challenge && <ProviderButton tenant={typed.trim()} next={next} failed={setError} />}
        </div>
        <div className="tools">
          <Looks />
          <LinkButton look="link" to="/platform">
            {t('signin.platform')}
          </LinkButton>
        </div>
      </div>
    </main>
  );
}
