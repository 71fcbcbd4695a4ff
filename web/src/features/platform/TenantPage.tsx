import { ArrowLeftOutlined } from '@ant-design/icons';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { Alert, Button, Descriptions, Progress, Timeline } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LinkButton } from '../../components/LinkButton';
import { Problem, Waiting } from '../../components/Problem';
import { when } from '../../lib/clock';
import type { Key } from '../../lib/i18n';
import { useWords } from '../../lib/prefs';
import { usePageTitle } from '../../lib/tabs';
import { Desk } from './Desk';
import { Export } from './Export';
import { Moves } from './Moves';
import { PlanDialog } from './PlanDialog';
import { type LogLine, logQuery, plansQuery, type Status, supportQuery, tenantQuery, type Use } from './queries';
import { useAmount } from './quotas';
import { StatusTag } from './StatusTag';
import { SupportButton } from './SupportButton';
import { Usage } from './Usage';

/** One tenant at the operators' desk: how it stands, what it uses, what was done to it. */
export function TenantPage() {
  const { id } = useParams({ from: '/platform/tenants/$id' });
  return (
    <Desk>
      <Page key={id} id={id} />
    </Desk>
  );
}

function Page({ id }: { id: string }) {
  const { t } = useTranslation();
  const words = useWords();
  const client = useQueryClient();
  const [planning, setPlanning] = useState(false);
  const q = useQuery(tenantQuery(id));
  const doors = useQuery(supportQuery).data ?? [];
  usePageTitle(q.data?.name ?? t('platform.title'));
  if (q.isError) return <Problem error={q.error} retry={() => q.refetch()} />;
  if (!q.data) return <Waiting />;
  const x = q.data;
  const again = () => client.invalidateQueries({ queryKey: ['platform'] });
  return (
    <>
      <div className="fc-head fc-wrap">
        <LinkButton look="text" to="/platform" icon={<ArrowLeftOutlined aria-hidden />} aria-label={t('platform.back')} />
        <h1>
          {x.name} <StatusTag status={x.status} />
        </h1>
        <SupportButton tenant={x} doors={doors} />
        <Export tenant={x} />
        <Moves tenant={x} done={again} />
      </div>
      {x.status === 'suspended' && x.endsOn !== undefined && x.endsOn < x.today && (
        <Alert type="warning" showIcon title={t('platform.ended', { day: x.endsOn })} style={{ marginBottom: 12 }} />
      )}
      <section className="fc-card fc-section">
        <Descriptions
          size="small"
          column={{ xs: 1, sm: 2, lg: 3 }}
          items={[
            { key: 'code', label: t('platform.code'), children: <span className="fc-mono">{x.code}</span> },
            { key: 'plan', label: t('platform.plan'), children: words(x.planName) },
            { key: 'end', label: t('platform.endsOn'), children: x.endsOn ?? t('platform.noEnd') },
            { key: 'start', label: t('platform.startDate'), children: x.startDate },
            { key: 'created', label: t('platform.createdAt'), children: when(x.createdAt) },
            { key: 'zone', label: t('platform.zone'), children: x.zone },
          ]}
        />
      </section>
      <section className="fc-card fc-section">
        <div className="fc-head">
          <h2 className="fc-h2 fc-fill">{t('platform.quotas')}</h2>
          <Button size="small" onClick={() => setPlanning(true)}>
            {t('platform.setPlan')}
          </Button>
        </div>
        <div className="fc-bars">
          {x.uses.map((u) => (
            <Bar key={u.resource} use={u} />
          ))}
        </div>
      </section>
      <section className="fc-card fc-section">
        <h2 className="fc-h2">{t('platform.usage')}</h2>
        <Usage id={id} />
      </section>
      <section className="fc-card fc-section">
        <h2 className="fc-h2">{t('platform.log')}</h2>
        <Log id={id} />
      </section>
      {planning && (
        <PlanDialog
          tenant={x}
          close={() => setPlanning(false)}
          done={async () => {
            setPlanning(false);
            await again();
          }}
        />
      )}
    </>
  );
}

function Bar({ use }: { use: Use }) {
  const { t } = useTranslation();
  const amount = useAmount();
  const { resource, used, most, own } = use;
  const part = most && used !== null ? Math.min(100, (used / most) * 100) : 0;
  const name = t(`platform.${resource}`);
  return (
    <div>
      <div className="fc-option">
        <span>{name}</span>
        <small>
          {used === null ? amount(resource, most) : `${amount(resource, used)} / ${amount(resource, most)}`}
          {own !== null && ` · ${t('platform.own')}`}
        </small>
      </div>
      {used !== null && most !== null && (
        <Progress
          aria-label={name}
          percent={part}
          showInfo={false}
          size="small"
          strokeColor={part >= 100 ? 'var(--fc-late)' : part >= 90 ? '#d48806' : 'var(--fc-accent)'}
        />
      )}
    </div>
  );
}

const did = new Set([
  'open_tenant',
  'activate',
  'renew',
  'extend',
  'suspend',
  'resume',
  'close',
  'reopen',
  'end',
  'set_plan',
  'retry_parked',
]);
// What was written before moves had names of their own.
const former: Record<string, string> = { suspended: 'suspend', active: 'resume' };

function Log({ id }: { id: string }) {
  const { t } = useTranslation();
  const words = useWords();
  const amount = useAmount();
  const q = useQuery(logQuery(id));
  const plans = useQuery(plansQuery);
  if (q.isError) return <Problem error={q.error} retry={() => q.refetch()} />;
  const plan = (code: unknown) => words(plans.data?.find((p) => p.code === code)?.name) || String(code);
  const facts = ({ detail: d }: LogLine) => {
    const out: string[] = [];
    if (d.from && d.from !== d.to) out.push(`${t(`platform.${d.from as Status}`)} → ${t(`platform.${d.to as Status}`)}`);
    if (d.fromPlan && d.fromPlan !== d.plan) out.push(`${plan(d.fromPlan)} → ${plan(d.plan)}`);
    else if (d.plan) out.push(plan(d.plan));
    if (d.endsOn) out.push(`${t('platform.endsOn')} ${d.endsOn}`);
    const own = Object.entries((d.quotas ?? {}) as Record<string, number | null>).filter(([, n]) => n !== null);
    for (const [r, n] of own) out.push(`${t(`platform.${r}` as Key)} ${amount(r as Use['resource'], n)}`);
    return out.join(' · ');
  };
  const name = (action: string) => {
    const known = former[action] ?? action;
    return t(did.has(known) ? (`platform.did.${known}` as Key) : 'platform.did.other');
  };
  return (
    <Timeline
      style={{ marginTop: 12 }}
      items={(q.data ?? []).map((l) => ({
        key: `${l.at}${l.action}`,
        content: (
          <>
            <b>{name(l.action)}</b> {facts(l)}
            <div className="fc-soft fc-num">
              {when(l.at)} · {l.by ?? t('platform.itself')}
            </div>
          </>
        ),
      }))}
    />
  );
}
