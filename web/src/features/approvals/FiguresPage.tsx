import { Link } from '@tanstack/react-router';
import { DatePicker, Empty, Select, Skeleton, Table, Tabs } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useKinds } from '../../api/queries';
import type { Filter } from '../../api/types';
import { Problem } from '../../components/Problem';
import { RefSelect } from '../../components/RefSelect';
import { instant, today } from '../../lib/clock';
import { useNames, useWords } from '../../lib/prefs';
import { usePageTitle } from '../../lib/tabs';
import './approvals.css';
import { useFigures } from './queries';
import { duration } from './rules';
import type { Figures, PersonFigure, ReturnFigure, StepFigure } from './types';

const companies = '[["kind","=","company"]]';
const shownBars = 8;
const day = 'YYYY-MM-DD';

/** How long approvals take, who is late and what is sent back most. */
export function FiguresPage() {
  const { t } = useTranslation();
  const names = useNames();
  const kinds = useKinds();
  usePageTitle(t('approval.figures'));
  const [period, setPeriod] = useState<[Dayjs, Dayjs]>(() => [today().subtract(29, 'day'), today()]);
  const [kind, setKind] = useState<string>();
  const [company, setCompany] = useState<string>();
  const asked = { from: period[0].format(day), to: period[1].format(day), kind, companyId: company };
  const q = useFigures(asked);
  const documents = kinds.filter((k) => k.status && k.name !== 'approval' && k.name !== 'approval_task');
  return (
    <div className="fc-page">
      <div className="fc-head">
        <h1>{t('approval.figures')}</h1>
        <Link to="/approvals">{t('approval.mine')}</Link>
      </div>
      <div className="fc-card fc-section fc-ask-row">
        <DatePicker.RangePicker
          aria-label={t('approval.period')}
          allowClear={false}
          maxDate={today()}
          value={period}
          presets={[7, 30, 90].map((n) => ({ label: t('approval.lastDays', { n }), value: [today().subtract(n - 1, 'day'), today()] }))}
          onChange={(v) => v?.[0] && v[1] && setPeriod([v[0], v[1]])}
        />
        <Select
          allowClear
          aria-label={t('approval.kind')}
          placeholder={t('approval.allKinds')}
          style={{ minWidth: 160 }}
          value={kind}
          options={documents.map((k) => ({ value: k.name, label: names.many(k) }))}
          onChange={setKind}
        />
        <div style={{ minWidth: 200 }}>
          <RefSelect
            path="org-units"
            filter={companies}
            label={t('approval.company')}
            placeholder={t('approval.allCompanies')}
            value={company}
            onChange={setCompany}
          />
        </div>
      </div>
      {q.isError && !q.data && <Problem error={q.error} retry={() => q.refetch()} />}
      {q.isPending && <Skeleton active paragraph={{ rows: 10 }} />}
      {q.data && <Shown figures={q.data} asked={asked} />}
    </div>
  );
}

type Asked = { from: string; to: string; kind?: string; companyId?: string };

function useHours() {
  const { t } = useTranslation();
  return (h: number) => {
    const d = duration(h);
    return t(d.key, { n: d.n });
  };
}

