import { useQuery } from '@tanstack/react-query';
import { Empty } from 'antd';
import { useTranslation } from 'react-i18next';
import { get } from '../../api/client';
import { Problem, Waiting } from '../../components/Problem';
import { when } from '../../lib/clock';
import { useWords } from '../../lib/prefs';
import type { Permission, ProtectedField, Role } from './grants';
import { useRoleWords } from './words';

type Change = { was: string; now: string };
type Event = {
  at: string;
  by: string;
  action: 'create' | 'edit' | 'set_grants' | 'set_fields' | 'delete';
  grants: (Change & { permission: string })[];
  fields: (Change & { kind: string; field: string })[];
  facts: (Change & { what: 'name' | 'givenBy' | 'from' })[];
};

/** Who changed a role, when, and what. */
export function RoleHistory({ role, roles, all, fields }: { role: Role; roles: Role[]; all: Permission[]; fields: ProtectedField[] }) {
  const { t } = useTranslation();
  const words = useWords();
  const say = useRoleWords(all, fields);
  const q = useQuery({
    queryKey: ['roles', role.code, 'history'],
    queryFn: async ({ signal }) => (await get<{ items: Event[] }>(`/roles/${role.code}/history`, undefined, signal)).items,
  });
  if (q.isError) return <Problem error={q.error} retry={() => q.refetch()} />;
  if (q.isPending) return <Waiting rows={4} />;
  if (!q.data.length) return <Empty description={t('roles.noHistory')} />;
  const fact = (what: string, v: string) => {
    if (!v) return '—';
    if (what === 'givenBy') return v === 'company' ? t('roles.byCompany') : t('roles.byGroup');
    return what === 'from' ? words(roles.find((r) => r.code === v)?.name) || t('roles.unknown') : v;
  };
  return (
    <div className="fc-affected">
      {q.data.map((e) => (
        <article key={e.at + e.action}>
          <b>{t(`roles.did_${e.action}` as 'roles.did_edit')}</b>{' '}
          <span className="fc-soft">
            {when(e.at)} · {e.by || t('record.worker')}
          </span>
          <ul className="fc-changes">
            {e.facts.map((f) => (
              <li key={f.what}>
                {t(`roles.fact_${f.what}` as 'roles.fact_name')}: {fact(f.what, f.was)} → {fact(f.what, f.now)}
              </li>
            ))}
            {e.grants.map((g) => (
              <li key={g.permission}>
                {say.permission(g.permission)}: {say.scope(g.was)} → {say.scope(g.now)}
              </li>
            ))}
            {e.fields.map((f) => (
              <li key={f.kind + f.field}>
                {say.field(f.kind, f.field)}: {say.visibility(f.was)} → {say.visibility(f.now)}
              </li>
            ))}
          </ul>
        </article>
      ))}
    </div>
  );
}
