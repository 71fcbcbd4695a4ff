import { BankOutlined, BellOutlined, ClockCircleOutlined, LogoutOutlined, SearchOutlined, UserOutlined } from '@ant-design/icons';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Badge, Button, Dropdown, Empty, Popover } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { post } from '../api/client';
import { noticesQuery, useKinds, useMe } from '../api/queries';
import type { Notice } from '../api/types';
import { Looks } from '../components/Looks';
import { useTell } from '../components/tell';
import { ago, useNow, when } from '../lib/clock';
import { useWords } from '../lib/prefs';
import { usePhone } from '../lib/screen';
import { SearchDialog } from './SearchDialog';
import { useSession } from './session';

export function TopBar() {
  const { t } = useTranslation();
  const me = useMe();
  const phone = usePhone();
  const session = useSession();
  const now = useNow();
  const navigate = useNavigate();
  const [searching, setSearching] = useState(false);

  useEffect(() => {
    const on = (e: KeyboardEvent) => {
      if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === 'k') {
        e.preventDefault();
        setSearching(true);
      }
    };
    window.addEventListener('keydown', on);
    return () => window.removeEventListener('keydown', on);
  }, []);

  if (!me) return <header className="fc-top" />;
  const acting = `${me.posting.companyName || me.posting.unitName} · ${me.posting.title}`;
  return (
    <header className="fc-top">
      {me.postings.length < 2 ? (
        <span className="fc-posting alone" title={acting}>
          <BankOutlined /> {acting}
        </span>
      ) : (
        <Dropdown
          trigger={['click']}
          menu={{
            selectedKeys: [me.posting.id],
            items: me.postings.map((p) => ({ key: p.id, label: `${p.companyName || me.tenant.name} · ${p.unitName} · ${p.title}` })),
            onClick: ({ key }) => key !== me.posting.id && session.actAs(key),
          }}
        >
          <Button type="text" icon={<BankOutlined aria-hidden />} title={`${t('top.posting')}: ${acting}`}>
            <span className="fc-posting">{acting}</span>
          </Button>
        </Dropdown>
      )}
      <span className="fill" />
      <Button
        className="fc-searchbox"
        icon={<SearchOutlined aria-hidden />}
        aria-label={t('top.search')}
        onClick={() => setSearching(true)}
      >
        <span className="words">{t('top.search')}</span>
        <kbd>Ctrl K</kbd>
      </Button>
      <span className="fc-clock" title={t('top.now')}>
        <ClockCircleOutlined /> {now.format('MM-DD HH:mm')}
      </span>
      <Bell />
      {!phone && <Looks />}
      {!phone && (
        <Dropdown
          trigger={['click']}
          menu={{
            items: [
              { key: 'who', type: 'group', label: `${me.tenant.name} · ${me.user.login}` },
              ...(me.tenant.demo
                ? [
                    {
                      key: 'clock',
                      icon: <ClockCircleOutlined aria-hidden />,
                      label: t('top.clock'),
                      children: [
                        { key: 'clock-1', label: t('top.clock1') },
                        { key: 'clock-3', label: t('top.clock3') },
                        { key: 'clock-7', label: t('top.clock7') },
                      ],
                    },
                  ]
                : []),
              { key: 'account', icon: <UserOutlined aria-hidden />, label: t('account.title') },
              { key: 'out', icon: <LogoutOutlined aria-hidden />, label: t('top.signout') },
            ],
            onClick: ({ key }) =>
              void (key === 'out'
                ? session.signOut()
                : key === 'account'
                  ? navigate({ to: '/account' })
                  : session.moveClock(Number(key.slice(6)))),
          }}
        >
          <Button type="text" icon={<UserOutlined aria-hidden />}>
            {me.user.name}
          </Button>
        </Dropdown>
      )}
      <SearchDialog open={searching} onClose={() => setSearching(false)} />
    </header>
  );
}

function Bell() {
  const { t } = useTranslation();
  const words = useWords();
  const client = useQueryClient();
  const navigate = useNavigate();
  const kinds = useKinds();
  const tell = useTell();
  const { data } = useQuery(noticesQuery);
  const [open, setOpen] = useState(false);
  const unread = data?.items.filter((n) => !n.readAt) ?? [];

  const read = async (ids: string[]) => {
    if (!ids.length) return;
    try {
      await post('/notices/read', { ids });
      await client.invalidateQueries({ queryKey: ['notices'] });
    } catch (e) {
      tell.failed(e);
    }
  };
  const go = (n: Notice) => {
    setOpen(false);
    if (!n.readAt) void read([n.id]);
    const kind = kinds.find((k) => k.name === n.kind);
    if (kind) void navigate({ to: '/r/$path/$id', params: { path: kind.path, id: n.recordId } });
  };
  const content = (
    <div style={{ width: 'min(340px, 86vw)', maxHeight: 420, overflow: 'auto' }}>
      {!data?.items.length && <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('notice.none')} />}
      <div className="fc-found">
        {data?.items.map((n) => (
          <a
            key={n.id}
            href={`#${n.id}`}
            onClick={(e) => {
              e.preventDefault();
              go(n);
            }}
          >
            <Badge dot={!n.readAt} offset={[2, 4]}>
              <BellOutlined className="fc-soft" />
            </Badge>
            <span>
              {words(n.text)}
              <br />
              <small title={when(n.createdAt)}>{ago(n.createdAt)}</small>
            </span>
          </a>
        ))}
      </div>
      {unread.length > 0 && (
        <Button type="link" block onClick={() => read(unread.map((n) => n.id))}>
          {t('notice.readAll')}
        </Button>
      )}
    </div>
  );
  return (
    <Popover trigger="click" placement="bottomRight" open={open} onOpenChange={setOpen} title={t('top.notices')} content={content}>
      <Badge count={data?.unread ?? 0} size="small" offset={[-4, 6]}>
        <Button type="text" icon={<BellOutlined aria-hidden />} aria-label={t('top.notices')} />
      </Badge>
    </Popover>
  );
}
