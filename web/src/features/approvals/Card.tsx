import { useTranslation } from 'react-i18next';
import type { Row } from '../../api/types';
import { Money } from '../../components/Value';
import { ago, when } from '../../lib/clock';
import './approvals.css';
import { StateTag } from './Decision';
import { isLateRow } from './rules';
import type { Status } from './types';

/** An approval or a task as a card on a phone: what is decided, how much, who wants it, and until when. */
export function Card({ row }: { row: Row }) {
  const { t } = useTranslation();
  const text = (name: string) => (row[name] ? String(row[name]) : '');
  const who = [text('number'), text('submitterName'), text('companyName')].filter(Boolean).join(' · ');
  const step = text('step') || text('currentStep');
  const since = text('openedAt') || text('submittedAt');
  const due = text('dueAt');
  return (
    <span className="fc-ask-card">
      <span className="line">
        <b>{text('title') || text('number')}</b>
        {row.amount !== undefined && (
          <b>
            <Money value={row.amount} />
          </b>
        )}
      </span>
      {text('summary') && <span className="two">{text('summary')}</span>}
      <span className="fc-soft">{who}</span>
      <span className="line">
        {row.step === undefined ? <StateTag status={row.status as Status} /> : null}
        <span className="fc-soft">{[step, since && ago(since)].filter(Boolean).join(' · ')}</span>
        {row.status === 'open' && due && (
          <span className={isLateRow(row) ? 'fc-late fc-num' : 'fc-soft fc-num'}>
            {t(isLateRow(row) ? 'approval.lateShort' : 'approval.dueBy', { at: when(due).slice(5) })}
          </span>
        )}
      </span>
    </span>
  );
}
