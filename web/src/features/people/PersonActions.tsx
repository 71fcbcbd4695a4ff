import { Button, Dropdown, Input, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { post } from '../../api/client';
import { useMe } from '../../api/queries';
import type { KindInfo, Open } from '../../api/types';
import { LinkButton } from '../../components/LinkButton';
import { useTell } from '../../components/tell';
import { usePeopleChanged } from './queries';
import { secret } from './secret';

/** What an administrator does with somebody's account. */
export function PersonActions({ row }: { kind: KindInfo; row: Open }) {
  const { t } = useTranslation();
  const tell = useTell();
  const me = useMe();
  const changed = usePeopleChanged();
  const [password, setPassword] = useState<string>();
  const [asked, setAsked] = useState(false);
  const [busy, setBusy] = useState(false);
  const why = me?.grants['role:read'] !== undefined && (
    <LinkButton to="/explain" search={{ user: row.id }}>
      {t('explain.title')}
    </LinkButton>
  );
  if (me?.grants['user:manage'] === undefined || row.id === me.user.id) return why || null;
  const name = String(row.name ?? '');
  const act = async (what: string, body?: unknown) => {
    setBusy(true);
    try {
      await post(`/users/${row.id}/${what}`, body);
      tell.done(t('form.saved'));
      await changed();
      return true;
    } catch (e) {
      tell.failed(e);
      return false;
    } finally {
      setBusy(false);
    }
  };
  const off = row.status === 'disabled';
  const items = [
    { key: 'password', label: t('people.reset') },
    { key: 'unlock', label: t('people.unlock') },
    off ? { key: 'enable', label: t('people.enable') } : { key: 'disable', label: t('people.disable'), danger: true },
  ];
  const go = (key: string) => {
    if (key === 'password') setPassword(secret());
    else if (key === 'disable') setAsked(true);
    else void act(key);
  };
  return (
    <>
      {why}
      <Dropdown trigger={['click']} menu={{ items, onClick: ({ key }) => go(key) }}>
        <Button loading={busy}>{t('people.account')}</Button>
      </Dropdown>
      <Modal
        open={password !== undefined}
        title={`${t('people.reset')} · ${name}`}
        okText={t('people.reset')}
        confirmLoading={busy}
        onCancel={() => setPassword(undefined)}
        onOk={async () => (await act('password', { password })) && setPassword(undefined)}
      >
        <p>{t('people.resetHint')}</p>
        <Input className="fc-mono" value={password} onChange={(e) => setPassword(e.target.value)} aria-label={t('people.password')} />
      </Modal>
      <Modal
        open={asked}
        title={`${t('people.disable')} · ${name}`}
        okText={t('people.disable')}
        okButtonProps={{ danger: true }}
        confirmLoading={busy}
        onCancel={() => setAsked(false)}
        onOk={async () => (await act('disable')) && setAsked(false)}
      >
        <p>{t('people.disableAsk')}</p>
      </Modal>
    </>
  );
}
