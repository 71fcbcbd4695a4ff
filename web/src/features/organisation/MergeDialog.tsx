import { useQuery } from '@tanstack/react-query';
import { Alert, Form, Modal, Skeleton, TreeSelect } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { get, ProblemError, post } from '../../api/client';
import type { Words } from '../../api/types';
import { type Node, treeOf, type Unit } from '../../api/units';
import { Problem } from '../../components/Problem';
import { useTell } from '../../components/tell';
import { useWords } from '../../lib/prefs';

type Amounts = { postings: number; units: number; items: { kind: string; label: Words; count: number }[]; stays: boolean };

/** Merges a unit into another one of its kind, after showing what moves along. */
export function MergeDialog({ unit, units, close, done }: { unit: Unit; units: Unit[]; close: () => void; done: () => Promise<unknown> }) {
  const { t } = useTranslation();
  const words = useWords();
  const tell = useTell();
  const [into, setInto] = useState<string>();
  const [busy, setBusy] = useState(false);
  const q = useQuery({
    queryKey: ['records', 'org_unit', 'merge', unit.id, into],
    queryFn: ({ signal }) => get<Amounts>(`/org-units/${unit.id}/merge`, { into }, signal),
    enabled: Boolean(into),
    retry: false,
    gcTime: 0,
  });
  const fits = (u: Unit) =>
    u.kind === unit.kind && u.id !== unit.id && u.status === 'open' && (unit.kind === 'company' || u.companyId === unit.companyId);
  const choose = (n: Node): object => ({ ...n, selectable: fits(n.unit), disabled: !fits(n.unit), children: n.children.map(choose) });
  const n = q.data;
  const merge = async () => {
    setBusy(true);
    try {
      await post(`/org-units/${unit.id}/merge`, { intoId: into }, unit.version);
      tell.done(t('form.saved'));
      close();
    } catch (e) {
      if (e instanceof ProblemError && e.status === 412) {
        tell.warn(t('record.stale'));
        close();
      } else tell.failed(e);
    } finally {
      setBusy(false);
      await done();
    }
  };
  return (
    <Modal
      open
      title={t('org.mergeOf', { name: unit.name })}
      okText={t('org.merge')}
      okButtonProps={{ danger: true, disabled: !n }}
      confirmLoading={busy}
      onOk={merge}
      onCancel={close}
      destroyOnHidden
    >
      <Form layout="vertical">
        <Form.Item label={t('org.mergeInto')}>
          <TreeSelect
            treeDefaultExpandAll
            showSearch={{ treeNodeFilterProp: 'title' }}
            value={into}
            onChange={setInto}
            treeData={treeOf(units, true).map(choose)}
            aria-label={t('org.mergeInto')}
          />
        </Form.Item>
      </Form>
      {q.isError && <Problem error={q.error} />}
      {into && q.isPending && <Skeleton active paragraph={{ rows: 3 }} />}
      {n && (
        <>
          <dl className="fc-facts">
            <div>
              <dt>{t('org.mergePostings')}</dt>
              <dd className="fc-num">{n.postings}</dd>
            </div>
            <div>
              <dt>{t(n.stays ? 'org.mergeCloses' : 'org.mergeUnits')}</dt>
              <dd className="fc-num">{n.units}</dd>
            </div>
            {n.items.map((i) => (
              <div key={i.kind}>
                <dt>{words(i.label)}</dt>
                <dd className="fc-num">{i.count}</dd>
              </div>
            ))}
          </dl>
          <Alert
            type="warning"
            showIcon
            style={{ marginTop: 12 }}
            title={t(n.stays ? 'org.mergeCompanyHint' : 'org.mergeHint', { name: unit.name })}
          />
        </>
      )}
    </Modal>
  );
}
