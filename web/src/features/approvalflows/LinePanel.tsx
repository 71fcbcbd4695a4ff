import { DeleteOutlined } from '@ant-design/icons';
import { Button, Input, Radio } from 'antd';
import { useTranslation } from 'react-i18next';
import { Part } from './Choice';
import { ConditionBuilder } from './ConditionBuilder';
import { useDesign } from './design';
import { AddHere } from './ListForm';
import { removeArm } from './model/edit';
import { nodeOf } from './model/tree';
import { nodeName } from './model/words';
import type { FlowLine } from './types';

/** One way: of a branch its condition; of any other node only what can be put in. */
export function LinePanel({ line }: { line: FlowLine }) {
  const { t } = useTranslation();
  const { flow, say, edit, dispatch } = useDesign();
  const from = nodeOf(flow, line.from);
  const to = nodeOf(flow, line.to);
  const branch = from?.kind === 'branch';
  const parted = branch || from?.kind === 'fork';
  const set = (change: Partial<FlowLine>, key?: string) =>
    dispatch({
      type: 'change',
      key: key && `${line.id}.${key}`,
      make: (f) => ({ ...f, lines: f.lines.map((l) => (l.id === line.id ? { ...l, ...change } : l)) }),
    });
  // One way alone is for all other cases, and it is asked last.
  const otherwise = (on: boolean) =>
    dispatch({
      type: 'change',
      make: (f) => {
        const changed = f.lines.map((l) =>
          l.id === line.id
            ? { ...l, else: on || undefined, when: on ? undefined : l.when }
            : on && l.from === line.from
              ? { ...l, else: undefined }
              : l,
        );
        const own = changed.filter((l) => l.from === line.from);
        const ordered = [...own.filter((l) => !l.else), ...own.filter((l) => l.else)];
        return { ...f, lines: changed.map((l) => (l.from === line.from ? (ordered.shift() ?? l) : l)) };
      },
    });
  return (
    <>
      <p className="fc-soft">{t('approvalflows.way', { from: from ? nodeName(say, from) : '…', to: to ? nodeName(say, to) : '…' })}</p>
      {parted && (
        <Part label={t('approvalflows.wayName')} help={branch ? t('approvalflows.wayName.help') : undefined}>
          <Input
            aria-label={t('approvalflows.nameZh')}
            placeholder={t('approvalflows.nameZh')}
            disabled={!edit}
            maxLength={60}
            value={line.name?.zh ?? ''}
            onChange={(e) => set({ name: named(e.target.value, line.name?.en ?? '') }, 'name')}
          />
          <Input
            aria-label={t('approvalflows.nameEn')}
            placeholder={t('approvalflows.nameEn')}
            disabled={!edit}
            maxLength={80}
            value={line.name?.en ?? ''}
            onChange={(e) => set({ name: named(line.name?.zh ?? '', e.target.value) }, 'name')}
          />
        </Part>
      )}
      {branch && (
        <Part label={t('approvalflows.when')}>
          <Radio.Group
            disabled={!edit}
            value={line.else ? 'else' : 'when'}
            onChange={(e) => otherwise(e.target.value === 'else')}
            options={[
              { value: 'when', label: t('approvalflows.whenHolds') },
              { value: 'else', label: t('approvalflows.otherwise') },
            ]}
          />
          {line.else ? (
            <small className="fc-soft">{t('approvalflows.otherwise.help')}</small>
          ) : (
            <ConditionBuilder value={line.when} say={say} disabled={!edit} onChange={(when) => set({ when }, 'when')} />
          )}
        </Part>
      )}
      {edit && (
        <Part label={t('approvalflows.putIn')}>
          <AddHere gap={{ lines: [line.id], to: line.to }} at={t('approvalflows.putIn')} />
        </Part>
      )}
      {edit && (
        <Button
          danger
          type="text"
          icon={<DeleteOutlined aria-hidden />}
          onClick={() => dispatch({ type: 'change', make: (f) => removeArm(f, line.id) })}
        >
          {t(branch ? 'approvalflows.removeCase' : parted ? 'approvalflows.removePart' : 'approvalflows.removeLine')}
        </Button>
      )}
    </>
  );
}

const named = (zh: string, en: string) => (zh || en ? { zh, en } : undefined);
