import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, Checkbox, Form, Modal, Skeleton } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { get, ProblemError, post } from '../../api/client';
import type { Words } from '../../api/types';
import { PersonSelect } from '../../components/PersonSelect';
import { Problem } from '../../components/Problem';
import { useTell } from '../../components/tell';
import { useWords } from '../../lib/prefs';
import { sortErrors } from '../../lib/problems';

type Amount = { kind: string; label: Words; count: number };
type Values = { successorId: string; kinds?: Record<string, string | undefined>; disable?: boolean };

/** Gives somebody's open work to their successors: how much of each kind there is, who takes it, and whether their account ends. */
export function Handover({ user, name, active, close }: { user: string; name: string; active: boolean; close: () => void }) {
  const { t } = useTranslation();
  const words = useWords();
  const tell = useTell();
  const client = useQueryClient();
  const [form] = Form.useForm<Values>();
  const [busy, setBusy] = useState(false);
  const [apart, setApart] = useState(false);
  const [top, setTop] = useState<string[]>([]);
  const q = useQuery({
    queryKey: ['records', 'user', 'handover', user],
    queryFn: async ({ signal }) => (await get<{ items: Amount[] }>(`/users/${user}/handover`, undefined, signal)).items,
    gcTime: 0,
  });
  const full = q.data?.filter((a) => a.count > 0) ?? [];
  const submit = async (v: Values) => {
    const kinds = full.flatMap((a) => {
      const to = apart ? v.kinds?.[a.kind] : undefined;
      return to ? [{ kind: a.kind, successorId: to }] : [];
    });
    setBusy(true);
    setTop([]);
    try {
      await post(`/users/${user}/handover`, { successorId: v.successorId, kinds, disable: v.disable ?? false });
      tell.done(t('handover.done'));
      close();
      await client.invalidateQueries({ queryKey: ['records'] });
    } catch (e) {
      if (!(e instanceof ProblemError) || e.status === 0 || e.status >= 500) return tell.failed(e);
      const { fields, rest } = sortErrors(e, () => true);
      form.setFields(
        fields.map((f) => {
          const kind = f.name[0] === 'kinds' ? kinds[Number(f.name[1])]?.kind : undefined;
          return { name: kind ? ['kinds', kind] : 'successorId', errors: f.errors } as Parameters<typeof form.setFields>[0][number];
        }),
      );
      setTop(rest);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal
      open
      title={t('handover.title', { name })}
      okText={t('handover.confirm')}
      okButtonProps={{ danger: true, disabled: full.length === 0 }}
      confirmLoading={busy}
      onOk={form.submit}
      onCancel={close}
      destroyOnHidden
    >
      {q.isError && <Problem error={q.error} retry={() => q.refetch()} />}
      {q.isPending && <Skeleton active paragraph={{ rows: 4 }} />}
      {q.data && full.length === 0 && <Alert type="info" showIcon title={t('handover.nothing')} />}
      {full.length > 0 && (
        <>
          {top.length > 0 && <Alert type="error" showIcon title={top.join('；')} style={{ marginBottom: 12 }} />}
          <p className="fc-soft">{t('handover.hint')}</p>
          <Form<Values> form={form} layout="vertical" onFinish={submit}>
            <Form.Item
              name="successorId"
              label={t('handover.successor')}
              rules={[{ required: true, message: t('form.required', { label: t('handover.successor') }) }]}
            >
              <PersonSelect label={t('handover.successor')} without={user} autoFocus />
            </Form.Item>
            <dl className="fc-facts">
              {full.map((a) => (
                <div key={a.kind}>
                  <dt>{words(a.label)}</dt>
                  <dd className="fc-num">{a.count}</dd>
                </div>
              ))}
            </dl>
            <Form.Item style={{ margin: '12px 0 0' }}>
              <Checkbox checked={apart} onChange={(e) => setApart(e.target.checked)}>
                {t('handover.apart')}
              </Checkbox>
            </Form.Item>
            {apart &&
              full.map((a) => (
                <Form.Item key={a.kind} name={['kinds', a.kind]} label={t('handover.of', { kind: words(a.label), n: a.count })}>
                  <PersonSelect placeholder={t('handover.same')} label={words(a.label)} without={user} />
                </Form.Item>
              ))}
            {active && (
              <Form.Item name="disable" valuePropName="checked" style={{ marginBottom: 0 }}>
                <Checkbox>{t('handover.disable')}</Checkbox>
              </Form.Item>
            )}
          </Form>
        </>
      )}
    </Modal>
  );
}
