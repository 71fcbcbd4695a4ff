import { QRCode } from 'antd';
import { type CSSProperties, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMe } from '../api/queries';
import type { FieldInfo, KindInfo, Row } from '../api/types';
import { dayOf, when } from '../lib/clock';
import { fieldOf } from '../lib/kind';
import { useWords } from '../lib/prefs';
import {
  columnOf,
  link,
  type PrintBlock,
  type PrintElement,
  pageCss,
  pairs,
  paperOf,
  printed,
  type Sheet,
  sheetsOf,
  usualSize,
} from '../lib/print';
import './paper.css';

const mm = (n: number) => `${n}mm`;
const pixels = 96 / 25.4; // of one millimetre

/** What a sheet prints, true to the millimetre: the same markup on the screen and on paper. */
export function Paper({ kind, sheet }: { kind: KindInfo; sheet: Sheet }) {
  const { t } = useTranslation();
  const { layout, record } = sheet;
  const { width, height } = paperOf(layout);
  const placed = layout.elements ?? [];
  const blocks = layout.blocks ?? [];
  const { top, right, bottom, left } = layout.margin;
  const sheets = sheetsOf(layout, record);
  const flows = blocks.length > 0;
  const style: CSSProperties = { width: mm(width), fontSize: `${layout.size || usualSize}pt`, minHeight: mm(height) };
  const zoom = useFit(width);
  return (
    <div className="fc-desk">
      <style>{pageCss(layout, (page, pages) => `"${t('print.page', { page, pages })}"`)}</style>
      <div className="fc-desk-in" style={{ zoom }}>
        {Array.from({ length: sheets }, (_, n) => (
          <article
            // biome-ignore lint/suspicious/noArrayIndexKey: a sheet has nothing but its number
            key={n}
            className={`fc-paper${flows && n === 0 ? (placed.length ? ' mixed' : ' flowing') : ''}`}
            style={
              flows && n === 0
                ? { ...style, padding: [top, right, bottom, left].map(mm).join(' ') }
                : { ...style, height: mm(height), overflow: 'hidden' }
            }
          >
            {flows && n === 0 && <Document kind={kind} sheet={sheet} />}
            {placed.map((e, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: an element has nothing but its place
              <Placed key={i} element={e} kind={kind} sheet={sheet} page={n} pages={sheets} />
            ))}
          </article>
        ))}
      </div>
    </div>
  );
}

/** On a narrow screen the paper shrinks; print takes it at its own size. */
function useFit(width: number) {
  const [room, setRoom] = useState(window.innerWidth);
  useEffect(() => {
    const read = () => setRoom(window.innerWidth);
    window.addEventListener('resize', read);
    return () => window.removeEventListener('resize', read);
  }, []);
  return Math.min(1, (room - 24) / (width * pixels));
}

function useValues(kind: KindInfo, sheet: Sheet) {
  const { t } = useTranslation();
  const words = useWords();
  const me = useMe();
  const field = (name?: string) => fieldOf(kind.fields, name ?? '');
  const text = (f: FieldInfo | undefined, row: Row = sheet.record) => (f ? printed(f, row, words, t('value.yes'), t('value.no')) : '');
  return {
    words,
    me,
    field,
    text,
    company: String(sheet.record.companyName ?? me?.posting.companyName ?? ''),
    code: (name: string) => (name === link ? `${location.origin}/r/${kind.path}/${sheet.record.id}` : text(field(name))),
  };
}

function Code({ value }: { value: string }) {
  return <QRCode type="svg" value={value || '-'} size={160} color="#000" bgColor="#fff" bordered={false} errorLevel="M" />;
}

function Document({ kind, sheet }: { kind: KindInfo; sheet: Sheet }) {
  const { t } = useTranslation();
  const v = useValues(kind, sheet);
  const { layout } = sheet;
  const code = layout.qr ? v.code(layout.qr) : '';
  return (
    <>
      <header className={code ? 'head' : 'head plain'}>
        {layout.company && <div className="company">{v.company}</div>}
        <h1>{v.words(layout.title) || v.words(kind.label)}</h1>
        {code && (
          <div className="code">
            <Code value={code} />
          </div>
        )}
      </header>
      {(layout.blocks ?? []).map((b, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a block has nothing but its place
        <section key={i} className={b.type === 'lines' || b.type === 'text' ? 'long' : undefined}>
          {v.words(b.label) && <h2>{v.words(b.label)}</h2>}
          <Block block={b} kind={kind} sheet={sheet} />
        </section>
      ))}
      <footer className="foot">
        <span>{v.words(layout.footer)}</span>
        <span>{t('print.by', { by: v.me?.user.name ?? '', at: when(sheet.at) })}</span>
      </footer>
    </>
  );
}

const figures = new Set(['money', 'int', 'number']);

