import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Collapse, Input, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { PersonSelect } from '../../components/PersonSelect';
import { Choice, Part, Tick } from './Choice';
import { useDesign } from './design';
import { addArm, removeItem } from './model/edit';
import { plainFacts } from './model/facts';
import { approvalsBefore, nodeOf } from './model/tree';
import { nodeName } from './model/words';
import { Count, Rules } from './Rules';
import type { Deadline, FlowNode } from './types';

/** What one node does, in words that need no manual. */
export function NodePanel({ node }: { node: FlowNode }) {
  const { t } = useTranslation();
  const { edit, dispatch } = useDesign();
  const set = (change: Partial<FlowNode>, key?: string) =>
    dispatch({
      type: 'change',
      key: key && `${node.id}.${key}`,
      make: (f) => ({ ...f, nodes: f.nodes.map((n) => (n.id === node.id ? { ...n, ...change } : n)) }),
    });
  const people = node.kind === 'approve' || node.kind === 'copy';
  const fork = node.kind === 'fork';
  return (
    <>
      <p className="fc-soft">{t(`approvalflows.kind.${node.kind}.help`)}</p>
      {node.kind !== 'start' && node.kind !== 'join' && <Names node={node} set={set} />}
      {people && (
        <Part
          label={t(node.kind === 'copy' ? 'approvalflows.receivers' : 'approvalflows.approvers')}
          help={t('approvalflows.approvers.help')}
        >
          <Rules value={node.approvers ?? []} disabled={!edit} onChange={(approvers) => set({ approvers })} />
        </Part>
      )}
      {node.kind === 'approve' && <Approval node={node} set={set} />}
      {edit && (node.kind === 'branch' || fork) && (
        <Button icon={<PlusOutlined aria-hidden />} onClick={() => dispatch({ type: 'add', make: (f) => addArm(f, node.id) })}>
          {t(fork ? 'approvalflows.addPart' : 'approvalflows.addCase')}
        </Button>
      )}
      {edit && node.kind !== 'start' && node.kind !== 'end' && (
        <Button
          danger
          type="text"
          icon={<DeleteOutlined aria-hidden />}
          onClick={() => dispatch({ type: 'change', make: (f) => removeItem(f, node.id) })}
        >
          {t(node.kind === 'branch' || fork ? 'approvalflows.removeBlock' : 'approvalflows.remove')}
        </Button>
      )}
    </>
  );
}

// biome-ignore lint/suspicious/noThenProperty: the field's name in the API; nothing awaits it
const deadline: Deadline = { hours: 24, workdays: true, then: 'remind' };

type Set = (change: Partial<FlowNode>, key?: string) => void;

function Names({ node, set }: { node: FlowNode; set: Set }) {
  const { t } = useTranslation();
  const { edit } = useDesign();
  const name = node.name ?? { zh: '', en: '' };
  const put = (change: Partial<typeof name>) => {
    const next = { ...name, ...change };
    set({ name: next.zh || next.en ? next : undefined }, 'name');
  };
  return (
    <Part label={t('approvalflows.name')} help={node.kind === 'approve' || node.kind === 'copy' ? t('approvalflows.name.help') : undefined}>
      <Input
        aria-label={t('approvalflows.nameZh')}
        placeholder={t('approvalflows.nameZh')}
        disabled={!edit}
        maxLength={60}
        value={name.zh}
        onChange={(e) => put({ zh: e.target.value })}
      />
      <Input
        aria-label={t('approvalflows.nameEn')}
        placeholder={t('approvalflows.nameEn')}
        disabled={!edit}
        maxLength={80}
        value={name.en}
        onChange={(e) => put({ en: e.target.value })}
      />
    </Part>
  );
}

