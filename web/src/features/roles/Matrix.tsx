import { Input, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useWords } from '../../lib/prefs';
import { type Grants, type Permission, scopes } from './grants';

type Props = { all: Permission[]; grants: Grants; onChange?: (g: Grants) => void };

/** Every permission by its resource, with the data that a role reaches. */
export function Matrix({ all, grants, onChange }: Props) {
  const { t } = useTranslation();
  const words = useWords();
  const [typed, setTyped] = useState('');
  const q = typed.trim().toLowerCase();
  const shown = all.filter((p) => !q || `${p.permission} ${words(p.resourceLabel)} ${words(p.label)}`.toLowerCase().includes(q));
  const resources = [...new Set(shown.map((p) => p.resource))];
  const name = (s?: string) =>
    s === undefined ? t('roles.none') : scopes.includes(s) ? t(`roles.${s}` as 'roles.self') : t('roles.units');
  const set = (p: string, scope: string) => {
    const next = { ...grants };
    if (scope) next[p] = scope;
    else delete next[p];
    onChange?.(next);
  };
  return (
    <>
      <Input
        allowClear
        value={typed}
        onChange={(e) => setTyped(e.target.value)}
        placeholder={t('roles.find')}
        aria-label={t('roles.find')}
      />
      {resources.map((r) => (
        <section key={r} className="fc-matrix">
          <h2 className="fc-h2">{words(shown.find((p) => p.resource === r)?.resourceLabel)}</h2>
          <div>
            {shown
              .filter((p) => p.resource === r)
              .map((p) => {
                const own = grants[p.permission];
                const options = [
                  { value: '', label: t('roles.none') },
                  ...scopes.map((s) => ({ value: s, label: name(s) })),
                  ...(own && !scopes.includes(own) ? [{ value: own, label: name(own) }] : []),
                ];
                return (
                  <div key={p.permission} className="one">
                    <span>{words(p.label)}</span>
                    {onChange ? (
                      <Select
                        size="small"
                        variant="borderless"
                        value={own ?? ''}
                        options={options}
                        popupMatchSelectWidth={false}
                        aria-label={`${words(p.resourceLabel)} ${words(p.label)}`}
                        className={own ? undefined : 'fc-none'}
                        onChange={(s) => set(p.permission, s)}
                      />
                    ) : (
                      <span className={own ? undefined : 'fc-none'}>{name(own)}</span>
                    )}
                  </div>
                );
              })}
          </div>
        </section>
      ))}
    </>
  );
}
