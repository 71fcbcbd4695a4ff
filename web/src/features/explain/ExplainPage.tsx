import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Alert, Select, Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import { get } from '../../api/client';
import { useKinds, useMe } from '../../api/queries';
import type { Words } from '../../api/types';
import { Problem, Waiting } from '../../components/Problem';
import { RefSelect } from '../../components/RefSelect';
import { useNames, useWords } from '../../lib/prefs';
import { usePageTitle } from '../../lib/tabs';

type Permission = { permission: string; resource: string; resourceLabel: Words; label: Words };
type Answer = {
  allowed: boolean;
  text: Words;
  reasons: { covers: boolean; text: Words }[];
  givers: { code: string; name: Words }[];
  fields: { field: string; label: Words; visibility: 'hidden' | 'masked' | 'shown' | 'editable'; roles: Words[] }[];
};

/** Why somebody may or may not do a thing, to all records of a kind or to one. */
export function ExplainPage() {
  const { t } = useTranslation();
  const words = useWords();
  const names = useNames();
  const me = useMe();
  const kinds = useKinds();
  const go = useNavigate();
  const ask = useSearch({ from: '/shell/explain' });
  usePageTitle(t('explain.title'));
  const others = me?.grants['role:read'] !== undefined;
  const permissions = useQuery({
    queryKey: ['permissions'],
    queryFn: async ({ signal }) => (await get<{ items: Permission[] }>('/access/permissions', undefined, signal)).items,
    staleTime: Number.POSITIVE_INFINITY,
    enabled: others,
  });
  const kind = kinds.find((k) => k.name === ask.kind);
  const q = useQuery({
    queryKey: ['explain', ask],
    queryFn: ({ signal }) =>
      get<Answer>(
        '/access/explain',
        { user: ask.user, permission: ask.permission, kind: ask.id ? ask.kind : undefined, id: ask.id },
        signal,
      ),
    enabled: Boolean(ask.permission),
  });
  const set = (next: Partial<typeof ask>) => go({ to: '/explain', search: { ...ask, ...next }, replace: true });
  const options = [...new Set(permissions.data?.map((p) => p.resource))].map((r) => {
    const of = permissions.data?.filter((p) => p.resource === r) ?? [];
    return {
      label: words(of[0]?.resourceLabel),
      options: of.map((p) => ({ value: p.permission, label: `${words(p.resourceLabel)} · ${words(p.label)}` })),
    };
  });
  if (permissions.isError) return <Problem error={permissions.error} retry={() => permissions.refetch()} />;
  return (
    <div className="fc-page">
      <div className="fc-head">
        <h1>{t('explain.title')}</h1>
      </div>
      <div className="fc-card fc-section">
        <div className="fc-ask">
          {/* biome-ignore lint/a11y/noLabelWithoutControl: the select inside is the control */}
          <label>
            {t('explain.person')}
            <RefSelect
              path="users"
              value={ask.user ?? me?.user.id}
              label={t('explain.person')}
              onChange={(user) => set({ user })}
              disabled={!others}
            />
          </label>
          {/* biome-ignore lint/a11y/noLabelWithoutControl: the select inside is the control */}
          <label>
            {t('explain.permission')}
            <Select
              showSearch={{ optionFilterProp: 'label' }}
              value={ask.permission}
              options={options}
              placeholder={t('explain.choose')}
              aria-label={t('explain.permission')}
              onChange={(permission) => set({ permission })}
            />
          </label>
          {/* biome-ignore lint/a11y/noLabelWithoutControl: the select inside is the control */}
          <label>
            {t('explain.kind')}
            <Select
              allowClear
              value={ask.kind}
              options={kinds.map((k) => ({ value: k.name, label: names.one(k) }))}
              placeholder={t('explain.any')}
              aria-label={t('explain.kind')}
              onChange={(k) => set({ kind: k, id: undefined })}
            />
          </label>
          {kind && (
            // biome-ignore lint/a11y/noLabelWithoutControl: the select inside is the control
            <label>
              {names.one(kind)}
              <RefSelect key={kind.path} path={kind.path} value={ask.id} label={names.one(kind)} onChange={(id) => set({ id })} />
            </label>
          )}
        </div>
        {q.isLoading && <Waiting rows={3} />}
        {q.isError && <Problem error={q.error} retry={() => q.refetch()} />}
        {!ask.permission && <p className="fc-soft">{t('explain.start')}</p>}
        {q.data && (
          <>
            <Alert type={q.data.allowed ? 'success' : 'warning'} showIcon title={words(q.data.text)} />
            {q.data.reasons.length > 0 && <h2 className="fc-h2">{t('explain.why')}</h2>}
            <ul className="fc-reasons">
              {q.data.reasons.map((r) => (
                <li key={r.text.zh}>
                  <Tag color={r.covers ? 'green' : 'red'}>{r.covers ? t('explain.yes') : t('explain.no')}</Tag> {words(r.text)}
                </li>
              ))}
            </ul>
            {q.data.givers.length > 0 && (
              <>
                <h2 className="fc-h2">{t('explain.givers')}</h2>
                <p>
                  {q.data.givers.map((g) => (
                    <Tag key={g.code}>{words(g.name)}</Tag>
                  ))}
                </p>
              </>
            )}
            {q.data.fields.length > 0 && (
              <>
                <h2 className="fc-h2">{t('explain.fields')}</h2>
                <ul className="fc-reasons">
                  {q.data.fields.map((f) => (
                    <li key={f.field}>
                      {words(f.label)}: {t(`fields.${f.visibility}`)}
                      <span className="fc-soft">
                        {' '}
                        {f.roles.length ? t('explain.byRole', { roles: f.roles.map(words).join('、') }) : t('explain.byDefault')}
                      </span>
                    </li>
                  ))}
                </ul>
              </>
            )}
          </>
        )}
      </div>
    </div>
  );
}
