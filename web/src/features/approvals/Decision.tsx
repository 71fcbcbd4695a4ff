import { LeftOutlined, RightOutlined, SwapOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { Alert, Button, Tag } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { get, ProblemError } from '../../api/client';
import { useMe } from '../../api/queries';
import type { Row } from '../../api/types';
import { LinkButton } from '../../components/LinkButton';
import { Problem, Waiting } from '../../components/Problem';
import { useTell } from '../../components/tell';
import { ago, when } from '../../lib/clock';
import { useWords } from '../../lib/prefs';
import { usePhone } from '../../lib/screen';
import { usePageTitle } from '../../lib/tabs';
import './approvals.css';
import { Bar } from './Bar';
import { Comments } from './Comments';
import { Document, FactValue } from './Document';
import { OthersSheet } from './OthersSheet';
import { onApproval, onTask, pageQuery, useDecided, useTodo } from './queries';
import { around, following, kept, keyFacts, overtaken, waitingFor } from './rules';
import type { ApprovalPage, Status, TaskInfo } from './types';
import { statusColours, Way } from './Way';

/** The page on which one document is decided. After a decision it goes on to the next that waits. */
export function DecisionPage() {
  const { id } = useParams({ from: '/shell/approvals/$id' });
  return <Deciding key={id} id={id} />;
}

function Deciding({ id }: { id: string }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const phone = usePhone();
  const q = useQuery(pageQuery(id));
  const todo = useTodo();
  const here = useRef(true);
  useEffect(() => {
    here.current = true;
    return () => {
      here.current = false;
    };
  }, []);
  usePageTitle(q.data ? `${t('approval.approval')} ${q.data.approval.number}` : '');
  const queue = useQueue(todo.rows, id);
  const { previous, next, at, all } = around(queue, id);
  const go = (to: string | undefined) => to && void navigate({ to: '/approvals/$id', params: { id: to } });
  const goOn = () => {
    if (!here.current) return;
    const to = following(queue, id);
    if (to) go(to);
    else void navigate({ to: '/approvals' });
  };
  useEffect(() => {
    const on = (e: KeyboardEvent) => {
      if (/^(INPUT|TEXTAREA|SELECT)$/.test((e.target as HTMLElement).tagName) || e.ctrlKey || e.metaKey || e.altKey) return;
      if (document.querySelector('.ant-modal-wrap, .ant-drawer-open')) return;
      if (e.key.toLowerCase() === 'j') go(next);
      else if (e.key.toLowerCase() === 'k') go(previous);
    };
    window.addEventListener('keydown', on);
    return () => window.removeEventListener('keydown', on);
  });
  if (q.isError && !q.data) return <Problem error={q.error} retry={() => q.refetch()} />;
  if (!q.data) return <Waiting rows={12} />;
  const page = q.data;
  return (
    <div className="fc-page fc-decision">
      <Read page={page} />
      {at > 0 && all > 1 && (
        <div className="fc-head fc-queue">
          <Link to="/approvals" className="fc-soft">
            {t('approval.mine')}
          </Link>
          <span className="fc-fill fc-soft fc-num">{t('approval.position', { at, all })}</span>
          <Button
            size="small"
            icon={<LeftOutlined aria-hidden />}
            disabled={!previous}
            aria-label={t('approval.previous')}
            onClick={() => go(previous)}
          >
            {!phone && <kbd>K</kbd>}
          </Button>
          <Button
            size="small"
            icon={<RightOutlined aria-hidden />}
            disabled={!next}
            aria-label={t('approval.next')}
            onClick={() => go(next)}
          >
            {!phone && <kbd>J</kbd>}
          </Button>
        </div>
      )}
      <Top page={page} />
      <div className="fc-record">
        <div>
          <Document paper={page.document} of={page.approval.kind} />
        </div>
        <div>
          <section className="fc-card fc-section" aria-label={t('approval.way')}>
            <h2 className="fc-h2">{t('approval.way')}</h2>
            <Reassignable page={page} />
          </section>
          <Comments approval={page.approval} comments={page.comments} may={page.may.comment} />
        </div>
      </div>
      <Bar page={page} keys onDecided={goOn} />
    </div>
  );
}

/** The tasks that wait, in an order that stays while the page is open: a decided one keeps its place until its reader has gone on. */
function useQueue(rows: Row[], id: string): Row[] {
  const known = useRef<Row[]>([]);
  known.current = kept(known.current, rows, id);
  return known.current;
}

/** A copy counts as read once its page was opened. */
function Read({ page }: { page: ApprovalPage }) {
  const me = useMe();
  const decided = useDecided();
  const id = page.stations.flatMap((s) => s.tasks).find((x) => x.status === 'copied' && x.userId === me?.user.id)?.id;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once a copy
  useEffect(() => {
    if (!id) return;
    get<Row>(`/approval-tasks/${id}`)
      .then(async (copy) => {
        if (copy.readAt) return;
        await onTask({ id, version: Number(copy.version) }, 'read');
        await decided();
      })
      .catch(() => {}); // The next time that the page is opened does it.
  }, [id]);
  return null;
}

/** The way; an administrator names somebody else where it waits. */
function Reassignable({ page }: { page: ApprovalPage }) {
  const { t } = useTranslation();
  const tell = useTell();
  const decided = useDecided();
  const [asked, setAsked] = useState<TaskInfo>();
  const send = async (user: string | undefined) => {
    try {
      await onApproval(page.approval, 'reassign', { taskId: asked?.id, userId: user });
      tell.done(t('approval.done.reassigned'));
    } catch (e) {
      if (!(e instanceof ProblemError) || !overtaken(e)) throw e;
      tell.warn(e.status !== 412 && e.detail ? e.detail : t('approval.stale'));
    }
    setAsked(undefined);
    await decided();
  };
  return (
    <>
      <Way
        page={page}
        act={
          page.may.reassign
            ? (task) =>
                (task.status === 'open' || task.status === 'waiting') && (
                  <Button type="link" size="small" icon={<SwapOutlined aria-hidden />} onClick={() => setAsked(task)}>
                    {t('approval.reassign')}
                  </Button>
                )
            : undefined
        }
      />
      {asked && <OthersSheet what="reassign" task={asked.id} send={({ users }) => send(users[0])} close={() => setAsked(undefined)} />}
    </>
  );
}

export function StateTag({ status }: { status: Status }) {
  const { t } = useTranslation();
  return <Tag color={statusColours[status]}>{t(`approval.status.${status}`)}</Tag>;
}

/** What is to be decided, in the few facts that decide it. */
export function Top({ page, full }: { page: ApprovalPage; full?: boolean }) {
  const { t } = useTranslation();
  const words = useWords();
  const { approval: a, task } = page;
  const waits = waitingFor(page.stations);
  return (
    <header className="fc-card fc-title">
      <div className="line">
        <span className="fc-soft">
          {words(a.kindLabel)} · {words(a.label)}
        </span>
        <h1>{a.title || a.number}</h1>
        <StateTag status={a.status} />
        <span className="fill" />
        {full && (
          <LinkButton to="/approvals/$id" params={{ id: a.id }}>
            {t('approval.openPage')}
          </LinkButton>
        )}
        {a.recordPath && (
          <LinkButton to="/r/$path/$id" params={{ path: a.recordPath, id: a.recordId }}>
            {t('approval.openDocument')}
          </LinkButton>
        )}
      </div>
      <p className="fc-soft fc-who">
        {[a.number, a.companyName, a.submitterName].filter((x) => x && x !== a.title).join(' · ')} ·{' '}
        <span title={when(a.submittedAt)}>{ago(a.submittedAt)}</span>
      </p>
      {task?.forName && <Alert type="info" showIcon title={t('approval.forAbsent', { name: task.forName })} />}
      {task?.may.includes('approve') && (
        <p className="fc-step">
          {t('approval.yourStep')} <b>{words(task.step)}</b>
        </p>
      )}
      {!task?.may.includes('approve') && waits.length > 0 && (
        <p className="fc-step">
          {waits.map(({ step, names }) => (
            <span key={step.stepId}>{t('approval.waitsFor', { step: words(step.name), names: names.join('、') || '—' })} </span>
          ))}
        </p>
      )}
      {a.status === 'returned' && (
        <Alert type="warning" showIcon title={a.reason ? t('approval.returnedFor', { reason: a.reason }) : t('approval.returnedHint')} />
      )}
      <dl className="fc-facts">
        {keyFacts(page.document).map((f) => (
          <div key={f.name}>
            <dt>{words(f.label)}</dt>
            <dd className={f.type === 'money' ? 'fc-sum' : undefined}>
              <FactValue fact={f} />
            </dd>
          </div>
        ))}
      </dl>
    </header>
  );
}

/** One approval at the side of a list. */
export function Preview({ row }: { row: Row }) {
  const { t } = useTranslation();
  const id = String(row.approvalId ?? row.id);
  const q = useQuery(pageQuery(id));
  if (q.isError && !q.data) return <Problem error={q.error} retry={() => q.refetch()} />;
  if (!q.data) return <Waiting rows={8} />;
  return (
    <div className="fc-preview">
      <Top page={q.data} full />
      <Document paper={q.data.document} of={q.data.approval.kind} columns={1} />
      <section className="fc-card fc-section">
        <h2 className="fc-h2">{t('approval.way')}</h2>
        <Way page={q.data} />
      </section>
      <Comments approval={q.data.approval} comments={q.data.comments} may={q.data.may.comment} />
      <Bar page={q.data} keys={false} />
    </div>
  );
}
