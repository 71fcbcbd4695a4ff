import { CheckCircleFilled, CloseCircleFilled } from '@ant-design/icons';
import { Link } from '@tanstack/react-router';
import { Alert, Button, Form, Input, Modal, Radio } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { post } from '../../api/client';
import type { KindInfo, Row } from '../../api/types';
import { useTell } from '../../components/tell';
import { useWords } from '../../lib/prefs';
import './approvals.css';
import { useDecided } from './queries';
import { batchMost } from './rules';
import { Sheet } from './Sheet';
import type { BatchResult } from './types';

type Decision = 'approve' | 'reject';
type Values = { comment?: string; to?: 'submitter' | 'end' };

/** Decides several together; each document has its own answer. */
export function Chosen({ rows, clear }: { kind: KindInfo; rows: Row[]; clear: () => void }) {
  const { t } = useTranslation();
  const words = useWords();
  const tell = useTell();
  const decided = useDecided();
  const [form] = Form.useForm<Values>();
  const [asked, setAsked] = useState<Decision>();
  const [busy, setBusy] = useState(false);
  const [results, setResults] = useState<{ item: BatchResult; row?: Row }[]>();
  const to = Form.useWatch('to', form);
  const tooMany = rows.length > batchMost;
  const send = async (v: Values) => {
    setBusy(true);
    try {
      const { items } = await post<{ items: BatchResult[] }>('/approval-tasks/batch', {
        decision: asked,
        ...(v.comment?.trim() && { comment: v.comment.trim() }),
        ...(asked === 'reject' && { to: v.to }),
        items: rows.map((r) => ({ id: r.id, version: r.version })),
      });
      setAsked(undefined);
      setResults(items.map((item) => ({ item, row: rows.find((r) => r.id === item.id) })));
    } catch (e) {
      tell.failed(e);
    } finally {
      setBusy(false);
    }
  };
  const close = () => {
    setResults(undefined);
    clear();
    void decided();
  };
  const done = results?.filter((r) => r.item.ok).length ?? 0;
  if (rows.length === 0 && !results) return null;
  return (
    <div className="fc-chosen">
      <span className="fc-fill fc-num">{t('approval.chosen', { count: rows.length })}</span>
      {tooMany && <span className="fc-late">{t('approval.atMost', { n: batchMost })}</span>}
      <Button onClick={clear}>{t('approval.unchoose')}</Button>
      <Button danger disabled={tooMany} onClick={() => setAsked('reject')}>
        {t('approval.sendBack')}
      </Button>
      <Button type="primary" disabled={tooMany} onClick={() => setAsked('approve')}>
        {t('approval.approve')}
      </Button>
      {asked && (
        <Sheet
          title={t(asked === 'approve' ? 'approval.approveMany' : 'approval.rejectMany', { count: rows.length })}
          okText={t(asked === 'approve' ? 'approval.approve' : to === 'end' ? 'approval.reject' : 'approval.return')}
          danger={asked === 'reject'}
          busy={busy}
          onOk={form.submit}
          close={() => setAsked(undefined)}
        >
          <Form<Values> form={form} layout="vertical" initialValues={{ to: 'submitter' }} onFinish={send}>
            {asked === 'reject' && (
              <Form.Item name="to" label={t('approval.where')} extra={to === 'end' ? t('approval.endHint') : undefined}>
                <Radio.Group
                  className="fc-choices"
                  options={[
                    { value: 'submitter', label: t('approval.toSubmitter') },
                    { value: 'end', label: t('approval.toEnd') },
                  ]}
                />
              </Form.Item>
            )}
            <Form.Item
              name="comment"
              label={t(asked === 'reject' ? 'approval.reason' : 'approval.opinion')}
              rules={
                asked === 'reject'
                  ? [{ required: true, whitespace: true, message: t('form.required', { label: t('approval.reason') }) }]
                  : undefined
              }
            >
              <Input.TextArea maxLength={1000} autoSize={{ minRows: 2, maxRows: 6 }} />
            </Form.Item>
          </Form>
        </Sheet>
      )}
      {results && (
        <Modal open title={t('approval.results')} footer={<Button onClick={close}>{t('approval.seen')}</Button>} onCancel={close}>
          <Alert
            type={done === results.length ? 'success' : 'warning'}
            showIcon
            title={t('approval.resultCount', { done, failed: results.length - done })}
          />
          <ul className="fc-results">
            {results.map(({ item, row }) => (
              <li key={item.id}>
                {item.ok ? <CheckCircleFilled className="fc-good" /> : <CloseCircleFilled className="fc-bad" />}
                <span>
                  {row ? (
                    <Link to="/approvals/$id" params={{ id: String(row.approvalId) }}>
                      {item.number || String(row.number ?? '')}
                    </Link>
                  ) : (
                    item.number
                  )}{' '}
                  {row?.title !== undefined && <span className="fc-soft">{String(row.title)}</span>}
                  {item.error && <p className="fc-late">{words(item.error.text)}</p>}
                </span>
              </li>
            ))}
          </ul>
        </Modal>
      )}
    </div>
  );
}
