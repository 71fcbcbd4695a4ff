import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { get, request } from '../../api/client';
import { Parameters, type Setting } from '../../components/Parameters';
import { Problem, Waiting } from '../../components/Problem';

const key = ['platform', 'parameters'];

/** What the platform decides for every group. */
export function Defaults() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const q = useQuery({
    queryKey: key,
    queryFn: async ({ signal }) => (await get<{ items: Setting[] }>('/platform/parameters', undefined, signal)).items,
  });
  if (q.isError) return <Problem error={q.error} retry={() => q.refetch()} />;
  if (!q.data) return <Waiting rows={6} />;
  const path = (s: Setting) => `/platform/parameters/${s.key}`;
  return (
    <>
      <p className="fc-soft">{t('settings.platformHint')}</p>
      <Parameters
        items={q.data}
        level="platform"
        send={{
          set: (s, own, value, locked) => request('PUT', path(s), { body: { value, locked }, version: own.version }),
          unset: (s, own) => request('DELETE', path(s), { version: own.version }),
          reload: () => client.invalidateQueries({ queryKey: key }),
        }}
      />
    </>
  );
}
