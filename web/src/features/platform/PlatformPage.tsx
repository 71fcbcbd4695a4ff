import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Form, Input, Tabs } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { get, ProblemError, post, request } from '../../api/client';
import { LinkButton } from '../../components/LinkButton';
import { Looks } from '../../components/Looks';
import { Problem, useProblemText, Waiting } from '../../components/Problem';
import { useTell } from '../../components/tell';
import { usePageTitle } from '../../lib/tabs';
import { Catalogue } from './Catalogue';
import { Jobs } from './Jobs';
import { Tenants } from './Tenants';

type Operator = { name?: string; login?: string; operator?: { name?: string; login?: string } };

/** The operators' own door: tenants and the shared catalogue. */
export function PlatformPage() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const tell = useTell();
  usePageTitle(t('platform.title'));
  const q = useQuery({
    queryKey: ['platform', 'me'],
    queryFn: async ({ signal }) => {
      try {
        return await get<Operator>('/platform/session', undefined, signal);
      } catch (e) {
        if (e instanceof ProblemError && e.status === 401) return null;
        throw e;
      }
    },
  });
  if (q.isError) return <Problem error={q.error} retry={() => q.refetch()} />;
  if (q.isPending) return <Waiting />;
  if (!q.data) return <SignIn done={() => client.invalidateQueries({ queryKey: ['platform'] })} />;
  const who = q.data.operator ?? q.data;
  const out = async () => {
    try {
      await request('DELETE', '/platform/session');
      client.removeQueries({ queryKey: ['platform'], predicate: (x) => x.queryKey[1] !== 'me' });
      client.setQueryData(['platform', 'me'], null);
    } catch (e) {
      tell.failed(e);
    }
  };
  return (
    <div style={{ minHeight: '100dvh' }}>
      <header className="fc-top">
        <span className="fc-brand" style={{ padding: '0 6px' }}>
          <img src="/favicon.svg" alt="" />
          {t('platform.title')}
        </span>
        <span className="fill" />
        <Looks />
        <span className="fc-soft">{who.name ?? who.login}</span>
        <Button type="text" onClick={out}>
          {t('top.signout')}
        </Button>
      </header>
      <main className="fc-page">
        <Tabs
          items={[
            { key: 'tenants', label: t('platform.tenants'), children: <Tenants /> },
            { key: 'catalogue', label: t('platform.catalogue'), children: <Catalogue /> },
            { key: 'jobs', label: t('jobs.title'), children: <Jobs /> },
          ]}
        />
      </main>
    </div>
  );
}

function SignIn({ done }: { done: () => Promise<void> }) {
  const { t } = useTranslation();
  const text = useProblemText();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const rules = (label: string) => [{ required: true, message: t('signin.required', { label }) }];
  const submit = async (values: { login: string; password: string }) => {
    setBusy(true);
    setError(undefined);
    try {
      await post('/platform/session', values);
      await done();
    } catch (e) {
      setError(e);
    } finally {
      setBusy(false);
    }
  };
  return (
    <main className="fc-sign">
      <div>
        <div className="fc-card box">
          <div className="name">
            <img src="/favicon.svg" alt="" />
            <div>
              <b>{t('platform.title')}</b>
              <span className="fc-soft">{t('app.name')}</span>
            </div>
          </div>
          {error !== undefined && <Alert type="error" showIcon title={text(error)} style={{ marginBottom: 16 }} />}
          <Form layout="vertical" requiredMark={false} onFinish={submit}>
            <Form.Item name="login" label={t('signin.login')} rules={rules(t('signin.login'))}>
              <Input autoComplete="username" autoFocus />
            </Form.Item>
            <Form.Item name="password" label={t('signin.password')} rules={rules(t('signin.password'))}>
              <Input.Password autoComplete="current-password" />
            </Form.Item>
            <Button type="primary" htmlType="submit" block loading={busy}>
              {t('signin.submit')}
            </Button>
          </Form>
        </div>
        <div className="tools">
          <Looks />
          <LinkButton look="link" to="/signin">
            {t('signin.back')}
          </LinkButton>
        </div>
      </div>
    </main>
  );
}
