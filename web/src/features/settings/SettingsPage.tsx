import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Form, InputNumber } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { get, ProblemError, request } from '../../api/client';
import { useMe } from '../../api/queries';
import { Problem, useProblemText, Waiting } from '../../components/Problem';
import { useTell } from '../../components/tell';
import { usePageTitle } from '../../lib/tabs';

type Settings = { managerDiscountBasisPoints: number; version: number };
const key = ['contract-settings'];

/** What the group decides about its contracts. */
export function SettingsPage() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const tell = useTell();
  const text = useProblemText();
  const me = useMe();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  usePageTitle(t('settings.title'));
  const q = useQuery({ queryKey: key, queryFn: ({ signal }) => get<Settings>('/contract-settings', undefined, signal) });
  if (q.isError) return <Problem error={q.error} retry={() => q.refetch()} />;
  if (!q.data) return <Waiting rows={3} />;
  const now = q.data;
  const may = me?.grants['contract_settings:edit'] !== undefined;
  const save = async ({ percent }: { percent: number }) => {
    setBusy(true);
    setError(undefined);
    try {
      const body = { managerDiscountBasisPoints: Math.round(percent * 100) };
      client.setQueryData(key, await request<Settings>('PUT', '/contract-settings', { body, version: now.version }));
      tell.done(t('form.saved'));
    } catch (e) {
      if (e instanceof ProblemError && e.status === 412) {
        tell.warn(t('record.stale'));
        await q.refetch();
      } else setError(e);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className="fc-page">
      <div className="fc-head">
        <h1>{t('settings.title')}</h1>
      </div>
      <section className="fc-card fc-section" style={{ maxWidth: 640 }}>
        <h2 className="fc-h2">{t('settings.contract')}</h2>
        {error !== undefined && <Alert type="error" showIcon title={text(error)} style={{ marginBottom: 12 }} />}
        <Form
          key={now.version}
          layout="vertical"
          disabled={!may}
          initialValues={{ percent: now.managerDiscountBasisPoints / 100 }}
          onFinish={save}
        >
          <Form.Item
            name="percent"
            label={t('settings.discount')}
            extra={t('settings.discountHint')}
            rules={[{ required: true, message: t('form.required', { label: t('settings.discount') }) }]}
          >
            <InputNumber min={0} max={100} precision={2} suffix="%" style={{ width: 160 }} />
          </Form.Item>
          {may && (
            <Button type="primary" htmlType="submit" loading={busy}>
              {t('form.save')}
            </Button>
          )}
        </Form>
      </section>
    </div>
  );
}
