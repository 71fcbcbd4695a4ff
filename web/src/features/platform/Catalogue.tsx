import { InboxOutlined } from '@ant-design/icons';
import { Alert, Button, Descriptions, Skeleton, Table, Upload } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '../../api/client';
import { useTell } from '../../components/tell';

type Line = { line: number; field: string; message: string };
type Result = { rows: number; new: number; changed: number; same: number; errors?: Line[] | null };

/** Reads a catalogue file, shows what it would change, and imports it. */
export function Catalogue() {
  const { t } = useTranslation();
  const tell = useTell();
  const [file, setFile] = useState<File>();
  const [result, setResult] = useState<Result>();
  const [busy, setBusy] = useState(false);
  const [done, setDone] = useState(false);
  const send = async (what: 'preview' | 'import', f: File) => {
    setBusy(true);
    try {
      const form = new FormData();
      form.set('file', f);
      setResult(await request<Result>('POST', `/platform/catalogue/${what}`, { form }));
      setDone(what === 'import');
      if (what === 'import') tell.done(t('platform.imported'));
    } catch (e) {
      tell.failed(e);
    } finally {
      setBusy(false);
    }
  };
  const errors = result?.errors ?? [];
  return (
    <div style={{ maxWidth: 820, display: 'grid', gap: 12 }}>
      <Upload.Dragger
        accept=".csv,.gz"
        showUploadList={false}
        disabled={busy}
        beforeUpload={(f) => {
          setFile(f);
          setResult(undefined);
          void send('preview', f);
          return false;
        }}
      >
        <InboxOutlined style={{ fontSize: 28 }} className="fc-soft" />
        <div>{file?.name ?? t('platform.file')}</div>
        <div className="fc-soft">{t('platform.fileHint')}</div>
      </Upload.Dragger>
      {busy && !result && <Skeleton active paragraph={{ rows: 3 }} />}
      {result && file && (
        <section className="fc-card fc-section">
          {done && <Alert type="success" showIcon title={t('platform.imported')} style={{ marginBottom: 12 }} />}
          <Descriptions
            size="small"
            column={{ xs: 2, sm: 5 }}
            items={[
              ...(['rows', 'new', 'changed', 'same'] as const).map((k) => ({
                key: k as string,
                label: t(`platform.${k}`),
                children: result[k],
              })),
              { key: 'errors', label: t('platform.errors'), children: errors.length },
            ]}
          />
          {errors.length > 0 && (
            <Table<Line>
              size="small"
              rowKey={(e) => `${e.line}${e.field}${e.message}`}
              dataSource={errors}
              pagination={errors.length > 20 ? { pageSize: 20 } : false}
              columns={[
                { title: t('platform.line'), dataIndex: 'line', width: 80, align: 'right' },
                { title: t('platform.field'), dataIndex: 'field', width: 160 },
                { title: t('platform.message'), dataIndex: 'message' },
              ]}
            />
          )}
          {!done && (
            <Button
              type="primary"
              style={{ marginTop: 12 }}
              loading={busy}
              disabled={errors.length > 0}
              onClick={() => send('import', file)}
            >
              {t('platform.import')}
            </Button>
          )}
        </section>
      )}
    </div>
  );
}
