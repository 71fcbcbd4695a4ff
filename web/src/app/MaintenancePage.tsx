import { ToolOutlined } from '@ant-design/icons';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { get, ProblemError } from '../api/client';
import { Looks } from '../components/Looks';
import { when } from '../lib/clock';
import { maintenance, useMaintenance } from '../lib/maintenance';
import { useWords } from '../lib/prefs';
import { router } from './router';

const askEvery = 5000;

/** Lies over the page while the platform is closed, so that what was typed is still there afterwards. */
export function MaintenancePage() {
  const { t } = useTranslation();
  const words = useWords();
  const client = useQueryClient();
  const shut = useMaintenance();
  const closed = shut !== null;
  useEffect(() => {
    if (!closed) return;
    const timer = setInterval(async () => {
      try {
        await get('/session');
      } catch (e) {
        if (!(e instanceof ProblemError) || (e.status !== 401 && e.status !== 403)) return;
      }
      maintenance.set(null);
      void client.invalidateQueries();
      void router.invalidate(); // a page that could not open in between opens now
    }, askEvery);
    return () => clearInterval(timer);
  }, [closed, client]);
  if (!shut) return null;
  return (
    <div className="fc-shut" role="alertdialog" aria-modal="true" aria-labelledby="fc-shut">
      <div className="fc-card box">
        <ToolOutlined aria-hidden style={{ fontSize: 36 }} className="fc-soft" />
        <h1 id="fc-shut">{t('maintenance.title')}</h1>
        <p>{words(shut.text)}</p>
        {shut.until && <p className="fc-soft">{t('maintenance.expected', { time: when(shut.until) })}</p>}
        <p className="fc-soft">{t('maintenance.kept')}</p>
        <div className="tools">
          <Looks />
          <a href="/platform">{t('signin.platform')}</a>
        </div>
      </div>
    </div>
  );
}
