import { ApartmentOutlined, BankOutlined, ClusterOutlined, ShopOutlined, TeamOutlined } from '@ant-design/icons';
import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Alert, Button, DatePicker, Empty, Input, Popconfirm, Tag, Tree } from 'antd';
import dayjs from 'dayjs';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { post } from '../../api/client';
import { useMe } from '../../api/queries';
import { kindsBelow, type Node, treeOf, type Unit, usePastUnits, useUnits } from '../../api/units';
import { Opening } from '../../components/Opening';
import { Problem, Waiting } from '../../components/Problem';
import { useTell } from '../../components/tell';
import { usePageTitle } from '../../lib/tabs';
import { MergeDialog } from './MergeDialog';
import { People } from './People';
import { type Task, UnitDialog } from './UnitDialog';

const icons: Record<string, ReactNode> = {
  group: <BankOutlined aria-hidden />,
  region: <ClusterOutlined aria-hidden />,
  company: <ShopOutlined aria-hidden />,
  department: <ApartmentOutlined aria-hidden />,
  team: <TeamOutlined aria-hidden />,
};

/** The tree of the group. A unit is dragged to another place, or changed beside the tree. */
export function OrganisationPage() {
  const { t } = useTranslation();
  const tell = useTell();
  const client = useQueryClient();
  const me = useMe();
  const units = useUnits();
  const [chosen, setChosen] = useState<string>();
  const [task, setTask] = useState<Task>();
  // What was folded is kept, not what is open: a unit that gets its first one below it shows it.
  const [folded, setFolded] = useState<string[]>([]);
  const [typed, setTyped] = useState('');
  const [merging, setMerging] = useState<Unit>();
  const [at, setAt] = useState<string>();
  const past = usePastUnits(at);
  usePageTitle(t('org.title'));
  if (units.isError && !units.data) return <Problem error={units.error} retry={() => units.refetch()} />;
  if (!units.data) return <Waiting rows={10} />;
  const all = (at && past.data) || units.data;
  const may = me?.grants['org:manage'] !== undefined && !at;
  const tree = treeOf(all);
  const unit = all.find((u) => u.id === (chosen ?? tree[0]?.unit.id));
  const changed = () => client.invalidateQueries({ queryKey: ['records', 'org_unit'] });
  const act = (u: Unit, what: string, body?: unknown) =>
    post(`/org-units/${u.id}/${what}`, body, u.version).then(changed).catch(tell.failed);
  const found = typed.trim().toLowerCase();
  const hit = (u: Unit) => found !== '' && `${u.name} ${u.code}`.toLowerCase().includes(found);
  return (
    <div className="fc-page">
      <div className="fc-head">
        <h1>{t('org.title')}</h1>
        <DatePicker
          value={at ? dayjs(at) : null}
          onChange={(d) => setAt(d?.format('YYYY-MM-DD'))}
          placeholder={t('org.at')}
          aria-label={t('org.at')}
          style={{ width: 180 }}
        />
      </div>
      {at && (
        <Alert
          type="info"
          showIcon
          title={t('org.atHint', { day: at })}
          action={
            <Button size="small" onClick={() => setAt(undefined)}>
              {t('org.now')}
            </Button>
          }
          style={{ marginBottom: 12 }}
        />
      )}
      {past.isError && <Problem error={past.error} retry={() => past.refetch()} />}
      <div className="fc-org">
        <section className="fc-card fc-section">
          <Input
            allowClear
            value={typed}
            onChange={(e) => setTyped(e.target.value)}
            placeholder={t('org.find')}
            aria-label={t('org.find')}
          />
          <Tree<Node>
            key={found + (at ?? '')}
            blockNode
            showIcon
            expandedKeys={all.map((u) => u.id).filter((id) => !folded.includes(id))}
            onExpand={(open) => setFolded(all.map((u) => u.id).filter((id) => !open.includes(id)))}
            draggable={may ? { icon: false, nodeDraggable: (n) => (n as Node).unit.kind !== 'group' } : false}
            allowDrop={({ dragNode, dropNode, dropPosition }) =>
              dropPosition === 0 && kindsBelow((dropNode as Node).unit.kind).includes((dragNode as Node).unit.kind)
            }
            onDrop={({ dragNode, node }) => setTask({ what: 'move', unit: (dragNode as Node).unit, to: (node as Node).unit.id })}
            selectedKeys={unit ? [unit.id] : []}
            onSelect={([key]) => key && setChosen(String(key))}
            treeData={tree}
            icon={(n) => icons[(n as unknown as { data: Node }).data.unit.kind]}
            titleRender={(n) => (
              <span className={n.unit.status === 'open' ? undefined : 'fc-soft'} style={hit(n.unit) ? { fontWeight: 600 } : undefined}>
                {n.unit.name} <small className="fc-soft">{n.unit.code}</small>
                {n.unit.status !== 'open' && <Tag style={{ marginInlineStart: 6 }}>{t('org.closed')}</Tag>}
              </span>
            )}
          />
        </section>
        {unit ? (
          <section className="fc-card fc-section">
            <div className="fc-head">
              <h1>{unit.name}</h1>
              {may && unit.status === 'open' && (
                <>
                  {kindsBelow(unit.kind).length > 0 && (
                    <Button type="primary" onClick={() => setTask({ what: 'add', unit })}>
                      {t('org.add')}
                    </Button>
                  )}
                  <Button onClick={() => setTask({ what: 'edit', unit })}>{t('record.edit')}</Button>
                  {unit.kind !== 'group' && <Button onClick={() => setTask({ what: 'move', unit })}>{t('org.move')}</Button>}
                  {['company', 'department', 'team'].includes(unit.kind) && (
                    <Button onClick={() => setMerging(unit)}>{t('org.merge')}</Button>
                  )}
                  {unit.kind !== 'group' && (
                    <Popconfirm
                      title={t('org.closeAsk', { name: unit.name })}
                      description={t('org.closeHint')}
                      okText={t('org.close')}
                      okButtonProps={{ danger: true }}
                      onConfirm={() => act(unit, 'close', {})}
                    >
                      <Button danger>{t('org.close')}</Button>
                    </Popconfirm>
                  )}
                </>
              )}
              {may && unit.status !== 'open' && <Button onClick={() => act(unit, 'reopen')}>{t('org.reopen')}</Button>}
            </div>
            <dl className="fc-facts">
              <div>
                <dt>{t('org.code')}</dt>
                <dd>{unit.code}</dd>
              </div>
              <div>
                <dt>{t('org.kind')}</dt>
                <dd>{t(`org.${unit.kind}` as 'org.group')}</dd>
              </div>
              <div>
                <dt>{t('org.below')}</dt>
                <dd>{all.filter((u) => u.parentId === unit.id).length}</dd>
              </div>
              {!at && (
                <div>
                  <dt>{t('org.head')}</dt>
                  <dd>{unit.headName ?? t('value.none')}</dd>
                </div>
              )}
              {unit.kind === 'company' && !at && (
                <>
                  <div>
                    <dt>{t('org.startMonth')}</dt>
                    <dd className="fc-num">{unit.startMonth?.slice(0, 7) ?? t('value.none')}</dd>
                  </div>
                  <div>
                    <dt>{t('org.openedOn')}</dt>
                    <dd className="fc-num">{unit.openedOn ?? t('org.notOpened')}</dd>
                  </div>
                </>
              )}
              {unit.mergedIntoName && (
                <div>
                  <dt>{t('org.mergedInto')}</dt>
                  <dd>{unit.mergedIntoName}</dd>
                </div>
              )}
            </dl>
            {may && unit.kind === 'company' && unit.status === 'open' && !unit.openedOn && <Opening key={unit.id} unit={unit.id} />}
            {!at && me?.grants['user:read'] !== undefined && <People unit={unit.id} />}
            <p style={{ marginTop: 16 }}>
              <Link to="/r/$path/$id" params={{ path: 'org-units', id: unit.id }}>
                {t('org.history')}
              </Link>
            </p>
          </section>
        ) : (
          <Empty />
        )}
      </div>
      {merging && <MergeDialog unit={merging} units={units.data} close={() => setMerging(undefined)} done={changed} />}
      {task && (
        <UnitDialog
          task={task}
          units={all}
          close={() => setTask(undefined)}
          done={async () => {
            setTask(undefined);
            await changed();
          }}
        />
      )}
    </div>
  );
}
