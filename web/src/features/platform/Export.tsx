import { DownloadOutlined } from '@ant-design/icons';
import { Button, Popconfirm } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { download } from '../../api/client';
import { useTell } from '../../components/tell';
import type { Tenant } from './queries';

/** Everything of a tenant as one file, for whoever leaves or moves to another installation. */
export function Export({ tenant }: { tenant: Tenant }) {
  const { t } = useTranslation();
  const tell = useTell();
  const [busy, setBusy] = useState(false);
  const take = async () => {
    setBusy(true);
    try {
      await download(`/platform/tenants/${tenant.id}/export`, {}, `${tenant.code}.zip`, 'POST');
      tell.done(t('platform.exported'));
    } catch (e) {
      tell.failed(e);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Popconfirm title={t('platform.exportAsk')} okText={t('platform.export')} onConfirm={take}>
      <Button icon={<DownloadOutlined aria-hidden />} loading={busy}>
        {t('platform.export')}
      </Button>
    </Popconfirm>
  );
}
