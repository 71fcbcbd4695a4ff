import { useQueries } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Result, Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import { listQuery, useKinds, useMe } from '../../api/queries';
import type { KindInfo, ViewInfo } from '../../api/types';
import { LinkButton } from '../../components/LinkButton';
import { Checklist, useOpenings } from '../../components/Opening';
import { Problem } from '../../components/Problem';
import { useNow } from '../../lib/clock';
import { filterText } from '../../lib/kind';
import { useNames, useWords } from '../../lib/prefs';
import { usePageTitle } from '../../lib/tabs';

/** How many checklists stand before the day's work; a group that begins has dozens of companies. */
const mostOpenings = 2;

type Queue = { kind: KindInfo; view: ViewInfo; n: number; more: boolean };

/** What needs me today: every queue that holds something, the late ones first; each number opens its list. */
export function WorkbenchPage() {
  const { t } = useTranslation();
  const words = useWords();
  const names = useNames();
  const me = useMe();
  const kinds = useKinds();
  const now = useNow();
  usePageTitle(t('nav.workbench'));
  const openings = useOpenings(me?.grants['org:manage'] !== undefined);
  const unopened = openings.data ?? [];
  const all = kinds.flatMap((kind) => kind.views.filter((v) => v.work || v.figure).map((view) => ({ kind, view })));
  const answers = useQueries({
    queries: all.map(({ kind, view }) => listQuery(kind, { filter: filterText(view.filter), limit: 1, count: true })),
  });
  const queues: Queue[] = all.map((q, i) => {
    const data = answers[i]?.data;
    return { ...q, n: data?.count?.value ?? data?.items.length ?? 0, more: data?.count?.more ?? false };
  });
  const figures = queues.filter((q) => q.view.figure);
  const full = queues.filter((q) => q.n > 0 && q.view.work);
  const late = full.filter((q) => q.view.late);
  const waiting = full.filter((q) => !q.view.late);
  const busy = answers.some((a) => a.isPending);
  const failed = answers.find((a) => a.isError);
  const next = ['visit', 'intent', 'customer'].flatMap((n) => kinds.find((k) => k.name === n && k.can.create) ?? []);

  const group = (title: string, list: Queue[], className: string) =>
    list.length > 0 && (
      <section>
        <h2 className="fc-h2">{title}</h2>
        <div className="fc-work">
          {list.map(({ kind, view, n, more }) => (
            <Link
              key={kind.name + view.name}
              to="/r/$path"
              params={{ path: kind.path }}
              search={{ view: view.name }}
              className={`fc-card ${className}`}
            >
              <b>
                {n}
                {more && '+'}
              </b>
              <span>
                {words(view.label)}
                <small>{names.many(kind)}</small>
              </span>
            </Link>
          ))}
        </div>
      </section>
    );

  return (
    <div className="fc-page">
      <div className="fc-head">
        <h1>{t('work.title', { name: me?.user.name ?? '' })}</h1>
        <span className="fc-soft fc-num">{now.format('YYYY-MM-DD dddd')}</span>
        {next.slice(0, 2).map((k, i) => (
          <LinkButton key={k.name} look={i === 0 ? 'primary' : 'default'} to="/r/$path/new" params={{ path: k.path }}>
            {t('list.newOf', { kind: names.one(k) })}
          </LinkButton>
        ))}
      </div>
      {failed && <Problem error={failed.error} retry={() => void Promise.all(answers.filter((a) => a.isError).map((a) => a.refetch()))} />}
      {busy && !full.length && !failed && (
        <div className="fc-work">
          {[1, 2, 3, 4].map((n) => (
            <div key={n} className="fc-card" style={{ padding: 16 }}>
              <Skeleton active title={false} paragraph={{ rows: 2 }} />
            </div>
          ))}
        </div>
      )}
      {unopened.slice(0, mostOpenings).map((c) => (
        <section key={c.unitId} className="fc-card fc-section">
          <Checklist company={c} />
        </section>
      ))}
      {unopened.length > mostOpenings && (
        <p>
          <Link to="/organisation">{t('work.openings', { count: unopened.length - mostOpenings })}</Link>
        </p>
      )}
      {group(t('work.late'), late, 'late')}
      {group(t('work.waiting'), waiting, '')}
      {!busy && !failed && !full.length && !unopened.length && (
        <Result
          status="success"
          title={t('work.done')}
          subTitle={next.length ? t('work.doneHint') : undefined}
          extra={next.slice(0, 1).map((k) => (
            <LinkButton key={k.name} look="primary" to="/r/$path/new" params={{ path: k.path }}>
              {t('list.newOf', { kind: names.one(k) })}
            </LinkButton>
          ))}
        />
      )}
      {!busy && group(t('work.figures'), figures, 'figure')}
    </div>
  );
}
