import { CheckOutlined, EllipsisOutlined, UndoOutlined } from '@ant-design/icons';
import { Button, Dropdown } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemError } from '../../api/client';
import { useTell } from '../../components/tell';
import type { Key } from '../../lib/i18n';
import { usePhone } from '../../lib/screen';
import { type Agreement, ApproveSheet } from './ApproveSheet';
import { type Others, OthersSheet } from './OthersSheet';
import { onApproval, onTask, useDecided } from './queries';
import { RejectSheet } from './RejectSheet';
import { asksMore, overtaken } from './rules';
import { SaySheet } from './SaySheet';
import { useSoon } from './soon';
import type { ApprovalPage, May } from './types';

type Asked = 'approve' | 'reject' | 'answer' | 'take_back' | 'withdraw' | 'urge' | 'hand_over' | 'ask' | 'add';
type Props = { page: ApprovalPage; keys: boolean; onDecided?: () => void };

/** What the reader can do, the likeliest under the thumb. Agreeing is one tap, which can be undone for a moment. */
export function Bar({ page, keys, onDecided }: Props) {
  const { t } = useTranslation();
  const tell = useTell();
  const phone = usePhone();
  const decided = useDecided();
  const [asked, setAsked] = useState<Asked>();
  const [busy, setBusy] = useState(false);
  const { task, approval } = page;
  const may = (m: May) => task?.may.includes(m) ?? false;

  /** Does one thing; what others have decided meanwhile is told kindly, and the page is read again. */
  const act = async (run: () => Promise<unknown>, done: Key, goOn: boolean) => {
    try {
      await run();
      tell.done(t(done));
      setAsked(undefined);
      await decided();
      if (goOn) onDecided?.();
    } catch (e) {
      if (!(e instanceof ProblemError) || !overtaken(e)) throw e;
      setAsked(undefined);
      tell.warn(e.status !== 412 && e.detail ? e.detail : t('approval.stale'));
      await decided();
    }
  };
  const approve = (body: Agreement) => act(() => onTask(task as NonNullable<typeof task>, 'approve', body), 'approval.done.approved', true);
  const soon = useSoon(() => {
    setBusy(true);
    approve({})
      .catch(tell.failed)
      .finally(() => setBusy(false));
  });
  const press = () => {
    if (!task || !may('approve') || busy) return;
    if (asksMore(task)) setAsked('approve');
    else soon.start();
  };

  // Somebody else changed it within the moment of grace: what was agreed to is no longer what is there.
  const { undo } = soon;
  // biome-ignore lint/correctness/useExhaustiveDependencies: only another state of what is decided counts
  useEffect(
    () => () => {
      if (undo()) tell.warn(t('approval.changedMeanwhile'));
    },
    [task?.id, task?.version, page.document],
  );

  useEffect(() => {
    if (!keys) return;
    const on = (e: KeyboardEvent) => {
      const at = e.target as HTMLElement;
      const writing = /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName) || at.isContentEditable;
      if (writing || e.ctrlKey || e.metaKey || e.altKey || document.querySelector('.ant-modal-wrap, .ant-drawer-open')) return;
      const k = e.key.toLowerCase();
      if (k === 'a') press();
      else if (k === 'r' && may('reject')) setAsked('reject');
      else if (k === 'z' && soon.waiting) soon.undo();
      else return;
      e.preventDefault();
    };
    window.addEventListener('keydown', on);
    return () => window.removeEventListener('keydown', on);
  });

  const others: Others[] = (['hand_over', 'ask', 'add'] as const).filter(may);
  const more = [
    ...(may('approve') && task && !asksMore(task) ? [{ key: 'approve' as const, label: t('approval.withWords') }] : []),
    ...others.map((o) => ({ key: o as Asked, label: t(`approval.${o}`) })),
    ...(may('take_back') && may('approve') ? [{ key: 'take_back' as const, label: t('approval.take_back') }] : []),
    ...(page.may.urge && may('approve') ? [{ key: 'urge' as const, label: t('approval.urge') }] : []),
    ...(page.may.withdraw && may('approve') ? [{ key: 'withdraw' as const, label: t('approval.withdraw') }] : []),
  ];
  const size = phone ? 'large' : 'middle';
  const alone = !may('approve');
  const empty = alone && !may('answer') && !may('take_back') && !page.may.withdraw && !page.may.urge && more.length === 0;
  if (empty) return null;
  return (
    <div className="fc-decide">
      {soon.waiting ? (
        <>
          <span className="fc-fill">{t('approval.sending')}</span>
          <Button size={size} icon={<UndoOutlined aria-hidden />} onClick={soon.undo}>
            {t('approval.undo')}
            {keys && !phone && <kbd>Z</kbd>}
          </Button>
          <Button size={size} type="primary" className="big" onClick={soon.start}>
            {t('approval.sendNow')}
          </Button>
        </>
      ) : (
        <>
          {more.length > 0 && (
            <Dropdown trigger={['click']} placement="topLeft" menu={{ items: more, onClick: ({ key }) => setAsked(key as Asked) }}>
              <Button size={size} icon={<EllipsisOutlined aria-hidden />} aria-label={t('approval.more')}>
                {!phone && t('approval.more')}
              </Button>
            </Dropdown>
          )}
          {alone && page.may.withdraw && (
            <Button size={size} onClick={() => setAsked('withdraw')}>
              {t('approval.withdraw')}
            </Button>
          )}
          {alone && page.may.urge && (
            <Button size={size} onClick={() => setAsked('urge')}>
              {t('approval.urge')}
            </Button>
          )}
          {alone && may('take_back') && (
            <Button size={size} onClick={() => setAsked('take_back')}>
              {t('approval.take_back')}
            </Button>
          )}
          {may('answer') && (
            <Button size={size} type="primary" className="big" onClick={() => setAsked('answer')}>
              {t('approval.answer')}
            </Button>
          )}
          {may('reject') && (
            <Button size={size} danger onClick={() => setAsked('reject')}>
              {t('approval.sendBack')}
              {keys && !phone && <kbd>R</kbd>}
            </Button>
          )}
          {may('approve') && (
            <Button size={size} type="primary" className="big" icon={<CheckOutlined aria-hidden />} loading={busy} onClick={press}>
              {t('approval.approve')}
              {keys && !phone && <kbd>A</kbd>}
            </Button>
          )}
        </>
      )}
      {task && asked === 'approve' && <ApproveSheet approval={approval.id} task={task} send={approve} close={() => setAsked(undefined)} />}
      {task && asked === 'reject' && (
        <RejectSheet
          task={task}
          send={(body) =>
            act(() => onTask(task, 'reject', body), body.to === 'end' ? 'approval.done.rejected' : 'approval.done.returned', true)
          }
          close={() => setAsked(undefined)}
        />
      )}
      {task && (asked === 'hand_over' || asked === 'ask' || asked === 'add') && (
        <OthersSheet
          what={asked}
          task={task.id}
          close={() => setAsked(undefined)}
          send={({ users, where, comment }) =>
            asked === 'add'
              ? act(() => onTask(task, 'add', { userIds: users, where, comment }), 'approval.done.add', where === 'before')
              : act(
                  () => onTask(task, 'hand-over', { userId: users[0], comment, ...(asked === 'ask' && { ask: true }) }),
                  `approval.done.${asked}`,
                  true,
                )
          }
        />
      )}
      {task && asked === 'answer' && (
        <SaySheet
          title={t('approval.answer')}
          hint={t('approval.hint.answer')}
          label={t('approval.opinion')}
          must
          send={(comment) => act(() => onTask(task, 'answer', { comment }), 'approval.done.answered', true)}
          close={() => setAsked(undefined)}
        />
      )}
      {task && asked === 'take_back' && (
        <SaySheet
          title={t('approval.take_back')}
          hint={t('approval.hint.take_back')}
          label={t('approval.reason')}
          send={(comment) => act(() => onTask(task, 'take-back', { comment }), 'approval.done.taken_back', false)}
          close={() => setAsked(undefined)}
        />
      )}
      {(asked === 'withdraw' || asked === 'urge') && (
        <SubmitterSheet page={page} what={asked} act={act} close={() => setAsked(undefined)} />
      )}
    </div>
  );
}

type SubmitterProps = {
  page: Pick<ApprovalPage, 'approval'>;
  what: 'withdraw' | 'urge';
  act: (run: () => Promise<unknown>, done: Key, goOn: boolean) => Promise<void>;
  close: () => void;
};

/** What the submitter can do while others decide. */
export function SubmitterSheet({ page, what, act, close }: SubmitterProps) {
  const { t } = useTranslation();
  return what === 'withdraw' ? (
    <SaySheet
      title={t('approval.withdraw')}
      hint={t('approval.hint.withdraw')}
      label={t('approval.reason')}
      danger
      send={(reason) => act(() => onApproval(page.approval, 'withdraw', { reason }), 'approval.done.withdrawn', false)}
      close={close}
    />
  ) : (
    <SaySheet
      title={t('approval.urge')}
      hint={t('approval.hint.urge')}
      label={t('approval.opinion')}
      send={(comment) => act(() => onApproval(page.approval, 'urge', { comment }), 'approval.done.urged', false)}
      close={close}
    />
  );
}
