import { Button, Input, Switch, TreeSelect } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemError } from '../../api/client';
import { treeOf, useUnits } from '../../api/units';
import { useTell } from '../../components/tell';
import { Choice, Part, Tick } from './Choice';
import { ConditionBuilder } from './ConditionBuilder';
import { type DesignValue, useDesign } from './design';
import { LinePanel } from './LinePanel';
import { lineOf, nodeOf } from './model/tree';
import { nodeName } from './model/words';
import { NodePanel } from './NodePanel';
import { useRefreshFlows } from './queries';
import type { Condition, FlowPage } from './types';
import type { Draft } from './useDraft';

/** What the panel beside is about. */
export function useSideTitle({ selected, flow, say, tree }: DesignValue, page: FlowPage): string {
  const { t } = useTranslation();
  if (selected && 'node' in selected) {
    const n = nodeOf(flow, selected.node);
    const number = tree.numbers.get(selected.node);
    if (n) return number ? t('approvalflows.stepNamed', { number, name: nodeName(say, n) }) : nodeName(say, n);
  }
  if (selected && 'line' in selected)
    return t(nodeOf(flow, lineOf(flow, selected.line)?.from)?.kind === 'branch' ? 'approvalflows.caseTitle' : 'approvalflows.lineTitle');
  return t('approvalflows.settingsOf', { name: say.words(page.name) });
}

/** The panel of what is selected, or of the flow itself. */
export function SidePanel({ page, draft }: { page: FlowPage; draft: Draft }) {
  const { selected, flow } = useDesign();
  const node = selected && 'node' in selected ? nodeOf(flow, selected.node) : undefined;
  const line = selected && 'line' in selected ? lineOf(flow, selected.line) : undefined;
  if (node) return <NodePanel key={node.id} node={node} />;
  if (line) return <LinePanel key={line.id} line={line} />;
  return <FlowPanel page={page} draft={draft} />;
}

/** The flow itself: for which documents it is, and what holds for all of it. */
function FlowPanel({ page, draft }: { page: FlowPage; draft: Draft }) {
  const { t } = useTranslation();
  const tell = useTell();
  const refresh = useRefreshFlows();
  const { flow, say, edit, dispatch } = useDesign();
  const units = useUnits();
  const [name, setName] = useState(page.name);
  const [when, setWhen] = useState<Condition | undefined>(page.when);
  const [busy, setBusy] = useState(false);
  const patch = async (body: Record<string, unknown>) => {
    setBusy(true);
    try {
      if (!(await draft.flush())) return;
      await draft.call('PATCH', '', body);
      tell.done(t('form.saved'));
      await refresh();
    } catch (e) {
      if (e instanceof ProblemError && e.status === 412) tell.warn(t('approvalflows.stale'));
      else tell.failed(e);
    } finally {
      setBusy(false);
    }
  };
  const other = JSON.stringify([name, when ?? null]) !== JSON.stringify([page.name, page.when ?? null]);
  return (
    <>
      <p className="fc-soft">{t('approvalflows.settings.help')}</p>
      <Part
        label={t('approvalflows.enabled')}
        help={t(page.published ? 'approvalflows.enabled.help' : 'approvalflows.enabled.unpublished')}
      >
        <Switch
          aria-label={t('approvalflows.enabled')}
          checked={page.enabled}
          disabled={!edit || busy}
          onChange={(enabled) => void patch({ enabled })}
          style={{ justifySelf: 'start' }}
        />
      </Part>
      <Part label={t('approvalflows.flowName')}>
        <Input
          aria-label={t('approvalflows.nameZh')}
          disabled={!edit}
          maxLength={60}
          value={name.zh}
          onChange={(e) => setName({ ...name, zh: e.target.value })}
        />
        <Input
          aria-label={t('approvalflows.nameEn')}
          disabled={!edit}
          maxLength={80}
          value={name.en}
          placeholder={t('approvalflows.nameEn')}
          onChange={(e) => setName({ ...name, en: e.target.value })}
        />
      </Part>
      <Part label={t('approvalflows.unitOf')} help={t('approvalflows.unitOf.help')}>
        <TreeSelect
          aria-label={t('approvalflows.unitOf')}
          allowClear
          disabled={!edit || busy}
          showSearch={{ treeNodeFilterProp: 'title' }}
          placeholder={t('approvalflows.wholeGroup')}
          value={page.unitId || undefined}
          treeData={treeOf(units.data ?? [], true)}
          treeDefaultExpandAll
          onChange={(unitId: string | undefined) => void patch({ unitId: unitId ?? '' })}
        />
      </Part>
      <Part label={t('approvalflows.flowWhen')} help={t('approvalflows.flowWhen.help')}>
        <ConditionBuilder value={when} say={say} disabled={!edit} onChange={setWhen} />
      </Part>
      {edit && other && (
        <Button type="primary" loading={busy} disabled={!name.zh.trim()} onClick={() => void patch({ name, when: when ?? null })}>
          {t('form.save')}
        </Button>
      )}
      <Choice
        label={t('approvalflows.withdraw')}
        disabled={!edit}
        value={flow.withdraw}
        options={(['before_first', 'always'] as const).map((value) => ({
          value,
          label: t(`approvalflows.withdraw.${value}`),
          help: t(`approvalflows.withdraw.${value}.help`),
        }))}
        onChange={(withdraw) => dispatch({ type: 'change', make: (f) => ({ ...f, withdraw }) })}
      />
      <Tick
        label={t('approvalflows.bulk')}
        help={t('approvalflows.bulk.help')}
        disabled={!edit}
        value={flow.bulk}
        onChange={(bulk) => dispatch({ type: 'change', make: (f) => ({ ...f, bulk }) })}
      />
    </>
  );
}
