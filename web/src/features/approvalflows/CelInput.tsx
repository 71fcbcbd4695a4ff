import { Input } from 'antd';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useWords } from '../../lib/prefs';
import { type Completion, completions } from './model/complete';
import type { Fact } from './types';

type Props = { value: string; facts: Fact[]; onChange: (v: string) => void; disabled?: boolean; label?: string };
type Box = { resizableTextArea?: { textArea: HTMLTextAreaElement } };

/** An expression over the facts, with suggestions beneath: arrows choose one, Enter or Tab takes it. */
export function CelInput({ value, facts, onChange, disabled, label }: Props) {
  const { t } = useTranslation();
  const words = useWords();
  const box = useRef<Box>(null);
  const [cursor, setCursor] = useState(0);
  const [at, setAt] = useState(-1);
  const [open, setOpen] = useState(false);
  const found = open ? completions(facts, value, Math.min(cursor, value.length)).slice(0, 8) : [];
  const area = () => box.current?.resizableTextArea?.textArea;
  const look = () => {
    setCursor(area()?.selectionStart ?? 0);
    setOpen(true);
    setAt(-1);
  };
  const take = (c: Completion) => {
    onChange(value.slice(0, c.from) + c.insert + value.slice(cursor));
    const next = c.from + c.insert.length;
    setCursor(next);
    setAt(-1);
    requestAnimationFrame(() => {
      area()?.focus();
      area()?.setSelectionRange(next, next);
    });
  };
  return (
    <div className="fc-af-cel">
      <Input.TextArea
        ref={box as never}
        className="fc-mono"
        disabled={disabled}
        aria-label={label ?? t('approvalflows.byCel')}
        value={value}
        maxLength={2000}
        autoSize={{ minRows: 3, maxRows: 8 }}
        placeholder={t('approvalflows.celExample')}
        onChange={(e) => {
          onChange(e.target.value);
          setCursor(e.target.selectionStart);
          setOpen(true);
          setAt(-1);
        }}
        onClick={look}
        onFocus={look}
        onBlur={() => setTimeout(() => setOpen(false), 150)}
        onKeyDown={(e) => {
          if (e.nativeEvent.isComposing || !found.length) return;
          if (e.key === 'Escape') {
            e.stopPropagation();
            return setOpen(false);
          }
          if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
            e.preventDefault();
            return setAt((i) => (i + (e.key === 'ArrowDown' ? 1 : -1) + found.length) % found.length);
          }
          const one = found[at];
          if ((e.key === 'Enter' || e.key === 'Tab') && one) {
            e.preventDefault();
            take(one);
          }
        }}
      />
      {found.length > 0 && (
        <div role="listbox" className="found" aria-label={t('approvalflows.suggestions')}>
          {found.map((c, i) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the text's own
            <div
              key={c.insert}
              role="option"
              tabIndex={-1}
              aria-selected={i === at}
              className={i === at ? 'on' : undefined}
              onMouseDown={(e) => e.preventDefault()}
              onClick={() => take(c)}
            >
              <code>{c.insert}</code> <small>{words(c.label)}</small>
            </div>
          ))}
        </div>
      )}
      <small className="fc-soft">{t('approvalflows.celHelp')}</small>
    </div>
  );
}
