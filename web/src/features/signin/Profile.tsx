import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Form, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { get, ProblemError, request } from '../../api/client';
import { useMe } from '../../api/queries';
import { Problem, Waiting } from '../../components/Problem';
import { useTell } from '../../components/tell';
import { sortErrors } from '../../lib/problems';

type Own = { mobile: string; email: string; emailFixed: boolean; version: number };
type Values = { mobile: string; email: string };

const key = ['own-profile'];

/** One's own mobile number and e-mail address. The name is the administrator's. */
export function Profile() {
  const { t } = useTranslation();
  const tell = useTell();
  const me = useMe();
  const client = useQueryClient();
  const [form] = Form.useForm<Values>();
  const [busy, setBusy] = useState(false);
  const q = useQuery({ queryKey: key, queryFn: ({ signal }) => get<Own>('/session/profile', undefined, signal) });
  if (q.isError) return <Problem error={q.error} retry={() => q.refetch()} />;
  if (!q.data) return <Waiting rows={2} />;
  const now = q.data;
  const submit = async (v: Values) => {
    setBusy(true);
    try {
      const body = { mobile: v.mobile.trim(), email: now.emailFixed ? undefined : v.email.trim() };
      client.setQueryData(key, await request<Own>('PATCH', '/session/profile', { body, version: now.version }));
      tell.done(t('form.saved'));
    } catch (e) {
      if (e instanceof ProblemError && e.status === 412) {
        tell.warn(t('record.stale'));
        await q.refetch();
        return;
      }
      if (!(e instanceof ProblemError) || e.status === 0 || e.status >= 500) return tell.failed(e);
      const { fields, rest } = sortErrors(e, (at) => at[0] === 'mobile' || at[0] === 'email');
      form.setFields(fields.map((f) => ({ name: f.name[0] as keyof Values, errors: f.errors })));
      if (rest.length) tell.failed(e);
    } finally {
      setBusy(false);
    }
  };
  return (
    <section className="fc-card fc-section" style={{ maxWidth: 420 }}>
      <h2 className="fc-h2">{t('account.profile')}</h2>
      <p>
        {me?.user.name} <span className="fc-soft">{me?.user.login}</span>
      </p>
      <Form<Values>
        key={now.version}
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{ mobile: now.mobile, email: now.email }}
        onFinish={submit}
      >
        <Form.Item name="mobile" label={t('people.mobile')}>
          <Input inputMode="tel" autoComplete="tel" maxLength={11} />
        </Form.Item>
        <Form.Item name="email" label={t('people.email')} extra={now.emailFixed ? t('account.emailFixed') : undefined}>
          <Input inputMode="email" autoComplete="email" maxLength={100} disabled={now.emailFixed} />
        </Form.Item>
        <Button htmlType="submit" loading={busy}>
          {t('form.save')}
        </Button>
      </Form>
    </section>
  );
}
