import { Collapse, Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import { when } from '../../lib/clock';
import { useDesign } from './design';
import { lineOf, nodeOf } from './model/tree';
import { lineWords, nodeName } from './model/words';
import { useSaid } from './queries';
import type { Rehearsed, Station } from './types';

const outcomes = ['approved', 'rejected', 'running', 'returned', 'withdrawn', 'pass', 'refuse', 'administrator', 'broken'] as const;
const tones: Record<string, string> = { approved: 'green', pass: 'green', rejected: 'red', refuse: 'red', broken: 'red' };

/** The way of the rehearsed document, each step with its reason. */
export function RehearsalResult({ result }: { result: Rehearsed }) {
  const { t } = useTranslation();
  const said = useSaid();
  const known = outcomes.find((o) => o === result.outcome);
  const outcome = known ? t(`approvalflows.outcome.${known}`) : result.outcome;
  const taken = result.stations.filter((s) => s.taken && s.kind !== 'start' && s.kind !== 'join');
  const passed = result.stations.filter((s) => !s.taken && (s.kind === 'approve' || s.kind === 'copy'));
  return (
    <section className="fc-af-result" aria-label={t('approvalflows.rehearsal.result')} aria-live="polite">
      <p>
        <Tag color={tones[result.outcome] ?? 'blue'}>{outcome}</Tag>{' '}
        {result.flow ? t('approvalflows.rehearsal.flow', { name: said(result.flow.name) }) : t('approvalflows.rehearsal.noFlow')}
      </p>
      {said(result.text) && <p>{said(result.text)}</p>}
      <ol>
        {taken.map((s, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a station can come twice, and the list is never reordered
          <li key={`${s.node}.${i}`}>
            <StationLine station={s} />
          </li>
        ))}
      </ol>
      <Collapse
        ghost
        size="small"
        items={[
          ...(passed.length
            ? [
                {
                  key: 'passed',
                  label: t('approvalflows.rehearsal.passed', { count: passed.length }),
                  children: (
                    <ul>
                      {passed.map((s) => (
                        <li key={s.node}>
                          <StationLine station={s} />
                        </li>
                      ))}
                    </ul>
                  ),
                },
              ]
            : []),
          ...(result.candidates?.length
            ? [
                {
                  key: 'flows',
                  label: t('approvalflows.rehearsal.candidates'),
                  children: (
                    <ul>
                      {result.candidates.map((c) => (
                        <li key={c.id}>
                          <b>{said(c.name)}</b> {c.matched ? <Tag color="green">{t('approvalflows.rehearsal.chosen')}</Tag> : null}
                          <small className="fc-soft">{said(c.why)}</small>
                        </li>
                      ))}
                    </ul>
                  ),
                },
              ]
            : []),
        ]}
      />
    </section>
  );
}

function StationLine({ station: s }: { station: Station }) {
  const { t } = useTranslation();
  const said = useSaid();
  const { flow, say, tree, dispatch } = useDesign();
  const node = nodeOf(flow, s.node);
  const number = tree.numbers.get(s.node);
  const name = said(s.name) || (node ? nodeName(say, node) : t(`approvalflows.kind.${s.kind}`));
  const asked = (s.approvers ?? []).filter((a) => !said(a.dropped));
  const dropped = (s.approvers ?? []).filter((a) => said(a.dropped));
  const lineName = (id: string) => {
    const l = lineOf(flow, id);
    return l ? lineWords(say, flow, l) : '';
  };
  return (
    <>
      <button
        type="button"
        className="fc-af-station"
        disabled={!node}
        onClick={() => dispatch({ type: 'select', selected: { node: s.node } })}
      >
        {number ? t('approvalflows.stepNamed', { number, name }) : name}
      </button>
      {said(s.why) && <small>{said(s.why)}</small>}
      {s.kind === 'branch' && (s.lines ?? []).map((id) => lineName(id) && <small key={id}>→ {lineName(id)}</small>)}
      {(s.skipped ?? []).map((x) => (
        <small key={x.line} className="fc-soft">
          {lineName(x.line)}: {said(x.why)}
        </small>
      ))}
      {asked.map((a) => (
        <small key={a.userId}>
          <b>{a.name}</b> {said(a.why)}
        </small>
      ))}
      {dropped.map((a) => (
        <small key={a.userId} className="fc-soft">
          <del>{a.name}</del> {said(a.dropped)}
        </small>
      ))}
      {s.due && !s.due.startsWith('0001') && <small className="fc-soft">{t('approvalflows.rehearsal.due', { at: when(s.due) })}</small>}
    </>
  );
}
