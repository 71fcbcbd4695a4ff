import { DownloadOutlined, PlusOutlined } from '@ant-design/icons';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, DatePicker, Form, Input, Modal, Popconfirm, Space, Table, Tag } from 'antd';
import type dayjs from 'dayjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { download, post } from '../../api/client';
import { Problem } from '../../components/Problem';
import { useTell } from '../../components/tell';
import { today, when } from '../../lib/clock';
import { place, sortErrors } from '../../lib/problems';
import { supportQuery, type Tenant, tenantsQuery } from './queries';
import { SupportButton } from './SupportButton';

type Values = { code: string; name: string; startDate: dayjs.Dayjs; administrator: { login: string; name: string; password: string } };

export function Tenants() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const tell = useTell();
  const [opening, setOpening] = useState(false);
  const q = useQuery(tenantsQuery);
  const again = () => client.invalidateQueries({ queryKey: tenantsQuery.queryKey });
  const turn = (id: string, action: 'suspend' | 'resume') => post(`/platform/tenants/${id}/${action}`).then(again).catch(tell.failed);
  const doors = useQuery(supportQuery).data ?? [];
  const [leaving, setLeaving] = useState('');
  const take = async (row: Tenant) => {
    setLeaving(row.id);
    try {
      await download(`/platform/tenants/${row.id}/export`, {}, `${row.code}.zip`, 'POST');
      tell.done(t('platform.exported'));
    } catch (e) {
      tell.failed(e);
    } finally {
      setLeaving('');
    }
  };
  if (q.isError) return <Problem error={q.error} retry={() => q.refetch()} />;
  return (
    <>
      <div className="fc-head">
        <h1>{t('platform.tenants')}</h1>
        <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setOpening(true)}>
          {t('platform.open')}
        </Button>
      </div>
      <div className="fc-card">
        <Table<Tenant>
          size="small"
          rowKey="id"
          loading={q.isPending}
          dataSource={q.data}
          pagination={false}
          scroll={{ x: 640 }}
          locale={{ emptyText: t('platform.noTenants') }}
          columns={[
            { title: t('platform.code'), dataIndex: 'code', render: (v: string) => <span className="fc-mono">{v}</span> },
            { title: t('platform.name'), dataIndex: 'name' },
            {
              title: t('platform.status'),
              dataIndex: 'status',
              render: (v: string) =>
                v === 'active' ? (
                  <Tag color="green">{t('platform.active')}</Tag>
                ) : v === 'suspended' ? (
                  <Tag color="red">{t('platform.suspended')}</Tag>
                ) : (
                  <Tag>{v === 'closed' ? t('platform.closed') : v}</Tag>
                ),
            },
            { title: t('platform.startDate'), dataIndex: 'startDate', render: (v?: string) => v ?? '—' },
            { title: t('platform.createdAt'), dataIndex: 'createdAt', render: (v?: string) => (v ? when(v) : '—') },
            {
              title: t('platform.actions'),
              render: (_, row) => (
                <Space>
                  {row.status === 'suspended' ? (
                    <Button size="small" onClick={() => turn(row.id, 'resume')}>
                      {t('platform.resume')}
                    </Button>
                  ) : (
                    <Popconfirm
                      title={t('platform.suspendAsk')}
                      okText={t('platform.suspend')}
                      okButtonProps={{ danger: true }}
                      onConfirm={() => turn(row.id, 'suspend')}
                    >
                      <Button size="small" danger>
                        {t('platform.suspend')}
                      </Button>
                    </Popconfirm>
                  )}
                  <SupportButton tenant={row} doors={doors} />
                  <Popconfirm title={t('platform.exportAsk')} okText={t('platform.export')} onConfirm={() => take(row)}>
                    <Button size="small" icon={<DownloadOutlined aria-hidden />} loading={leaving === row.id}>
                      {t('platform.export')}
                    </Button>
                  </Popconfirm>
                </Space>
              ),
            },
          ]}
        />
      </div>
      {opening && (
        <OpenDialog
          close={() => setOpening(false)}
          done={() => {
            setOpening(false);
            tell.done(t('platform.opened'));
            void again();
          }}
        />
      )}
    </>
  );
}

function OpenDialog({ close, done }: { close: () => void; done: () => void }) {
  const { t } = useTranslation();
  const [form] = Form.useForm<Values>();
  const [busy, setBusy] = useState(false);
  const [top, setTop] = useState<string[]>([]);
  const must = (label: string) => [{ required: true, message: t('form.required', { label }) }];
  const submit = async (v: Values) => {
    setBusy(true);
    setTop([]);
    try {
      await post('/platform/tenants', { ...v, startDate: v.startDate.format('YYYY-MM-DD') });
      done();
    } catch (e) {
      const known = ['code', 'name', 'startDate', 'administrator.login', 'administrator.name', 'administrator.password'].map((k) =>
        JSON.stringify(place(k)),
      );
      const { fields, rest } = sortErrors(e, (at) => known.includes(JSON.stringify(at)));
      form.setFields(fields as Parameters<typeof form.setFields>[0]);
      setTop(rest);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal open title={t('platform.open')} okText={t('platform.open')} confirmLoading={busy} onOk={form.submit} onCancel={close}>
      {top.length > 0 && <Alert type="error" showIcon title={top.join('；')} style={{ marginBottom: 12 }} />}
      <Form form={form} layout="vertical" onFinish={submit} initialValues={{ startDate: today() }}>
        <Form.Item name="code" label={t('platform.code')} extra={t('platform.codeHint')} rules={must(t('platform.code'))}>
          <Input autoFocus autoCapitalize="none" />
        </Form.Item>
        <Form.Item name="name" label={t('platform.name')} rules={must(t('platform.name'))}>
          <Input />
        </Form.Item>
        <Form.Item name="startDate" label={t('platform.startDate')} rules={must(t('platform.startDate'))}>
          <DatePicker style={{ width: '100%' }} />
        </Form.Item>
        <Form.Item name={['administrator', 'login']} label={t('platform.adminLogin')} rules={must(t('platform.adminLogin'))}>
          <Input autoComplete="off" autoCapitalize="none" />
        </Form.Item>
        <Form.Item name={['administrator', 'name']} label={t('platform.adminName')} rules={must(t('platform.adminName'))}>
          <Input />
        </Form.Item>
        <Form.Item name={['administrator', 'password']} label={t('platform.adminPassword')} rules={must(t('platform.adminPassword'))}>
          <Input.Password autoComplete="new-password" />
        </Form.Item>
      </Form>
    </Modal>
  );
}
