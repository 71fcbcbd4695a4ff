import { Empty } from 'antd';
import { useTranslation } from 'react-i18next';
import { useDesign } from './design';
import { lineOf, nodeOf } from './model/tree';
import { lineWords, nodeName } from './model/words';
import { useSaid } from './queries';
import type { FlowProblem } from './types';

/** What the check found; a press leads to the place. */
export function Problems({ go }: { go: () => void }) {
  const { t } = useTranslation();
  const { problems } = useDesign();
  if (!problems.length) return <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('approvalflows.noProblems.hint')} />;
  return <ProblemList problems={[...problems].sort((a, b) => a.severity.localeCompare(b.severity))} go={go} />;
}

export function ProblemList({ problems, go }: { problems: FlowProblem[]; go: () => void }) {
  const said = useSaid();
  const { flow, say, dispatch, tree } = useDesign();
  return (
    <ul className="fc-af-problems">
      {problems.map((p) => {
        const line = lineOf(flow, p.line);
        const node = nodeOf(flow, line ? line.from : p.node);
        const number = node && tree.numbers.get(node.id);
        const place = line ? lineWords(say, flow, line) || (node ? nodeName(say, node) : '') : node ? nodeName(say, node) : '';
        return (
          <li key={`${p.node}.${p.line}.${p.field}.${p.code}`}>
            <button
              type="button"
              className={p.severity}
              disabled={!line && !node}
              onClick={() => {
                go();
                if (line || node) dispatch({ type: 'select', selected: line ? { line: line.id } : { node: node?.id ?? '' } });
              }}
            >
              {place && <b>{number ? `${number}. ${place}` : place}</b>}
              <span>{said(p.text)}</span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}
