import { Button, Tooltip } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { post } from '../../api/client';
import { useTell } from '../../components/tell';
import { when } from '../../lib/clock';
import type { Door, Tenant } from './queries';

/** The way into a tenant that consented; without a consent there is none. */
export function SupportButton({ tenant, doors }: { tenant: Tenant; doors: Door[] }) {
  const { t } = useTranslation();
  const tell = useTell();
  const [busy, setBusy] = useState(false);
  const door = doors.find((d) => d.tenantId === tenant.id);
  if (!door) return null;
  const enter = async () => {
    setBusy(true);
    try {
      await post(`/platform/tenants/${tenant.id}/support`, {});
      location.assign('/');
    } catch (e) {
      tell.failed(e);
      setBusy(false);
    }
  };
  const what = t(door.writing ? 'support.writing' : 'support.reading');
  return (
    <Tooltip title={t('support.enterHint', { time: when(door.until), what, reason: door.reason })}>
      <Button size="small" type="primary" loading={busy} onClick={enter}>
        {t('support.enter')}
      </Button>
    </Tooltip>
  );
}
