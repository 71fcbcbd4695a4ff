import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { get } from '../../api/client';
import { Problem, Waiting } from '../../components/Problem';
import { usePageTitle } from '../../lib/tabs';
import { Demands, type Settings } from './Demands';
import { type Provider, ProviderForm } from './ProviderForm';

/** How the group signs in: what it demands, and its identity provider. */
export function IdentityPage() {
  const { t } = useTranslation();
  usePageTitle(t('identity.title'));
  const settings = useQuery({
    queryKey: ['identity', 'settings'],
    queryFn: ({ signal }) => get<Settings>('/sign-in/settings', undefined, signal),
  });
  const provider = useQuery({
    queryKey: ['identity', 'provider'],
    queryFn: ({ signal }) => get<Provider>('/sign-in/provider', undefined, signal),
  });
  const failed = settings.error ?? provider.error;
  if (failed) return <Problem error={failed} retry={() => void Promise.all([settings.refetch(), provider.refetch()])} />;
  if (!settings.data || !provider.data) return <Waiting rows={6} />;
  return (
    <div className="fc-page">
      <div className="fc-head">
        <h1>{t('identity.title')}</h1>
      </div>
      <Demands now={settings.data} provided={provider.data.enabled} refetch={settings.refetch} />
      <ProviderForm now={provider.data} refetch={provider.refetch} />
    </div>
  );
}
