import { useQuery } from '@tanstack/react-query';
import { Alert, DatePicker, Form, Input, Modal, Radio, Select } from 'antd';
import type dayjs from 'dayjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemError, post } from '../../api/client';
import { useTell } from '../../components/tell';
import { today } from '../../lib/clock';
import { onward } from '../../lib/onward';
import { useWords } from '../../lib/prefs';
import { sortErrors } from '../../lib/problems';
import { plansQuery, type TemplateUnit, templatesQuery } from './queries';

type Values = {
  template: string;
  code: string;
  name: string;
  startDate: dayjs.Dayjs;
  zone: string;
  plan: string;
  status: 'trial' | 'active';
  endsOn?: dayjs.Dayjs;
  units?: Record<string, { code?: string; name?: string }>;
  administrator: { login: string; name: string; password: string };
};

const zones = ['Asia/Shanghai', 'Asia/Urumqi', 'Asia/Hong_Kong', 'Asia/Taipei', 'Asia/Macau'];
const trialDays = 30;

/** The units of a template that are the dealer's own: its companies. What is below follows their codes. */
export const companiesOf = (units: TemplateUnit[]): TemplateUnit[] =>
  units.flatMap((u) => (u.kind === 'company' ? [u] : companiesOf(u.below)));

/** Opens a tenant: from a template or empty, on trial or active, with its first administrator. */
export function OpenDialog({ close, done }: { close: () => void; done: (id: string) => Promise<void> }) {
  const { t } = useTranslation();
  const words = useWords();
  const tell = useTell();
  const [form] = Form.useForm<Values>();
  const [busy, setBusy] = useState(false);
  const [top, setTop] = useState<string[]>([]);
  const templates = useQuery(templatesQuery);
  const plans = useQuery(plansQuery);
  const template = Form.useWatch('template', form);
  const status = Form.useWatch('status', form);
  const must = (label: string) => [{ required: true, message: t('form.required', { label }) }];
  const chosen = templates.data?.find((x) => x.code === template);
  const companies = companiesOf(chosen?.units ?? []);
  const submit = async (v: Values) => {
    setBusy(true);
    setTop([]);
    const units = companies.map((u) => ({ key: u.key, code: v.units?.[u.key]?.code?.trim(), name: v.units?.[u.key]?.name?.trim() }));
    try {
      const { id } = await post<{ id: string }>('/platform/tenants', {
        ...v,
        template: v.template || undefined,
        units: units.length ? units : undefined,
        startDate: v.startDate.format('YYYY-MM-DD'),
        endsOn: v.endsOn?.format('YYYY-MM-DD'),
      });
      await done(id);
    } catch (e) {
      if (!(e instanceof ProblemError) || e.status === 0 || e.status >= 500) return tell.failed(e);
      // The server counts the units that were sent; the form knows them by their keys.
      const own = new ProblemError(
        e.status,
        e.code,
        e.detail,
        e.errors.map((x) => ({
          ...x,
          field: x.field.replace(/^units\[(\d+)\]\./, (_, n) => `units.${companies[Number(n)]?.key}.`),
        })),
      );
      const { fields, rest } = sortErrors(own, (at) => form.getFieldInstance(at) !== undefined);
      form.setFields(fields as Parameters<typeof form.setFields>[0]);
      const first = fields[0];
      if (first) form.scrollToField(first.name);
      setTop(rest);
    } finally {
      setBusy(false);
    }
  };
  const choose = (code: string) => {
    const units = companiesOf(templates.data?.find((x) => x.code === code)?.units ?? []);
    form.setFieldValue('units', Object.fromEntries(units.map((u) => [u.key, { code: u.code, name: words(u.name) }])));
  };
  const day = (v?: dayjs.Dayjs) => v?.format('YYYY-MM-DD') ?? '';
  return (
    <Modal
      open
      width={680}
      title={t('platform.open')}
      okText={t('platform.open')}
      confirmLoading={busy}
      onOk={form.submit}
      onCancel={close}
      mask={{ closable: false }}
    >
      {top.length > 0 && <Alert type="error" showIcon title={top.join('；')} style={{ marginBottom: 12 }} />}
      <Form<Values>
        form={form}
        layout="vertical"
        onFinish={submit}
        onKeyDown={onward}
        initialValues={{
          template: '',
          startDate: today(),
          zone: zones[0],
          plan: 'standard',
          status: 'active',
        }}
      >
        <Form.Item name="template" label={t('platform.template')} extra={chosen ? words(chosen.about) : t('platform.emptyAbout')}>
          <Select
            aria-label={t('platform.template')}
            loading={templates.isPending}
            onChange={choose}
            options={[
              { value: '', label: t('platform.emptyTemplate') },
              ...(templates.data ?? []).map((x) => ({ value: x.code, label: words(x.name) })),
            ]}
          />
        </Form.Item>
        <div className="fc-pair">
          <Form.Item name="code" label={t('platform.code')} extra={t('platform.codeHint')} rules={must(t('platform.code'))}>
            <Input autoFocus autoCapitalize="none" maxLength={31} />
          </Form.Item>
          <Form.Item name="name" label={t('platform.name')} rules={must(t('platform.name'))}>
            <Input maxLength={60} />
          </Form.Item>
        </div>
        {companies.map((u) => (
          <div className="fc-pair" key={u.key}>
            <Form.Item
              name={['units', u.key, 'code']}
              label={t('platform.unitCode', { name: words(u.name) })}
              rules={must(t('platform.companyCode'))}
            >
              <Input maxLength={20} />
            </Form.Item>
            <Form.Item
              name={['units', u.key, 'name']}
              label={t('platform.unitName', { name: words(u.name) })}
              rules={must(t('platform.companyName'))}
            >
              <Input maxLength={60} />
            </Form.Item>
          </div>
        ))}
        <div className="fc-pair">
          <Form.Item name="startDate" label={t('platform.startDate')} rules={must(t('platform.startDate'))}>
            <DatePicker style={{ width: '100%' }} />
          </Form.Item>
          <Form.Item name="zone" label={t('platform.zone')}>
            <Select
              aria-label={t('platform.zone')}
              options={zones.map((z) => ({ value: z, label: t(`platform.zone.${z}` as 'platform.zone') }))}
            />
          </Form.Item>
          <Form.Item name="plan" label={t('platform.plan')} rules={must(t('platform.plan'))}>
            <Select
              aria-label={t('platform.plan')}
              loading={plans.isPending}
              options={(plans.data ?? []).map((p) => ({ value: p.code, label: words(p.name) }))}
            />
          </Form.Item>
          <Form.Item name="status" label={t('platform.status')}>
            <Radio.Group
              optionType="button"
              options={(['trial', 'active'] as const).map((s) => ({ value: s, label: t(`platform.${s}`) }))}
              onChange={({ target }) => {
                if (target.value === 'trial') form.setFieldsValue({ plan: 'trial', endsOn: today().add(trialDays, 'day') });
                else form.setFieldsValue({ plan: 'standard', endsOn: undefined });
              }}
            />
          </Form.Item>
          <Form.Item
            name="endsOn"
            label={t(status === 'trial' ? 'platform.trialEnd' : 'platform.endsOn')}
            extra={status === 'trial' ? undefined : t('platform.endHint')}
            rules={status === 'trial' ? must(t('platform.trialEnd')) : []}
          >
            <DatePicker style={{ width: '100%' }} disabledDate={(d) => day(d) < day(today())} />
          </Form.Item>
        </div>
        <div className="fc-pair">
          <Form.Item name={['administrator', 'login']} label={t('platform.adminLogin')} rules={must(t('platform.adminLogin'))}>
            <Input autoComplete="off" autoCapitalize="none" maxLength={40} />
          </Form.Item>
          <Form.Item name={['administrator', 'name']} label={t('platform.adminName')} rules={must(t('platform.adminName'))}>
            <Input maxLength={60} />
          </Form.Item>
        </div>
        <Form.Item
          name={['administrator', 'password']}
          label={t('platform.adminPassword')}
          extra={t('platform.passwordHint')}
          rules={must(t('platform.adminPassword'))}
        >
          <Input.Password autoComplete="new-password" maxLength={200} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
