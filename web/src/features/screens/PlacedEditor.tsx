import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Checkbox, Dropdown, InputNumber, Segmented, Select, Upload } from 'antd';
import { type CSSProperties, type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { KindInfo } from '../../api/types';
import { fieldOf } from '../../lib/kind';
import { useWords } from '../../lib/prefs';
import { type ElementType, link, type PrintElement, type PrintLayout, paperOf, usualSize } from '../../lib/print';
import { Bilingual, Labelled } from './Labelled';
import { elementOf, partFields, printFields, resized, shifted, tall } from './prints';

const types: ElementType[] = ['field', 'capitals', 'column', 'text', 'qr', 'company', 'date', 'page'];
const arrows: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

type Props = { kind: KindInfo; value: PrintLayout; onChange: (v: PrintLayout) => void };

/** What stands at a place of a preprinted form: dragged on the paper, or moved by arrows and numbers. */
export function PlacedEditor({ kind, value, onChange }: Props) {
  const { t } = useTranslation();
  const words = useWords();
  const elements = value.elements ?? [];
  const [at, setAt] = useState(0);
  const [scan, setScan] = useState<string>();
  useEffect(() => () => (scan ? URL.revokeObjectURL(scan) : undefined), [scan]);
  const chosen = elements[at];
  const all = (list: PrintElement[]) => onChange({ ...value, elements: list });
  const put = (i: number, e: PrintElement) => all(elements.map((x, j) => (j === i ? e : x)));
  const name = (e: PrintElement) => {
    const fields = e.type === 'column' ? partFields(kind, e.part) : printFields(kind);
    const field = words(fieldOf(fields, e.field ?? '')?.label);
    if (e.type === 'field' || e.type === 'column') return field;
    if (e.type === 'capitals') return t('print.inCapitals', { label: field });
    if (e.type === 'text') return words(e.text) || t('print.element.text');
    return t(`print.element.${e.type}`);
  };
  const offered = types.filter(
    (type) => (type !== 'column' || kind.parts.length > 0) && (type !== 'capitals' || printFields(kind).some((f) => f.type === 'money')),
  );
  return (
    <>
      <p className="fc-soft">{t('print.placedHint')}</p>
      <div className="fc-printset">
        <Dropdown
          trigger={['click']}
          menu={{
            items: offered.map((type) => ({ key: type, label: t(`print.element.${type}`) })),
            onClick: ({ key }) => {
              all([...elements, elementOf(key as ElementType, kind)]);
              setAt(elements.length);
            },
          }}
        >
          <Button icon={<PlusOutlined aria-hidden />}>{t('print.addElement')}</Button>
        </Dropdown>
        <Upload
          accept="image/*"
          showUploadList={false}
          beforeUpload={(file) => {
            setScan(URL.createObjectURL(file));
            return false;
          }}
        >
          <Button>{t('print.scan')}</Button>
        </Upload>
        {scan && <Button onClick={() => setScan(undefined)}>{t('print.noScan')}</Button>}
      </div>
      <div className="fc-placing">
        <Canvas
          value={value}
          scan={scan}
          at={at}
          name={name}
          onChoose={setAt}
          onPut={put}
          onDrop={(i) => all(elements.filter((_, j) => j !== i))}
        />
        {chosen && (
          <Numbers
            // Its boxes belong to one element.
            key={at}
            kind={kind}
            layout={value}
            value={chosen}
            name={name(chosen)}
            onChange={(e) => put(at, e)}
            onDrop={() => all(elements.filter((_, j) => j !== at))}
          />
        )}
      </div>
    </>
  );
}

type CanvasProps = {
  value: PrintLayout;
  scan?: string;
  at: number;
  name: (e: PrintElement) => string;
  onChoose: (i: number) => void;
  onPut: (i: number, e: PrintElement) => void;
  onDrop: (i: number) => void;
};

type Drag = { i: number; from: PrintElement; x: number; y: number; grows: boolean };

function Canvas({ value, scan, at, name, onChoose, onPut, onDrop }: CanvasProps) {
  const { t } = useTranslation();
  const paper = paperOf(value);
  const box = useRef<HTMLDivElement>(null);
  const drag = useRef<Drag>(undefined);
  const scale = () => (box.current?.clientWidth ?? paper.width) / paper.width; // pixels of one millimetre
  const start = (i: number, e: PrintElement, grows: boolean) => (p: PointerEvent<HTMLElement>) => {
    p.stopPropagation();
    p.currentTarget.setPointerCapture(p.pointerId);
    drag.current = { i, from: e, x: p.clientX, y: p.clientY, grows };
    onChoose(i);
  };
  const move = (p: PointerEvent<HTMLElement>) => {
    const d = drag.current;
    if (!d) return;
    const by = d.grows ? resized : shifted;
    onPut(d.i, by(value, d.from, (p.clientX - d.x) / scale(), (p.clientY - d.y) / scale()));
  };
  const stop = () => {
    drag.current = undefined;
  };
  const type = (i: number, e: PrintElement) => (k: KeyboardEvent) => {
    const by = arrows[k.key];
    if (by) {
      k.preventDefault();
      onPut(i, (k.shiftKey ? resized : shifted)(value, e, by[0], by[1]));
    } else if (k.key === 'Delete') {
      onDrop(i);
    }
  };
  const part = (n: number, of: number) => `${(n / of) * 100}%`;
  const style: CSSProperties = {
    aspectRatio: `${paper.width} / ${paper.height}`,
    maxWidth: Math.min(760, paper.width * 4),
    ...(scan && { backgroundImage: `url(${scan})` }),
  };
  return (
    <div ref={box} className="fc-canvas" style={style}>
      {(value.elements ?? []).map((e, i) => (
        <button
          type="button"
          // biome-ignore lint/suspicious/noArrayIndexKey: an element has nothing but its place
          key={i}
          className={i === at ? 'on' : undefined}
          aria-pressed={i === at}
          aria-label={t('print.placedAt', { name: name(e), x: e.x, y: e.y })}
          style={{
            left: part(e.x, paper.width),
            top: part(e.y, paper.height),
            width: part(e.width, paper.width),
            height: part(tall(e), paper.height),
            justifyContent: e.align === 'right' ? 'flex-end' : e.align === 'center' ? 'center' : 'flex-start',
            fontWeight: e.bold ? 700 : 400,
          }}
          onFocus={() => onChoose(i)}
          onPointerDown={start(i, e, false)}
          onPointerMove={move}
          onPointerUp={stop}
          onPointerCancel={stop}
          onKeyDown={type(i, e)}
        >
          {name(e)}
          <span
            className="grip"
            aria-hidden
            onPointerDown={start(i, e, true)}
            onPointerMove={move}
            onPointerUp={stop}
            onPointerCancel={stop}
          />
        </button>
      ))}
    </div>
  );
}

type NumbersProps = {
  kind: KindInfo;
  layout: PrintLayout;
  value: PrintElement;
  name: string;
  onChange: (e: PrintElement) => void;
  onDrop: () => void;
};

function Numbers({ kind, layout, value: e, name, onChange, onDrop }: NumbersProps) {
  const { t } = useTranslation();
  const words = useWords();
  const paper = paperOf(layout);
  const set = (change: Partial<PrintElement>) => onChange({ ...e, ...change });
  const number = (label: string, n: number, put: (n: number) => void, min: number, max: number) => (
    <Labelled label={label}>
      <InputNumber
        aria-label={label}
        value={n}
        min={min}
        max={max}
        step={0.5}
        style={{ width: 88 }}
        onChange={(x) => x !== null && put(x)}
      />
    </Labelled>
  );
  const fields = e.type === 'column' ? partFields(kind, e.part) : printFields(kind);
  const offered = e.type === 'capitals' ? fields.filter((f) => f.type === 'money') : fields;
  return (
    <section className="fc-numbers" aria-label={name}>
      <div style={{ display: 'flex', alignItems: 'center', gap: 4 }}>
        <b style={{ flex: 1 }}>{name}</b>
        <Button type="text" icon={<DeleteOutlined />} aria-label={`${name} ${t('screens.remove')}`} onClick={onDrop} />
      </div>
      {e.type === 'column' && kind.parts.length > 1 && (
        <Select
          aria-label={t('print.part')}
          value={e.part}
          options={kind.parts.map((p) => ({ value: p.name, label: words(p.label) }))}
          onChange={(part: string) => set({ part, field: partFields(kind, part)[0]?.name })}
        />
      )}
      {['field', 'capitals', 'column', 'qr'].includes(e.type) && (
        <Labelled label={t('print.field')}>
          <Select
            aria-label={t('print.field')}
            value={e.field}
            showSearch={{ optionFilterProp: 'label' }}
            options={[
              ...(e.type === 'qr' ? [{ value: link, label: t('print.link') }] : []),
              ...offered.map((f) => ({ value: f.name, label: words(f.label) })),
            ]}
            onChange={(field: string) => set({ field })}
          />
        </Labelled>
      )}
      {e.type === 'text' && <Bilingual label={t('print.element.text')} value={e.text} onChange={(text) => set({ text })} />}
      <div className="fc-printset">
        {number(t('print.x'), e.x, (x) => set({ x }), 0, paper.width)}
        {number(t('print.y'), e.y, (y) => set({ y }), 0, paper.height)}
        {number(t('print.w'), e.width, (width) => set({ width }), 1, paper.width)}
        {number(t(e.type === 'column' ? 'print.step' : 'print.h'), e.height, (height) => set({ height }), 1, paper.height)}
        {e.type === 'column' && number(t('print.rows'), e.rows ?? 1, (rows) => set({ rows: Math.round(rows) }), 1, 100)}
        {e.type !== 'qr' && number(t('print.size'), e.size || layout.size || usualSize, (size) => set({ size }), 6, 72)}
      </div>
      {e.type !== 'qr' && (
        <>
          <Segmented
            value={e.align || 'left'}
            options={(['left', 'center', 'right'] as const).map((a) => ({ value: a, label: t(`print.align.${a}`) }))}
            onChange={(align) => set({ align })}
          />
          <Checkbox checked={e.bold} onChange={(x) => set({ bold: x.target.checked })}>
            {t('print.bold')}
          </Checkbox>
        </>
      )}
    </section>
  );
}
