import { useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { get } from '../api/client';
import type { Page } from '../api/types';

type Props = {
  id?: string;
  value?: string;
  onChange?: (value: string | undefined) => void;
  label: string;
  placeholder?: string;
  autoFocus?: boolean;
  /** Somebody who cannot be chosen: the person themselves. */
  without?: string;
};

/** An active person, found by name or login. */
export function PersonSelect({ id, value, onChange, label, placeholder, autoFocus, without }: Props) {
  const q = useQuery({
    queryKey: ['records', 'user', 'active'],
    queryFn: async ({ signal }) => {
      const all: { id: string; name: string; login: string }[] = [];
      let cursor: string | undefined;
      do {
        const page: Page = await get<Page>(
          '/users',
          { limit: 200, sort: 'name', cursor, fields: 'name,login', filter: '[["status","=","active"]]' },
          signal,
        );
        all.push(...page.items.map((u) => ({ id: u.id, name: String(u.name), login: String(u.login) })));
        cursor = page.next;
      } while (cursor);
      return all;
    },
    staleTime: 60_000,
  });
  return (
    <Select
      id={id}
      showSearch={{ optionFilterProp: 'find' }}
      allowClear
      value={value || undefined}
      onChange={onChange}
      loading={q.isPending}
      autoFocus={autoFocus}
      placeholder={placeholder}
      aria-label={label}
      style={{ width: '100%' }}
      options={(q.data ?? [])
        .filter((u) => u.id !== without)
        .map((u) => ({ value: u.id, label: u.name, find: `${u.name} ${u.login}`, hint: u.login }))}
      optionRender={(o) => (
        <span className="fc-option">
          <span>{o.label}</span>
          <small>{o.data.hint}</small>
        </span>
      )}
    />
  );
}
