import { Empty, Pagination, Skeleton, Table, type TableColumnsType, type TableColumnType } from 'antd';
import { type ReactNode, useState } from 'react';
import { usePhone } from '../lib/screen';

export type Column<T> = Omit<TableColumnType<T>, 'title' | 'render' | 'dataIndex'> & {
  /** Without a title the column is what can be done with a row. */
  title?: string;
  dataIndex?: Extract<keyof T, string>;
  render?: (value: never, row: T, index: number) => ReactNode;
};

type Props<T> = {
  rows: T[] | undefined;
  columns: Column<T>[];
  rowKey: Extract<keyof T, string> | ((row: T) => string);
  /** What stands there instead of no rows. */
  empty?: string;
  loading?: boolean;
  /** The least width of the table in px, beneath which it scrolls on a wide window; its content's without it. */
  width?: number;
  /** Rows of a page; all of them without it. */
  page?: number;
  /** What a row has to say besides, behind its label; nothing where it returns nothing. */
  more?: { label: string; of: (row: T) => ReactNode };
};

/**
 * Rows with columns: a table, and on a phone a card for each row. The first column heads the card, figures stand two in a line, the
 * rest one beneath the other, and what can be done comes last. What a row lacks is left out.
 */
export function Listing<T extends object>({ rows, columns, rowKey, empty, loading, width, page, more }: Props<T>) {
  const phone = usePhone();
  if (phone) return <Cards rows={rows} columns={columns} rowKey={rowKey} empty={empty} loading={loading} page={page} more={more} />;
  return (
    <Table<T>
      size="small"
      rowKey={rowKey}
      loading={loading}
      dataSource={rows}
      pagination={page && (rows?.length ?? 0) > page ? { pageSize: page, showSizeChanger: false } : false}
      scroll={{ x: width ?? 'max-content' }}
      locale={{ emptyText: <Nothing says={empty} /> }}
      expandable={
        more && {
          rowExpandable: (row) => Boolean(more.of(row)),
          expandedRowRender: (row) => (
            <>
              <div className="fc-soft">{more.label}</div>
              {more.of(row)}
            </>
          ),
        }
      }
      columns={columns as TableColumnsType<T>}
    />
  );
}

function Cards<T extends object>({ rows, columns, rowKey, empty, loading, page, more }: Omit<Props<T>, 'width'>) {
  const [at, setAt] = useState(1);
  if (loading && !rows) return <Skeleton active title={false} style={{ padding: 12 }} />;
  if (!rows?.length) return <Nothing says={empty} />;
  // The rows can become fewer while the last page is looked at.
  const shown = page ? Math.min(at, Math.ceil(rows.length / page)) : 1;
  const first = page ? (shown - 1) * page : 0;
  const cell = (c: Column<T>, row: T, i: number) => {
    const value = c.dataIndex && row[c.dataIndex];
    return c.render ? c.render(value as never, row, i) : (value as ReactNode);
  };
  const [head, ...rest] = columns;
  return (
    <>
      <ul className="fc-stack">
        {rows.slice(first, page ? first + page : undefined).map((row, n) => {
          const i = first + n;
          const cells = rest.map((c, j) => ({ c, key: c.key ?? c.dataIndex ?? j, content: cell(c, row, i) }));
          const facts = cells.filter(({ c, content }) => c.title && says(content) && !lacks(c, row));
          const deeds = cells.filter(({ c, content }) => !c.title && says(content));
          const detail = more?.of(row);
          return (
            <li key={typeof rowKey === 'function' ? rowKey(row) : String(row[rowKey])}>
              {head && <b>{cell(head, row, i)}</b>}
              <dl>
                {facts.map(({ c, key, content }) => (
                  <div key={key} className={c.align === 'right' ? 'half' : undefined}>
                    <dt>{c.title}</dt>
                    <dd>{content}</dd>
                  </div>
                ))}
              </dl>
              {detail && (
                <details>
                  <summary>{more?.label}</summary>
                  {detail}
                </details>
              )}
              {deeds.map(({ key, content }) => (
                <div key={key} className="deeds">
                  {content}
                </div>
              ))}
            </li>
          );
        })}
      </ul>
      {page !== undefined && rows.length > page && (
        <Pagination simple={{ readOnly: true }} align="center" current={shown} pageSize={page} total={rows.length} onChange={setAt} />
      )}
    </>
  );
}

const Nothing = ({ says }: { says?: string }) => <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={says} />;

const says = (content: ReactNode) => content !== undefined && content !== null && content !== false && content !== '';

/** A column of a field that the row does not have; one that is put together says for itself. */
function lacks<T>(c: Column<T>, row: T) {
  if (!c.dataIndex) return false;
  const value = row[c.dataIndex];
  return value === undefined || value === null || value === '';
}
