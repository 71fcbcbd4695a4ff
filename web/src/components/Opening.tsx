import { CheckCircleFilled, CloseCircleOutlined, MinusCircleOutlined } from '@ant-design/icons';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button, Popconfirm, Progress, Skeleton, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { get, post } from '../api/client';
import type { Words } from '../api/types';
import { useWords } from '../lib/prefs';
import { Problem } from './Problem';
import { useTell } from './tell';

type Item = { code: string; label: Words; help: Words; mandatory: boolean; done: boolean; link: string };
export type Company = { unitId: string; name: string; openedOn?: string; ready: boolean; items: Item[] };

export const useOpenings = (enabled: boolean) =>
  useQuery({
    queryKey: ['records', 'org_unit', 'openings'],
    queryFn: async ({ signal }) => (await get<{ items: Company[] }>('/org-units/openings', undefined, signal)).items,
    enabled,
  });

/** What one company needs before it trades, until it is opened. */
export function Opening({ unit }: { unit: string }) {
  const q = useQuery({
    queryKey: ['records', 'org_unit', 'opening', unit],
    queryFn: ({ signal }) => get<Company>(`/org-units/${unit}/opening`, undefined, signal),
  });
  if (q.isError) return <Problem error={q.error} retry={() => q.refetch()} />;
  if (!q.data) return <Skeleton active paragraph={{ rows: 4 }} />;
  return q.data.openedOn ? null : <Checklist company={q.data} />;
}

export function Checklist({ company }: { company: Company }) {
  const { t } = useTranslation();
  const words = useWords();
  const tell = useTell();
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const open = async () => {
    setBusy(true);
    try {
      await post(`/org-units/${company.unitId}/open`);
      tell.done(t('opening.done', { name: company.name }));
    } catch (e) {
      tell.failed(e);
    } finally {
      setBusy(false);
      await client.invalidateQueries({ queryKey: ['records', 'org_unit'] });
    }
  };
  const done = company.items.filter((i) => i.done).length;
  return (
    <div className="fc-opening">
      <div className="fc-head">
        <h2 className="fc-h2" style={{ flex: 1 }}>
          {t('opening.title', { name: company.name })}
        </h2>
        <Progress
          percent={Math.round((done / company.items.length) * 100)}
          format={() => `${done}/${company.items.length}`}
          style={{ width: 140 }}
          size="small"
        />
        <Popconfirm title={t('opening.ask', { name: company.name })} okText={t('opening.open')} onConfirm={open} disabled={!company.ready}>
          <Button type="primary" size="small" disabled={!company.ready} loading={busy}>
            {t('opening.open')}
          </Button>
        </Popconfirm>
      </div>
      <ul>
        {company.items.map((i) => (
          <li key={i.code}>
            {i.done ? (
              <CheckCircleFilled style={{ color: 'var(--fc-accent)' }} aria-label={t('opening.has')} />
            ) : i.mandatory ? (
              <CloseCircleOutlined style={{ color: 'var(--fc-late)' }} aria-label={t('opening.missing')} />
            ) : (
              <MinusCircleOutlined className="fc-soft" aria-label={t('opening.missing')} />
            )}
            <span className="what">
              {words(i.label)} {!i.mandatory && <Tag>{t('opening.optional')}</Tag>}
              <small className="fc-soft">{words(i.help)}</small>
            </span>
            {!i.done && <Link to={i.link as '/brands'}>{t('opening.go')}</Link>}
          </li>
        ))}
      </ul>
    </div>
  );
}
