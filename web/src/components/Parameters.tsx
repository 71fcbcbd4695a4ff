import { LockOutlined } from '@ant-design/icons';
import { Alert, Button, Checkbox, Empty, Form, Input, InputNumber, Modal, Popconfirm, Select, Switch, Tag } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemError } from '../api/client';
import type { Words } from '../api/types';
import { money, percent, toMoney } from '../lib/format';
import type { Key } from '../lib/i18n';
import { onward } from '../lib/onward';
import { useWords } from '../lib/prefs';
import { sortErrors } from '../lib/problems';
import { useTell } from './tell';

export type Level = 'platform' | 'group' | 'company';
export type Step = {
  level: Level;
  unitId?: string;
  unitName: string;
  value?: unknown;
  locked: boolean;
  active: boolean;
  version: number;
  editable: boolean;
  lockable: boolean;
};
export type Setting = {
  key: string;
  type: 'bool' | 'int' | 'days' | 'months' | 'basis_points' | 'money' | 'text' | 'choice';
  section: Words;
  label: Words;
  help: Words;
  least?: number;
  most?: number;
  options?: { value: string; label: Words }[];
  shipped: unknown;
  value: unknown;
  source: 'default' | Level;
  lockedBy?: Level;
  chain: Step[];
};

type Send = {
  set: (s: Setting, own: Step, value: unknown, locked: boolean) => Promise<unknown>;
  unset: (s: Setting, own: Step) => Promise<unknown>;
  reload: () => Promise<unknown>;
};

/** A value in the words of its type. */
export function useValueText() {
  const { t } = useTranslation();
  const words = useWords();
  return (s: Setting, value: unknown): string => {
    switch (s.type) {
      case 'bool':
        return t(value ? 'value.yes' : 'value.no');
      case 'days':
        return t('settings.days', { count: Number(value) });
      case 'months':
        return t('settings.months', { count: Number(value) });
      case 'basis_points':
        return percent(value);
      case 'money':
        return money(value);
      case 'choice': {
        const option = s.options?.find((o) => o.value === value);
        return option ? words(option.label) : String(value);
      }
      default:
        return String(value ?? '') || t('settings.empty');
    }
  };
}

/** The last step is the level that is looked at; a parameter that ends above has none there. */
const ownStep = (s: Setting, level: Level) => s.chain.find((c) => c.level === level);

/** Parameters by section, each with the way its value came: what every level decided, and which counts. */
export function Parameters({
  items,
  level,
  send,
  history,
}: {
  items: Setting[];
  level: Level;
  send: Send;
  history?: (s: Setting) => void;
}) {
  const { t } = useTranslation();
  const words = useWords();
  const [typed, setTyped] = useState('');
  const [task, setTask] = useState<Setting>();
  const found = typed.trim().toLowerCase();
  const hits = items.filter((s) => [s.label, s.help, s.section].some((w) => words(w).toLowerCase().includes(found)));
  const sections = [...new Map(hits.map((s) => [words(s.section), s.section])).keys()];
  const own = task && ownStep(task, level);
  return (
    <>
      <Input
        allowClear
        value={typed}
        onChange={(e) => setTyped(e.target.value)}
        placeholder={t('settings.find')}
        aria-label={t('settings.find')}
        style={{ maxWidth: 320, marginBottom: 12 }}
      />
      {sections.length === 0 && <Empty description={t('settings.none')} />}
      {sections.map((section) => (
        <section key={section} className="fc-card fc-section fc-settings">
          <h2 className="fc-h2">{section}</h2>
          {hits
            .filter((s) => words(s.section) === section)
            .map((s) => (
              <Row
                key={s.key}
                setting={s}
                own={ownStep(s, level)}
                send={send}
                edit={() => setTask(s)}
                history={history && (() => history(s))}
              />
            ))}
        </section>
      ))}
      {task && own && <Edit setting={task} own={own} send={send} close={() => setTask(undefined)} />}
    </>
  );
}