function Shown({ figures: f, asked }: { figures: Figures; asked: Asked }) {
  const { t } = useTranslation();
  const hours = useHours();
  const period: Filter = [
    ['submittedAt', '>=', instant(dayjs(asked.from))],
    ['submittedAt', '<', instant(dayjs(asked.to).add(1, 'day'))],
    ...(asked.companyId ? ([['companyId', '=', asked.companyId]] as Filter) : []),
    ...(asked.kind ? ([['recordKind', '=', asked.kind]] as Filter) : []),
  ];
  const count = (key: 'running' | 'approved' | 'rejected' | 'withdrawn', n: number) => (
    <Link to="/r/$path" params={{ path: 'approvals' }} search={{ filter: [...period, ['status', '=', key]] }} className="fc-card figure">
      <b>{n}</b>
      <span>{t(`approval.status.${key}`)}</span>
    </Link>
  );
  if (f.runs === 0) return <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('approval.noFigures')} />;
  return (
    <>
      <div className="fc-work fc-counts">
        <Link to="/r/$path" params={{ path: 'approvals' }} search={{ filter: period }} className="fc-card figure">
          <b>{f.runs}</b>
          <span>
            {t('approval.runs')}
            <small>{t('approval.medianOf', { time: hours(f.medianHours) })}</small>
          </span>
        </Link>
        {count('running', f.running)}
        {count('approved', f.approved)}
        <div className="fc-card figure fc-told">
          <b>{f.returned}</b>
          <span>{t('approval.returnedOnce')}</span>
        </div>
        {count('rejected', f.rejected)}
        {count('withdrawn', f.withdrawn)}
      </div>
      <div className="fc-card fc-section">
        <Tabs
          items={[
            { key: 'steps', label: t('approval.bySteps'), children: <Steps steps={f.steps} asked={asked} /> },
            { key: 'people', label: t('approval.byPeople'), children: <PeopleFigures people={f.people} asked={asked} /> },
            { key: 'returns', label: t('approval.byReturns'), children: <Returns returns={f.returns} period={period} /> },
          ]}
        />
      </div>
    </>
  );
}

type Bar = { key: string; label: string; n: number; beyond?: number; says: string };

/** Lengths side by side; the soft part is what the slowest tenth takes. */
function Bars({ title, bars }: { title: string; bars: Bar[] }) {
  const most = Math.max(...bars.map((b) => b.beyond ?? b.n), 0);
  if (most === 0) return null;
  const share = (n: number) => `${(100 * n) / most}%`;
  return (
    <figure className="fc-lengths">
      <figcaption className="fc-soft">{title}</figcaption>
      {bars.slice(0, shownBars).map((b) => (
        <div key={b.key}>
          <span title={b.label}>{b.label}</span>
          <span className="bar" aria-hidden>
            {b.beyond !== undefined && <i className="beyond" style={{ width: share(b.beyond) }} />}
            <i style={{ width: share(b.n) }} />
          </span>
          <span className="fc-num">{b.says}</span>
        </div>
      ))}
    </figure>
  );
}

const num = (n: number) => <span className="fc-num">{n}</span>;
const lateNum = (n: number) => <span className={n > 0 ? 'fc-num fc-late' : 'fc-num'}>{n}</span>;

function Steps({ steps, asked }: { steps: StepFigure[]; asked: Asked }) {
  const { t } = useTranslation();
  const words = useWords();
  const hours = useHours();
  const kinds = useKinds();
  const kindLabel = (name: string) => words(kinds.find((k) => k.name === name)?.label) || name;
  const rows = [...steps].sort((a, b) => b.medianHours - a.medianHours);
  const key = (s: StepFigure) => `${s.kind}.${s.action}.${s.node}.${words(s.flowName)}`;
  const tasks = (s: StepFigure): Filter => [
    ['subject', '=', `${s.kind}.${s.action}`],
    // Tasks hold the name of their step in Chinese, and in English beside it.
    ['step', '=', s.name.zh],
    ['openedAt', '>=', instant(dayjs(asked.from))],
  ];
  return (
    <>
      <Bars
        title={t('approval.stepTimes')}
        bars={rows.map((s) => ({
          key: key(s),
          label: `${words(s.name)} · ${kindLabel(s.kind)}`,
          n: s.medianHours,
          beyond: s.p90Hours,
          says: `${hours(s.medianHours)} / ${hours(s.p90Hours)}`,
        }))}
      />
      <Table<StepFigure>
        size="small"
        rowKey={key}
        dataSource={rows}
        pagination={false}
        scroll={{ x: 760 }}
        columns={[
          {
            title: t('approval.step'),
            render: (_, s) => (
              <Link to="/r/$path" params={{ path: 'approval-tasks' }} search={{ filter: tasks(s) }}>
                {words(s.name)}
              </Link>
            ),
          },
          { title: t('approval.kind'), render: (_, s) => kindLabel(s.kind) },
          { title: t('approval.flow'), render: (_, s) => words(s.flowName) },
          { title: t('approval.count'), dataIndex: 'count', align: 'right', render: num },
          { title: t('approval.median'), align: 'right', render: (_, s) => <span className="fc-num">{hours(s.medianHours)}</span> },
          { title: t('approval.p90'), align: 'right', render: (_, s) => <span className="fc-num">{hours(s.p90Hours)}</span> },
          { title: t('approval.late'), align: 'right', dataIndex: 'lateCount', render: lateNum },
          { title: t('approval.sentBack'), align: 'right', dataIndex: 'returned', render: num },
        ]}
      />
    </>
  );
}

