import { Input } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Words } from '../../api/types';
import { none } from './prints';

/** A control with its name above; the control says its name itself. */
export function Labelled({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="fc-labelled">
      <span className="fc-soft" aria-hidden>
        {label}
      </span>
      {children}
    </div>
  );
}

/** A text in both languages; the English one may stay empty. */
export function Bilingual({
  label,
  value,
  onChange,
  long,
}: {
  label: string;
  value?: Words;
  onChange: (v: Words) => void;
  long?: boolean;
}) {
  const { t } = useTranslation();
  const Box = long ? Input.TextArea : Input;
  const rows = long ? { autoSize: { minRows: 2, maxRows: 10 } } : {};
  return (
    <Labelled label={label}>
      <div style={{ display: 'flex', gap: 4, flexWrap: 'wrap' }}>
        {(['zh', 'en'] as const).map((lang) => (
          <Box
            key={lang}
            {...rows}
            aria-label={lang === 'zh' ? label : `${label} ${t('print.english')}`}
            placeholder={lang === 'zh' ? undefined : t('print.english')}
            value={value?.[lang]}
            maxLength={4000}
            style={{ width: long ? 300 : 160, maxWidth: '100%' }}
            onChange={(e) => onChange({ ...none, ...value, [lang]: e.target.value })}
          />
        ))}
      </div>
    </Labelled>
  );
}
