import { useQuery } from '@tanstack/react-query';
import { Alert, Button, Form, Input, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { get, ProblemError, request } from '../api/client';
import { meQuery, useMe } from '../api/queries';
import { Absences } from '../components/Absences';
import { Listing } from '../components/Listing';
import { useTell } from '../components/tell';
import { OwnTokens } from '../features/signin/OwnTokens';
import { Profile } from '../features/signin/Profile';
import { TwoStep } from '../features/signin/TwoStep';
import { when } from '../lib/clock';
import { deviceOf } from '../lib/device';
import { sortErrors } from '../lib/problems';
import { usePageTitle } from '../lib/tabs';
import { queryClient } from './client';

type Values = { current: string; password: string; again: string };
type Own = { id: string; address: string; agent: string; startedAt: string; seenAt: string; current: boolean };

/** One's own account: the password, and where one is signed in. */
export function AccountPage() {
  const { t } = useTranslation();
  const me = useMe();
  usePageTitle(t('account.title'));
  return (
    <div className="fc-page">
      <div className="fc-head">
        <h1>{t('account.title')}</h1>
      </div>
      {me?.mustChangePassword && <Alert type="warning" showIcon title={t('account.mustChange')} style={{ marginBottom: 12 }} />}
      {!me?.mustChangePassword && me?.mustSetUpTwoStep && (
        <Alert type="warning" showIcon title={t('twoStep.demanded')} style={{ marginBottom: 12 }} />
      )}
      {(me?.mustChangePassword || !me?.mustSetUpTwoStep) && <Password />}
      {!me?.mustChangePassword && !me?.mustSetUpTwoStep && <Profile />}
      {!me?.mustChangePassword && <TwoStep />}
      {!me?.mustChangePassword && !me?.mustSetUpTwoStep && (
        <>
          {me && (
            <section className="fc-card fc-section">
              <h2 className="fc-h2">{t('absence.title')}</h2>
              <Absences path="/session/absences" user={me.user.id} />
            </section>
          )}
          <OwnTokens />
          <Sessions />
        </>
      )}
    </div>
  );
}

function Password() {
  const { t } = useTranslation();
  const tell = useTell();
  const [form] = Form.useForm<Values>();
  const [busy, setBusy] = useState(false);
  const needed = (label: string) => [{ required: true, message: t('form.required', { label }) }];
  const submit = async (v: Values) => {
    setBusy(true);
    try {
      await request('PUT', '/session/password', { body: { current: v.current, password: v.password } });
      tell.done(t('account.changed'));
      form.resetFields();
      await queryClient.invalidateQueries({ queryKey: meQuery.queryKey });
      await queryClient.invalidateQueries();
    } catch (e) {
      if (!(e instanceof ProblemError) || e.status === 0 || e.status >= 500) return tell.failed(e);
      const { fields, rest } = sortErrors(e, (at) => ['current', 'password'].includes(String(at[0])));
      form.setFields(fields.map((f) => ({ name: f.name[0] as keyof Values, errors: f.errors })));
      if (rest.length) tell.failed(e);
    } finally {
      setBusy(false);
    }
  };
  return (
    <section className="fc-card fc-section" style={{ maxWidth: 420 }}>
      <h2 className="fc-h2">{t('account.password')}</h2>
      <Form<Values> form={form} layout="vertical" requiredMark={false} onFinish={submit}>
        <Form.Item name="current" label={t('account.current')} rules={needed(t('account.current'))}>
          <Input.Password autoComplete="current-password" />
        </Form.Item>
        <Form.Item name="password" label={t('account.fresh')} extra={t('account.rule')} rules={needed(t('account.fresh'))}>
          <Input.Password autoComplete="new-password" />
        </Form.Item>
        <Form.Item
          name="again"
          label={t('account.again')}
          dependencies={['password']}
          rules={[
            ...needed(t('account.again')),
            {
              validator: (_, v) =>
                !v || v === form.getFieldValue('password') ? Promise.resolve() : Promise.reject(new Error(t('account.differs'))),
            },
          ]}
        >
          <Input.Password autoComplete="new-password" />
        </Form.Item>
        <Button type="primary" htmlType="submit" loading={busy}>
          {t('account.change')}
        </Button>
      </Form>
    </section>
  );
}

function Sessions() {
  const { t } = useTranslation();
  const tell = useTell();
  const q = useQuery({
    queryKey: ['own-sessions'],
    queryFn: async ({ signal }) => (await get<{ items: Own[] }>('/session/list', undefined, signal)).items,
  });
  const end = (id: string) =>
    request('DELETE', `/session/list/${id}`)
      .then(() => q.refetch())
      .catch(tell.failed);
  return (
    <section className="fc-card fc-section">
      <h2 className="fc-h2">{t('account.sessions')}</h2>
      <Listing<Own>
        rowKey="id"
        loading={q.isPending}
        rows={q.data}
        width={560}
        columns={[
          { title: t('monitor.address'), dataIndex: 'address' },
          { title: t('monitor.device'), dataIndex: 'agent', render: deviceOf },
          { title: t('monitor.since'), dataIndex: 'startedAt', render: (v: string) => <span className="fc-num">{when(v)}</span> },
          {
            render: (_, s) =>
              s.current ? (
                <Tag color="green">{t('account.here')}</Tag>
              ) : (
                <Button type="link" size="small" danger onClick={() => end(s.id)}>
                  {t('monitor.end')}
                </Button>
              ),
          },
        ]}
      />
    </section>
  );
}
