import { useQuery } from '@tanstack/react-query';
import { Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { get } from '../../api/client';
import { useMe } from '../../api/queries';
import { Problem, Waiting } from '../../components/Problem';
import { LayoutTab } from './LayoutTab';
import type { Place } from './layouts';
import { MenuEditor } from './MenuEditor';
import { type MenuGroup, preview, whole } from './menus';
import { sideMenu } from './sideMenu';

type Role = { code: string; grants: { permission: string }[] };

/** The menu of the group, a company or a role, with the side as it will be beside it. */
export function MenuTab() {
  const { t } = useTranslation();
  const Side = sideMenu();
  const q = useQuery({
    queryKey: ['screens', 'menu'],
    queryFn: async ({ signal }) => (await get<{ groups: MenuGroup[] }>('/screens/menu', undefined, signal)).groups,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const me = useMe();
  const roles = useQuery({
    queryKey: ['roles'],
    queryFn: async ({ signal }) => (await get<{ items: Role[] }>('/roles', undefined, signal)).items,
    enabled: me?.grants['role:read'] !== undefined,
  }).data;
  // The menu of a role is shown as somebody sees it who has nothing but this role.
  const may = (at: Place) => {
    const role = at.level === 'role' ? roles?.find((r) => r.code === at.target) : undefined;
    return (needs: string) => !role || role.grants.some((g) => g.permission === needs);
  };
  if (q.isError) return <Problem error={q.error} retry={() => q.refetch()} />;
  if (!q.data) return <Waiting rows={6} />;
  const groups = q.data;
  return (
    <LayoutTab
      of="menu"
      part="menu"
      start={{ menu: whole(groups) }}
      draw={({ menu }, set, at) => (
        <div className="fc-beside">
          <MenuEditor groups={groups} value={whole(groups, menu)} onChange={(v) => set({ menu: v })} />
          <aside className="fc-beside-preview" aria-label={t('screens.preview')}>
            <h2 className="fc-h2">{t('screens.preview')}</h2>
            <p className="fc-soft">{t('screens.menuPreviewHint')}</p>
            <div className="fc-side still">
              <Suspense>
                <Side still sections={preview(groups, menu ?? { sections: [] }, may(at))} />
              </Suspense>
            </div>
          </aside>
        </div>
      )}
    />
  );
}
