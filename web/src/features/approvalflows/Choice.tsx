import { Checkbox, Radio, Select } from 'antd';
import type { ReactNode } from 'react';
import { useId } from 'react';

/** A labelled part of a panel, with one sentence of help beneath. */
export function Part({ label, help, children, error }: { label: string; help?: string; children: ReactNode; error?: string }) {
  const id = useId();
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset draws a box, and its legend cannot stand beside a mark
    <div role="group" aria-labelledby={id} className="fc-af-part">
      <span id={id} className="label">
        {label}
      </span>
      {children}
      {error && <small className="fc-late">{error}</small>}
      {help && <small className="fc-soft">{help}</small>}
    </div>
  );
}

type Option<T> = { value: T; label: string; help?: string };

/** One of a few, each with its sentence; many are a list that shows the sentence of the chosen one. */
export function Choice<T extends string>({
  label,
  value,
  options,
  onChange,
  disabled,
  error,
}: {
  label: string;
  value: T;
  options: Option<T>[];
  onChange: (v: T) => void;
  disabled?: boolean;
  error?: string;
}) {
  const help = options.find((o) => o.value === value)?.help;
  return (
    <Part label={label} help={help} error={error}>
      {options.length <= 3 ? (
        <Radio.Group
          size="small"
          disabled={disabled}
          value={value}
          onChange={(e) => onChange(e.target.value)}
          options={options.map(({ value, label }) => ({ value, label }))}
        />
      ) : (
        <Select
          aria-label={label}
          disabled={disabled}
          value={value}
          onChange={onChange}
          options={options.map(({ value, label, help }) => ({ value, label, help }))}
          optionRender={(o) => <TwoLines label={o.data.label} help={o.data.help} />}
          popupMatchSelectWidth={false}
        />
      )}
    </Part>
  );
}

export function TwoLines({ label, help }: { label: string; help?: string }) {
  return (
    <span style={{ display: 'grid', whiteSpace: 'normal', maxWidth: 320 }}>
      <span>{label}</span>
      {help && <small className="fc-soft">{help}</small>}
    </span>
  );
}

/** A yes or no with its sentence. */
export function Tick({
  label,
  help,
  value,
  onChange,
  disabled,
}: {
  label: string;
  help?: string;
  value: boolean;
  onChange: (v: boolean) => void;
  disabled?: boolean;
}) {
  return (
    <div className="fc-af-part">
      <Checkbox disabled={disabled} checked={value} onChange={(e) => onChange(e.target.checked)}>
        {label}
      </Checkbox>
      {help && <small className="fc-soft">{help}</small>}
    </div>
  );
}
