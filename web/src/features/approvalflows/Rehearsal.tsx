import { useMutation } from '@tanstack/react-query';
import { Alert, Button, Segmented, Select } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { post } from '../../api/client';
import { useKinds } from '../../api/queries';
import { useUnits } from '../../api/units';
import { PersonSelect } from '../../components/PersonSelect';
import { useProblemText } from '../../components/Problem';
import { RefSelect } from '../../components/RefSelect';
import { Part, Tick } from './Choice';
import { useDesign } from './design';
import { nodeName } from './model/words';
import { RehearsalResult } from './RehearsalResult';
import { Users } from './Rules';
import type { Fact, Flow, FlowPage, Rehearsed, Subject } from './types';
import { ValueInput } from './ValueInput';

type Props = { page: FlowPage; subject: Subject; flow: Flow; result?: Rehearsed; old: boolean; show: (r: Rehearsed | undefined) => void };

/** Facts as a form holds them: texts by name; what is not filled in is not sent. */
export function factTexts(facts: Fact[], values: Record<string, unknown>): Record<string, string> {
  const out: Record<string, string> = {};
  for (const f of facts) {
    const v = values[f.name];
    if (f.type === 'lines' || v === undefined || v === null || v === '' || (Array.isArray(v) && !v.length)) continue;
    out[f.name] = String(v);
  }
  return out;
}

/** Who would approve this one, and why: on a document there is, or on one that is made up. */
export function Rehearsal({ page, subject, flow, result, old, show }: Props) {
  const { t } = useTranslation();
  const kinds = useKinds();
  const units = useUnits();
  const problemText = useProblemText();
  const { say } = useDesign();
  const kind = kinds.find((k) => k.name === subject.kind);
  const [real, setReal] = useState(kind !== undefined);
  const [recordId, setRecord] = useState<string>();
  const [values, setValues] = useState<Record<string, unknown>>({});
  const [submitterId, setSubmitter] = useState<string>();
  const [companyId, setCompany] = useState<string>();
  const [published, setPublished] = useState(false);
  const [choices, setChoices] = useState<Record<string, string[]>>({});
  const run = useMutation({
    mutationFn: () =>
      post<Rehearsed>('/approval-flows/rehearse', {
        kind: subject.kind,
        action: subject.action,
        ...(!published && { flowId: page.id, definition: flow }),
        ...(real ? { recordId } : { facts: factTexts(subject.facts, values) }),
        ...(submitterId && { submitterId }),
        ...(!real && companyId && { companyId }),
        ...(Object.keys(choices).length > 0 && { choices }),
      }),
    onSuccess: show,
  });
  const below = useRef<HTMLDivElement>(null);
  // The answer stands beneath a long form.
  useEffect(() => {
    if (run.isSuccess || run.isError) below.current?.scrollIntoView?.({ block: 'start' });
  }, [run.isSuccess, run.isError]);
  // Whom people name on the way is asked here.
  const named = flow.nodes.filter((n) => n.approvers?.some((r) => r.rule === 'submitter_choice' || r.rule === 'previous_choice'));
  const companies = (units.data ?? []).filter((u) => u.kind === 'company' && u.status === 'open');
  const ready = !real || recordId !== undefined;
  return (
    <div className="fc-af-rehearse">
      <p className="fc-soft">{t('approvalflows.rehearsal.help')}</p>
      <Segmented
        size="small"
        aria-label={t('approvalflows.rehearsal.on')}
        value={real ? 'real' : 'made'}
        options={[
          { value: 'real', label: t('approvalflows.rehearsal.real'), disabled: !kind },
          { value: 'made', label: t('approvalflows.rehearsal.made') },
        ]}
        onChange={(v) => setReal(v === 'real')}
      />
      {real ? (
        <Part label={say.words(subject.kindLabel)}>
          <RefSelect path={kind?.path} label={say.words(subject.kindLabel)} value={recordId} onChange={setRecord} />
        </Part>
      ) : (
        <>
          <Part label={t('approvalflows.rehearsal.company')} help={t('approvalflows.rehearsal.company.help')}>
            <Select
              aria-label={t('approvalflows.rehearsal.company')}
              allowClear
              showSearch={{ optionFilterProp: 'label' }}
              value={companyId}
              options={companies.map((c) => ({ value: c.id, label: c.name }))}
              onChange={setCompany}
            />
          </Part>
          {subject.facts
            .filter((f) => f.type !== 'lines' && !f.name.includes('.'))
            .map((f) => (
              <Part key={f.name} label={say.words(f.label)}>
                <ValueInput
                  fact={f}
                  many={f.type === 'multi'}
                  label={say.words(f.label)}
                  value={values[f.name]}
                  onChange={(v) => setValues({ ...values, [f.name]: v })}
                />
              </Part>
            ))}
        </>
      )}
      <Part label={t('approvalflows.rehearsal.submitter')} help={t('approvalflows.rehearsal.submitter.help')}>
        <PersonSelect label={t('approvalflows.rehearsal.submitter')} value={submitterId} onChange={setSubmitter} />
      </Part>
      {!published &&
        named.map((n) => (
          <Part key={n.id} label={t('approvalflows.rehearsal.choice', { step: nodeName(say, n) })}>
            <Users value={choices[n.id] ?? []} label={nodeName(say, n)} onChange={(v) => setChoices({ ...choices, [n.id]: v })} />
          </Part>
        ))}
      <Tick
        label={t('approvalflows.rehearsal.published')}
        help={t('approvalflows.rehearsal.published.help')}
        value={published}
        onChange={setPublished}
      />
      <div className="line">
        <Button type="primary" loading={run.isPending} disabled={!ready} onClick={() => run.mutate()}>
          {t('approvalflows.rehearsal.run')}
        </Button>
        {result && (
          <Button type="text" onClick={() => show(undefined)}>
            {t('approvalflows.rehearsal.clear')}
          </Button>
        )}
      </div>
      <div ref={below} />
      {run.isError && <Alert type="error" showIcon title={problemText(run.error)} />}
      {result && old && <Alert type="info" showIcon title={t('approvalflows.rehearsal.old')} />}
      {result && <RehearsalResult result={result} />}
    </div>
  );
}
