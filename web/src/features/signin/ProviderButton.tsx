import { useQuery } from '@tanstack/react-query';
import { Button, Divider } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { get, post } from '../../api/client';
import { keepNext } from './away';
import { rememberTenant } from './enter';

type Ways = { password: 'all' | 'administrators'; provider?: { label: string } };

/** The button of the company account, for the groups that have one. It asks once the code is no longer being typed. */
export function ProviderButton({ tenant, next, failed }: { tenant: string; next?: string; failed: (e: unknown) => void }) {
  const { t } = useTranslation();
  const [asked, setAsked] = useState(tenant);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    const later = setTimeout(() => setAsked(tenant), 400);
    return () => clearTimeout(later);
  }, [tenant]);
  const q = useQuery({
    queryKey: ['ways', asked],
    enabled: asked.length > 2,
    queryFn: ({ signal }) => get<Ways>('/session/ways', { tenant: asked }, signal),
  });
  const provider = asked === tenant ? q.data?.provider : undefined;
  if (!provider) return null;
  const go = async () => {
    setBusy(true);
    try {
      keepNext(next);
      const { url } = await post<{ url: string }>('/session/provider', { tenant, origin: location.origin });
      rememberTenant(tenant); // whoever is refused there comes back to their own company's form
      location.assign(url);
    } catch (e) {
      setBusy(false);
      failed(e);
    }
  };
  return (
    <>
      <Divider plain>{q.data?.password === 'administrators' ? t('signin.onlyProvider') : t('signin.or')}</Divider>
      <Button block type={q.data?.password === 'administrators' ? 'primary' : 'default'} loading={busy} onClick={go}>
        {provider.label}
      </Button>
    </>
  );
}
