import { Link, useNavigate } from '@tanstack/react-router';
import { Button, Checkbox, Empty, Skeleton, Table, Tooltip } from 'antd';
import { Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useKinds, useList } from '../../api/queries';
import type { KindInfo, Row } from '../../api/types';
import { LinkButton } from '../../components/LinkButton';
import { Problem, Waiting } from '../../components/Problem';
import { Value } from '../../components/Value';
import type { Key } from '../../lib/i18n';
import { fieldOf, namedFields, titleOf } from '../../lib/kind';
import { useNames, usePrefs, useWords } from '../../lib/prefs';
import { usePhone, useWide } from '../../lib/screen';
import { columns, fieldsOf, width } from './columns';
import { extensionOf, linkOf, spoken } from './extend';

const pageSize = 50;
// As many as can be chosen and dealt with together.
const chosenSize = 100;

type RowsProps = {
  kind: KindInfo;
  filter?: string;
  sort: string;
  q?: string;
  onSort: (s: string | undefined) => void;
  clear?: () => void;
  nothing?: string;
};

/** The rows of a list, page by page. */
export function Rows({ kind, filter, sort, q, onSort, clear, nothing }: RowsProps) {
  const { t } = useTranslation();
  const names = useNames();
  const [cursors, setCursors] = useState<string[]>([]);
  const ext = extensionOf(kind.name).list;
  const more = [...(ext?.fields ?? []), ...Object.values(ext?.english ?? {})].filter((n) => fieldOf(kind.fields, n));
  const fields = [...new Set([...namedFields(kind).split(','), ...more])].join(',');
  const list = useList(kind, { filter, sort, q, limit: ext?.Chosen ? chosenSize : pageSize, cursor: cursors.at(-1), count: true, fields });
  const rows = list.data?.items ?? [];
  const count = list.data?.count;
  if (list.isError && !list.data) return <Problem error={list.error} retry={() => list.refetch()} />;
  const empty = (
    <Empty
      image={Empty.PRESENTED_IMAGE_SIMPLE}
      description={(!clear && nothing) || t(clear ? 'list.emptyFiltered' : 'list.empty', { kind: names.some(kind) })}
    >
      {clear ? (
        <Button onClick={clear}>{t('list.clear')}</Button>
      ) : (
        kind.can.create && (
          <LinkButton look="primary" to="/r/$path/new" params={{ path: kind.path }}>
            {t('list.newOf', { kind: names.one(kind) })}
          </LinkButton>
        )
      )}
    </Empty>
  );
  return (
    <>
      {list.isPending ? (
        <div style={{ padding: '4px 16px 16px' }}>
          <Skeleton active title={false} paragraph={{ rows: 10, width: '100%' }} />
        </div>
      ) : (
        <Found kind={kind} rows={rows} sort={sort} onSort={onSort} empty={empty} />
      )}
      {rows.length > 0 && (
        <div className="fc-foot">
          <span className="fc-num">
            {count && (count.more ? t('list.countMore', { n: count.value }) : t('list.count', { count: count.value }))}
          </span>
          <span style={{ flex: 1 }} />
          {(cursors.length > 0 || list.data?.next) && (
            <>
              <Button size="small" disabled={!cursors.length} onClick={() => setCursors(cursors.slice(0, -1))}>
                {t('list.prev')}
              </Button>
              <span className="fc-num">{t('list.page', { n: cursors.length + 1 })}</span>
              <Button
                size="small"
                disabled={!list.data?.next || list.isPlaceholderData}
                onClick={() => setCursors([...cursors, list.data?.next ?? ''])}
              >
                {t('list.next')}
              </Button>
            </>
          )}
        </div>
      )}
    </>
  );
}

type FoundProps = { kind: KindInfo; rows: Row[]; sort?: string; onSort?: (s: string | undefined) => void; empty: React.ReactNode };

