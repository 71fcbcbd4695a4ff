import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Drawer, Empty, Select, Timeline } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { get, request } from '../../api/client';
import { type Level, Parameters, type Setting, useValueText } from '../../components/Parameters';
import { Problem, Waiting } from '../../components/Problem';
import { when } from '../../lib/clock';
import { useWords } from '../../lib/prefs';
import { usePageTitle } from '../../lib/tabs';

type List = { unitId: string; level: Level; places: { unitId: string; name: string; level: Level }[]; items: Setting[] };
type Change = { at: string; by: string; unitName: string; was?: unknown; now?: unknown; wasLocked: boolean; nowLocked: boolean };

/** What the group and its companies decide, and where each value comes from. */
export function SettingsPage() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [unit, setUnit] = useState<string>();
  const [asked, setAsked] = useState<Setting>();
  usePageTitle(t('settings.title'));
  const q = useQuery({
    queryKey: ['parameters', unit ?? ''],
    queryFn: ({ signal }) => get<List>('/parameters', { unit }, signal),
    placeholderData: (before) => before,
  });
  if (q.isError && !q.data) return <Problem error={q.error} retry={() => q.refetch()} />;
  if (!q.data) return <Waiting rows={6} />;
  const { items, level, places, unitId } = q.data;
  const company = level === 'company' ? unitId : undefined;
  const path = (s: Setting) => `/parameters/${s.key}`;
  return (
    <div className="fc-page">
      <div className="fc-head">
        <h1>{t('settings.title')}</h1>
        {places.length > 1 ? (
          <Select
            value={unitId}
            onChange={setUnit}
            options={places.map((p) => ({ value: p.unitId, label: p.name }))}
            showSearch={{ optionFilterProp: 'label' }}
            aria-label={t('settings.place')}
            style={{ minWidth: 200 }}
          />
        ) : (
          <span className="fc-soft">{places[0]?.name}</span>
        )}
      </div>
      <Parameters
        items={items}
        level={level}
        history={setAsked}
        send={{
          set: (s, own, value, locked) => request('PUT', path(s), { body: { unitId: company, value, locked }, version: own.version }),
          unset: (s, own) => request('DELETE', path(s), { query: { unit: company }, version: own.version }),
          reload: () => client.invalidateQueries({ queryKey: ['parameters'] }),
        }}
      />
      {asked && <History setting={asked} close={() => setAsked(undefined)} />}
    </div>
  );
}

function History({ setting, close }: { setting: Setting; close: () => void }) {
  const { t } = useTranslation();
  const words = useWords();
  const text = useValueText();
  const q = useQuery({
    queryKey: ['parameters', 'history', setting.key],
    queryFn: async ({ signal }) => (await get<{ items: Change[] }>(`/parameters/${setting.key}/history`, undefined, signal)).items,
  });
  const side = (value: unknown, locked: boolean) =>
    value === undefined ? t('settings.inherited') : text(setting, value) + (locked ? ` · ${t('settings.locked')}` : '');
  return (
    <Drawer open title={t('settings.historyOf', { name: words(setting.label) })} onClose={close}>
      {q.isError && <Problem error={q.error} retry={() => q.refetch()} />}
      {q.isPending && <Waiting rows={3} />}
      {q.data?.length === 0 && <Empty description={t('settings.noHistory')} />}
      {q.data && (
        <Timeline
          items={q.data.map((c) => ({
            key: c.at + c.unitName,
            content: (
              <>
                <div>
                  {c.unitName}：{side(c.was, c.wasLocked)} → <b>{side(c.now, c.nowLocked)}</b>
                </div>
                <small className="fc-soft">
                  {c.by} {when(c.at)}
                </small>
              </>
            ),
          }))}
        />
      )}
    </Drawer>
  );
}
