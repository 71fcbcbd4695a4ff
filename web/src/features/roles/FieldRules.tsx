import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { useWords } from '../../lib/prefs';
import { type Grants, type ProtectedField, seen } from './grants';
import { useRoleWords } from './words';

type Props = { fields: ProtectedField[]; rules: Grants; onChange?: (rules: Grants) => void };

/** How a role sees protected fields, each with a value as its holder would read it. */
export function FieldRules({ fields, rules, onChange }: Props) {
  const { t } = useTranslation();
  const words = useWords();
  const say = useRoleWords([], fields);
  const kinds = [...new Set(fields.map((f) => f.kind))];
  const set = (name: string, v: string) => {
    const next = { ...rules };
    if (v) next[name] = v;
    else delete next[name];
    onChange?.(next);
  };
  return (
    <>
      <p className="fc-soft">{t('fields.hint')}</p>
      {kinds.map((k) => (
        <section key={k} className="fc-matrix">
          <h2 className="fc-h2">{words(fields.find((f) => f.kind === k)?.kindLabel)}</h2>
          {fields
            .filter((f) => f.kind === k)
            .map((f) => {
              const name = `${k}.${f.field}`;
              const own = rules[name];
              const options = [
                { value: '', label: `${t('fields.default')}（${say.visibility(f.default)}）` },
                { value: 'hidden', label: t('fields.hidden') },
                ...(f.masked ? [{ value: 'masked', label: t('fields.masked') }] : []),
                { value: 'shown', label: t('fields.shown') },
                ...(f.editable ? [{ value: 'editable', label: t('fields.editable') }] : []),
              ];
              return (
                <div key={name} className="fc-rule">
                  <span>{words(f.label)}</span>
                  {onChange ? (
                    <Select
                      value={own ?? ''}
                      options={options}
                      popupMatchSelectWidth={false}
                      aria-label={`${words(f.kindLabel)} ${words(f.label)}`}
                      onChange={(v) => set(name, v)}
                    />
                  ) : (
                    <span>{options.find((o) => o.value === (own ?? ''))?.label}</span>
                  )}
                  <span className="fc-soft fc-num">{seen(f, own) || t('fields.nothing')}</span>
                </div>
              );
            })}
        </section>
      ))}
    </>
  );
}