/** Rows as a table or, on a phone, as cards; with what can be done with several, and one of them at the side, where the kind has that. */
export function Found({ kind: given, rows: found, sort, onSort, empty }: FoundProps) {
  const { t } = useTranslation();
  const { lang } = usePrefs();
  const rows = found.map((r) => spoken(given.name, r, lang));
  const words = useWords();
  const navigate = useNavigate();
  const phone = usePhone();
  const wide = useWide();
  const ext = extensionOf(given.name).list;
  const kind = { ...given, widths: { ...ext?.widths, ...given.widths } };
  const [chosen, setChosen] = useState<string[]>([]);
  const [shown, setShown] = useState<string>();
  const open = (row: Row) => void navigate(linkOf(kind, row));
  const own = useKinds().find((k) => k.name === kind.name);
  // What others decided meanwhile leaves the list, and with it what was chosen.
  const picked = rows.filter((r) => chosen.includes(r.id));
  const side = ext?.Preview && wide && rows.length > 0 ? (rows.find((r) => r.id === shown) ?? rows[0]) : undefined;
  // Columns that somebody chose stay as chosen.
  const untouched = own?.list.join() === kind.list.join();
  const fields = fieldsOf(kind, (side && untouched && ext?.columns) || kind.list);
  const barred = (row: Row) => ext?.barred?.(row);
  const choosable = rows.some((r) => barred(r) === undefined);
  const toggle = (row: Row) => setChosen(chosen.includes(row.id) ? chosen.filter((id) => id !== row.id) : [...chosen, row.id]);
  // It stays for its answers when the rows that it dealt with have left the list.
  const bar = ext?.Chosen && chosen.length > 0 && (
    <Suspense fallback={null}>
      <ext.Chosen kind={kind} rows={picked} clear={() => setChosen([])} />
    </Suspense>
  );
  if (phone) {
    if (!rows.length) return empty;
    return (
      <>
        <Cards kind={kind} rows={rows} barred={ext?.Chosen && choosable ? barred : undefined} chosen={chosen} toggle={toggle} />
        {bar}
      </>
    );
  }
  const table = (
    <Table<Row>
      className="fc-rows"
      size="small"
      rowKey="id"
      pagination={false}
      sticky={{ getContainer: () => document.getElementById('main') ?? window }}
      dataSource={rows}
      columns={columns(kind, (f) => words(f.label), sort, fields, ext?.late)}
      scroll={{ x: fields.reduce((n, f) => n + (kind.widths?.[f.name] ?? width(f)), ext?.Chosen && choosable ? 40 : 0) }}
      locale={{ emptyText: empty }}
      rowClassName={(row) => (row === side ? 'fc-shown' : '')}
      rowSelection={
        !ext?.Chosen || !choosable
          ? undefined
          : {
              fixed: true,
              columnWidth: 40,
              selectedRowKeys: picked.map((r) => r.id),
              onChange: (keys) => setChosen(keys.map(String)),
              getCheckboxProps: (row) => ({
                disabled: barred(row) !== undefined,
                'aria-label': t('list.choose', { title: titleOf(kind, row) }),
              }),
              renderCell: (_, row, __, node) => {
                const why = barred(row);
                return why ? <Tooltip title={t(why)}>{node}</Tooltip> : node;
              },
            }
      }
      onRow={(row) => ({
        onClick: () => (side ? setShown(row.id) : open(row)),
        onDoubleClick: () => open(row),
        tabIndex: side ? 0 : undefined,
        onFocus: (e) => side && e.target === e.currentTarget && setShown(row.id),
        onKeyDown: (e) => side && e.key === 'Enter' && e.target === e.currentTarget && open(row),
      })}
      onChange={(_, __, s) => {
        const by = Array.isArray(s) ? s[0] : s;
        onSort?.(by?.order ? `${by.order === 'descend' ? '-' : ''}${String(by.columnKey)}` : undefined);
      }}
    />
  );
  if (!ext?.Preview || !side) return [table, bar && <div key="bar">{bar}</div>];
  return (
    <div className="fc-split">
      <div>
        {table}
        {bar}
      </div>
      <aside>
        <Suspense fallback={<Waiting rows={6} />}>
          <ext.Preview key={side.id} kind={kind} row={side} />
        </Suspense>
      </aside>
    </div>
  );
}

type CardsProps = {
  kind: KindInfo;
  rows: Row[];
  /** Why a row cannot be chosen; rows have no box without it. */
  barred?: (row: Row) => Key | undefined;
  chosen: string[];
  toggle: (row: Row) => void;
};

/** A list on a phone: title and state, and beneath them the columns in pairs. */
function Cards({ kind, rows, barred, chosen, toggle }: CardsProps) {
  const { t } = useTranslation();
  const words = useWords();
  const { late, Card: Own } = extensionOf(kind.name).list ?? {};
  const status = kind.status ? fieldOf(kind.fields, kind.status) : undefined;
  const rest = fieldsOf(kind, kind.list).filter((f) => f.name !== kind.title && f !== status);
  return (
    <div className="fc-cards">
      {rows.map((row) => {
        const card = Own ? (
          <Link key={row.id} {...linkOf(kind, row)} className="fc-card">
            <Suspense fallback={null}>
              <Own row={row} />
            </Suspense>
          </Link>
        ) : (
          <Link key={row.id} {...linkOf(kind, row)} className="fc-card">
            <span className="line">
              <b>{titleOf(kind, row)}</b>
              {status && <Value field={status} row={row} link={false} />}
            </span>
            <span className="pairs">
              {rest
                .filter((f) => row[f.name] !== undefined)
                .slice(0, 6)
                .map((f) => (
                  <span key={f.name} className={late?.(f, row) ? 'fc-late' : undefined}>
                    <em>{words(f.label)}</em>
                    <Value field={f} row={row} link={false} />
                  </span>
                ))}
            </span>
          </Link>
        );
        if (!barred) return card;
        const why = barred(row);
        return (
          <div key={row.id} className="fc-pick">
            <Checkbox
              checked={chosen.includes(row.id)}
              disabled={why !== undefined}
              aria-label={t('list.choose', { title: titleOf(kind, row) })}
              onChange={() => toggle(row)}
            />
            {card}
            {why && <small className="fc-soft">{t(why)}</small>}
          </div>
        );
      })}
    </div>
  );
}
