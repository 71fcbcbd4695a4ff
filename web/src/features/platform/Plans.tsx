import { PlusOutlined } from '@ant-design/icons';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Form, Input, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemError, post, request } from '../../api/client';
import type { Words } from '../../api/types';
import { Listing } from '../../components/Listing';
import { Problem } from '../../components/Problem';
import { useTell } from '../../components/tell';
import { onward } from '../../lib/onward';
import { useWords } from '../../lib/prefs';
import { sortErrors } from '../../lib/problems';
import { type Plan, plansQuery, type Quotas, resources } from './queries';
import { fromForm, QuotaFields, toForm, useAmount } from './quotas';

/** What tenants are sold: the plans and their limits. */
export function Plans() {
  const { t } = useTranslation();
  const words = useWords();
  const client = useQueryClient();
  const amount = useAmount();
  const [task, setTask] = useState<{ plan?: Plan }>();
  const q = useQuery(plansQuery);
  if (q.isError) return <Problem error={q.error} retry={() => q.refetch()} />;
  return (
    <>
      <div className="fc-head">
        <h1>{t('plans.title')}</h1>
        <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setTask({})}>
          {t('plans.new')}
        </Button>
      </div>
      <div className="fc-card">
        <Listing<Plan>
          rowKey="code"
          loading={q.isPending}
          rows={q.data}
          width={760}
          columns={[
            { title: t('platform.name'), render: (_, p) => words(p.name) },
            { title: t('plans.code'), dataIndex: 'code', render: (v: string) => <span className="fc-mono">{v}</span> },
            ...resources.map((r) => ({
              title: t(`platform.${r}`),
              align: 'right' as const,
              render: (_: unknown, p: Plan) => <span className="fc-num">{amount(r, p.quotas[r])}</span>,
            })),
            { title: t('plans.tenants'), dataIndex: 'tenants', align: 'right' },
            {
              render: (_, plan) => (
                <Button type="link" size="small" onClick={() => setTask({ plan })}>
                  {t('plans.edit')}
                </Button>
              ),
            },
          ]}
        />
      </div>
      {task && (
        <PlanForm
          plan={task.plan}
          close={() => setTask(undefined)}
          done={async () => {
            setTask(undefined);
            await client.invalidateQueries({ queryKey: ['platform'] });
          }}
        />
      )}
    </>
  );
}

type Values = { code?: string; name: Words; quotas?: Quotas };

function PlanForm({ plan, close, done }: { plan?: Plan; close: () => void; done: () => Promise<void> }) {
  const { t } = useTranslation();
  const words = useWords();
  const tell = useTell();
  const [form] = Form.useForm<Values>();
  const [busy, setBusy] = useState(false);
  const [top, setTop] = useState<string[]>([]);
  const must = (label: string) => [{ required: true, message: t('form.required', { label }) }];
  const submit = async (v: Values) => {
    setBusy(true);
    setTop([]);
    const body = { name: { zh: v.name.zh.trim(), en: v.name.en?.trim() ?? '' }, quotas: fromForm(v.quotas) };
    try {
      if (plan) await request('PUT', `/platform/plans/${plan.code}`, { body, version: plan.version });
      else await post('/platform/plans', { ...body, code: v.code?.trim() });
      tell.done(t('form.saved'));
      await done();
    } catch (e) {
      if (!(e instanceof ProblemError) || e.status === 0 || e.status >= 500) return tell.failed(e);
      if (e.status === 412) {
        tell.warn(t('record.stale'));
        return done();
      }
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
      title={plan ? t('form.editTitle', { title: words(plan.name) }) : t('plans.new')}
      okText={t('form.save')}
      confirmLoading={busy}
      onOk={form.submit}
      onCancel={close}
    >
      {top.length > 0 && <Alert type="error" showIcon title={top.join('；')} style={{ marginBottom: 12 }} />}
      {plan && plan.tenants > 0 && <p className="fc-soft">{t('plans.all', { count: plan.tenants })}</p>}
      <Form<Values>
        form={form}
        layout="vertical"
        initialValues={plan ? { name: plan.name, quotas: toForm(plan.quotas) } : {}}
        onFinish={submit}
        onKeyDown={onward}
      >
        {!plan && (
          <Form.Item name="code" label={t('plans.code')} extra={t('plans.codeHint')} rules={must(t('plans.code'))}>
            <Input autoFocus autoCapitalize="none" maxLength={31} />
          </Form.Item>
        )}
        <div className="fc-pair">
          <Form.Item name={['name', 'zh']} label={t('plans.zh')} rules={must(t('plans.zh'))}>
            <Input maxLength={40} />
          </Form.Item>
          <Form.Item name={['name', 'en']} label={t('plans.en')}>
            <Input maxLength={40} />
          </Form.Item>
        </div>
        <QuotaFields empty={() => t('plans.none')} />
      </Form>
    </Modal>
  );
}
