import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Checkbox, Empty } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { get, ProblemError, request } from '../../api/client';
import { useMe } from '../../api/queries';
import { Problem, Waiting } from '../../components/Problem';
import { useTell } from '../../components/tell';
import { usePageTitle } from '../../lib/tabs';

type Brand = { brand: string; count: number; subscribed: boolean };

/** Which brands of the shared catalogue this group sells. */
export function BrandsPage() {
  const { t } = useTranslation();
  const me = useMe();
  const client = useQueryClient();
  const tell = useTell();
  const q = useQuery({
    queryKey: ['brands'],
    queryFn: async ({ signal }) => (await get<{ items: Brand[] }>('/catalogue/brands', undefined, signal)).items,
  });
  const [chosen, setChosen] = useState<string[]>();
  const [busy, setBusy] = useState(false);
  usePageTitle(t('brands.title'));
  useEffect(() => {
    if (q.data) setChosen((known) => known ?? q.data.filter((b) => b.subscribed).map((b) => b.brand));
  }, [q.data]);
  if (me && me.grants['catalogue:subscribe'] === undefined) return <Problem error={new ProblemError(403, 'client.denied', '')} />;
  if (q.isError) return <Problem error={q.error} retry={() => q.refetch()} />;
  if (!q.data || !chosen) return <Waiting />;
  const save = async () => {
    setBusy(true);
    try {
      await request('PUT', '/catalogue/brands', { body: { brands: chosen } });
      await Promise.all([client.invalidateQueries({ queryKey: ['brands'] }), client.invalidateQueries({ queryKey: ['records'] })]);
      tell.done(t('brands.saved'));
    } catch (e) {
      tell.failed(e);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className="fc-page">
      <div className="fc-head">
        <h1>{t('brands.title')}</h1>
        <span className="fc-soft fc-num">{t('brands.chosen', { n: chosen.length })}</span>
        <Button type="primary" loading={busy} disabled={!q.data.length} onClick={save}>
          {t('form.save')}
        </Button>
      </div>
      <p className="fc-soft">{t('brands.hint')}</p>
      {!q.data.length && <Empty description={t('brands.none')} />}
      <Checkbox.Group value={chosen} onChange={setChosen} style={{ display: 'block' }}>
        <div className="fc-brands">
          {q.data.map((b) => (
            <Checkbox key={b.brand} value={b.brand} className="fc-card">
              <b>{b.brand}</b> <span className="fc-soft fc-num">{t('brands.models', { count: b.count })}</span>
            </Checkbox>
          ))}
        </div>
      </Checkbox.Group>
    </div>
  );
}
