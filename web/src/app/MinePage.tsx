import { RightOutlined } from '@ant-design/icons';
import { Link } from '@tanstack/react-router';
import { Button, Radio, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { useMe, useMenu } from '../api/queries';
import { LinkButton } from '../components/LinkButton';
import { Looks } from '../components/Looks';
import { useNow } from '../lib/clock';
import { usePageTitle } from '../lib/tabs';
import { useNav } from './nav';
import { useSession } from './session';

/** The page under the thumb: who am I, and every kind of record that the bottom bar has no room for. */
export function MinePage() {
  const { t } = useTranslation();
  const me = useMe();
  const menu = useMenu();
  const nav = useNav();
  const session = useSession();
  const now = useNow();
  usePageTitle(t('nav.mine'));
  if (!me) return null;
  return (
    <div className="fc-page">
      <section className="fc-card fc-section">
        <div className="fc-head">
          <h1>{me.user.name}</h1>
          <Looks />
        </div>
        <p className="fc-soft">
          {me.tenant.name} · {t('top.now')} {now.format('YYYY-MM-DD HH:mm')}
        </p>
        <Select
          style={{ width: '100%' }}
          aria-label={t('top.posting')}
          value={me.posting.id}
          options={me.postings.map((p) => ({ value: p.id, label: `${p.companyName || p.unitName} · ${p.title}` }))}
          onChange={session.actAs}
        />
        {me.tenant.demo && (
          <p style={{ margin: '12px 0 0' }}>
            <span className="fc-soft">{t('top.clock')} </span>
            <Radio.Group value={null} onChange={(e) => session.moveClock(e.target.value)}>
              <Radio.Button value={1}>{t('top.clock1')}</Radio.Button>
              <Radio.Button value={3}>{t('top.clock3')}</Radio.Button>
            </Radio.Group>
          </p>
        )}
      </section>
      {nav(menu.sections).map((g) => (
        <section key={g.label}>
          <h2 className="fc-h2">{g.label}</h2>
          <div className="fc-cards" style={{ padding: '0 0 12px' }}>
            {g.links.map((l) => (
              <Link key={l.code} to={l.to} className="fc-card">
                <span className="line">
                  <span>
                    {l.icon} {l.label}
                  </span>
                  <RightOutlined className="fc-soft" />
                </span>
              </Link>
            ))}
          </div>
        </section>
      ))}
      <LinkButton block to="/account" style={{ marginBottom: 8 }}>
        {t('account.title')}
      </LinkButton>
      <Button block danger onClick={session.signOut}>
        {t('top.signout')}
      </Button>
    </div>
  );
}
