import { Alert, Button, Form, Radio, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemError, request } from '../../api/client';
import { useTell } from '../../components/tell';
import { useWords } from '../../lib/prefs';
import { sortErrors } from '../../lib/problems';
import { useRoles } from '../people/queries';

export type Settings = {
  twoStep: 'free' | 'roles' | 'all';
  twoStepRoles: string[];
  passwordFor: 'all' | 'administrators';
  version: number;
};
type Values = Omit<Settings, 'version'>;

/** Who must have a second step, and who may use a password. */
export function Demands({ now, provided, refetch }: { now: Settings; provided: boolean; refetch: () => Promise<unknown> }) {
  const { t } = useTranslation();
  const tell = useTell();
  const words = useWords();
  const roles = useRoles();
  const [form] = Form.useForm<Values>();
  const [busy, setBusy] = useState(false);
  const [top, setTop] = useState<string[]>([]);
  const save = async (v: Values) => {
    setBusy(true);
    setTop([]);
    const body = { twoStep: v.twoStep, twoStepRoles: v.twoStep === 'roles' ? v.twoStepRoles : undefined, passwordFor: v.passwordFor };
    try {
      await request('PUT', '/sign-in/settings', { body, version: now.version });
      tell.done(t('form.saved'));
      await refetch();
    } catch (e) {
      if (e instanceof ProblemError && e.status === 412) {
        tell.warn(t('record.stale'));
        await refetch();
        return;
      }
      if (!(e instanceof ProblemError) || e.status === 0 || e.status >= 500) return tell.failed(e);
      const { fields, rest } = sortErrors(e, (at) => ['twoStep', 'twoStepRoles', 'passwordFor'].includes(String(at[0])));
      form.setFields(fields as Parameters<typeof form.setFields>[0]);
      setTop(rest);
    } finally {
      setBusy(false);
    }
  };
  return (
    <section className="fc-card fc-section" style={{ maxWidth: 640 }}>
      <h2 className="fc-h2">{t('identity.demands')}</h2>
      {top.length > 0 && <Alert type="error" showIcon title={top.join('；')} style={{ marginBottom: 12 }} />}
      <Form<Values> key={now.version} form={form} layout="vertical" requiredMark={false} initialValues={now} onFinish={save}>
        <Form.Item name="twoStep" label={t('twoStep.title')} extra={t('identity.twoStepHint')}>
          <Radio.Group
            options={[
              { value: 'free', label: t('identity.free') },
              { value: 'roles', label: t('identity.roles') },
              { value: 'all', label: t('identity.all') },
            ]}
          />
        </Form.Item>
        <Form.Item noStyle dependencies={['twoStep']}>
          {({ getFieldValue }) =>
            getFieldValue('twoStep') === 'roles' && (
              <Form.Item
                name="twoStepRoles"
                label={t('identity.which')}
                rules={[{ required: true, message: t('form.required', { label: t('identity.which') }) }]}
              >
                <Select
                  mode="multiple"
                  showSearch={{ optionFilterProp: 'label' }}
                  loading={roles.isPending}
                  placeholder={t('form.choose')}
                  aria-label={t('identity.which')}
                  options={roles.data?.map((r) => ({ value: r.code, label: words(r.name) }))}
                />
              </Form.Item>
            )
          }
        </Form.Item>
        <Form.Item
          name="passwordFor"
          label={t('identity.password')}
          extra={provided ? t('identity.passwordHint') : t('identity.passwordFirst')}
        >
          <Radio.Group
            disabled={!provided && now.passwordFor === 'all'}
            options={[
              { value: 'all', label: t('identity.everyone') },
              { value: 'administrators', label: t('identity.administrators') },
            ]}
          />
        </Form.Item>
        <Button type="primary" htmlType="submit" loading={busy}>
          {t('form.save')}
        </Button>
      </Form>
    </section>
  );
}
