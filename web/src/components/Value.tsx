import { Link } from '@tanstack/react-router';
import { Button, Tag, Tooltip } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { post } from '../api/client';
import { useKinds } from '../api/queries';
import type { FieldInfo, KindInfo, Row, Tone } from '../api/types';
import { ago, when } from '../lib/clock';
import { filesOf } from '../lib/files';
import { mobile, money, percent, plate } from '../lib/format';
import { optionOf, titleName } from '../lib/kind';
import { useWords } from '../lib/prefs';
import { FileLink } from './FileField';
import { useTell } from './tell';

const colours: Record<Tone, string> = { grey: 'default', blue: 'blue', amber: 'gold', green: 'green', red: 'red' };

export function StatusTag({ field, value }: { field?: FieldInfo; value: unknown }) {
  const words = useWords();
  const option = optionOf(field, value);
  if (value === undefined || value === null || value === '') return null;
  if (!option) return <Tag>{String(value)}</Tag>;
  return option.tone ? <Tag color={colours[option.tone]}>{words(option.label)}</Tag> : <span>{words(option.label)}</span>;
}

export function Money({ value }: { value: unknown }) {
  return <span className={String(value).startsWith('-') ? 'fc-num fc-minus' : 'fc-num'}>{money(value)}</span>;
}

/** A value as the web shows it, by its field's type and format. */
export function Value({ field, row, link = true }: { field: FieldInfo; row: Record<string, unknown>; link?: boolean }) {
  const { t } = useTranslation();
  const words = useWords();
  const kinds = useKinds();
  const v = row[field.name];
  if (v === undefined || v === null || v === '') return <span className="fc-none">—</span>;
  switch (field.type) {
    case 'money':
      return <Money value={v} />;
    case 'choice':
      return <StatusTag field={field} value={v} />;
    case 'bool':
      return <span>{v ? t('value.yes') : t('value.no')}</span>;
    case 'date':
      return <span className="fc-num">{String(v)}</span>;
    case 'time':
      return (
        <Tooltip title={ago(String(v))}>
          <span className="fc-num">{when(String(v))}</span>
        </Tooltip>
      );
    case 'ref': {
      const title = String(row[titleName(field.name)] ?? v);
      const path = field.refPath ?? kinds.find((k) => k.name === field.ref)?.path;
      const readable = path && kinds.some((k) => k.path === path) && field.ref !== 'user' && field.ref !== 'org_unit';
      return link && readable ? (
        <Link to="/r/$path/$id" params={{ path, id: String(v) }} onClick={(e) => e.stopPropagation()}>
          {title}
        </Link>
      ) : (
        <span>{title}</span>
      );
    }
    case 'number':
      return <span className="fc-num">{String(v)}</span>;
    case 'multi':
      return <span>{(v as unknown[]).map((x) => words(optionOf(field, x)?.label) || String(x)).join('、')}</span>;
    case 'file': {
      const files = filesOf(v);
      if (link)
        return (
          <span>
            {files.map((f) => (
              <FileLink key={f.id} file={f} />
            ))}
          </span>
        );
      return <span>{files.length > 1 ? t('file.andMore', { name: files[0]?.name, count: files.length }) : files[0]?.name}</span>;
    }
    case 'json':
      return <Structured value={v} />;
    case 'int':
      return <span className="fc-num">{field.format === 'basis_points' ? percent(v) : String(v)}</span>;
  }
  const text = String(v);
  if (field.format === 'mobile') return <span className="fc-num">{mobile(text)}</span>;
  if (field.format === 'plate') return <span className="fc-num">{plate(text)}</span>;
  if (field.format === 'vin')
    return (
      <span className="fc-mono">
        {text.slice(0, -6)}
        <b>{text.slice(-6)}</b>
      </span>
    );
  return <span className={field.format === 'multiline' ? 'fc-lines' : undefined}>{text}</span>;
}

function Structured({ value }: { value: unknown }) {
  if (Array.isArray(value) && value.every((x) => typeof x !== 'object')) return <span>{value.join('、')}</span>;
  if (value && typeof value === 'object' && !Array.isArray(value)) {
    return (
      <span>
        {Object.entries(value)
          .map(([k, x]) => `${k}: ${typeof x === 'object' ? JSON.stringify(x) : String(x)}`)
          .join('；')}
      </span>
    );
  }
  return <code className="fc-lines">{typeof value === 'object' ? JSON.stringify(value) : String(value)}</code>;
}

/** A value with the button that shows masked personal data; the server writes down who looked. */
export function Revealable({ kind, field, row }: { kind: KindInfo; field: FieldInfo; row: Row }) {
  const { t } = useTranslation();
  const tell = useTell();
  const [shown, setShown] = useState<string>();
  const [busy, setBusy] = useState(false);
  const value = row[field.name];
  if (!field.personal || field.visibility !== 'masked' || !kind.can.reveal || !value || shown !== undefined) {
    return <Value field={field} row={shown === undefined ? row : { ...row, [field.name]: shown }} />;
  }
  const reveal = async () => {
    setBusy(true);
    try {
      setShown((await post<{ value: string }>(`/${kind.path}/${row.id}/reveal`, { field: field.name })).value);
    } catch (e) {
      tell.failed(e);
    } finally {
      setBusy(false);
    }
  };
  return (
    <span>
      <Value field={field} row={row} />
      <Button type="link" size="small" loading={busy} onClick={reveal}>
        {t('value.reveal')}
      </Button>
    </span>
  );
}
