import { PlusOutlined } from '@ant-design/icons';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, DatePicker, Form, Input, Modal, Popconfirm, Radio, Select, Space, Tag } from 'antd';
import type dayjs from 'dayjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { get, post, request } from '../../api/client';
import type { Words } from '../../api/types';
import { Listing } from '../../components/Listing';
import { Problem } from '../../components/Problem';
import { useTell } from '../../components/tell';
import { instant, now, wall, when } from '../../lib/clock';
import { useWords } from '../../lib/prefs';
import { place, sortErrors } from '../../lib/problems';
import { type Tenant, tenantsQuery } from './queries';

type Announcement = {
  id: string;
  version: number;
  level: 'info' | 'warning';
  title: Words;
  text: Words;
  from: string;
  to: string;
  tenants: string[];
};
type Values = Omit<Announcement, 'id' | 'version' | 'from' | 'to'> & { from: dayjs.Dayjs; to: dayjs.Dayjs };

const key = ['platform', 'announcements'];
const known = ['level', 'title.zh', 'title.en', 'text.zh', 'text.en', 'from', 'to'].map((k) => JSON.stringify(place(k)));

/** What operators announce, and to whom. */
export function Announcements() {
  const { t } = useTranslation();
  const words = useWords();
  const client = useQueryClient();
  const tell = useTell();
  const [open, setOpen] = useState<Announcement | 'new'>();
  const q = useQuery({
    queryKey: key,
    queryFn: async ({ signal }) => (await get<{ items: Announcement[] }>('/platform/announcements', undefined, signal)).items,
  });
  const tenants = useQuery(tenantsQuery).data ?? [];
  const again = () => client.invalidateQueries({ queryKey: key });
  const end = (a: Announcement) => post(`/platform/announcements/${a.id}/end`, undefined, a.version).then(again).catch(tell.failed);
  const over = (a: Announcement) => Date.parse(a.to) <= Date.now();
  if (q.isError) return <Problem error={q.error} retry={() => q.refetch()} />;
  return (
    <>
      <div className="fc-head">
        <h1>{t('platform.announcements')}</h1>
        <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setOpen('new')}>
          {t('announcement.new')}
        </Button>
      </div>
      <div className="fc-card">
        <Listing<Announcement>
          rowKey="id"
          loading={q.isPending}
          rows={q.data}
          width={760}
          empty={t('announcement.none')}
          columns={[
            {
              title: t('announcement.title'),
              render: (_, a) => (
                <>
                  <Tag color={a.level === 'warning' ? 'orange' : 'blue'}>{t(`announcement.${a.level}`)}</Tag>
                  {words(a.title)}
                </>
              ),
            },
            { title: t('announcement.time'), render: (_, a) => `${when(a.from)} – ${when(a.to)}` },
            {
              title: t('announcement.for'),
              render: (_, a) =>
                a.tenants.length === 0
                  ? t('announcement.all')
                  : a.tenants.map((id) => tenants.find((x) => x.id === id)?.name ?? t('announcement.gone')).join('、'),
            },
            {
              render: (_, a) =>
                over(a) ? (
                  <span className="fc-soft">{t('announcement.over')}</span>
                ) : (
                  <Space>
                    <Button size="small" onClick={() => setOpen(a)}>
                      {t('announcement.edit')}
                    </Button>
                    <Popconfirm title={t('announcement.endAsk')} okText={t('announcement.end')} onConfirm={() => end(a)}>
                      <Button size="small" danger>
                        {t('announcement.end')}
                      </Button>
                    </Popconfirm>
                  </Space>
                ),
            },
          ]}
        />
      </div>
      {open && (
        <Editor
          of={open === 'new' ? undefined : open}
          tenants={tenants}
          close={() => setOpen(undefined)}
          done={() => {
            setOpen(undefined);
            tell.done(t('form.saved'));
            void again();
          }}
        />
      )}
    </>
  );
}

function Editor({ of, tenants, close, done }: { of?: Announcement; tenants: Tenant[]; close: () => void; done: () => void }) {
  const { t } = useTranslation();
  const [form] = Form.useForm<Values>();
  const [busy, setBusy] = useState(false);
  const [top, setTop] = useState<string[]>([]);
  const must = (label: string) => [{ required: true, message: t('form.required', { label }) }];
  const start = now().second(0).millisecond(0);
  const submit = async (v: Values) => {
    setBusy(true);
    setTop([]);
    try {
      const body = { ...v, from: instant(v.from), to: instant(v.to) };
      if (of) await request('PUT', `/platform/announcements/${of.id}`, { body, version: of.version });
      else await post('/platform/announcements', body);
      done();
    } catch (e) {
      const { fields, rest } = sortErrors(e, (at) => known.includes(JSON.stringify(at)));
      form.setFields(fields as Parameters<typeof form.setFields>[0]);
      setTop(rest);
    } finally {
      setBusy(false);
    }
  };
  const time = <DatePicker showTime={{ format: 'HH:mm' }} format="YYYY-MM-DD HH:mm" style={{ width: '100%' }} />;
  const initial = of
    ? { ...of, from: wall(of.from), to: wall(of.to) }
    : { level: 'info' as const, from: wall(start.toISOString()), to: wall(start.add(1, 'day').toISOString()), tenants: [] };
  return (
    <Modal
      open
      title={of ? t('announcement.edit') : t('announcement.new')}
      okText={t('form.save')}
      confirmLoading={busy}
      onOk={form.submit}
      onCancel={close}
    >
      {of && <Alert type="info" showIcon title={t('announcement.editHint')} style={{ marginBottom: 12 }} />}
      {top.length > 0 && <Alert type="error" showIcon title={top.join('；')} style={{ marginBottom: 12 }} />}
      <Form form={form} layout="vertical" onFinish={submit} initialValues={initial}>
        <Form.Item name="level" label={t('announcement.level')}>
          <Radio.Group options={(['info', 'warning'] as const).map((value) => ({ value, label: t(`announcement.${value}`) }))} />
        </Form.Item>
        <Form.Item name={['title', 'zh']} label={t('announcement.titleZh')} rules={must(t('announcement.titleZh'))}>
          <Input maxLength={80} />
        </Form.Item>
        <Form.Item name={['title', 'en']} label={t('announcement.titleEn')} rules={must(t('announcement.titleEn'))}>
          <Input maxLength={80} />
        </Form.Item>
        <Form.Item name={['text', 'zh']} label={t('announcement.textZh')} rules={must(t('announcement.textZh'))}>
          <Input.TextArea rows={3} maxLength={2000} />
        </Form.Item>
        <Form.Item name={['text', 'en']} label={t('announcement.textEn')} rules={must(t('announcement.textEn'))}>
          <Input.TextArea rows={3} maxLength={2000} />
        </Form.Item>
        <Form.Item name="from" label={t('announcement.from')} rules={must(t('announcement.from'))}>
          {time}
        </Form.Item>
        <Form.Item name="to" label={t('announcement.to')} rules={must(t('announcement.to'))}>
          {time}
        </Form.Item>
        <Form.Item name="tenants" label={t('announcement.for')} extra={t('announcement.forHint')}>
          <Select
            mode="multiple"
            placeholder={t('announcement.all')}
            optionFilterProp="label"
            options={tenants.map((x) => ({ value: x.id, label: x.name }))}
          />
        </Form.Item>
      </Form>
    </Modal>
  );
}
