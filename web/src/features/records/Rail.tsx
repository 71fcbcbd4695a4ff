import { PaperClipOutlined, UploadOutlined } from '@ant-design/icons';
import { Button, Empty, Input, Skeleton, Tabs, Upload } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { download, post, request } from '../../api/client';
import { useRefresh, useSide } from '../../api/queries';
import type { Attachment, HistoryEvent, KindInfo, Note } from '../../api/types';
import { useChanges } from '../../components/Changes';
import { Problem } from '../../components/Problem';
import { useTell } from '../../components/tell';
import { ago, when } from '../../lib/clock';
import { size } from '../../lib/format';
import { useWords } from '../../lib/prefs';

/** Who did what, what people remarked, and the papers. */
export function Rail({ kind, id }: { kind: KindInfo; id: string }) {
  const { t } = useTranslation();
  return (
    <aside className="fc-card fc-rail fc-rail-box">
      <Tabs
        size="small"
        items={[
          { key: 'history', label: t('record.history'), children: <History kind={kind} id={id} /> },
          { key: 'notes', label: t('record.notes'), children: <Notes kind={kind} id={id} /> },
          { key: 'files', label: t('record.files'), children: <Files kind={kind} id={id} /> },
        ]}
      />
    </aside>
  );
}

const nothing = (words: string) => <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={words} />;
const waiting = <Skeleton active title={false} paragraph={{ rows: 4 }} />;

function History({ kind, id }: { kind: KindInfo; id: string }) {
  const { t } = useTranslation();
  const words = useWords();
  const say = useChanges();
  const q = useSide<HistoryEvent>(kind, id, 'history');
  if (q.isError) return <Problem error={q.error} retry={() => q.refetch()} />;
  if (q.isPending) return waiting;
  if (!q.data.length) return nothing(t('record.noHistory'));
  return (
    <div>
      {q.data.map((e) => (
        <article key={`${e.at}${e.version}${e.action.en}`} className="fc-event">
          <header>
            <span>
              <b>{words(e.action)}</b> {e.by || t('record.worker')}
              {e.token && <span className="fc-soft"> · {t('tokens.by', { name: e.token })}</span>}
            </span>
            <small title={ago(e.at)} className="fc-num">
              {when(e.at)}
            </small>
          </header>
          {e.address && <small className="fc-soft fc-num">{t('record.from', { address: e.address })}</small>}
          <ul>
            {say(kind, e.changes).map((c) => (
              <li key={c.field}>
                {c.label}{' '}
                {c.was !== undefined && (
                  <>
                    <del>{c.was}</del> →{' '}
                  </>
                )}
                <ins>{c.now}</ins>
              </li>
            ))}
          </ul>
        </article>
      ))}
    </div>
  );
}

function Notes({ kind, id }: { kind: KindInfo; id: string }) {
  const { t } = useTranslation();
  const tell = useTell();
  const refresh = useRefresh();
  const [text, setText] = useState('');
  const [busy, setBusy] = useState(false);
  const q = useSide<Note>(kind, id, 'notes');
  const add = async () => {
    setBusy(true);
    try {
      await post(`/${kind.path}/${id}/notes`, { text: text.trim() });
      setText('');
      await refresh(kind.name);
    } catch (e) {
      tell.failed(e);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div>
      <Input.TextArea
        value={text}
        maxLength={2000}
        autoSize={{ minRows: 2, maxRows: 6 }}
        placeholder={t('record.noteHint')}
        aria-label={t('record.noteHint')}
        onChange={(e) => setText(e.target.value)}
        onKeyDown={(e) => (e.ctrlKey || e.metaKey) && e.key === 'Enter' && text.trim() && void add()}
      />
      <Button size="small" type="primary" style={{ margin: '8px 0' }} disabled={!text.trim()} loading={busy} onClick={add}>
        {t('record.noteAdd')}
      </Button>
      {q.isPending && waiting}
      {q.isError && <Problem error={q.error} retry={() => q.refetch()} />}
      {q.data?.length === 0 && nothing(t('record.noNotes'))}
      {q.data?.map((n) => (
        <article key={n.id} className="fc-event">
          <header>
            <b>{n.by}</b>
            <small title={when(n.at)}>{ago(n.at)}</small>
          </header>
          <div className="fc-lines">{n.text}</div>
        </article>
      ))}
    </div>
  );
}

function Files({ kind, id }: { kind: KindInfo; id: string }) {
  const { t } = useTranslation();
  const tell = useTell();
  const refresh = useRefresh();
  const [busy, setBusy] = useState(false);
  const q = useSide<Attachment>(kind, id, 'files');
  const send = async (file: File) => {
    setBusy(true);
    try {
      const form = new FormData();
      form.set('file', file);
      await request('POST', `/${kind.path}/${id}/files`, { form });
      tell.done(t('record.uploaded'));
      await refresh(kind.name);
    } catch (e) {
      tell.failed(e);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div>
      <Upload
        showUploadList={false}
        beforeUpload={(file) => {
          void send(file);
          return false;
        }}
      >
        <Button size="small" icon={<UploadOutlined aria-hidden />} loading={busy}>
          {t('record.upload')}
        </Button>
      </Upload>
      <p className="fc-soft" style={{ fontSize: 12, margin: '6px 0' }}>
        {t('record.uploadHint')}
      </p>
      {q.isPending && waiting}
      {q.isError && <Problem error={q.error} retry={() => q.refetch()} />}
      {q.data?.length === 0 && nothing(t('record.noFiles'))}
      {q.data?.map((f) => (
        <article key={f.id} className="fc-event">
          <header>
            <Button
              type="link"
              size="small"
              style={{ padding: 0, height: 'auto', whiteSpace: 'normal', textAlign: 'start' }}
              icon={<PaperClipOutlined aria-hidden />}
              onClick={() => download(`/files/${f.id}`, undefined, f.name).catch(tell.failed)}
            >
              {f.name}
            </Button>
            <small className="fc-num">{size(f.size)}</small>
          </header>
          <span className="fc-soft">
            {f.by} · <span title={when(f.at)}>{ago(f.at)}</span>
          </span>
        </article>
      ))}
    </div>
  );
}
