import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, DatePicker, Form, Input, Popconfirm } from 'antd';
import type dayjs from 'dayjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { get, request } from '../../api/client';
import type { Words } from '../../api/types';
import { Problem, Waiting } from '../../components/Problem';
import { useTell } from '../../components/tell';
import { instant, now, wall, when } from '../../lib/clock';
import { place, sortErrors } from '../../lib/problems';

type State = { active: boolean; text: Words; until: string; since: string };
type Values = { text: Words; until: dayjs.Dayjs };

const key = ['platform', 'maintenance'];
const known = ['text.zh', 'text.en', 'until'].map((k) => JSON.stringify(place(k)));

/** Closes the platform for everybody but operators, and opens it again. */
export function Maintenance() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const tell = useTell();
  const [form] = Form.useForm<Values>();
  const [busy, setBusy] = useState(false);
  const [top, setTop] = useState<string[]>([]);
  const q = useQuery({ queryKey: key, queryFn: ({ signal }) => get<State>('/platform/maintenance', undefined, signal) });
  if (q.isError) return <Problem error={q.error} retry={() => q.refetch()} />;
  if (!q.data) return <Waiting rows={3} />;
  const { active, text, until, since } = q.data;
  const must = (label: string) => [{ required: true, message: t('form.required', { label }) }];
  const begin = async () => {
    const v = await form.validateFields().catch(() => undefined);
    if (!v) return;
    setBusy(true);
    setTop([]);
    try {
      client.setQueryData(key, await request<State>('PUT', '/platform/maintenance', { body: { text: v.text, until: instant(v.until) } }));
      tell.done(t('maintenance.begun'));
    } catch (e) {
      const { fields, rest } = sortErrors(e, (at) => known.includes(JSON.stringify(at)));
      form.setFields(fields as Parameters<typeof form.setFields>[0]);
      setTop(rest);
    } finally {
      setBusy(false);
    }
  };
  const end = async () => {
    setBusy(true);
    try {
      await request('DELETE', '/platform/maintenance');
      await client.invalidateQueries({ queryKey: key });
      tell.done(t('maintenance.ended'));
    } catch (e) {
      tell.failed(e);
    } finally {
      setBusy(false);
    }
  };
  return (
    <section className="fc-card fc-section" style={{ maxWidth: 640 }}>
      <Alert
        showIcon
        type={active ? 'warning' : 'success'}
        title={active ? t('maintenance.on', { since: when(since) }) : t('maintenance.off')}
        style={{ marginBottom: 16 }}
      />
      {top.length > 0 && <Alert type="error" showIcon title={top.join('；')} style={{ marginBottom: 12 }} />}
      <Form
        form={form}
        layout="vertical"
        initialValues={{ text, until: active ? wall(until) : wall(now().add(1, 'hour').second(0).millisecond(0).toISOString()) }}
      >
        <Form.Item name={['text', 'zh']} label={t('announcement.textZh')} rules={must(t('announcement.textZh'))}>
          <Input.TextArea rows={3} maxLength={2000} />
        </Form.Item>
        <Form.Item name={['text', 'en']} label={t('announcement.textEn')} rules={must(t('announcement.textEn'))}>
          <Input.TextArea rows={3} maxLength={2000} />
        </Form.Item>
        <Form.Item name="until" label={t('maintenance.until')} extra={t('maintenance.untilHint')} rules={must(t('maintenance.until'))}>
          <DatePicker showTime={{ format: 'HH:mm' }} format="YYYY-MM-DD HH:mm" style={{ width: '100%' }} />
        </Form.Item>
        {active ? (
          <div style={{ display: 'flex', gap: 8, flexWrap: 'wrap' }}>
            <Button type="primary" loading={busy} onClick={end}>
              {t('maintenance.end')}
            </Button>
            <Button loading={busy} onClick={begin}>
              {t('maintenance.change')}
            </Button>
          </div>
        ) : (
          <Popconfirm title={t('maintenance.ask')} okText={t('maintenance.begin')} okButtonProps={{ danger: true }} onConfirm={begin}>
            <Button danger loading={busy}>
              {t('maintenance.begin')}
            </Button>
          </Popconfirm>
        )}
      </Form>
    </section>
  );
}
