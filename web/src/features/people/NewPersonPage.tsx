import { useNavigate } from '@tanstack/react-router';
import { Alert, Button, DatePicker, Form, Input } from 'antd';
import type dayjs from 'dayjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemError, post } from '../../api/client';
import { useMe } from '../../api/queries';
import { Problem } from '../../components/Problem';
import { useTell } from '../../components/tell';
import { onward } from '../../lib/onward';
import { sortErrors } from '../../lib/problems';
import { usePageTitle } from '../../lib/tabs';
import { PostingFields } from './PostingFields';
import { usePeopleChanged } from './queries';
import { secret } from './secret';

type Values = {
  login: string;
  name: string;
  mobile?: string;
  email?: string;
  password: string;
  leaves?: dayjs.Dayjs;
  unitId: string;
  title: string;
  roles: string[];
};

/** A new person with their first posting. */
export function NewPersonPage() {
  const { t } = useTranslation();
  const tell = useTell();
  const me = useMe();
  const navigate = useNavigate();
  const changed = usePeopleChanged();
  const [form] = Form.useForm<Values>();
  const [busy, setBusy] = useState(false);
  const [top, setTop] = useState<string[]>([]);
  const [made, setMade] = useState<string>();
  usePageTitle(t('people.new'));
  if (me && me.grants['user:manage'] === undefined) return <Problem error={new ProblemError(403, 'client.denied', '')} />;
  const needed = (label: string) => [{ required: true, message: t('form.required', { label }) }];
  const submit = async (v: Values) => {
    setBusy(true);
    setTop([]);
    try {
      let id = made;
      if (!id) {
        const validTo = v.leaves?.format('YYYY-MM-DD');
        const person = { login: v.login.trim(), name: v.name.trim(), mobile: v.mobile, email: v.email, password: v.password, validTo };
        id = (await post<{ id: string }>('/users', person)).id;
        // Should the posting be refused, only the posting is tried again.
        setMade(id);
      }
      await post(`/users/${id}/postings`, { unitId: v.unitId, title: v.title.trim(), roles: v.roles });
      tell.done(t('form.saved'));
      await changed();
      await navigate({ to: '/r/$path/$id', params: { path: 'users', id }, replace: true });
    } catch (e) {
      if (!(e instanceof ProblemError) || e.status === 0 || e.status >= 500) return tell.failed(e);
      const { fields, rest } = sortErrors(e, (at) =>
        ['login', 'name', 'mobile', 'email', 'password', 'unitId', 'title', 'roles'].includes(String(at[0])),
      );
      form.setFields(fields as Parameters<typeof form.setFields>[0]);
      setTop(rest);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className="fc-page">
      <div className="fc-head">
        <h1>{t('people.new')}</h1>
      </div>
      <Form<Values>
        className="fc-form fc-card"
        form={form}
        layout="vertical"
        onFinish={submit}
        onKeyDown={onward}
        initialValues={{ password: secret() }}
      >
        <section className="fc-section">
          {top.length > 0 && <Alert type="error" showIcon title={top.join('；')} style={{ marginBottom: 12 }} />}
          <h2 className="fc-h2">{t('people.person')}</h2>
          <div className="grid">
            <Form.Item name="name" label={t('people.name')} rules={needed(t('people.name'))}>
              <Input maxLength={60} autoFocus disabled={Boolean(made)} />
            </Form.Item>
            <Form.Item name="login" label={t('people.login')} extra={t('people.loginHint')} rules={needed(t('people.login'))}>
              <Input maxLength={40} autoCapitalize="none" autoComplete="off" disabled={Boolean(made)} />
            </Form.Item>
            <Form.Item name="mobile" label={t('people.mobile')} rules={[{ pattern: /^1\d{10}$/, message: t('form.mobile') }]}>
              <Input inputMode="tel" disabled={Boolean(made)} />
            </Form.Item>
            <Form.Item name="email" label={t('people.email')}>
              <Input maxLength={100} disabled={Boolean(made)} />
            </Form.Item>
            <Form.Item name="password" label={t('people.password')} extra={t('people.passwordHint')} rules={needed(t('people.password'))}>
              <Input autoComplete="off" disabled={Boolean(made)} className="fc-mono" />
            </Form.Item>
            <Form.Item name="leaves" label={t('people.leaves')}>
              <DatePicker style={{ width: '100%' }} disabled={Boolean(made)} />
            </Form.Item>
          </div>
          <h2 className="fc-h2">{t('people.posting')}</h2>
          <div className="grid">
            <PostingFields dates={false} />
          </div>
        </section>
        <div className="fc-bar">
          <Button onClick={() => history.back()}>{t('form.cancel')}</Button>
          <Button type="primary" htmlType="submit" loading={busy}>
            {t('form.save')}
          </Button>
        </div>
      </Form>
    </div>
  );
}
