import { PlusOutlined } from '@ant-design/icons';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { Button, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Listing } from '../../components/Listing';
import { Problem } from '../../components/Problem';
import { useTell } from '../../components/tell';
import { when } from '../../lib/clock';
import { useWords } from '../../lib/prefs';
import { OpenDialog } from './OpenDialog';
import { type Status, type Tenant, tenantsQuery } from './queries';
import { StatusTag } from './StatusTag';

const statuses: Status[] = ['trial', 'active', 'suspended', 'closed'];

/** All tenants: how they stand, until when, and how many of their seats are taken. */
export function Tenants() {
  const { t } = useTranslation();
  const words = useWords();
  const client = useQueryClient();
  const navigate = useNavigate();
  const tell = useTell();
  const [opening, setOpening] = useState(false);
  const [status, setStatus] = useState<Status>();
  const q = useQuery(tenantsQuery);
  if (q.isError) return <Problem error={q.error} retry={() => q.refetch()} />;
  const seats = (x: Tenant) => {
    const u = x.uses.find((u) => u.resource === 'users');
    return (
      u && (
        <span
          className={u.most && u.used && u.used >= u.most ? 'fc-num fc-late' : 'fc-num'}
        >{`${u.used} / ${u.most ?? t('plans.none')}`}</span>
      )
    );
  };
  return (
    <>
      <div className="fc-head">
        <h1>{t('platform.tenants')}</h1>
        <Select<Status>
          allowClear
          aria-label={t('platform.status')}
          placeholder={t('platform.status')}
          value={status}
          onChange={setStatus}
          style={{ width: 110 }}
          options={statuses.map((s) => ({ value: s, label: t(`platform.${s}`) }))}
        />
        <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setOpening(true)}>
          {t('platform.open')}
        </Button>
      </div>
      <div className="fc-card">
        <Listing<Tenant>
          rowKey="id"
          loading={q.isPending}
          rows={status ? q.data?.filter((x) => x.status === status) : q.data}
          width={860}
          empty={t('platform.noTenants')}
          columns={[
            {
              title: t('platform.name'),
              dataIndex: 'name',
              render: (v: string, row) => (
                <Link to="/platform/tenants/$id" params={{ id: row.id }}>
                  {v}
                </Link>
              ),
            },
            { title: t('platform.code'), dataIndex: 'code', render: (v: string) => <span className="fc-mono">{v}</span> },
            {
              title: t('platform.status'),
              dataIndex: 'status',
              render: (v: Status) => <StatusTag status={v} />,
            },
            { title: t('platform.plan'), render: (_, row) => words(row.planName) },
            {
              title: t('platform.endsOn'),
              dataIndex: 'endsOn',
              sorter: (a, b) => (a.endsOn ?? '9').localeCompare(b.endsOn ?? '9'),
              render: (v?: string) => <span className="fc-num">{v ?? t('platform.noEnd')}</span>,
            },
            { title: t('platform.seats'), align: 'right', render: (_, row) => seats(row) },
            { title: t('platform.createdAt'), dataIndex: 'createdAt', render: (v: string) => <span className="fc-num">{when(v)}</span> },
          ]}
        />
      </div>
      {opening && (
        <OpenDialog
          close={() => setOpening(false)}
          done={async (id) => {
            setOpening(false);
            tell.done(t('platform.opened'));
            await client.invalidateQueries({ queryKey: ['platform'] });
            await navigate({ to: '/platform/tenants/$id', params: { id } });
          }}
        />
      )}
    </>
  );
}
