import { Alert, Button, DatePicker, Form, Modal, Popconfirm } from 'antd';
import dayjs from 'dayjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemError, post } from '../../api/client';
import { useTell } from '../../components/tell';
import { onward } from '../../lib/onward';
import { useWords } from '../../lib/prefs';
import { sortErrors } from '../../lib/problems';
import type { Move, TenantPage } from './queries';

/** What the status of a tenant allows: the server says which. */
export function Moves({ tenant, done }: { tenant: TenantPage; done: () => Promise<void> }) {
  const { t } = useTranslation();
  const words = useWords();
  const tell = useTell();
  const [dated, setDated] = useState<Move>();
  const [busy, setBusy] = useState('');
  const go = async (m: Move) => {
    setBusy(m.name);
    try {
      await post(`/platform/tenants/${tenant.id}/${m.name}`);
      tell.done(t('platform.moved', { what: words(m.label) }));
      await done();
    } catch (e) {
      tell.failed(e);
    } finally {
      setBusy('');
    }
  };
  const asks: Record<string, string> = { suspend: t('platform.suspendAsk'), close: t('platform.closeAsk') };
  return (
    <>
      {tenant.actions.map((m, i) => {
        const button = (onClick?: () => void) => (
          <Button
            key={m.name}
            danger={m.danger}
            type={i === 0 && !m.danger ? 'primary' : 'default'}
            loading={busy === m.name}
            onClick={onClick}
          >
            {words(m.label)}
          </Button>
        );
        if (m.takesEnd) return button(() => setDated(m));
        if (!m.danger) return button(() => go(m));
        return (
          <Popconfirm
            key={m.name}
            title={asks[m.name] ?? words(m.label)}
            okText={words(m.label)}
            okButtonProps={{ danger: true }}
            onConfirm={() => go(m)}
            overlayStyle={{ maxWidth: 320 }}
          >
            {button()}
          </Popconfirm>
        );
      })}
      {dated && (
        <EndDialog
          tenant={tenant}
          move={dated}
          close={() => setDated(undefined)}
          done={async () => {
            setDated(undefined);
            await done();
          }}
        />
      )}
    </>
  );
}

function EndDialog({ tenant, move, close, done }: { tenant: TenantPage; move: Move; close: () => void; done: () => Promise<void> }) {
  const { t } = useTranslation();
  const words = useWords();
  const tell = useTell();
  const [form] = Form.useForm<{ endsOn?: dayjs.Dayjs }>();
  const [busy, setBusy] = useState(false);
  const [top, setTop] = useState<string[]>([]);
  const label = t(move.to === 'trial' ? 'platform.trialEnd' : 'platform.endsOn');
  // A renewal counts on from the day that was agreed, unless that is over.
  const from = dayjs(tenant.endsOn && tenant.endsOn > tenant.today ? tenant.endsOn : tenant.today);
  const proposal = move.name === 'extend' ? from.add(14, 'day') : move.name === 'renew' ? from.add(1, 'year') : undefined;
  const submit = async (v: { endsOn?: dayjs.Dayjs }) => {
    setBusy(true);
    setTop([]);
    try {
      await post(`/platform/tenants/${tenant.id}/${move.name}`, { endsOn: v.endsOn?.format('YYYY-MM-DD') });
      tell.done(t('platform.moved', { what: words(move.label) }));
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
      title={`${words(move.label)} · ${tenant.name}`}
      okText={words(move.label)}
      confirmLoading={busy}
      onOk={form.submit}
      onCancel={close}
    >
      {top.length > 0 && <Alert type="error" showIcon title={top.join('；')} style={{ marginBottom: 12 }} />}
      {tenant.status === 'suspended' && <p>{t('platform.backTo', { status: t(`platform.${move.to}`) })}</p>}
      <Form form={form} layout="vertical" initialValues={{ endsOn: proposal }} onFinish={submit} onKeyDown={onward}>
        <Form.Item
          name="endsOn"
          label={label}
          extra={t('platform.endNow', { day: tenant.endsOn ?? t('platform.noEnd') })}
          rules={move.needsEnd ? [{ required: true, message: t('form.required', { label }) }] : []}
        >
          <DatePicker style={{ width: '100%' }} placeholder={move.needsEnd ? undefined : t('platform.noEnd')} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
