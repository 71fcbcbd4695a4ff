import { Link } from '@tanstack/react-router';
import type { FieldInfo, KindInfo, Row } from '../../api/types';
import type { Column } from '../../components/Listing';
import { Value } from '../../components/Value';
import { fieldOf } from '../../lib/kind';
import { linkOf } from './extend';

const widths: Partial<Record<string, number>> = {
  money: 118,
  date: 104,
  time: 140,
  bool: 68,
  choice: 92,
  int: 72,
  number: 96,
  multi: 140,
  ref: 140,
};
// People's names are short; models are not, and documents are known by their numbers.
const people = new Set(['user', 'customer']);
const numbered = 168;

export const width = (f: FieldInfo) =>
  f.name === 'number' || (f.type === 'ref' && f.name === 'contractId')
    ? numbered
    : f.format === 'vin'
      ? 180
      : f.format === 'mobile'
        ? 128
        : f.type === 'ref' && people.has(f.ref ?? '')
          ? 88
          : (widths[f.type] ?? 140);

export const fieldsOf = (kind: KindInfo, names: string[]) => names.flatMap((n) => fieldOf(kind.fields, n) ?? []);

/** The columns of a list, from its declaration. The first one is the link to the record. */
export function columns(
  kind: KindInfo,
  label: (f: FieldInfo) => string,
  sort?: string,
  fields = fieldsOf(kind, kind.list),
  late?: (f: FieldInfo, row: Row) => boolean,
) {
  return fields.map((f, i) => ({
    fixed: i === 0 ? ('start' as const) : undefined,
    key: f.name,
    dataIndex: f.name,
    title: label(f),
    width: kind.widths?.[f.name] ?? width(f),
    ellipsis: f.type === 'text' || f.type === 'ref' || f.type === 'multi' || f.type === 'file',
    align: f.type === 'money' || f.type === 'number' || (f.type === 'int' && i > 0) ? 'right' : undefined,
    sorter: sort !== undefined && f.sortable,
    sortOrder: sort === f.name ? 'ascend' : sort === `-${f.name}` ? 'descend' : null,
    showSorterTooltip: false,
    render: (_: unknown, row: Row) =>
      i === 0 ? (
        <Link {...linkOf(kind, row)} onClick={(e) => e.stopPropagation()}>
          <Value field={f} row={row} link={false} />
        </Link>
      ) : late?.(f, row) ? (
        <span className="fc-late">
          <Value field={f} row={row} link={false} />
        </span>
      ) : (
        <Value field={f} row={row} link={false} />
      ),
  })) satisfies Column<Row>[];
}