function PeopleFigures({ people, asked }: { people: PersonFigure[]; asked: Asked }) {
  const { t } = useTranslation();
  const hours = useHours();
  const rows = [...people].sort((a, b) => b.late - a.late || b.open - a.open);
  const open = (p: PersonFigure): Filter => [
    ['ownerId', '=', p.userId],
    ['status', '=', 'open'],
    ...(asked.kind ? ([['recordKind', '=', asked.kind]] as Filter) : []),
  ];
  return (
    <>
      <Bars
        title={t('approval.whoIsLate')}
        bars={rows.filter((p) => p.late > 0).map((p) => ({ key: p.userId, label: p.name, n: p.late, says: String(p.late) }))}
      />
      <Table<PersonFigure>
        size="small"
        rowKey="userId"
        dataSource={rows}
        pagination={false}
        scroll={{ x: 520 }}
        columns={[
          {
            title: t('approval.person'),
            render: (_, p) => (
              <Link to="/r/$path" params={{ path: 'approval-tasks' }} search={{ filter: open(p) }}>
                {p.name}
              </Link>
            ),
          },
          { title: t('approval.openNow'), dataIndex: 'open', align: 'right', render: num },
          { title: t('approval.late'), dataIndex: 'late', align: 'right', render: lateNum },
          { title: t('approval.decided'), dataIndex: 'decided', align: 'right', render: num },
          { title: t('approval.median'), align: 'right', render: (_, p) => <span className="fc-num">{hours(p.medianHours)}</span> },
        ]}
      />
    </>
  );
}

function Returns({ returns, period }: { returns: ReturnFigure[]; period: Filter }) {
  const { t } = useTranslation();
  const words = useWords();
  const rows = [...returns].sort((a, b) => b.count - a.count);
  const key = (r: ReturnFigure) => `${r.kind}.${r.action}.${words(r.name)}`;
  const percent = (share: number) => `${Math.round(share * 100)}%`;
  return (
    <>
      <Bars
        title={t('approval.whatReturns')}
        bars={rows.map((r) => ({ key: key(r), label: words(r.name), n: r.count, says: `${r.count} · ${percent(r.share)}` }))}
      />
      <Table<ReturnFigure>
        size="small"
        rowKey={key}
        dataSource={rows}
        pagination={false}
        scroll={{ x: 520 }}
        columns={[
          {
            title: t('approval.what'),
            render: (_, r) => (
              <Link
                to="/r/$path"
                params={{ path: 'approvals' }}
                search={{
                  filter: [
                    ...period.filter((x) => x[0] !== 'recordKind'),
                    ['recordKind', '=', r.kind],
                    ['status', 'in', ['returned', 'rejected']],
                  ],
                }}
              >
                {words(r.name)}
              </Link>
            ),
          },
          { title: t('approval.count'), dataIndex: 'count', align: 'right', render: num },
          { title: t('approval.share'), align: 'right', render: (_, r) => <span className="fc-num">{percent(r.share)}</span> },
          { title: t('approval.reasonTop'), dataIndex: 'reasonTop', ellipsis: true },
        ]}
      />
    </>
  );
}
