import { useTranslation } from 'react-i18next';
import { post } from '../../api/client';
import { Problem } from '../../components/Problem';
import { useTell } from '../../components/tell';
import { usePageTitle } from '../../lib/tabs';
import { TokenTable } from './TokenTable';
import { useTokens } from './tokens';

/** Everybody's tokens, for whoever may revoke them. */
export function TokensPage() {
  const { t } = useTranslation();
  const tell = useTell();
  usePageTitle(t('tokens.title'));
  const q = useTokens('/tokens');
  if (q.isError) return <Problem error={q.error} retry={() => q.refetch()} />;
  const revoke = (id: string) =>
    post(`/tokens/${id}/revoke`)
      .then(() => q.refetch())
      .catch(tell.failed);
  return (
    <div className="fc-page">
      <div className="fc-head">
        <h1>{t('tokens.title')}</h1>
      </div>
      <div className="fc-card">
        <TokenTable rows={q.data} owners revoke={revoke} />
      </div>
    </div>
  );
}
