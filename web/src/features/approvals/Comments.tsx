import { PaperClipOutlined } from '@ant-design/icons';
import { Button, Mentions, Upload } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useTell } from '../../components/tell';
import { ago, when } from '../../lib/clock';
import { Files } from './Files';
import { onApproval, sendFile, useDecided, usePeopleFor } from './queries';
import { calls, mentioned } from './rules';
import type { Approval, PaperFile, Remark } from './types';

/** What people say about an approval. "@" calls somebody, who is told. */
export function Comments({ approval, comments, may }: { approval: Approval; comments: Remark[]; may: boolean }) {
  const { t } = useTranslation();
  return (
    <section className="fc-card fc-section" aria-label={t('approval.comments')}>
      <h2 className="fc-h2">{t('approval.comments')}</h2>
      {comments.length === 0 && <p className="fc-soft">{t('approval.noComments')}</p>}
      {comments.map((c) => (
        <article key={c.id} className="fc-event">
          <header>
            <b>{c.userName}</b>
            <small title={when(c.at)}>{ago(c.at)}</small>
          </header>
          <div className="fc-lines">
            <Marked text={c.text} names={(c.mentions ?? []).map((m) => m.name)} />
          </div>
          {c.files && c.files.length > 0 && <Files files={c.files} />}
        </article>
      ))}
      {may && <Write approval={approval} />}
    </section>
  );
}

function Write({ approval }: { approval: Approval }) {
  const { t } = useTranslation();
  const tell = useTell();
  const decided = useDecided();
  const [text, setText] = useState('');
  const [asked, setAsked] = useState<string>();
  const [picked, setPicked] = useState<{ id: string; name: string }[]>([]);
  const [files, setFiles] = useState<PaperFile[]>([]);
  const [busy, setBusy] = useState(false);
  const people = usePeopleFor(undefined, asked ?? '', asked !== undefined);
  const send = async () => {
    setBusy(true);
    try {
      const mentions = mentioned(text, picked);
      await onApproval(approval, 'comments', {
        text: text.trim(),
        ...(mentions.length && { mentions }),
        ...(files.length && { files: files.map((f) => f.id) }),
      });
      setText('');
      setPicked([]);
      setFiles([]);
      await decided();
    } catch (e) {
      tell.failed(e);
    } finally {
      setBusy(false);
    }
  };
  const attach = (file: File) =>
    sendFile(approval.id, file)
      .then((f) => setFiles((old) => [...old, f]))
      .catch(tell.failed);
  return (
    <div style={{ marginTop: 8 }}>
      <Mentions
        value={text}
        maxLength={2000}
        autoSize={{ minRows: 2, maxRows: 6 }}
        placeholder={t('approval.commentHint')}
        aria-label={t('approval.commentHint')}
        loading={people.isFetching}
        filterOption={false}
        notFoundContent={people.isFetching ? '…' : t('approval.nobodyFound')}
        options={(people.data ?? []).map((p) => ({ key: p.userId, value: p.name, label: `${p.name} ${p.title}` }))}
        onSearch={setAsked}
        onSelect={(o) => {
          // The list lengthens the keys that it is given.
          const person = people.data?.find((p) => String(o.key).startsWith(p.userId));
          if (person) setPicked([...picked, { id: person.userId, name: person.name }]);
        }}
        onChange={setText}
        onKeyDown={(e) => (e.ctrlKey || e.metaKey) && e.key === 'Enter' && text.trim() && void send()}
      />
      {files.length > 0 && <Files files={files} />}
      <div className="fc-tags" style={{ marginTop: 8 }}>
        <Button type="primary" size="small" disabled={!text.trim()} loading={busy} onClick={send}>
          {t('approval.say')}
        </Button>
        <Upload
          showUploadList={false}
          beforeUpload={(file) => {
            void attach(file);
            return false;
          }}
        >
          <Button size="small" icon={<PaperClipOutlined aria-hidden />}>
            {t('approval.attach')}
          </Button>
        </Upload>
      </div>
    </div>
  );
}

/** A text with the names it calls set off. */
function Marked({ text, names }: { text: string; names: string[] }) {
  return calls(text, names).map((p) =>
    p.call ? (
      <b key={p.at} className="fc-call">
        {p.text}
      </b>
    ) : (
      p.text
    ),
  );
}
