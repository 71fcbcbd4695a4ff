import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Segmented, Select, Tooltip } from 'antd';
import { useTranslation } from 'react-i18next';
import { CelInput } from './CelInput';
import { aboutFact, factOf, isEmpty, needsValue, opsOf, peers, plainFacts, takesMany, withOp } from './model/facts';
import { conditionWords, type Say } from './model/words';
import type { Condition, Fact, Term } from './types';
import { ValueInput } from './ValueInput';

type Props = { value?: Condition; onChange: (c: Condition | undefined) => void; say: Say; disabled?: boolean };

/** A condition, clicked together over the facts or written as an expression, with the sentence that it makes. */
export function ConditionBuilder({ value, onChange, say, disabled }: Props) {
  const { t } = useTranslation();
  const written = value?.cel !== undefined;
  const groups = value?.any?.length ? value.any : [];
  const set = (any: Term[][]) => {
    const kept = any.filter((g) => g.length > 0);
    onChange(kept.length ? { any: kept } : undefined);
  };
  const facts = plainFacts(say.facts);
  const start = facts.find((f) => f.type !== 'lines');
  return (
    <div className="fc-af-cond">
      <Segmented
        size="small"
        disabled={disabled}
        aria-label={t('approvalflows.how')}
        value={written ? 'cel' : 'click'}
        options={[
          { value: 'click', label: t('approvalflows.byClick') },
          { value: 'cel', label: t('approvalflows.byCel') },
        ]}
        onChange={(how) => onChange(how === 'cel' ? { cel: '' } : undefined)}
      />
      {written ? (
        <CelInput value={value?.cel ?? ''} facts={say.facts} disabled={disabled} onChange={(cel) => onChange({ cel })} />
      ) : (
        <>
          {groups.map((g, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: groups have no name of their own
            <fieldset key={i} className="fc-af-group">
              {i > 0 && <legend>{t('approvalflows.or')}</legend>}
              {g.map((term, j) => (
                <TermRow
                  // biome-ignore lint/suspicious/noArrayIndexKey: terms have no name of their own
                  key={j}
                  term={term}
                  facts={facts}
                  say={say}
                  first={j === 0}
                  disabled={disabled}
                  onChange={(next) => set(groups.map((x, k) => (k === i ? (next ? x.with(j, next) : x.toSpliced(j, 1)) : x)))}
                />
              ))}
              {!disabled && (
                <Button
                  size="small"
                  type="link"
                  icon={<PlusOutlined aria-hidden />}
                  disabled={!start}
                  onClick={() => start && set(groups.map((x, k) => (k === i ? [...x, aboutFact(start)] : x)))}
                >
                  {t('approvalflows.andAlso')}
                </Button>
              )}
            </fieldset>
          ))}
          {!disabled && start && (
            <Button size="small" type="dashed" icon={<PlusOutlined aria-hidden />} onClick={() => set([...groups, [aboutFact(start)]])}>
              {t(groups.length ? 'approvalflows.orElse' : 'approvalflows.addTerm')}
            </Button>
          )}
        </>
      )}
      <p className="fc-af-words">{isEmpty(value) ? t('approvalflows.emptyCondition') : conditionWords(say, value)}</p>
    </div>
  );
}

type RowProps = { term: Term; facts: Fact[]; say: Say; first: boolean; disabled?: boolean; onChange: (t: Term | undefined) => void };

function TermRow({ term, facts, say, first, disabled, onChange }: RowProps) {
  const { t } = useTranslation();
  const fact = factOf(facts, term.fact);
  const others = fact ? peers(facts, fact) : [];
  return (
    <div className="fc-af-term">
      {!first && <span className="fc-soft">{t('approvalflows.andWord')}</span>}
      <Select
        aria-label={t('approvalflows.fact')}
        showSearch={{ optionFilterProp: 'label' }}
        disabled={disabled}
        status={fact ? undefined : 'error'}
        value={term.fact}
        popupMatchSelectWidth={false}
        options={[
          ...(fact ? [] : [{ value: term.fact, label: t('approvalflows.unknownFact', { name: term.fact }) }]),
          ...facts.map((f) => ({ value: f.name, label: say.words(f.label) })),
        ]}
        onChange={(name) => {
          const next = factOf(facts, name);
          if (next) onChange(aboutFact(next));
        }}
      />
      <Select
        aria-label={t('approvalflows.operator')}
        disabled={disabled || !fact}
        value={term.op}
        popupMatchSelectWidth={false}
        options={(fact ? opsOf(fact.type) : [term.op]).map((op) => ({ value: op, label: t(`approvalflows.op.${op}`) }))}
        onChange={(op) => onChange(withOp(term, op))}
      />
      {fact && needsValue(term.op) && (
        <div className="value">
          {term.than === undefined ? (
            <ValueInput
              fact={fact}
              many={takesMany(term.op)}
              value={term.value}
              disabled={disabled}
              onChange={(value) => onChange({ fact: term.fact, op: term.op, value })}
            />
          ) : (
            <Select
              aria-label={t('approvalflows.otherFact')}
              disabled={disabled}
              value={term.than || undefined}
              placeholder={t('approvalflows.otherFact')}
              options={others.map((f) => ({ value: f.name, label: say.words(f.label) }))}
              onChange={(than) => onChange({ fact: term.fact, op: term.op, than })}
            />
          )}
          {others.length > 0 && !takesMany(term.op) && !disabled && (
            <Button
              size="small"
              type="link"
              onClick={() =>
                onChange(
                  term.than === undefined
                    ? { fact: term.fact, op: term.op, than: others[0]?.name ?? '' }
                    : { fact: term.fact, op: term.op },
                )
              }
            >
              {t(term.than === undefined ? 'approvalflows.compareFact' : 'approvalflows.compareValue')}
            </Button>
          )}
        </div>
      )}
      {!disabled && (
        <Tooltip title={t('approvalflows.removeTerm')}>
          <Button
            type="text"
            size="small"
            icon={<DeleteOutlined />}
            aria-label={t('approvalflows.removeTerm')}
            onClick={() => onChange(undefined)}
          />
        </Tooltip>
      )}
    </div>
  );
}
