import { Tabs } from 'antd';
import { useTranslation } from 'react-i18next';
import { usePageTitle } from '../../lib/tabs';
import { Announcements } from './Announcements';
import { Catalogue } from './Catalogue';
import { Defaults } from './Defaults';
import { Desk } from './Desk';
import { Jobs } from './Jobs';
import { Maintenance } from './Maintenance';
import { Plans } from './Plans';
import { Tenants } from './Tenants';

/** What operators do: tenants, plans and the shared catalogue. */
export function PlatformPage() {
  const { t } = useTranslation();
  usePageTitle(t('platform.title'));
  return (
    <Desk>
      <Tabs
        items={[
          { key: 'tenants', label: t('platform.tenants'), children: <Tenants /> },
          { key: 'plans', label: t('plans.title'), children: <Plans /> },
          { key: 'announcements', label: t('platform.announcements'), children: <Announcements /> },
          { key: 'maintenance', label: t('maintenance.tab'), children: <Maintenance /> },
          { key: 'catalogue', label: t('platform.catalogue'), children: <Catalogue /> },
          { key: 'parameters', label: t('platform.parameters'), children: <Defaults /> },
          { key: 'jobs', label: t('jobs.title'), children: <Jobs /> },
        ]}
      />
    </Desk>
  );
}