function Row({
  setting: s,
  own,
  send,
  edit,
  history,
}: {
  setting: Setting;
  own: Step | undefined;
  send: Send;
  edit: () => void;
  history?: (() => void) | undefined;
}) {
  const { t } = useTranslation();
  const words = useWords();
  const tell = useTell();
  const text = useValueText();
  const back = () =>
    own &&
    send
      .unset(s, own)
      .then(() => tell.done(t('form.saved')))
      .catch(tell.failed)
      .finally(send.reload);
  const decided = s.chain.filter((c) => c.value !== undefined);
  const name = (level: Level | 'default') => t(`settings.from.${level}` as Key);
  return (
    <div className="row">
      <div className="what">
        <b>{words(s.label)}</b>
        <small className="fc-soft">{words(s.help)}</small>
        {decided.length > 0 && (
          <span className="chain">
            <Tag>
              {name('default')} {text(s, s.shipped)}
            </Tag>
            {decided.map((c) => (
              <Tag
                key={c.level}
                color={c.active ? 'cyan' : undefined}
                icon={c.locked ? <LockOutlined aria-label={t('settings.locked')} /> : undefined}
              >
                {c.unitName || name(c.level)} {text(s, c.value)}
                {!c.active && ` · ${t('settings.inactive')}`}
              </Tag>
            ))}
          </span>
        )}
      </div>
      <div className="value">
        <b className="fc-num">{text(s, s.value)}</b>
        <small className="fc-soft">{s.lockedBy ? t(`settings.lockedBy.${s.lockedBy}` as Key) : name(s.source)}</small>
      </div>
      <div className="acts">
        {own?.editable && (
          <Button size="small" onClick={edit}>
            {t(own.value === undefined ? 'settings.override' : 'settings.change')}
          </Button>
        )}
        {own?.editable && own.value !== undefined && (
          <Popconfirm title={t('settings.backAsk')} okText={t('settings.back')} onConfirm={back}>
            <Button size="small">{t('settings.back')}</Button>
          </Popconfirm>
        )}
        {history && (
          <Button size="small" type="text" onClick={history}>
            {t('settings.history')}
          </Button>
        )}
      </div>
    </div>
  );
}

type Values = { value: unknown; locked: boolean };

function Edit({ setting: s, own, send, close }: { setting: Setting; own: Step; send: Send; close: () => void }) {
  const { t } = useTranslation();
  const words = useWords();
  const tell = useTell();
  const [form] = Form.useForm<Values>();
  const [busy, setBusy] = useState(false);
  const [top, setTop] = useState<string[]>([]);
  const rate = s.type === 'basis_points';
  const start = own.value ?? s.value;
  const label = words(s.label);
  const submit = async (v: Values) => {
    const value = rate ? Math.round(Number(v.value) * 100) : s.type === 'money' ? (toMoney(v.value) ?? v.value) : v.value;
    setBusy(true);
    setTop([]);
    try {
      await send.set(s, own, value, v.locked ?? false);
      tell.done(t('form.saved'));
      close();
      await send.reload();
    } catch (e) {
      if (!(e instanceof ProblemError) || e.status === 0 || e.status >= 500) return tell.failed(e);
      if (e.status === 412) {
        tell.warn(t('record.stale'));
        close();
        return void send.reload();
      }
      const { fields, rest } = sortErrors(e, (at) => form.getFieldInstance(at[0] as keyof Values) !== undefined);
      form.setFields(fields as Parameters<typeof form.setFields>[0]);
      setTop(rest);
    } finally {
      setBusy(false);
    }
  };
  const divide = rate ? 100 : 1;
  const bounds =
    s.type === 'money'
      ? {}
      : { min: s.least === undefined ? undefined : s.least / divide, max: s.most === undefined ? undefined : s.most / divide };
  const inputs: Record<Setting['type'], ReactNode> = {
    bool: <Switch />,
    int: <InputNumber {...bounds} precision={0} autoFocus style={{ width: 180 }} />,
    days: <InputNumber {...bounds} precision={0} autoFocus suffix={t('settings.unitDays')} style={{ width: 180 }} />,
    months: <InputNumber {...bounds} precision={0} autoFocus suffix={t('settings.unitMonths')} style={{ width: 180 }} />,
    basis_points: <InputNumber {...bounds} precision={2} autoFocus suffix="%" style={{ width: 180 }} />,
    money: <Input prefix="¥" inputMode="decimal" autoFocus style={{ width: 180 }} />,
    text: <Input.TextArea autoSize autoFocus maxLength={s.most} showCount />,
    choice: <Select options={(s.options ?? []).map((o) => ({ value: o.value, label: words(o.label) }))} />,
  };
  return (
    <Modal open title={label} okText={t('form.save')} confirmLoading={busy} onOk={form.submit} onCancel={close} destroyOnHidden>
      {top.length > 0 && <Alert type="error" showIcon title={top.join('；')} style={{ marginBottom: 12 }} />}
      <Form<Values>
        form={form}
        layout="vertical"
        initialValues={{ value: rate ? Number(start) / 100 : start, locked: own.locked }}
        onFinish={submit}
        onKeyDown={onward}
      >
        <Form.Item
          name="value"
          label={t('settings.value')}
          extra={words(s.help)}
          valuePropName={s.type === 'bool' ? 'checked' : 'value'}
          rules={
            s.type === 'text' || s.type === 'bool' ? [] : [{ required: true, message: t('form.required', { label: t('settings.value') }) }]
          }
        >
          {inputs[s.type]}
        </Form.Item>
        {own.lockable && (
          <Form.Item name="locked" valuePropName="checked" extra={t('settings.lockHint')}>
            <Checkbox>{t('settings.lock')}</Checkbox>
          </Form.Item>
        )}
      </Form>
    </Modal>
  );
}
