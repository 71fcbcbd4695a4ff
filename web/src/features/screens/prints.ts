import type { KindInfo, Words } from '../../api/types';
import { fieldOf } from '../../lib/kind';
import { type BlockType, type ElementType, link, type PrintBlock, type PrintElement, type PrintLayout, paperOf } from '../../lib/print';
import type { PlaceVersions } from './layouts';

export const none: Words = { zh: '', en: '' };

/** The layout of a place as it is edited now: its draft, else what counts, else the shipped one. */
export const latest = (known: PlaceVersions | undefined, shipped: PrintLayout): PrintLayout => {
  const print = (known?.versions.find((v) => v.version === 0) ?? known?.versions.find((v) => v.current))?.print;
  return print && !print.off ? print : shipped;
};

/** A preprinted form of three sheets, with nothing on it but the day. */
export const blankForm = (): PrintLayout => ({
  paper: 'triplicate',
  margin: { top: 5, right: 5, bottom: 5, left: 5 },
  elements: [{ type: 'date', x: 190, y: 10, width: 40, height: 7, align: 'right' }],
});

/** What can stand on a paper. */
export const printFields = (kind: KindInfo) =>
  kind.fields.filter((f) => f.type !== 'id' && !f.retired && f.name !== 'version' && f.visibility !== 'hidden');

export function blockOf(type: BlockType, kind: KindInfo): PrintBlock {
  const fields = printFields(kind);
  switch (type) {
    case 'fields':
      return { type, columns: 2, fields: fields.slice(0, 2).map((f) => f.name) };
    case 'lines': {
      const part = kind.parts[0];
      return { type, part: part?.name, label: part?.label, fields: part ? partFields(kind, part.name).map((f) => f.name) : [] };
    }
    case 'sums':
      return {
        type,
        fields: fields
          .filter((f) => f.type === 'money')
          .slice(0, 1)
          .map((f) => f.name),
      };
    case 'signers':
      return { type, columns: 2, signers: [none, none] };
    default:
      return { type, text: none };
  }
}

export const partFields = (kind: KindInfo, part?: string) =>
  (kind.parts.find((p) => p.name === part)?.fields ?? []).filter((f) => f.type !== 'id' && f.visibility !== 'hidden');

export function elementOf(type: ElementType, kind: KindInfo): PrintElement {
  const base: PrintElement = { type, x: 10, y: 10, width: 40, height: 7 };
  const fields = printFields(kind);
  switch (type) {
    case 'field':
      return { ...base, field: fieldOf(fields, 'number')?.name ?? fields[0]?.name };
    case 'capitals':
      return { ...base, width: 90, field: fields.find((f) => f.type === 'money')?.name };
    case 'qr':
      return { ...base, width: 20, height: 20, field: link };
    case 'column': {
      const part = kind.parts[0]?.name;
      return { ...base, part, field: partFields(kind, part)[0]?.name, rows: 5 };
    }
    case 'text':
      return { ...base, text: none };
    default:
      return base;
  }
}

const half = (n: number) => Math.round(n * 2) / 2;
const within = (n: number, low: number, high: number) => Math.max(low, Math.min(high, n));

/** How high an element stands on the paper: a column is as high as all its lines. */
export const tall = (e: PrintElement) => e.height * Math.max(e.type === 'column' ? (e.rows ?? 1) : 1, 1);

/** Moves an element by millimetres, in steps of a half, and keeps it on the paper. */
export function shifted(l: PrintLayout, e: PrintElement, dx: number, dy: number): PrintElement {
  const { width, height } = paperOf(l);
  return { ...e, x: half(within(e.x + dx, 0, width - e.width)), y: half(within(e.y + dy, 0, height - tall(e))) };
}

/** Makes an element larger or smaller by millimetres, at least 2 mm, within the paper. */
export function resized(l: PrintLayout, e: PrintElement, dx: number, dy: number): PrintElement {
  const { width, height } = paperOf(l);
  const lines = tall(e) / e.height;
  return {
    ...e,
    width: half(within(e.width + dx, 2, width - e.x)),
    height: half(within(e.height + dy / lines, 2, (height - e.y) / lines)),
  };
}
