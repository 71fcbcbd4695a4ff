import { SearchOutlined } from '@ant-design/icons';
import { useQueries } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { Empty, Input, Modal, Skeleton } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { listQuery, useKinds } from '../api/queries';
import { Value } from '../components/Value';
import { fieldOf, hintOf, namedFields, titleOf } from '../lib/kind';
import { useNames } from '../lib/prefs';
import { iconOf } from './nav';

const each = 5;

type Hit = { key: string; path: string; id?: string; group: string; title: string; icon: React.ReactNode; more?: React.ReactNode };

/** Finds records of every searchable kind, and pages by their names. */
export function SearchDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const names = useNames();
  const navigate = useNavigate();
  const kinds = useKinds();
  const [typed, setTyped] = useState('');
  const [q, setQ] = useState('');
  const [at, setAt] = useState(0);
  useEffect(() => {
    const timer = setTimeout(() => {
      setQ(typed.trim());
      setAt(0);
    }, 200);
    return () => clearTimeout(timer);
  }, [typed]);

  const enabled = open && q.length >= 2;
  const searchable = kinds.filter((k) => k.searchable);
  const found = useQueries({
    queries: searchable.map((k) => ({ ...listQuery(k, { q, limit: each, fields: namedFields(k) }), enabled, staleTime: 10_000 })),
  });
  const pages: Hit[] = q
    ? kinds
        .filter((k) => `${k.label.zh} ${k.label.en}`.toLowerCase().includes(q.toLowerCase()))
        .map((k) => ({ key: `/${k.path}`, path: k.path, group: t('search.pages'), title: names.many(k), icon: iconOf(k.name) }))
    : [];
  const records: Hit[] = enabled
    ? searchable.flatMap((k, i) =>
        (found[i]?.data?.items ?? []).map((row) => {
          const status = k.status ? fieldOf(k.fields, k.status) : undefined;
          return {
            key: row.id,
            path: k.path,
            id: row.id,
            group: names.many(k),
            title: titleOf(k, row),
            icon: iconOf(k.name),
            more: (
              <small>
                {hintOf(k, row)} {status && <Value field={status} row={row} link={false} />}
              </small>
            ),
          };
        }),
      )
    : [];
  const hits = [...records, ...pages];
  const busy = enabled && found.some((f) => f.isFetching);

  const close = () => {
    onClose();
    setTyped('');
    setQ('');
  };
  const go = (h: Hit | undefined) => {
    if (!h) return;
    close();
    void (h.id
      ? navigate({ to: '/r/$path/$id', params: { path: h.path, id: h.id } })
      : navigate({ to: '/r/$path', params: { path: h.path } }));
  };
  const keys = (e: React.KeyboardEvent) => {
    if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
      e.preventDefault();
      setAt((n) => Math.max(0, Math.min(hits.length - 1, n + (e.key === 'ArrowDown' ? 1 : -1))));
    }
    if (e.key === 'Enter') go(hits[at]);
  };
  return (
    <Modal
      open={open}
      onCancel={close}
      footer={null}
      closable={false}
      destroyOnHidden
      width={560}
      style={{ top: 72 }}
      styles={{ container: { padding: 12 } }}
    >
      <Input
        autoFocus
        size="large"
        variant="borderless"
        prefix={<SearchOutlined />}
        placeholder={t('search.hint')}
        aria-label={t('top.search')}
        value={typed}
        onChange={(e) => setTyped(e.target.value)}
        onKeyDown={keys}
      />
      <div className="fc-found" style={{ maxHeight: '60vh', overflow: 'auto' }}>
        {hits.map((h, i) => (
          <div key={h.key}>
            {h.group !== hits[i - 1]?.group && <h3>{h.group}</h3>}
            <Link
              to={h.id ? '/r/$path/$id' : '/r/$path'}
              params={{ path: h.path, id: h.id ?? '' }}
              className={i === at ? 'on' : ''}
              onMouseEnter={() => setAt(i)}
              onClick={close}
            >
              {h.icon}
              <span style={{ flex: 1 }}>{h.title}</span>
              {h.more}
            </Link>
          </div>
        ))}
        {busy && !hits.length && <Skeleton active paragraph={{ rows: 3 }} title={false} style={{ padding: 10 }} />}
        {!busy && !hits.length && (
          <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={q.length >= 2 ? t('search.none', { q }) : t('search.start')} />
        )}
      </div>
    </Modal>
  );
}
