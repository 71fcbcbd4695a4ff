import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import { get } from '../../api/client';
import { Listing } from '../../components/Listing';
import { Problem } from '../../components/Problem';

type Colleague = { userId: string; name: string; login: string; status: string; title: string; unitId: string; unitName: string };

/** Who works in a unit or below it. */
export function People({ unit }: { unit: string }) {
  const { t } = useTranslation();
  const q = useQuery({
    queryKey: ['records', 'user', 'unit', unit],
    queryFn: async ({ signal }) => (await get<{ items: Colleague[] }>(`/org-units/${unit}/people`, undefined, signal)).items,
  });
  if (q.isError) return <Problem error={q.error} retry={() => q.refetch()} />;
  return (
    <>
      <h2 className="fc-h2" style={{ marginTop: 16 }}>
        {t('org.people', { count: q.data?.length ?? 0 })}
      </h2>
      <Listing<Colleague>
        rowKey={(c) => `${c.userId}${c.unitId}${c.title}`}
        loading={q.isPending}
        rows={q.data}
        page={20}
        width={420}
        empty={t('org.noPeople')}
        columns={[
          {
            title: t('org.person'),
            render: (_, c) => (
              <>
                <Link to="/r/$path/$id" params={{ path: 'users', id: c.userId }}>
                  {c.name}
                </Link>{' '}
                <small className="fc-soft">{c.login}</small> {c.status !== 'active' && <Tag>{t('org.disabled')}</Tag>}
              </>
            ),
          },
          { title: t('org.post'), dataIndex: 'title' },
          { title: t('org.unit'), dataIndex: 'unitName' },
        ]}
      />
    </>
  );
}
