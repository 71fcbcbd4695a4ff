import { CloseOutlined, DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Dropdown, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { FieldInfo, KindInfo, Words } from '../../api/types';
import { Order } from '../../components/Order';
import { fieldOf } from '../../lib/kind';
import { useWords } from '../../lib/prefs';
import type { BlockType, PrintBlock } from '../../lib/print';
import { Bilingual, Labelled } from './Labelled';
import { moved } from './layouts';
import { blockOf, none, partFields, printFields } from './prints';

/** The blocks of a document, one after the other. */
export function BlockList({ kind, value, onChange }: { kind: KindInfo; value: PrintBlock[]; onChange: (v: PrintBlock[]) => void }) {
  const { t } = useTranslation();
  const types: BlockType[] = [
    'fields',
    ...(kind.parts.length ? (['lines'] as const) : []),
    ...(printFields(kind).some((f) => f.type === 'money') ? (['sums'] as const) : []),
    'text',
    'signers',
  ];
  const put = (i: number, block: PrintBlock) => onChange(value.map((b, j) => (j === i ? block : b)));
  return (
    <>
      {value.map((b, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a block has nothing but its place
        <section key={i} className="fc-block">
          <div style={{ display: 'flex', gap: 4, alignItems: 'center', marginBottom: 6 }}>
            <b style={{ flex: 1 }}>{`${i + 1} · ${t(`print.block.${b.type}`)}`}</b>
            <Order
              labels={[`${i + 1} ${t('screens.up')}`, `${i + 1} ${t('screens.down')}`]}
              up={i === 0 ? undefined : () => onChange(moved(value, i, -1))}
              down={i === value.length - 1 ? undefined : () => onChange(moved(value, i, 1))}
            />
            <Button
              type="text"
              size="small"
              icon={<DeleteOutlined />}
              aria-label={`${i + 1} ${t('screens.remove')}`}
              onClick={() => onChange(value.filter((_, j) => j !== i))}
            />
          </div>
          <One kind={kind} value={b} onChange={(next) => put(i, next)} />
        </section>
      ))}
      <Dropdown
        trigger={['click']}
        menu={{
          items: types.map((type) => ({ key: type, label: t(`print.block.${type}`) })),
          onClick: ({ key }) => onChange([...value, blockOf(key as BlockType, kind)]),
        }}
      >
        <Button icon={<PlusOutlined aria-hidden />}>{t('print.addBlock')}</Button>
      </Dropdown>
    </>
  );
}

function One({ kind, value, onChange }: { kind: KindInfo; value: PrintBlock; onChange: (v: PrintBlock) => void }) {
  const { t } = useTranslation();
  const words = useWords();
  const set = (change: Partial<PrintBlock>) => onChange({ ...value, ...change });
  const label = <Bilingual label={t('print.heading')} value={value.label} onChange={(l) => set({ label: l })} />;
  const columns = (
    <Labelled label={t('print.columns')}>
      <Select
        aria-label={t('print.columns')}
        value={value.columns || 2}
        style={{ width: 70 }}
        options={[1, 2, 3].map((n) => ({ value: n, label: n }))}
        onChange={(n) => set({ columns: n })}
      />
    </Labelled>
  );
  if (value.type === 'text') {
    return (
      <div className="fc-printset">
        {label}
        <Bilingual long label={t('print.block.text')} value={value.text} onChange={(text) => set({ text })} />
      </div>
    );
  }
  if (value.type === 'signers') {
    const signers = value.signers ?? [];
    const put = (i: number, s: Words) => set({ signers: signers.map((x, j) => (j === i ? s : x)) });
    return (
      <div className="fc-printset">
        {columns}
        {signers.map((s, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a place to sign has nothing but its order
          <div key={i} style={{ display: 'flex', alignItems: 'flex-end' }}>
            <Bilingual label={t('print.signer', { n: i + 1 })} value={s} onChange={(x) => put(i, x)} />
            <Button
              type="text"
              icon={<CloseOutlined />}
              aria-label={`${t('print.signer', { n: i + 1 })} ${t('screens.remove')}`}
              onClick={() => set({ signers: signers.filter((_, j) => j !== i) })}
            />
          </div>
        ))}
        {signers.length < 8 && (
          <Button icon={<PlusOutlined aria-hidden />} onClick={() => set({ signers: [...signers, none] })}>
            {t('print.addSigner')}
          </Button>
        )}
      </div>
    );
  }
  const from =
    value.type === 'lines'
      ? partFields(kind, value.part)
      : value.type === 'sums'
        ? printFields(kind).filter((f) => f.type === 'money')
        : printFields(kind);
  return (
    <>
      <div className="fc-printset">
        {value.type !== 'sums' && label}
        {value.type === 'fields' && columns}
        {value.type === 'lines' && kind.parts.length > 1 && (
          <Labelled label={t('print.part')}>
            <Select
              aria-label={t('print.part')}
              value={value.part}
              style={{ width: 160 }}
              options={kind.parts.map((p) => ({ value: p.name, label: words(p.label) }))}
              onChange={(part: string) => set({ part, fields: partFields(kind, part).map((f) => f.name) })}
            />
          </Labelled>
        )}
      </div>
      {value.type === 'sums' && <p className="fc-soft">{t('print.sumHint')}</p>}
      <Names from={from} value={value.fields ?? []} onChange={(fields) => set({ fields })} />
    </>
  );
}

/** Fields in their order. */
function Names({ from, value, onChange }: { from: FieldInfo[]; value: string[]; onChange: (v: string[]) => void }) {
  const { t } = useTranslation();
  const words = useWords();
  const left = from.filter((f) => !value.includes(f.name));
  return (
    <div className="fc-names">
      {value.map((name, i) => {
        const label = words(fieldOf(from, name)?.label) || name;
        return (
          <span key={name} className="fc-name">
            {label}
            <Order
              labels={[`${label} ${t('screens.up')}`, `${label} ${t('screens.down')}`]}
              up={i === 0 ? undefined : () => onChange(moved(value, i, -1))}
              down={i === value.length - 1 ? undefined : () => onChange(moved(value, i, 1))}
            />
            <Button
              type="text"
              size="small"
              icon={<CloseOutlined />}
              aria-label={`${label} ${t('screens.takeOut')}`}
              onClick={() => onChange(value.filter((n) => n !== name))}
            />
          </span>
        );
      })}
      {left.length > 0 && (
        <Select
          aria-label={t('print.addField')}
          placeholder={t('print.addField')}
          value={null}
          showSearch={{ optionFilterProp: 'label' }}
          style={{ width: 150 }}
          options={left.map((f) => ({ value: f.name, label: words(f.label) }))}
          onChange={(name: string | null) => name && onChange([...value, name])}
        />
      )}
    </div>
  );
}
