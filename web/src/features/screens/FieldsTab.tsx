import { PlusOutlined } from '@ant-design/icons';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Popconfirm, Progress, Space, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { get, ProblemError, request } from '../../api/client';
import type { KindInfo } from '../../api/types';
import { Listing } from '../../components/Listing';
import { Order } from '../../components/Order';
import { Problem, Waiting } from '../../components/Problem';
import { useTell } from '../../components/tell';
import { useWords } from '../../lib/prefs';
import { FieldDialog } from './FieldDialog';
import { type OwnField, type OwnFields, shapeOf } from './fields';

/** The fields that the group added to a kind. */
export function FieldsTab({ kind, may }: { kind: KindInfo; may: boolean }) {
  const { t } = useTranslation();
  const words = useWords();
  const tell = useTell();
  const client = useQueryClient();
  const [open, setOpen] = useState<OwnField | 'new'>();
  const key = ['screens', kind.name, 'fields'];
  const q = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => get<OwnFields>(`/screens/${kind.name}/fields`, undefined, signal),
    refetchInterval: (query) => (query.state.data?.recompute ? 2000 : false),
  });
  if (q.isError) return <Problem error={q.error} retry={() => q.refetch()} />;
  if (!q.data) return <Waiting rows={5} />;
  const all = q.data;
  const refresh = async () => {
    await Promise.all([client.invalidateQueries({ queryKey: key }), client.invalidateQueries({ queryKey: ['kinds'] })]);
  };
  const act = async (method: string, path: string, call: Parameters<typeof request>[2]) => {
    try {
      await request(method, path, call);
      tell.done(t('form.saved'));
    } catch (e) {
      if (e instanceof ProblemError && e.status === 412) tell.warn(t('record.stale'));
      else tell.failed(e);
    }
    await refresh();
  };
  const move = (i: number, by: number) => {
    const keys = all.items.map((f) => f.key);
    const [moved] = keys.splice(i, 1);
    if (moved) keys.splice(i + by, 0, moved);
    void act('PUT', `/screens/${kind.name}/field-order`, { body: { keys } });
  };
  return (
    <>
      <div style={{ display: 'flex', alignItems: 'center', gap: 12, marginBottom: 12 }}>
        <span className="fc-soft" style={{ flex: 1 }}>
          {t('screens.fieldsHint')}
        </span>
        {may && (
          <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setOpen('new')}>
            {t('screens.addField')}
          </Button>
        )}
      </div>
      {all.recompute && <Recomputing {...all.recompute} />}
      <Listing<OwnField>
        rowKey="id"
        rows={all.items}
        width={640}
        empty={t('screens.noFields')}
        columns={[
          {
            key: 'name',
            title: t('screens.name'),
            render: (_, f) => (
              <>
                <span className={f.retired ? 'fc-soft' : undefined}>{words(f.label)}</span>{' '}
                <small className="fc-soft fc-mono">{f.key}</small>
              </>
            ),
          },
          { key: 'type', title: t('screens.type'), width: 110, render: (_, f) => t(`screens.type.${shapeOf(f)}`) },
          {
            key: 'rules',
            title: t('screens.rules'),
            render: (_, f) => (
              <Space size={4} wrap>
                {f.retired && <Tag>{t('screens.retired')}</Tag>}
                {f.required && <Tag color="gold">{t('screens.required')}</Tag>}
                {f.filterable && <Tag color="blue">{t('screens.filterable')}</Tag>}
                {f.searchable && <Tag color="blue">{t('screens.searchable')}</Tag>}
                {f.protect && <Tag color="red">{t(`screens.protect.${f.protect as 'cost'}`)}</Tag>}
              </Space>
            ),
          },
          ...(may
            ? [
                {
                  key: 'do',
                  width: 240,
                  render: (_: unknown, f: OwnField, i: number) => (
                    <Space size={0}>
                      <Order
                        labels={[t('screens.up'), t('screens.down')]}
                        up={i === 0 ? undefined : () => move(i, -1)}
                        down={i === all.items.length - 1 ? undefined : () => move(i, 1)}
                      />
                      {f.retired ? (
                        <Button type="link" size="small" onClick={() => act('POST', `/own-fields/${f.id}/restore`, { version: f.version })}>
                          {t('screens.restore')}
                        </Button>
                      ) : (
                        <>
                          <Button type="link" size="small" onClick={() => setOpen(f)}>
                            {t('record.edit')}
                          </Button>
                          <Popconfirm
                            title={t('screens.retireAsk', { name: words(f.label) })}
                            onConfirm={() => act('POST', `/own-fields/${f.id}/retire`, { version: f.version })}
                          >
                            <Button type="link" size="small">
                              {t('screens.retire')}
                            </Button>
                          </Popconfirm>
                        </>
                      )}
                      <Popconfirm
                        title={t('screens.removeAsk', { name: words(f.label) })}
                        onConfirm={() => act('DELETE', `/own-fields/${f.id}`, { version: f.version })}
                      >
                        <Button type="link" size="small" danger>
                          {t('screens.remove')}
                        </Button>
                      </Popconfirm>
                    </Space>
                  ),
                },
              ]
            : []),
        ]}
      />
      {open && (
        <FieldDialog
          kind={kind}
          all={all}
          field={open === 'new' ? undefined : open}
          close={() => setOpen(undefined)}
          done={async () => {
            setOpen(undefined);
            await refresh();
          }}
        />
      )}
    </>
  );
}

function Recomputing({ total, seen }: NonNullable<OwnFields['recompute']>) {
  const { t } = useTranslation();
  return (
    <Alert
      type="info"
      showIcon
      role="status"
      style={{ marginBottom: 12 }}
      title={total === undefined ? t('screens.recomputeSoon') : t('screens.recompute', { seen, total })}
      description={total ? <Progress percent={Math.min(100, Math.floor((100 * seen) / total))} size="small" /> : undefined}
    />
  );
}
