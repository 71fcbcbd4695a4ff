import { useQuery } from '@tanstack/react-query';
import { Alert, Checkbox, InputNumber, Segmented, Select, Tabs } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemError, post } from '../../api/client';
import type { KindInfo } from '../../api/types';
import { Paper } from '../../components/Paper';
import { useProblemText, Waiting } from '../../components/Problem';
import { RefSelect } from '../../components/RefSelect';
import { useWords } from '../../lib/prefs';
import { link, type Margin, type PaperName, type PrintLayout, type Sheet, usualSize } from '../../lib/print';
import { BlockList } from './BlockList';
import { Bilingual, Labelled } from './Labelled';
import { PlacedEditor } from './PlacedEditor';
import { printFields } from './prints';
import './prints.css';

const papers: PaperName[] = ['a4', 'a5', 'triplicate', 'custom'];
const sides: (keyof Margin)[] = ['top', 'right', 'bottom', 'left'];

/** A paper: its size, what follows each other on it, what stands at a place, and how it looks. */
export function PrintEditor({ kind, value, onChange }: { kind: KindInfo; value: PrintLayout; onChange: (v: PrintLayout) => void }) {
  const { t } = useTranslation();
  const words = useWords();
  const set = (change: Partial<PrintLayout>) => onChange({ ...value, ...change });
  const [tab, setTab] = useState(value.elements?.length && !value.blocks?.length ? 'placed' : 'document');
  const number = (label: string, n: number | undefined, put: (n: number) => void, min: number, max: number) => (
    <Labelled label={label}>
      <InputNumber aria-label={label} value={n} min={min} max={max} step={1} style={{ width: 84 }} onChange={(x) => put(x ?? min)} />
    </Labelled>
  );
  return (
    <>
      <div className="fc-printset">
        <Labelled label={t('print.paper')}>
          <Select
            aria-label={t('print.paper')}
            value={value.paper}
            style={{ width: 190 }}
            options={papers.map((p) => ({ value: p, label: t(`print.paper.${p}`) }))}
            onChange={(paper) => set({ paper, ...(paper === 'custom' && { width: value.width || 210, height: value.height || 140 }) })}
          />
        </Labelled>
        {(value.paper === 'a4' || value.paper === 'a5') && (
          <Labelled label={t('print.direction')}>
            <Segmented
              value={value.landscape ? 'landscape' : 'portrait'}
              options={[
                { value: 'portrait', label: t('print.portrait') },
                { value: 'landscape', label: t('print.landscape') },
              ]}
              onChange={(d) => set({ landscape: d === 'landscape' })}
            />
          </Labelled>
        )}
        {value.paper === 'custom' && number(t('print.width'), value.width, (width) => set({ width }), 30, 1000)}
        {value.paper === 'custom' && number(t('print.height'), value.height, (height) => set({ height }), 30, 1000)}
        {number(t('print.size'), value.size || usualSize, (size) => set({ size }), 6, 24)}
        {sides.map((s) => (
          <span key={s}>
            {number(t(`print.margin.${s}`), value.margin[s], (n) => set({ margin: { ...value.margin, [s]: n } }), 0, 100)}
          </span>
        ))}
      </div>
      <Tabs
        activeKey={tab}
        onChange={setTab}
        items={[
          {
            key: 'document',
            label: t('print.document'),
            children: (
              <>
                <div className="fc-printset">
                  <Bilingual label={t('print.title')} value={value.title} onChange={(title) => set({ title })} />
                  <Bilingual label={t('print.footer')} value={value.footer} onChange={(footer) => set({ footer })} />
                  <Labelled label={t('print.code')}>
                    <Select
                      aria-label={t('print.code')}
                      value={value.qr ?? ''}
                      style={{ width: 160 }}
                      options={[
                        { value: '', label: t('print.noCode') },
                        { value: link, label: t('print.link') },
                        ...printFields(kind)
                          .filter((f) => f.type === 'text')
                          .map((f) => ({ value: f.name, label: words(f.label) })),
                      ]}
                      onChange={(qr) => set({ qr })}
                    />
                  </Labelled>
                  <Checkbox checked={value.company} onChange={(e) => set({ company: e.target.checked })}>
                    {t('print.company')}
                  </Checkbox>
                  <Checkbox checked={value.pages} onChange={(e) => set({ pages: e.target.checked })}>
                    {t('print.pages')}
                  </Checkbox>
                </div>
                <BlockList kind={kind} value={value.blocks ?? []} onChange={(blocks) => set({ blocks })} />
              </>
            ),
          },
          { key: 'placed', label: t('print.preprinted'), children: <PlacedEditor kind={kind} value={value} onChange={onChange} /> },
          { key: 'preview', label: t('screens.preview'), children: tab === 'preview' && <Preview kind={kind} value={value} /> },
        ]}
      />
    </>
  );
}

/** The paper with an example or with a record of one's own, as it stands in the editor. */
function Preview({ kind, value }: { kind: KindInfo; value: PrintLayout }) {
  const { t } = useTranslation();
  const text = useProblemText();
  const [record, setRecord] = useState<string>();
  const [shown, setShown] = useState(value);
  useEffect(() => {
    const wait = setTimeout(() => setShown(value), 400);
    return () => clearTimeout(wait);
  }, [value]);
  const sheet = useQuery({
    queryKey: ['screens', kind.name, 'preview', record, shown],
    queryFn: () => post<Sheet>(`/screens/${kind.name}/print-preview`, { print: shown, ...(record && { record }) }),
    retry: false,
  });
  const wrong =
    sheet.error instanceof ProblemError && sheet.error.errors.length
      ? sheet.error.errors.map((e) => e.message).join('；')
      : sheet.error
        ? text(sheet.error)
        : '';
  return (
    <>
      <div className="fc-printset">
        <Labelled label={t('print.aRecord')}>
          <div style={{ width: 260 }}>
            <RefSelect path={kind.path} value={record} onChange={setRecord} label={t('print.aRecord')} placeholder={t('print.example')} />
          </div>
        </Labelled>
      </div>
      {wrong && <Alert type="error" showIcon title={wrong} style={{ marginBottom: 12 }} />}
      {sheet.data ? <Paper kind={kind} sheet={sheet.data} /> : !wrong && <Waiting rows={8} />}
    </>
  );
}
