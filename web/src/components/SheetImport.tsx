import { InboxOutlined } from '@ant-design/icons';
import { Alert, Button, Descriptions, Skeleton, Upload } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '../api/client';
import { Listing } from './Listing';
import { useTell } from './tell';

type Line = { line: number; field: string; message: string };
/** What a sheet would do, or did. Sheets that only add say nothing of changed and same. */
export type Sheet = { rows: number; new: number; changed?: number; same?: number; errors?: Line[] | null };

type Props = {
  /** The operation that imports; with /preview behind it, the one that only says what would happen. */
  path: string;
  accept: string;
  prompt: string;
  hint: string;
  said: (done: Sheet) => string;
  onImported?: () => Promise<unknown>;
};

/** Reads a sheet, shows what it would do with the faults of each line, and imports it when there are none. */
export function SheetImport({ path, accept, prompt, hint, said, onImported }: Props) {
  const { t } = useTranslation();
  const tell = useTell();
  const [file, setFile] = useState<File>();
  const [result, setResult] = useState<Sheet>();
  const [busy, setBusy] = useState(false);
  const [done, setDone] = useState(false);
  const send = async (f: File, imports: boolean) => {
    setBusy(true);
    try {
      const form = new FormData();
      form.set('file', f);
      const answer = await request<Sheet>('POST', imports ? path : `${path}/preview`, { form });
      setResult(answer);
      setDone(imports && !answer.errors?.length);
      if (imports) await onImported?.();
    } catch (e) {
      tell.failed(e);
    } finally {
      setBusy(false);
    }
  };
  const errors = result?.errors ?? [];
  const counts = (['rows', 'new', 'changed', 'same'] as const).filter((k) => result?.[k] !== undefined);
  return (
    <div style={{ display: 'grid', gap: 12 }}>
      <Upload.Dragger
        accept={accept}
        showUploadList={false}
        disabled={busy}
        beforeUpload={(f) => {
          setFile(f);
          setResult(undefined);
          setDone(false);
          void send(f, false);
          return false;
        }}
      >
        <InboxOutlined aria-hidden style={{ fontSize: 28 }} className="fc-soft" />
        <div>{file?.name ?? prompt}</div>
        <div className="fc-soft">{hint}</div>
      </Upload.Dragger>
      {busy && !result && <Skeleton active paragraph={{ rows: 3 }} />}
      {result && file && (
        <section className="fc-card fc-section">
          {done && <Alert type="success" showIcon title={said(result)} style={{ marginBottom: 12 }} />}
          <Descriptions
            size="small"
            column={{ xs: 2, sm: counts.length + 1 }}
            items={[
              ...counts.map((k) => ({ key: k as string, label: t(`sheet.${k}`), children: result[k] })),
              { key: 'errors', label: t('sheet.errors'), children: errors.length },
            ]}
          />
          {errors.length > 0 && (
            <Listing<Line>
              rowKey={(e) => `${e.line}${e.field}${e.message}`}
              rows={errors}
              page={20}
              columns={[
                { title: t('sheet.line'), dataIndex: 'line', width: 80, align: 'right' },
                { title: t('sheet.field'), dataIndex: 'field', width: 150 },
                { title: t('sheet.message'), dataIndex: 'message' },
              ]}
            />
          )}
          {!done && (
            <Button type="primary" style={{ marginTop: 12 }} loading={busy} disabled={errors.length > 0} onClick={() => send(file, true)}>
              {t('sheet.import')}
            </Button>
          )}
        </section>
      )}
    </div>
  );
}