function Block({ block, kind, sheet }: { block: PrintBlock; kind: KindInfo; sheet: Sheet }) {
  const { t } = useTranslation();
  const v = useValues(kind, sheet);
  const fields = (names: string[] | undefined, from: FieldInfo[]) => (names ?? []).flatMap((n) => fieldOf(from, n) ?? []);
  if (block.type === 'text') return <div className="words">{v.words(block.text)}</div>;
  if (block.type === 'signers')
    return (
      <div className="signers" style={{ gridTemplateColumns: `repeat(${block.columns || 2}, 1fr)` }}>
        {(block.signers ?? []).map((s, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a place to sign has nothing but its order
          <div key={i}>
            <div>{`${v.words(s)}${t('print.colon')}`}</div>
            <div>{t('print.signDay')}</div>
          </div>
        ))}
      </div>
    );
  if (block.type === 'lines') {
    const part = kind.parts.find((p) => p.name === block.part);
    const columns = fields(block.fields, part?.fields ?? []);
    const rows = (sheet.record[block.part ?? ''] as Row[] | undefined) ?? [];
    return (
      <table>
        <thead>
          <tr>
            <th>{t('print.no')}</th>
            {columns.map((f) => (
              <th key={f.name}>{v.words(f.label)}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((r, i) => (
            <tr key={r.id ?? i}>
              <td style={{ textAlign: 'center' }}>{i + 1}</td>
              {columns.map((f) => (
                <td key={f.name} className={figures.has(f.type) ? 'sum' : undefined}>
                  {v.text(f, r)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    );
  }
  const list = fields(block.fields, kind.fields);
  if (block.type === 'sums') {
    const [first, ...rest] = list;
    return (
      <table>
        <tbody>
          {first && (
            <tr className="whole">
              <th style={{ width: '22%' }}>{t('print.inCapitals', { label: v.words(first.label) })}</th>
              <td colSpan={rest.length > 1 ? rest.length * 2 - 2 : 1}>{sheet.capitals[first.name] ?? ''}</td>
              <td className="sum">{v.text(first)}</td>
            </tr>
          )}
          {rest.length > 0 && (
            <tr>
              {rest.map((f) => (
                <Pair key={f.name} label={v.words(f.label)} text={v.text(f)} sum />
              ))}
            </tr>
          )}
        </tbody>
      </table>
    );
  }
  const columns = block.columns || 2;
  return (
    <table className={columns > 2 ? undefined : 'even'}>
      <colgroup>
        {Array.from({ length: columns }, (_, i) => [
          // biome-ignore lint/suspicious/noArrayIndexKey: a column has nothing but its order
          <col key={`l${i}`} style={{ width: columns > 2 ? '1%' : '15%' }} />,
          // biome-ignore lint/suspicious/noArrayIndexKey: a column has nothing but its order
          <col key={`v${i}`} />,
        ])}
      </colgroup>
      <tbody>
        {pairs(list, columns).map((row) => (
          <tr key={row[0]?.field.name}>
            {row.map(({ field, span }) => (
              <Pair key={field.name} label={v.words(field.label)} text={v.text(field)} span={span * 2 - 1} />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Pair({ label, text, span, sum }: { label: string; text: string; span?: number; sum?: boolean }) {
  return (
    <>
      <th>{label}</th>
      <td colSpan={span} className={sum ? 'sum' : undefined}>
        {text}
      </td>
    </>
  );
}

function Placed({
  element: e,
  kind,
  sheet,
  page,
  pages,
}: {
  element: PrintElement;
  kind: KindInfo;
  sheet: Sheet;
  page: number;
  pages: number;
}) {
  const v = useValues(kind, sheet);
  const style: CSSProperties = {
    left: mm(e.x),
    top: mm(e.y),
    width: mm(e.width),
    height: mm(e.height),
    textAlign: e.align || 'left',
    fontWeight: e.bold ? 700 : 400,
    ...(e.size && { fontSize: `${e.size}pt` }),
  };
  if (e.type === 'column') {
    const field = fieldOf(kind.parts.find((p) => p.name === e.part)?.fields ?? [], e.field ?? '');
    return columnOf(e, sheet.record, page).map((r, i) => (
      <div key={r.id ?? i} className="placed" style={{ ...style, top: mm(e.y + i * e.height) }}>
        {v.text(field, r)}
      </div>
    ));
  }
  if (e.type === 'qr')
    return (
      <div className="placed code" style={style}>
        <Code value={v.code(e.field ?? '')} />
      </div>
    );
  const text = () => {
    switch (e.type) {
      case 'field':
        return v.text(v.field(e.field));
      case 'capitals':
        return sheet.capitals[e.field ?? ''] ?? '';
      case 'company':
        return v.company;
      case 'date':
        return dayOf(sheet.at);
      case 'page':
        return `${page + 1} / ${pages}`;
      default:
        return v.words(e.text);
    }
  };
  return (
    <div className="placed" style={style}>
      {text()}
    </div>
  );
}
