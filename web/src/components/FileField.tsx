import { CloseOutlined, PaperClipOutlined, UploadOutlined } from '@ant-design/icons';
import { Button, Upload } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { download, request } from '../api/client';
import type { Attachment, FieldInfo } from '../api/types';
import { acceptOf, type FileRef, filesOf } from '../lib/files';
import { usePrefs, useWords } from '../lib/prefs';
import { useProblemText } from './Problem';
import { useTell } from './tell';

/** A file by its name, which downloads it. */
export function FileLink({ file }: { file: FileRef }) {
  const tell = useTell();
  return (
    <Button
      type="link"
      size="small"
      className="fc-file"
      icon={<PaperClipOutlined aria-hidden />}
      onClick={(e) => {
        e.stopPropagation();
        download(`/files/${file.id}`, undefined, file.name).catch(tell.failed);
      }}
    >
      {file.name}
    </Button>
  );
}

type Props = {
  id?: string;
  /** The kind whose field it is; without it nothing can be uploaded. */
  kind?: string;
  field: FieldInfo;
  value: unknown;
  onChange?: (value: unknown) => void;
  disabled?: boolean;
};

/** The files of a field: uploaded at once, and the record's when it is saved. */
export function FileField({ id, kind, field, value, onChange, disabled }: Props) {
  const { t } = useTranslation();
  const words = useWords();
  const { lang } = usePrefs();
  const text = useProblemText();
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<string>();
  const files = filesOf(value);
  const most = field.maxFiles ?? 1;
  const send = async (file: File) => {
    setBusy(true);
    setWrong(undefined);
    try {
      const form = new FormData();
      form.set('file', file);
      const a = await request<Attachment>('POST', '/own-files', { form, query: { kind, field: field.name } });
      onChange?.([...files, { id: a.id, name: a.name }]);
    } catch (e) {
      setWrong(text(e));
    } finally {
      setBusy(false);
    }
  };
  const put = (list: FileRef[]) => onChange?.(list.length ? list : undefined);
  return (
    <div>
      {files.map((f) => (
        <div key={f.id} style={{ display: 'flex', alignItems: 'center', gap: 4 }}>
          <FileLink file={f} />
          {!disabled && (
            <Button
              type="text"
              size="small"
              icon={<CloseOutlined />}
              aria-label={t('file.remove', { name: f.name })}
              onClick={() => put(files.filter((x) => x.id !== f.id))}
            />
          )}
        </div>
      ))}
      {files.length < most && (
        <Upload
          id={id}
          showUploadList={false}
          accept={acceptOf(field.accept)}
          disabled={disabled || busy || !kind}
          beforeUpload={(file) => {
            void send(file);
            return false;
          }}
        >
          <Button
            size="small"
            icon={<UploadOutlined aria-hidden />}
            loading={busy}
            disabled={disabled || !kind}
            aria-label={`${words(field.label)} ${t('record.upload')}`}
          >
            {t('record.upload')}
          </Button>
        </Upload>
      )}
      <div className="fc-soft" style={{ fontSize: 12 }}>
        {[
          field.accept?.length
            ? t('file.only', { kinds: field.accept.map((k) => t(`file.kind.${k as 'image'}`)).join(lang === 'zh' ? '、' : ', ') })
            : t('record.uploadHint'),
          most > 1 ? t('file.most', { count: most }) : '',
        ]
          .filter(Boolean)
          .join(lang === 'zh' ? '；' : '; ')}
      </div>
      {wrong && (
        <div className="ant-form-item-explain-error" role="alert">
          {wrong}
        </div>
      )}
    </div>
  );
}