/** Everything about deciding; what is seldom changed stands folded. */
function Approval({ node, set }: { node: FlowNode; set: Set }) {
  const { t } = useTranslation();
  const { edit, flow, say, subject } = useDesign();
  const off = !edit;
  const options = <const T extends string>(field: string, values: readonly T[]) =>
    values.map((value) => ({
      value,
      label: t(`approvalflows.${field}.${value}` as 'approvalflows.mode.any'),
      help: t(`approvalflows.${field}.${value}.help` as 'approvalflows.mode.any.help'),
    }));
  const d = node.deadline;
  const facts = plainFacts(subject.facts);
  const fields = (names: string[]) => names.map((n) => ({ value: n, label: say.words(facts.find((f) => f.name === n)?.label) || n }));
  const returns = node.returns?.length ? node.returns : ['end', 'submitter'];
  const empty = node.empty || 'administrator';
  return (
    <>
      <Choice
        label={t('approvalflows.mode')}
        disabled={off}
        value={node.mode || 'any'}
        options={options('mode', ['any', 'all', 'order', 'share'])}
        onChange={(mode) => set({ mode, share: mode === 'share' ? (node.share ?? 50) : undefined })}
      />
      {node.mode === 'share' && (
        <Part label={t('approvalflows.share')}>
          <Count
            label={t('approvalflows.share')}
            min={1}
            max={100}
            unit="%"
            disabled={off}
            value={node.share ?? 50}
            onChange={(share) => set({ share }, 'share')}
          />
        </Part>
      )}
      <Tick
        label={t('approvalflows.deadline')}
        help={d ? undefined : t('approvalflows.deadline.help')}
        disabled={off}
        value={d !== undefined}
        onChange={(on) => set({ deadline: on ? deadline : undefined })}
      />
      {d && (
        <div className="fc-af-inset">
          <Part label={t('approvalflows.within')}>
            <div className="line">
              <Count
                label={t('approvalflows.within')}
                min={1}
                max={2160}
                unit={t('approvalflows.hour')}
                disabled={off}
                value={d.hours}
                onChange={(hours) => set({ deadline: { ...d, hours } }, 'hours')}
              />
              <Tick
                label={t('approvalflows.workdays')}
                disabled={off}
                value={Boolean(d.workdays)}
                onChange={(workdays) => set({ deadline: { ...d, workdays } })}
              />
            </div>
          </Part>
          <Choice
            label={t('approvalflows.then')}
            disabled={off}
            value={d.then}
            options={options('then', ['remind', 'escalate', 'approve', 'reject'])}
            onChange={(then) => set({ deadline: { ...d, then } })}
          />
          <Part label={t('approvalflows.every')} help={t('approvalflows.every.help')}>
            <Count
              label={t('approvalflows.every')}
              min={0}
              max={720}
              unit={t('approvalflows.hour')}
              disabled={off}
              value={d.every ?? 0}
              onChange={(every) => set({ deadline: { ...d, every: every || undefined } }, 'every')}
            />
          </Part>
        </div>
      )}
      <Collapse
        ghost
        size="small"
        items={[
          {
            key: 'who',
            label: t('approvalflows.special'),
            children: (
              <>
                <Choice
                  label={t('approvalflows.empty')}
                  disabled={off}
                  value={empty}
                  options={options('empty', ['administrator', 'person', 'pass', 'reject'])}
                  onChange={(v) => set({ empty: v, emptyPerson: v === 'person' ? node.emptyPerson : undefined })}
                />
                {empty === 'person' && (
                  <PersonSelect
                    label={t('approvalflows.emptyPerson')}
                    placeholder={t('approvalflows.emptyPerson')}
                    disabled={off}
                    value={node.emptyPerson}
                    onChange={(emptyPerson) => set({ emptyPerson })}
                  />
                )}
                <Choice
                  label={t('approvalflows.self')}
                  disabled={off}
                  value={node.self || 'head'}
                  options={options('self', ['head', 'skip', 'self'])}
                  onChange={(self) => set({ self })}
                />
                <Choice
                  label={t('approvalflows.again')}
                  disabled={off}
                  value={node.again || 'each'}
                  options={options('again', ['each', 'first', 'adjacent'])}
                  onChange={(again) => set({ again })}
                />
              </>
            ),
          },
          {
            key: 'back',
            label: t('approvalflows.rejecting'),
            children: (
              <>
                <Part label={t('approvalflows.returns')} help={t('approvalflows.returns.help')}>
                  <Select
                    mode="multiple"
                    aria-label={t('approvalflows.returns')}
                    disabled={off}
                    value={returns}
                    options={[
                      { value: 'end', label: t('approvalflows.returns.end') },
                      { value: 'submitter', label: t('approvalflows.returns.submitter') },
                      ...approvalsBefore(flow, node.id).map((n) => ({ value: n.id, label: nodeName(say, n) })),
                      ...returns.filter((r) => r !== 'end' && r !== 'submitter' && !nodeOf(flow, r)).map((r) => ({ value: r, label: r })),
                    ]}
                    onChange={(v) => set({ returns: v })}
                  />
                </Part>
                <Choice
                  label={t('approvalflows.resume')}
                  disabled={off}
                  value={node.resume || 'replay'}
                  options={options('resume', ['replay', 'direct'])}
                  onChange={(resume) => set({ resume })}
                />
              </>
            ),
          },
          {
            key: 'deciding',
            label: t('approvalflows.deciding'),
            children: (
              <>
                <Choice
                  label={t('approvalflows.comment')}
                  disabled={off}
                  value={node.comment || 'optional'}
                  options={options('comment', ['optional', 'on_reject', 'always'])}
                  onChange={(comment) => set({ comment })}
                />
                <Tick
                  label={t('approvalflows.signature')}
                  help={t('approvalflows.signature.help')}
                  disabled={off}
                  value={Boolean(node.signature)}
                  onChange={(signature) => set({ signature })}
                />
                <Tick
                  label={t('approvalflows.mayAdd')}
                  help={t('approvalflows.mayAdd.help')}
                  disabled={off}
                  value={!node.noAdd}
                  onChange={(v) => set({ noAdd: !v })}
                />
                <Tick
                  label={t('approvalflows.mayHandOver')}
                  help={t('approvalflows.mayHandOver.help')}
                  disabled={off}
                  value={!node.noHandOver}
                  onChange={(v) => set({ noHandOver: !v })}
                />
              </>
            ),
          },
          {
            key: 'fields',
            label: t('approvalflows.fields'),
            children: (
              <>
                <Part label={t('approvalflows.hide')} help={t('approvalflows.hide.help')}>
                  <Select
                    mode="multiple"
                    aria-label={t('approvalflows.hide')}
                    disabled={off}
                    value={node.hide ?? []}
                    options={fields(subject.hideable)}
                    placeholder={t('approvalflows.noField')}
                    onChange={(hide) => set({ hide })}
                  />
                </Part>
                <Part
                  label={t('approvalflows.edit')}
                  help={subject.editable.length ? t('approvalflows.edit.help') : t('approvalflows.edit.none')}
                >
                  <Select
                    mode="multiple"
                    aria-label={t('approvalflows.edit')}
                    disabled={off || !subject.editable.length}
                    value={node.edit ?? []}
                    options={fields(subject.editable)}
                    placeholder={t('approvalflows.noField')}
                    onChange={(v) => set({ edit: v })}
                  />
                </Part>
              </>
            ),
          },
        ]}
      />
    </>
  );
}
