import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemError } from '../../api/client';
import type { KindInfo, Open } from '../../api/types';
import { LinkButton } from '../../components/LinkButton';
import { useTell } from '../../components/tell';
import { ago, when } from '../../lib/clock';
import type { Key } from '../../lib/i18n';
import { useWords } from '../../lib/prefs';
import './approvals.css';
import { SubmitterSheet } from './Bar';
import { StateTag } from './Decision';
import { kindName, pageQuery, taskKind, useApprovalsOf, useDecided } from './queries';
import { overtaken, waitingFor } from './rules';

/** Where the approval of a record stands: the one under way, else the last. Records without one show nothing. */
export function Panel({ kind, row }: { kind: KindInfo; row: Open }) {
  const { t } = useTranslation();
  const words = useWords();
  const tell = useTell();
  const decided = useDecided();
  const [asked, setAsked] = useState<'withdraw' | 'urge'>();
  // Only what the state table knows can be put under approval.
  const list = useApprovalsOf(kind.name, row.id, kind.status !== undefined && kind.name !== kindName && kind.name !== taskKind);
  const a = list.data?.find((x) => x.status === 'running' || x.status === 'returned') ?? list.data?.[0];
  const open = a?.status === 'running' || a?.status === 'returned';
  // Whoever may read the record sees that it waits; for whom, those who may read the approval.
  const page = useQuery({ ...pageQuery(a?.id ?? ''), enabled: open, retry: false }).data;
  if (!a) return null;
  const act = async (run: () => Promise<unknown>, done: Key) => {
    try {
      await run();
      tell.done(t(done));
    } catch (e) {
      if (!(e instanceof ProblemError) || !overtaken(e)) throw e;
      tell.warn(e.status !== 412 && e.detail ? e.detail : t('approval.stale'));
    }
    setAsked(undefined);
    await decided();
  };
  const waits = page ? waitingFor(page.stations) : [];
  return (
    <section className="fc-card fc-panel" aria-label={t('approval.approval')}>
      <b>{t('approval.of', { action: words(a.label) })}</b>
      <StateTag status={a.status} />
      <span className="fc-fill">
        {open && waits.length > 0
          ? waits.map(({ step, names }) => (
              <span key={step.stepId} className={step.late ? 'fc-late' : undefined}>
                {t('approval.waitsFor', { step: words(step.name), names: names.join('、') || '—' })}{' '}
              </span>
            ))
          : open && words(a.currentStep)}
        {!open && a.closedAt && (
          <span className="fc-soft" title={when(a.closedAt)}>
            {ago(a.closedAt)}
          </span>
        )}{' '}
        {a.reason && <span className="fc-soft">{a.reason}</span>}
      </span>
      {page?.may.withdraw && <Button onClick={() => setAsked('withdraw')}>{t('approval.withdraw')}</Button>}
      {page?.may.urge && <Button onClick={() => setAsked('urge')}>{t('approval.urge')}</Button>}
      <LinkButton to="/approvals/$id" params={{ id: a.id }}>
        {t(page?.task?.may.includes('approve') ? 'approval.decide' : 'approval.see')}
      </LinkButton>
      {page && asked && <SubmitterSheet page={page} what={asked} act={act} close={() => setAsked(undefined)} />}
    </section>
  );
}
