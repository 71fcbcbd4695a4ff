import { useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { get } from '../api/client';
import { useKinds } from '../api/queries';
import type { Page, Row } from '../api/types';
import { hintOf, namedFields, titleOf } from '../lib/kind';

export type RefSelectProps = {
  id?: string;
  path?: string;
  value?: string;
  onChange?: (value: string | undefined, row?: Row) => void;
  /** The title of the present value, when it is known already. */
  title?: string;
  disabled?: boolean;
  autoFocus?: boolean;
  label?: string;
  placeholder?: string;
  /** Which records can be chosen, in the language of lists; all without it. */
  filter?: string;
  /** The one that cannot be chosen. */
  without?: string;
};

function useTyped(text: string) {
  const [late, setLate] = useState(text);
  useEffect(() => {
    const t = setTimeout(() => setLate(text), 250);
    return () => clearTimeout(t);
  }, [text]);
  return late;
}

export function useTitle(path: string | undefined, id: string | undefined, known?: string) {
  const kind = useKinds().find((k) => k.path === path);
  const q = useQuery({
    queryKey: ['records', kind?.name ?? path, 'title', id],
    queryFn: ({ signal }) => get<Row>(`/${path}/${id}`, undefined, signal),
    enabled: Boolean(kind && id && known === undefined),
    retry: false,
  });
  if (known !== undefined) return known;
  return kind && q.data ? titleOf(kind, q.data) : undefined;
}

export function RefSelect({ id, path, value, onChange, title, disabled, autoFocus, label, placeholder, filter, without }: RefSelectProps) {
  const { t } = useTranslation();
  const kind = useKinds().find((k) => k.path === path);
  const [typed, setTyped] = useState('');
  const [open, setOpen] = useState(false);
  const q = useTyped(typed);
  const found = useQuery({
    queryKey: ['records', kind?.name ?? path, 'pick', q, filter],
    queryFn: ({ signal }) => get<Page>(`/${path}`, { q: q || undefined, filter, limit: 20, fields: kind && namedFields(kind) }, signal),
    enabled: open && Boolean(path),
    staleTime: 15_000,
  });
  const rows = (found.data?.items ?? []).filter((r) => r.id !== without);
  const inList = rows.find((r) => r.id === value);
  const present = useTitle(path, value, inList ? (kind ? titleOf(kind, inList) : undefined) : title);
  const options = rows.map((r) => ({
    value: r.id,
    label: kind ? titleOf(kind, r) : String(r.name ?? r.number ?? r.id),
    hint: kind ? hintOf(kind, r) : '',
  }));
  if (value && !inList) options.unshift({ value, label: present ?? '…', hint: '' });
  return (
    <Select
      id={id}
      showSearch={{ filterOption: false, searchValue: typed, onSearch: setTyped }}
      allowClear
      value={value || undefined}
      options={options}
      disabled={disabled}
      autoFocus={autoFocus}
      aria-label={label}
      loading={found.isFetching}
      placeholder={placeholder ?? t('form.pick')}
      notFoundContent={found.isFetching ? '…' : undefined}
      onOpenChange={setOpen}
      style={{ width: '100%' }}
      popupMatchSelectWidth={false}
      optionRender={(o) => (
        <span className="fc-option">
          <span>{o.label}</span>
          <small>{o.data.hint}</small>
        </span>
      )}
      onChange={(v: string | undefined) => {
        setTyped('');
        onChange?.(
          v,
          rows.find((r) => r.id === v),
        );
      }}
    />
  );
}
