import { Alert, Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { request } from '../api/client';
import { useMe } from '../api/queries';
import { useTell } from '../components/tell';
import { when } from '../lib/clock';

/** Tells an operator that they are in somebody else's house. */
export function Supporting() {
  const { t } = useTranslation();
  const tell = useTell();
  const me = useMe();
  if (!me?.support) return null;
  const leave = async () => {
    try {
      await request('DELETE', '/session');
      location.assign('/platform');
    } catch (e) {
      tell.failed(e);
    }
  };
  const what = t(me.support.writing ? 'support.writing' : 'support.reading');
  return (
    <Alert
      banner
      type="warning"
      title={t('support.banner', { name: me.tenant.name, what, time: when(me.support.until) })}
      action={
        <Button size="small" onClick={leave}>
          {t('support.leave')}
        </Button>
      }
    />
  );
}
