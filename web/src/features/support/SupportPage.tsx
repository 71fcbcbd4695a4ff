import { PlusOutlined } from '@ant-design/icons';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Form, Input, Modal, Popconfirm, Radio, Select, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { get, post } from '../../api/client';
import { useMe } from '../../api/queries';
import { LinkButton } from '../../components/LinkButton';
import { Listing } from '../../components/Listing';
import { Problem } from '../../components/Problem';
import { useTell } from '../../components/tell';
import { when } from '../../lib/clock';
import { place, sortErrors } from '../../lib/problems';
import { usePageTitle } from '../../lib/tabs';

type Use = { id: string; name: string; address: string; startedAt: string; endedAt?: string; calls: number };
type Grant = {
  id: string;
  reason: string;
  writing: boolean;
  by: string;
  at: string;
  until: string;
  revokedAt?: string;
  revokedBy?: string;
  active: boolean;
  uses: Use[];
};
type Values = { hours: number; writing: boolean; reason: string };

const key = ['support'];
const hours = [1, 4, 8, 24, 48, 72];
const known = ['hours', 'writing', 'reason'].map((k) => JSON.stringify(place(k)));

/** Who of the platform may look in, who allowed it, and what they did. */
export function SupportPage() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const tell = useTell();
  const me = useMe();
  const [granting, setGranting] = useState(false);
  usePageTitle(t('support.title'));
  const q = useQuery({
    queryKey: key,
    queryFn: async ({ signal }) => (await get<{ items: Grant[] }>('/support/grants', undefined, signal)).items,
    refetchInterval: 10_000,
  });
  const again = () => client.invalidateQueries({ queryKey: key });
  if (q.isError && !q.data) return <Problem error={q.error} retry={() => q.refetch()} />;
  const revoke = (g: Grant) =>
    post(`/support/grants/${g.id}/revoke`)
      .then(() => {
        tell.done(t('support.revokedNow'));
        return again();
      })
      .catch(tell.failed);
  return (
    <div className="fc-page">
      <div className="fc-head">
        <h1>{t('support.title')}</h1>
        <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setGranting(true)}>
          {t('support.new')}
        </Button>
      </div>
      <p className="fc-soft" style={{ maxWidth: 720 }}>
        {t('support.hint')}
      </p>
      <div className="fc-card">
        <Listing<Grant>
          rowKey="id"
          loading={q.isPending}
          rows={q.data}
          empty={t('support.none')}
          columns={[
            {
              title: t('support.state'),
              render: (_, g) =>
                g.active ? (
                  <Tag color="green">{t('support.active')}</Tag>
                ) : g.revokedAt ? (
                  <Tag title={t('support.revokedBy', { name: g.revokedBy, time: when(g.revokedAt) })}>{t('support.revoked')}</Tag>
                ) : (
                  <Tag>{t('support.over')}</Tag>
                ),
            },
            { title: t('support.reason'), dataIndex: 'reason', width: 220 },
            { title: t('support.access'), render: (_, g) => t(g.writing ? 'support.writing' : 'support.reading') },
            {
              title: t('support.by'),
              render: (_, g) => (
                <>
                  {g.by} <small className="fc-soft fc-num">{when(g.at)}</small>
                </>
              ),
            },
            { title: t('support.until'), dataIndex: 'until', render: (v: string) => <span className="fc-num">{when(v)}</span> },
            { title: t('support.uses'), render: (_, g) => <Uses of={g} log={me?.grants['history:read'] !== undefined} /> },
            {
              render: (_, g) =>
                g.active && (
                  <Popconfirm
                    title={t('support.revokeAsk')}
                    okText={t('support.revoke')}
                    okButtonProps={{ danger: true }}
                    onConfirm={() => revoke(g)}
                  >
                    <Button type="link" size="small" danger>
                      {t('support.revoke')}
                    </Button>
                  </Popconfirm>
                ),
            },
          ]}
        />
      </div>
      {granting && (
        <Consent
          close={() => setGranting(false)}
          done={() => {
            setGranting(false);
            tell.done(t('support.granted'));
            void again();
          }}
        />
      )}
    </div>
  );
}

function Uses({ of, log }: { of: Grant; log: boolean }) {
  const { t } = useTranslation();
  if (of.uses.length === 0) return <span className="fc-soft">{t('support.unused')}</span>;
  return (
    <>
      {of.uses.map((u) => (
        <div key={u.id}>
          {u.name}{' '}
          <small className="fc-soft fc-num">
            {when(u.startedAt)} – {u.endedAt ? when(u.endedAt) : t('support.openNow')} · {t('support.calls', { count: u.calls })} ·{' '}
            {u.address}
          </small>
        </div>
      ))}
      {log && (
        <LinkButton look="link" size="small" to="/log" search={{ kind: 'support' }}>
          {t('support.log')}
        </LinkButton>
      )}
    </>
  );
}

function Consent({ close, done }: { close: () => void; done: () => void }) {
  const { t } = useTranslation();
  const [form] = Form.useForm<Values>();
  const [busy, setBusy] = useState(false);
  const [top, setTop] = useState<string[]>([]);
  const submit = async (v: Values) => {
    setBusy(true);
    setTop([]);
    try {
      await post('/support/grants', v);
      done();
    } catch (e) {
      const { fields, rest } = sortErrors(e, (at) => known.includes(JSON.stringify(at)));
      form.setFields(fields as Parameters<typeof form.setFields>[0]);
      setTop(rest);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal open title={t('support.new')} okText={t('support.new')} confirmLoading={busy} onOk={form.submit} onCancel={close}>
      {top.length > 0 && <Alert type="error" showIcon title={top.join('；')} style={{ marginBottom: 12 }} />}
      <p className="fc-soft">{t('support.hint')}</p>
      <Form form={form} layout="vertical" onFinish={submit} initialValues={{ hours: 4, writing: false }}>
        <Form.Item name="hours" label={t('support.hours')}>
          <Select options={hours.map((value) => ({ value, label: t('support.hour', { count: value }) }))} />
        </Form.Item>
        <Form.Item name="writing" label={t('support.access')}>
          <Radio.Group
            options={[
              { value: false, label: t('support.reading') },
              { value: true, label: t('support.writing') },
            ]}
          />
        </Form.Item>
        <Form.Item
          name="reason"
          label={t('support.reason')}
          extra={t('support.reasonHint')}
          rules={[{ required: true, whitespace: true, message: t('form.required', { label: t('support.reason') }) }]}
        >
          <Input.TextArea rows={3} maxLength={500} autoFocus />
        </Form.Item>
      </Form>
    </Modal>
  );
}
