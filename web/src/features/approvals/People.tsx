import { Select } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { usePeopleFor } from './queries';

type Props = { id?: string; task?: string; label: string; value?: string[]; onChange?: (ids: string[]) => void; most?: number };

/** People found by name: those who may decide about the document of a task; without one, everybody who works here. */
export function People({ id, task, label, value, onChange, most }: Props) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState('');
  const [q, setQ] = useState('');
  const [open, setOpen] = useState(false);
  const [known, setKnown] = useState<Record<string, string>>({});
  useEffect(() => {
    const timer = setTimeout(() => setQ(typed.trim()), 250);
    return () => clearTimeout(timer);
  }, [typed]);
  const found = usePeopleFor(task, q);
  const options = (found.data ?? []).map((p) => ({ value: p.userId, label: p.name, hint: [p.unit, p.title].filter(Boolean).join(' · ') }));
  for (const v of value ?? []) if (!options.some((o) => o.value === v)) options.push({ value: v, label: known[v] ?? '…', hint: '' });
  return (
    <Select<string[]>
      id={id}
      mode="multiple"
      maxCount={most}
      aria-label={label}
      placeholder={t('form.pick')}
      style={{ width: '100%' }}
      open={open}
      onOpenChange={setOpen}
      showSearch={{ filterOption: false, searchValue: typed, onSearch: setTyped }}
      value={value ?? []}
      options={options}
      loading={found.isFetching}
      notFoundContent={found.isFetching ? '…' : t('approval.nobodyFound')}
      optionRender={(o) => (
        <span className="fc-option">
          <span>{o.label}</span>
          <small>{o.data.hint}</small>
        </span>
      )}
      onChange={(ids) => {
        setKnown({ ...known, ...Object.fromEntries(options.map((o) => [o.value, o.label])) });
        setTyped('');
        // With nobody left to choose, the list would only lie over the button beneath it.
        if (most !== undefined && ids.length >= most) setOpen(false);
        onChange?.(ids);
      }}
    />
  );
}
