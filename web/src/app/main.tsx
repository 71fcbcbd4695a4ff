import 'antd/dist/reset.css';
import './styles.css';
import './extensions';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { App, ConfigProvider } from 'antd';
import type { Locale } from 'antd/es/locale';
import { useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { meQuery } from '../api/queries';
import { speak } from '../lib/i18n';
import { prefs, usePrefs } from '../lib/prefs';
import { onDemand, onSignedOut, queryClient } from './client';
import { MaintenancePage } from './MaintenancePage';
import { router } from './router';
import { tokens, useDark } from './theme';

onSignedOut(() => {
  queryClient.removeQueries({ queryKey: ['me'] });
  if (!location.pathname.startsWith('/signin'))
    void router.navigate({ to: '/signin', search: { next: location.pathname + location.search } });
});

// The router asks who one is before every page: once it is read again, it leads to what is demanded.
onDemand(() => void queryClient.fetchQuery({ ...meQuery, staleTime: 0 }).then(() => router.invalidate()));

function Root({ first }: { first: Locale }) {
  const { lang } = usePrefs();
  const dark = useDark();
  const [locale, setLocale] = useState(first);
  useEffect(() => {
    void speak(lang).then(setLocale);
  }, [lang]);
  useEffect(() => {
    document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  }, [dark]);
  return (
    <ConfigProvider locale={locale} theme={tokens(dark)} button={{ autoInsertSpace: false }}>
      <App message={{ top: 60 }} notification={{ placement: 'bottomRight' }}>
        <QueryClientProvider client={queryClient}>
          <RouterProvider router={router} />
          <MaintenancePage />
        </QueryClientProvider>
      </App>
    </ConfigProvider>
  );
}

const root = document.getElementById('root');
if (root) void speak(prefs.get().lang).then((locale) => createRoot(root).render(<Root first={locale} />));
