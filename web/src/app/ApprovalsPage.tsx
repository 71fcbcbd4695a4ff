import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Alert, Badge, Empty, Skeleton, Tabs } from 'antd';
import { useTranslation } from 'react-i18next';
import { ProblemError } from '../api/client';
import { useKinds, useMe } from '../api/queries';
import type { KindInfo } from '../api/types';
import { LinkButton } from '../components/LinkButton';
import { Problem } from '../components/Problem';
import { useStandingIn, useTodo } from '../features/approvals/queries';
import { changed, Listing, type ListSearch } from '../features/records/ListPage';
import { Found } from '../features/records/Rows';
import { usePageTitle } from '../lib/tabs';
import { type ApprovalTab, approvalTabs } from './approvalTabs';

/** Everything that has to do with approvals of the reader: what waits, what they decided, what they submitted. */
export function ApprovalsPage() {
  const { t } = useTranslation();
  const { tab = 'todo', ...search } = useSearch({ from: '/shell/approvals' });
  const navigate = useNavigate({ from: '/approvals' });
  const kinds = useKinds();
  const me = useMe();
  const todo = useTodo();
  const standing = useStandingIn();
  const title = t('approval.mine');
  usePageTitle(title);
  const kind = kinds.find((k) => k.name === (tab === 'mine' ? 'approval' : 'approval_task'));
  if (!kind) return <Problem error={new ProblemError(404, 'client.kind', '')} />;
  const go = (change: Partial<ListSearch>) => void navigate({ search: (old) => changed(old, change), replace: !('view' in change) });
  const wide = me?.grants['approval:read'] !== undefined && me.grants['approval:read'] !== 'self';
  const counted = (n: number, more = false) =>
    n > 0 && <Badge size="small" count={more ? `${n}+` : n} overflowCount={999} style={{ marginInlineStart: 6 }} />;
  const tabs = (
    <>
      <div className="fc-head">
        <Tabs
          className="fc-views fc-fill"
          activeKey={tab}
          items={approvalTabs.map((key) => ({
            key,
            label: (
              <>
                {t(`approval.tab.${key}`)}
                {key === 'todo' && counted(todo.count, todo.more)}
                {key === 'standing' && counted(standing.data?.length ?? 0)}
              </>
            ),
          }))}
          onChange={(key) => void navigate({ search: key === 'todo' ? {} : { tab: key as ApprovalTab } })}
        />
        {wide && (
          <>
            <LinkButton to="/r/$path" params={{ path: 'approvals' }}>
              {t('approval.everything')}
            </LinkButton>
            <LinkButton to="/approvals/figures">{t('approval.figures')}</LinkButton>
          </>
        )}
        <LinkButton to="/account">{t('absence.title')}</LinkButton>
      </div>
      {tab === 'todo' && (standing.data?.length ?? 0) > 0 && (
        <Alert
          type="info"
          showIcon
          style={{ marginBottom: 8 }}
          title={t('approval.standingIn', { count: standing.data?.length ?? 0 })}
          action={
            <Link to="/approvals" search={{ tab: 'standing' }}>
              {t('approval.look')}
            </Link>
          }
        />
      )}
    </>
  );
  if (tab === 'standing') {
    return (
      <div className="fc-page">
        <div className="fc-head">
          <h1>{title}</h1>
        </div>
        {tabs}
        <div className="fc-card">
          <Standing kind={kind} />
        </div>
      </div>
    );
  }
  const view = { todo: 'todo', done: 'done', mine: 'mine', copied: 'copied' }[tab];
  return (
    <Listing key={tab} kind={kind} title={title} search={search} go={go} only={view} nothing={t(`approval.nothing.${tab}`)} tabs={tabs} />
  );
}

/** What the reader may decide today in the place of those who are away. */
function Standing({ kind }: { kind: KindInfo }) {
  const { t } = useTranslation();
  const q = useStandingIn();
  if (q.isError && !q.data) return <Problem error={q.error} retry={() => q.refetch()} />;
  if (!q.data) return <Skeleton active paragraph={{ rows: 6 }} style={{ padding: 16 }} />;
  const list = kind.list.includes('ownerId') ? kind.list : [...kind.list.slice(0, 1), 'ownerId', ...kind.list.slice(1)];
  return (
    <Found
      kind={{ ...kind, list }}
      rows={q.data}
      empty={<Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('approval.nothing.standing')} />}
    />
  );
}
