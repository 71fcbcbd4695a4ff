import { Button, Popconfirm, Tag, Tooltip } from 'antd';
import { useTranslation } from 'react-i18next';
import { Listing } from '../../components/Listing';
import { ago, when } from '../../lib/clock';
import { useWords } from '../../lib/prefs';
import { type Token, useOwnGrants } from './tokens';

const colors = { live: 'green', expired: undefined, revoked: undefined, ended: undefined } as const;

/** A token ends with its day: the day before the instant at which it is over. */
const lastDay = (expiresAt: string) => when(new Date(Date.parse(expiresAt) - 1000).toISOString()).slice(0, 10);

/** Tokens with what they may do, from where, and when they were used last. */
export function TokenTable({ rows, owners, revoke }: { rows: Token[] | undefined; owners?: boolean; revoke: (id: string) => void }) {
  const { t } = useTranslation();
  const words = useWords();
  const grants = useOwnGrants();
  const named = (permissions: string[]) =>
    permissions
      .flatMap((p) => grants.data?.filter((g) => g.permission === p).map((g) => `${words(g.resourceLabel)} · ${words(g.label)}`) ?? [])
      .join('；');
  return (
    <Listing<Token>
      rowKey="id"
      loading={!rows}
      rows={rows}
      empty={t('tokens.none')}
      columns={[
        { title: t('tokens.name'), dataIndex: 'name' },
        ...(owners ? [{ title: t('monitor.person'), render: (_: unknown, x: Token) => x.userName }] : []),
        { title: t('monitor.posting'), render: (_, x) => `${x.unitName} · ${x.title}` },
        {
          title: t('tokens.may'),
          render: (_, x) =>
            x.readOnly ? (
              t('tokens.readOnly')
            ) : (
              <Tooltip title={named(x.permissions)}>
                <span>{t('tokens.count', { count: x.permissions.length })}</span>
              </Tooltip>
            ),
        },
        {
          title: t('tokens.networks'),
          render: (_, x) => <span className="fc-num">{x.networks.length ? x.networks.join(', ') : t('tokens.anywhere')}</span>,
        },
        { title: t('tokens.expires'), render: (_, x) => <span className="fc-num">{lastDay(x.expiresAt)}</span> },
        {
          title: t('tokens.used'),
          render: (_, x) =>
            x.usedAt ? (
              <span title={when(x.usedAt)}>
                {ago(x.usedAt)} <small className="fc-soft fc-num">{x.usedFrom}</small>
              </span>
            ) : (
              t('tokens.never')
            ),
        },
        {
          render: (_, x) =>
            x.status === 'live' ? (
              <Popconfirm
                title={t('tokens.revokeAsk', { name: x.name })}
                okText={t('tokens.revoke')}
                okButtonProps={{ danger: true }}
                onConfirm={() => revoke(x.id)}
              >
                <Button type="link" size="small" danger>
                  {t('tokens.revoke')}
                </Button>
              </Popconfirm>
            ) : (
              <Tag color={colors[x.status]}>{t(`tokens.status.${x.status}`)}</Tag>
            ),
        },
      ]}
    />
  );
}
