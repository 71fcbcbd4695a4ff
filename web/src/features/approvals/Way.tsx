import {
  CheckCircleFilled,
  ClockCircleOutlined,
  CloseCircleFilled,
  MinusCircleOutlined,
  SendOutlined,
  StopOutlined,
} from '@ant-design/icons';
import { Tag, Tooltip } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ago, when } from '../../lib/clock';
import type { Key } from '../../lib/i18n';
import { useWords } from '../../lib/prefs';
import { Files } from './Files';
import type { ApprovalPage, Station, Status, StepStatus, TaskInfo, TaskStatus } from './types';

const icons: Record<StepStatus, ReactNode> = {
  open: <ClockCircleOutlined className="fc-open" />,
  approved: <CheckCircleFilled className="fc-good" />,
  rejected: <CloseCircleFilled className="fc-bad" />,
  passed: <MinusCircleOutlined className="fc-soft" />,
  cancelled: <StopOutlined className="fc-soft" />,
};

const colours: Record<TaskStatus, string> = {
  waiting: 'default',
  open: 'gold',
  approved: 'green',
  rejected: 'red',
  handed_over: 'default',
  answered: 'blue',
  copied: 'default',
  cancelled: 'default',
};

export const statusColours: Record<Status, string> = {
  running: 'blue',
  returned: 'gold',
  approved: 'green',
  rejected: 'red',
  withdrawn: 'default',
};

/** How somebody came to be asked who is not found by the flow's rule. */
const origins: Partial<Record<string, Key>> = {
  fallback: 'approval.fromFallback',
  head: 'approval.fromHead',
  handed_over: 'approval.fromHandOver',
  asked: 'approval.fromAsk',
  added: 'approval.fromAdd',
  escalated: 'approval.fromEscalate',
  departed: 'approval.fromDeparted',
};

/** The way of an approval: who decided what and when, who is asked now and until when, and who comes. */
export function Way({ page, act }: { page: ApprovalPage; act?: (task: TaskInfo) => ReactNode }) {
  const { t } = useTranslation();
  const words = useWords();
  const a = page.approval;
  return (
    <ol className="fc-route">
      <li>
        <span className="dot">
          <SendOutlined className="fc-soft" />
        </span>
        <div>
          <b>{t('approval.submitted')}</b> {a.submitterName} <Time at={a.submittedAt} />
        </div>
      </li>
      {page.stations.map((s) => (
        <Step key={s.stepId} station={s} act={act} />
      ))}
      {page.coming.map((c) => (
        <li key={c.node} className="coming">
          <span className="dot">
            <MinusCircleOutlined className="fc-soft" />
          </span>
          <div>
            <b>{words(c.name)}</b> <span className="fc-soft">{t('approval.coming')}</span>
            <p>{c.approvers.length ? c.approvers.join('、') : <span className="fc-soft">{t('approval.nobodyYet')}</span>}</p>
          </div>
        </li>
      ))}
      {a.closedAt && (
        <li>
          <span className="dot">
            {a.status === 'approved' ? icons.approved : a.status === 'rejected' ? icons.rejected : icons.cancelled}
          </span>
          <div>
            <b>{t(`approval.status.${a.status}`)}</b> <Time at={a.closedAt} />
            {a.reason && <p className="fc-lines">{a.reason}</p>}
          </div>
        </li>
      )}
    </ol>
  );
}

function Step({ station: s, act }: { station: Station; act?: (task: TaskInfo) => ReactNode }) {
  const { t } = useTranslation();
  const words = useWords();
  const several = s.tasks.filter((x) => x.status !== 'copied').length > 1;
  return (
    <li>
      <span className="dot">{icons[s.status]}</span>
      <div>
        <b>{words(s.name)}</b> {s.copy && <Tag>{t('approval.task.copied')}</Tag>}
        {several && s.mode && <Tag>{t(`approval.mode.${s.mode}`)}</Tag>}
        {s.round > 0 && <Tag>{t('approval.round', { n: s.round + 1 })}</Tag>}
        {s.status === 'passed' && !s.copy && <Tag>{t('approval.passed')}</Tag>}
        {s.status === 'open' && s.due && (
          <span className={s.late ? 'fc-late fc-num' : 'fc-soft fc-num'} title={when(s.due)}>
            {t(s.late ? 'approval.lateSince' : 'approval.dueBy', { at: when(s.due) })}
          </span>
        )}
        {s.why && words(s.why) && <p className="fc-soft">{words(s.why)}</p>}
        <ul>
          {s.tasks.map((x) => (
            <Person key={x.id} task={x} act={act} />
          ))}
        </ul>
      </div>
    </li>
  );
}

function Person({ task: x, act }: { task: TaskInfo; act?: (task: TaskInfo) => ReactNode }) {
  const { t } = useTranslation();
  const words = useWords();
  const origin = origins[x.origin];
  return (
    <li>
      <Tooltip title={words(x.why)}>
        <span>{x.userName || <span className="fc-late">{t('approval.nobody')}</span>}</span>
      </Tooltip>{' '}
      {x.byName && x.byId !== x.userId && <span className="fc-soft">{t('approval.byDeputy', { name: x.byName })}</span>}{' '}
      {x.status !== 'copied' && <Tag color={colours[x.status]}>{t(`approval.task.${x.status}`)}</Tag>}
      {x.signed && <Tag>{t('approval.signed')}</Tag>}
      {origin && <small className="fc-soft">{t(origin)} </small>}
      {x.closed && <Time at={x.closed} />}
      {act?.(x)}
      {x.comment && <p className="fc-lines fc-said">{x.comment}</p>}
      {x.files && x.files.length > 0 && <Files files={x.files} />}
    </li>
  );
}

function Time({ at }: { at: string }) {
  return (
    <small className="fc-soft fc-num" title={ago(at)}>
      {when(at)}
    </small>
  );
}
