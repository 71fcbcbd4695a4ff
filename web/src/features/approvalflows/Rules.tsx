import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, InputNumber, Select, TreeSelect } from 'antd';
import { useTranslation } from 'react-i18next';
import { treeOf, useUnits } from '../../api/units';
import { PersonSelect } from '../../components/PersonSelect';
import { useWords } from '../../lib/prefs';
import { CelInput } from './CelInput';
import { TwoLines } from './Choice';
import { useDesign } from './design';
import { ruleWords } from './model/words';
import { useGroups, useRoles } from './queries';
import type { Fact, Rule, RuleKind } from './types';

const kinds: RuleKind[] = [
  'role_company',
  'role_group',
  'role_unit',
  'head',
  'heads',
  'users',
  'user_group',
  'posting',
  'field',
  'submitter_choice',
  'previous_choice',
  'expression',
];

/** How the people of a step are found: several rules add up. */
export function Rules({ value, onChange, disabled }: { value: Rule[]; onChange: (v: Rule[]) => void; disabled?: boolean }) {
  const { t } = useTranslation();
  return (
    <div className="fc-af-rules">
      {value.map((r, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rules have no name of their own
        <RuleCard key={i} rule={r} disabled={disabled} onChange={(next) => onChange(next ? value.with(i, next) : value.toSpliced(i, 1))} />
      ))}
      {!disabled && (
        <Button
          size="small"
          type="dashed"
          icon={<PlusOutlined aria-hidden />}
          onClick={() => onChange([...value, { rule: 'role_company' }])}
        >
          {t('approvalflows.addRule')}
        </Button>
      )}
    </div>
  );
}

function RuleCard({ rule, onChange, disabled }: { rule: Rule; onChange: (r: Rule | undefined) => void; disabled?: boolean }) {
  const { t } = useTranslation();
  const { say } = useDesign();
  return (
    <div className="fc-af-rule">
      <div className="line">
        <Select
          aria-label={t('approvalflows.ruleKind')}
          disabled={disabled}
          value={rule.rule}
          style={{ flex: 1 }}
          popupMatchSelectWidth={false}
          options={kinds.map((k) => ({ value: k, label: t(`approvalflows.rule.${k}`), help: t(`approvalflows.rule.${k}.help`) }))}
          optionRender={(o) => <TwoLines label={o.data.label} help={o.data.help} />}
          onChange={(k) => onChange(k === 'head' || k === 'heads' ? { rule: k, levels: 0 } : { rule: k })}
        />
        {!disabled && (
          <Button
            type="text"
            size="small"
            icon={<DeleteOutlined />}
            aria-label={t('approvalflows.removeRule')}
            onClick={() => onChange(undefined)}
          />
        )}
      </div>
      <RuleFields rule={rule} onChange={onChange} disabled={disabled} />
      <small className="fc-soft">
        {rule.rule === 'users' && !rule.users?.length ? t('approvalflows.rule.users.help') : ruleWords(say, rule)}
      </small>
    </div>
  );
}

const people = (facts: Fact[]) => facts.filter((f) => f.type === 'ref' && f.refPath === 'users' && !f.name.includes('.'));

function RuleFields({ rule, onChange, disabled }: { rule: Rule; onChange: (r: Rule) => void; disabled?: boolean }) {
  const { t } = useTranslation();
  const words = useWords();
  const { subject } = useDesign();
  const roles = useRoles();
  const groups = useGroups();
  const units = useUnits();
  const role = (
    <Select
      aria-label={t('approvalflows.role')}
      disabled={disabled}
      showSearch={{ optionFilterProp: 'label' }}
      value={rule.code ?? rule.role}
      placeholder={t('approvalflows.role')}
      loading={roles.isPending}
      options={(roles.data ?? []).map((r) => ({ value: r.code, label: words(r.name) }))}
      onChange={(code) => onChange({ ...rule, code, role: undefined })}
    />
  );
  const unit = (
    <TreeSelect
      aria-label={t('approvalflows.unit')}
      disabled={disabled}
      showSearch={{ treeNodeFilterProp: 'title' }}
      value={rule.unit}
      placeholder={t('approvalflows.unit')}
      treeData={treeOf(units.data ?? [], true)}
      treeDefaultExpandAll
      popupMatchSelectWidth={false}
      onChange={(v) => onChange({ ...rule, unit: v })}
    />
  );
  switch (rule.rule) {
    case 'users':
      return (
        <Users
          value={rule.users ?? []}
          disabled={disabled}
          onChange={(users) => onChange({ ...rule, users })}
          label={t('approvalflows.person')}
        />
      );
    case 'role_company':
    case 'role_group':
      return role;
    case 'role_unit':
      return (
        <>
          {role}
          {unit}
        </>
      );
    case 'posting':
      return unit;
    case 'head':
    case 'heads':
      return (
        <Select
          aria-label={t('approvalflows.levels')}
          disabled={disabled}
          value={rule.levels ?? 0}
          options={[0, 1, 2, 3, 4, 5].map((n) => ({
            value: n,
            label: t(n === 0 ? 'approvalflows.levels0' : 'approvalflows.levelsN', { n }),
          }))}
          onChange={(levels) => onChange({ ...rule, levels })}
        />
      );
    case 'user_group':
      return (
        <Select
          aria-label={t('approvalflows.group')}
          disabled={disabled}
          showSearch={{ optionFilterProp: 'label' }}
          value={rule.group}
          placeholder={t('approvalflows.group')}
          options={(groups.data ?? []).map((g) => ({ value: g.id, label: g.name }))}
          onChange={(group) => onChange({ ...rule, group })}
        />
      );
    case 'field':
      return (
        <Select
          aria-label={t('approvalflows.personField')}
          disabled={disabled}
          value={rule.field}
          placeholder={t('approvalflows.personField')}
          options={people(subject.facts).map((f) => ({ value: f.name, label: words(f.label) }))}
          onChange={(field) => onChange({ ...rule, field })}
        />
      );
    case 'expression':
      return (
        <CelInput
          value={rule.cel ?? ''}
          facts={subject.facts}
          disabled={disabled}
          label={t('approvalflows.rule.expression')}
          onChange={(cel) => onChange({ ...rule, cel })}
        />
      );
    default:
      return null;
  }
}

/** Several people, one line each. */
export function Users({
  value,
  onChange,
  disabled,
  label,
}: {
  value: string[];
  onChange: (v: string[]) => void;
  disabled?: boolean;
  label: string;
}) {
  return (
    <>
      {value.map((id, i) => (
        <PersonSelect
          key={id}
          value={id}
          disabled={disabled}
          label={label}
          onChange={(v) => onChange(v ? value.with(i, v) : value.toSpliced(i, 1))}
        />
      ))}
      {!disabled && (
        <PersonSelect key={`new-${value.length}`} label={label} onChange={(v) => v && !value.includes(v) && onChange([...value, v])} />
      )}
    </>
  );
}

/** A whole number with its unit. */
export function Count({
  value,
  onChange,
  min,
  max,
  unit,
  label,
  disabled,
}: {
  value: number;
  onChange: (v: number) => void;
  min: number;
  max: number;
  unit: string;
  label: string;
  disabled?: boolean;
}) {
  return (
    <InputNumber
      aria-label={label}
      disabled={disabled}
      min={min}
      max={max}
      precision={0}
      value={value}
      suffix={unit}
      style={{ width: 120 }}
      onChange={(v) => v !== null && onChange(v)}
    />
  );
}
