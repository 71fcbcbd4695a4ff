import { useQuery } from '@tanstack/react-query';
import { Alert, Input, Modal, Skeleton } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemError } from '../../api/client';
import { useProblemText } from '../../components/Problem';
import { useTell } from '../../components/tell';
import { useDesign } from './design';
import { changesWords } from './model/words';
import { ProblemList } from './Problems';
import { impactQuery, useSaid } from './queries';
import type { FlowPage, FlowProblem } from './types';
import type { Draft } from './useDraft';

/** "nodes[a1].approvers" → the node a1; "lines[l2].when" → the line l2. */
export function placeOf(e: { field: string; code?: string; message: string }): FlowProblem {
  const m = /^(?:definition\.)?(nodes|lines)\[([^\]]+)\](?:\.(\w+))?/.exec(e.field);
  const at = m?.[1] === 'nodes' ? { node: m[2] } : m?.[1] === 'lines' ? { line: m[2] } : {};
  return { severity: 'error', code: e.code ?? e.field, text: e.message, ...at, ...(m?.[3] && { field: m[3] }) };
}

/** Publishes the draft: what changes, what that means for running ones, and a note. */
export function PublishDialog({
  page,
  draft,
  close,
  done,
}: {
  page: FlowPage;
  draft: Draft;
  close: () => void;
  done: () => Promise<void>;
}) {
  const { t } = useTranslation();
  const tell = useTell();
  const said = useSaid();
  const problemText = useProblemText();
  const { flow, say, problems } = useDesign();
  const impact = useQuery(impactQuery(page.id));
  const [note, setNote] = useState('');
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<{ problems: FlowProblem[]; text: string }>();
  const errors = problems.filter((p) => p.severity === 'error');
  const changes = page.definition ? changesWords(say, page.definition, flow) : undefined;
  const running = (impact.data?.running ?? []).reduce((n, r) => n + r.count, 0);
  const submit = async () => {
    setBusy(true);
    setRefused(undefined);
    try {
      if (!(await draft.flush())) return tell.warn(t('approvalflows.notSaved'));
      const { number } = await draft.call<{ number: number }>('POST', '/publish', { note: note.trim() || undefined });
      tell.done(t('approvalflows.publishedAs', { n: number }));
      await done();
    } catch (e) {
      if (e instanceof ProblemError && e.status === 422) setRefused({ problems: e.errors.map(placeOf), text: e.detail });
      else if (e instanceof ProblemError && e.status === 412) setRefused({ problems: [], text: t('approvalflows.stale') });
      else setRefused({ problems: [], text: problemText(e) });
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal
      open
      title={t('approvalflows.publishTitle', { name: say.words(page.name) })}
      okText={t('approvalflows.publish')}
      cancelText={t('form.cancel')}
      okButtonProps={{ disabled: errors.length > 0 }}
      confirmLoading={busy}
      onOk={submit}
      onCancel={close}
    >
      <div className="fc-af-publish">
        {errors.length > 0 && (
          <>
            <Alert type="error" showIcon title={t('approvalflows.fixFirst', { count: errors.length })} />
            <ProblemList problems={errors} go={close} />
          </>
        )}
        {refused && (
          <>
            <Alert type="error" showIcon title={refused.text} />
            <ProblemList problems={refused.problems} go={close} />
          </>
        )}
        <h3 className="fc-h2">{t('approvalflows.whatChanges')}</h3>
        {changes === undefined ? (
          <p className="fc-soft">{t('approvalflows.firstVersion')}</p>
        ) : changes.length === 0 ? (
          <p className="fc-soft">{t('approvalflows.nothingChanges')}</p>
        ) : (
          <ul className="fc-changes">
            {changes.map((c) => (
              <li key={c}>{c}</li>
            ))}
          </ul>
        )}
        <h3 className="fc-h2">{t('approvalflows.runningOnes')}</h3>
        {impact.isPending ? (
          <Skeleton active paragraph={{ rows: 1 }} title={false} />
        ) : (
          <p className="fc-soft">
            {said(impact.data?.text) || t(running ? 'approvalflows.runningStay' : 'approvalflows.noneRunning', { count: running })}
          </p>
        )}
        <Input.TextArea
          aria-label={t('approvalflows.note')}
          placeholder={t('approvalflows.note')}
          maxLength={300}
          autoSize={{ minRows: 2, maxRows: 4 }}
          value={note}
          onChange={(e) => setNote(e.target.value)}
        />
      </div>
    </Modal>
  );
}
