import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { Alert, Spin } from 'antd';
import { useTranslation } from 'react-i18next';
import { post } from '../../api/client';
import type { Me } from '../../api/types';
import { LinkButton } from '../../components/LinkButton';
import { useProblemText } from '../../components/Problem';
import { usePageTitle } from '../../lib/tabs';
import { takeNext } from './away';
import { useEnter } from './enter';

/** Where a person comes back from their company account. */
export function ReturnPage() {
  const { t } = useTranslation();
  const text = useProblemText();
  const enter = useEnter();
  const { code, state } = useSearch({ from: '/signin/return' });
  usePageTitle(t('signin.title'));
  const q = useQuery({
    queryKey: ['me', 'return', state],
    enabled: Boolean(code && state),
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async () => {
      const { me } = await post<{ me: Me }>('/session/provider/code', { code, state });
      await enter(me, takeNext());
      return true;
    },
  });
  const failed = !code || !state ? t('signin.refused') : q.isError ? text(q.error) : undefined;
  return (
    <main className="fc-sign">
      <div className="fc-card box">
        {failed ? (
          <>
            <Alert type="error" showIcon title={failed} style={{ marginBottom: 16 }} />
            <LinkButton look="link" to="/signin">
              {t('signin.toForm')}
            </LinkButton>
          </>
        ) : (
          <div style={{ textAlign: 'center' }} role="status">
            <Spin /> {t('signin.coming')}
          </div>
        )}
      </div>
    </main>
  );
}
