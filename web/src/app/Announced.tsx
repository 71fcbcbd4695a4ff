import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert } from 'antd';
import { useTranslation } from 'react-i18next';
import { get, post } from '../api/client';
import type { Words } from '../api/types';
import { useTell } from '../components/tell';
import { useWords } from '../lib/prefs';

type Announcement = { id: string; version: number; level: 'info' | 'warning'; title: Words; text: Words };

const key = ['announcements'];

/** What the platform announces, until the reader has put it away. */
export function Announced() {
  const { t } = useTranslation();
  const words = useWords();
  const client = useQueryClient();
  const tell = useTell();
  const q = useQuery({
    queryKey: key,
    queryFn: async ({ signal }) => (await get<{ items: Announcement[] }>('/announcements', undefined, signal)).items,
    refetchInterval: 60_000,
  });
  const dismiss = (id: string) =>
    post(`/announcements/${id}/dismiss`)
      .then(() => client.invalidateQueries({ queryKey: key }))
      .catch(tell.failed);
  return q.data?.map((a) => (
    <Alert
      key={`${a.id}/${a.version}`}
      banner
      type={a.level}
      title={words(a.title)}
      description={<span style={{ whiteSpace: 'pre-line' }}>{words(a.text)}</span>}
      closable={{ onClose: () => dismiss(a.id), 'aria-label': t('announcement.dismiss') }}
    />
  ));
}
