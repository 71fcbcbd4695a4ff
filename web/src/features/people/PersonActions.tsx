import { Button, Dropdown, Input, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { post } from '../../api/client';
import { useMe } from '../../api/queries';
import type { KindInfo, Open } from '../../api/types';
import { Absences } from '../../components/Absences';
import { LinkButton } from '../../components/LinkButton';
import { useTell } from '../../components/tell';
import { Handover } from './Handover';
import { usePeopleChanged } from './queries';
import { secret } from './secret';

/** What an administrator does with somebody's account. */
export function PersonActions({ row }: { kind: KindInfo; row: Open }) {
  const { t } = useTranslation();
  const tell = useTell();
  const me = useMe();
  const changed = usePeopleChanged();
  const [password, setPassword] = useState<string>();
  const [asked, setAsked] = useState<'disable' | 'two-step/reset'>();
  const [dialog, setDialog] = useState<'handover' | 'absence'>();
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
    { key: 'handover', label: t('handover.action') },
    { key: 'absence', label: t('absence.action') },
    { key: 'password', label: t('people.reset') },
    { key: 'two-step/reset', label: t('people.twoStep') },
    { key: 'unlock', label: t('people.unlock') },
    off ? { key: 'enable', label: t('people.enable') } : { key: 'disable', label: t('people.disable'), danger: true },
  ];
  const go = (key: string) => {
    if (key === 'password') setPassword(secret());
    else if (key === 'disable' || key === 'two-step/reset') setAsked(key);
    else if (key === 'handover' || key === 'absence') setDialog(key);
    else void act(key);
  };
  return (
    <>
      {why}
      <Dropdown trigger={['click']} menu={{ items, onClick: ({ key }) => go(key) }}>
        <Button loading={busy}>{t('people.account')}</Button>
      </Dropdown>
      {dialog === 'handover' && <Handover user={row.id} name={name} active={!off} close={() => setDialog(undefined)} />}
      <Modal
        open={dialog === 'absence'}
        title={`${t('absence.title')} · ${name}`}
        footer={null}
        onCancel={() => setDialog(undefined)}
        destroyOnHidden
      >
        <Absences path={`/users/${row.id}/absences`} user={row.id} />
      </Modal>
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
        open={asked !== undefined}
        title={`${asked === 'disable' ? t('people.disable') : t('people.twoStep')} · ${name}`}
        okText={asked === 'disable' ? t('people.disable') : t('people.twoStep')}
        okButtonProps={{ danger: true }}
        confirmLoading={busy}
        onCancel={() => setAsked(undefined)}
        onOk={async () => asked && (await act(asked)) && setAsked(undefined)}
      >
        <p>{asked === 'disable' ? t('people.disableAsk') : t('people.twoStepAsk')}</p>
      </Modal>
    </>
  );
}
