import { useQuery } from '@tanstack/react-query';
import { Alert, Form, Modal, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemError, request } from '../../api/client';
import { useTell } from '../../components/tell';
import { onward } from '../../lib/onward';
import { useWords } from '../../lib/prefs';
import { sortErrors } from '../../lib/problems';
import { plansQuery, type Quotas, type TenantPage } from './queries';
import { fromForm, QuotaFields, toForm, useAmount } from './quotas';

type Values = { plan: string; quotas?: Quotas };

/** Gives a tenant another plan, and limits of its own where the plan's do not fit. */
export function PlanDialog({ tenant, close, done }: { tenant: TenantPage; close: () => void; done: () => Promise<void> }) {
  const { t } = useTranslation();
  const words = useWords();
  const tell = useTell();
  const amount = useAmount();
  const [form] = Form.useForm<Values>();
  const [busy, setBusy] = useState(false);
  const [top, setTop] = useState<string[]>([]);
  const plans = useQuery(plansQuery);
  const chosen = Form.useWatch('plan', form) ?? tenant.plan;
  const plan = plans.data?.find((p) => p.code === chosen);
  const own: Quotas = Object.fromEntries(tenant.uses.map((u) => [u.resource, u.own]));
  const submit = async (v: Values) => {
    setBusy(true);
    setTop([]);
    try {
      await request('PUT', `/platform/tenants/${tenant.id}/plan`, { body: { plan: v.plan, quotas: fromForm(v.quotas) } });
      tell.done(t('form.saved'));
      await done();
    } catch (e) {
      if (!(e instanceof ProblemError) || e.status === 0 || e.status >= 500) return tell.failed(e);
      const { fields, rest } = sortErrors(e, (at) => form.getFieldInstance(at) !== undefined);
      form.setFields(fields as Parameters<typeof form.setFields>[0]);
      setTop(rest);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal
      open
      title={`${t('platform.setPlan')} · ${tenant.name}`}
      okText={t('form.save')}
      confirmLoading={busy}
      onOk={form.submit}
      onCancel={close}
    >
      {top.length > 0 && <Alert type="error" showIcon title={top.join('；')} style={{ marginBottom: 12 }} />}
      <Form<Values>
        form={form}
        layout="vertical"
        initialValues={{ plan: tenant.plan, quotas: toForm(own) }}
        onFinish={submit}
        onKeyDown={onward}
      >
        <Form.Item name="plan" label={t('platform.plan')}>
          <Select
            aria-label={t('platform.plan')}
            loading={plans.isPending}
            options={(plans.data ?? []).map((p) => ({ value: p.code, label: words(p.name) }))}
          />
        </Form.Item>
        <p className="fc-soft">{t('platform.ownHint')}</p>
        <QuotaFields empty={(r) => t('platform.ofPlan', { n: amount(r, plan?.quotas[r]) })} />
      </Form>
    </Modal>
  );
}
