import { Form, InputNumber } from 'antd';
import { useTranslation } from 'react-i18next';
import { size } from '../../lib/format';
import { type Quotas, type Resource, resources } from './queries';

export const giga = 1024 ** 3;

/** Puts a limit into words, also none. */
export function useAmount() {
  const { t } = useTranslation();
  return (r: Resource, n: number | null | undefined) => (n == null ? t('plans.none') : amount(r, n));
}

export const amount = (r: Resource, n: number) => (r === 'storageBytes' ? size(n) : n.toLocaleString());

/** What the form holds: storage in GB, the rest as it is. */
export const toForm = (q: Quotas): Quotas => ({ ...q, storageBytes: q.storageBytes == null ? undefined : q.storageBytes / giga });
export const fromForm = (q: Quotas = {}): Quotas =>
  Object.fromEntries(resources.map((r) => [r, q[r] == null ? null : r === 'storageBytes' ? Math.round(Number(q[r]) * giga) : q[r]]));

/** The four limits of a form; what is empty says so. */
export function QuotaFields({ empty }: { empty: (r: Resource) => string }) {
  const { t } = useTranslation();
  return (
    <div className="fc-pair">
      {resources.map((r) => (
        <Form.Item key={r} name={['quotas', r]} label={t(`platform.${r}`)}>
          <InputNumber
            min={r === 'storageBytes' ? 0 : 1}
            precision={r === 'storageBytes' ? 2 : 0}
            suffix={r === 'storageBytes' ? 'GB' : undefined}
            placeholder={empty(r)}
            style={{ width: '100%' }}
          />
        </Form.Item>
      ))}
    </div>
  );
}
