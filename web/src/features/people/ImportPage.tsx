import { InboxOutlined } from '@ant-design/icons';
import { Alert, Button, Descriptions, Table, Upload } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { download, request } from '../../api/client';
import { useTell } from '../../components/tell';
import { usePageTitle } from '../../lib/tabs';
import { usePeopleChanged } from './queries';

type Line = { line: number; field: string; message: string };
type Result = { rows: number; new: number; errors?: Line[] | null };

/** People from a sheet: what it would make is shown first, and a sheet with a mistake makes nobody. */
export function ImportPage() {
  const { t } = useTranslation();
  const tell = useTell();
  const changed = usePeopleChanged();
  const [file, setFile] = useState<File>();
  const [result, setResult] = useState<Result>();
  const [busy, setBusy] = useState(false);
  const [done, setDone] = useState(false);
  usePageTitle(t('people.import'));
  const send = async (path: string, f: File) => {
    setBusy(true);
    try {
      const form = new FormData();
      form.set('file', f);
      const answer = await request<Result>('POST', path, { form });
      const imported = path === '/users/import';
      setResult(answer);
      setDone(imported && !answer.errors?.length);
      if (imported) await changed();
    } catch (e) {
      tell.failed(e);
    } finally {
      setBusy(false);
    }
  };
  const errors = result?.errors ?? [];
  return (
    <div className="fc-page" style={{ maxWidth: 860 }}>
      <div className="fc-head">
        <h1>{t('people.import')}</h1>
        <Button onClick={() => download('/users/import/template', undefined, 'users.xlsx').catch(tell.failed)}>
          {t('people.template')}
        </Button>
      </div>
      <Upload.Dragger
        accept=".xlsx,.csv"
        showUploadList={false}
        disabled={busy}
        beforeUpload={(f) => {
          setFile(f);
          setResult(undefined);
          setDone(false);
          void send('/users/import/preview', f);
          return false;
        }}
      >
        <InboxOutlined aria-hidden style={{ fontSize: 28 }} className="fc-soft" />
        <div>{file?.name ?? t('people.file')}</div>
        <div className="fc-soft">{t('people.fileHint')}</div>
      </Upload.Dragger>
      {result && file && (
        <section className="fc-card fc-section" style={{ marginTop: 12 }}>
          {done && <Alert type="success" showIcon title={t('people.imported', { count: result.new })} style={{ marginBottom: 12 }} />}
          <Descriptions
            size="small"
            column={3}
            items={[
              { key: 'rows', label: t('platform.rows'), children: result.rows },
              { key: 'new', label: t('platform.new'), children: result.new },
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
                { title: t('platform.field'), dataIndex: 'field', width: 140 },
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
              onClick={() => send('/users/import', file)}
            >
              {t('platform.import')}
            </Button>
          )}
        </section>
      )}
    </div>
  );
}
