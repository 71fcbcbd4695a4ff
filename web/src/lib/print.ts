import type { FieldInfo, Row, Words } from '../api/types';
import { when } from './clock';
import { mobile, money, percent, plate } from './format';
import { optionOf, titleName } from './kind';

/** Where something prints: lengths in millimetres, type in points. */
export type Margin = { top: number; right: number; bottom: number; left: number };
export type BlockType = 'fields' | 'lines' | 'sums' | 'text' | 'signers';
export type PrintBlock = {
  type: BlockType;
  label?: Words;
  columns?: number;
  fields?: string[];
  part?: string;
  text?: Words;
  signers?: Words[];
};
export type ElementType = 'field' | 'capitals' | 'column' | 'text' | 'qr' | 'company' | 'date' | 'page';
export type PrintElement = {
  type: ElementType;
  field?: string;
  part?: string;
  text?: Words;
  x: number;
  y: number;
  width: number;
  height: number;
  rows?: number;
  size?: number;
  align?: 'left' | 'center' | 'right';
  bold?: boolean;
};
export type PaperName = 'a4' | 'a5' | 'triplicate' | 'custom';
export type PrintLayout = {
  off?: boolean;
  paper: PaperName;
  width?: number;
  height?: number;
  landscape?: boolean;
  margin: Margin;
  size?: number;
  company?: boolean;
  title?: Words;
  qr?: string;
  pages?: boolean;
  footer?: Words;
  blocks?: PrintBlock[];
  elements?: PrintElement[];
};
export type Sheet = { layout: PrintLayout; record: Row; capitals: Record<string, string>; at: string };

export const link = '@link';
export const usualSize = 10.5;

/** The width and height of the paper as it is printed, as the server counts them. */
export function paperOf(l: PrintLayout): { width: number; height: number } {
  if (l.paper === 'triplicate') return { width: 241, height: 140 };
  if (l.paper === 'custom') return { width: l.width ?? 0, height: l.height ?? 0 };
  const [width, height] = l.paper === 'a5' ? [148, 210] : [210, 297];
  return l.landscape ? { width: height, height: width } : { width, height };
}

const rowsOf = (row: Row, part?: string) => (part ? ((row[part] as Row[] | undefined) ?? []) : []);

/** How many sheets of a preprinted form the longest column needs. */
export const sheetsOf = (l: PrintLayout, row: Row) =>
  Math.max(
    1,
    ...(l.elements ?? []).filter((e) => e.type === 'column').map((e) => Math.ceil(rowsOf(row, e.part).length / Math.max(e.rows ?? 1, 1))),
  );

/** The lines of a column that stand on a sheet, counted from 0. */
export function columnOf(e: PrintElement, row: Row, sheet: number): Row[] {
  const rows = Math.max(e.rows ?? 1, 1);
  return rowsOf(row, e.part).slice(sheet * rows, (sheet + 1) * rows);
}

/** The rules of @page. Placed elements count from the paper's corner, so there the margin is the sheet's own. */
export function pageCss(l: PrintLayout, pageOf: (page: string, pages: string) => string): string {
  const { width, height } = paperOf(l);
  const placed = (l.elements ?? []).length > 0;
  const { top, right, bottom, left } = l.margin;
  const number =
    l.pages && !placed
      ? `@bottom-center { content: ${pageOf('" counter(page) "', '" counter(pages) "')}; font: 9pt serif; color: #333; vertical-align: top; padding-top: 3mm }`
      : '';
  return `@page { size: ${width}mm ${height}mm; margin: ${placed ? '0' : `${top}mm ${right}mm ${bottom}mm ${left}mm`}; ${number} }`;
}

/** Fields in rows of so many pairs; a long text has a row of its own, and the last of a row fills what is left. */
export function pairs(fields: FieldInfo[], columns: number): { field: FieldInfo; span: number }[][] {
  const out: { field: FieldInfo; span: number }[][] = [];
  let row: { field: FieldInfo; span: number }[] = [];
  const close = () => {
    const last = row[row.length - 1];
    if (last) {
      last.span = columns - row.length + 1;
      out.push(row);
    }
    row = [];
  };
  for (const field of fields) {
    if (field.format === 'multiline') close();
    row.push({ field, span: 1 });
    if (row.length === columns || field.format === 'multiline') close();
  }
  close();
  return out;
}

/** A value as a paper shows it: plain text, nothing where there is none. */
export function printed(field: FieldInfo, row: Row, words: (w?: Words) => string, yes: string, no: string): string {
  const v = row[field.name];
  if (v === undefined || v === null || v === '') return '';
  switch (field.type) {
    case 'money':
      return money(v);
    case 'choice':
      return words(optionOf(field, v)?.label) || String(v);
    case 'multi':
      return (v as unknown[]).map((x) => words(optionOf(field, x)?.label) || String(x)).join('、');
    case 'bool':
      return v ? yes : no;
    case 'time':
      return when(String(v));
    case 'ref':
      return String(row[titleName(field.name)] ?? '');
    case 'int':
      return field.format === 'basis_points' ? percent(v) : String(v);
    case 'json':
      return Array.isArray(v) ? v.filter((x) => typeof x !== 'object').join('、') : '';
  }
  const text = String(v);
  return field.format === 'mobile' ? mobile(text) : field.format === 'plate' ? plate(text) : text;
}
