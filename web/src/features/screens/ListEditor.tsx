import { DeleteOutlined } from '@ant-design/icons';
import { Button, Checkbox, InputNumber, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { useList } from '../../api/queries';
import type { KindInfo, Row } from '../../api/types';
import { Listing } from '../../components/Listing';
import { Order } from '../../components/Order';
import { Value } from '../../components/Value';
import { fieldOf } from '../../lib/kind';
import { useWords } from '../../lib/prefs';
import { columnFields, type ListLayout, moved } from './layouts';

/** The columns of a list, their order and width, its order of rows and its open conditions, with the list itself beneath. */
export function ListEditor({ kind, value, onChange }: { kind: KindInfo; value: ListLayout; onChange: (v: ListLayout) => void }) {
  const { t } = useTranslation();
  const words = useWords();
  const fields = columnFields(kind);
  const label = (name: string) => words(fieldOf(kind.fields, name)?.label) || name;
  const columns = value.columns.filter((c) => fieldOf(fields, c.name));
  const set = (change: Partial<ListLayout>) => onChange({ ...value, columns, ...change });
  const sort = value.sort ?? kind.sort;
  const name = sort.replace(/^-/, '');
  const sample = useList(kind, { limit: 3, fields: columns.map((c) => c.name).join(',') }, columns.length > 0);
  return (
    <>
      <h2 className="fc-h2">{t('list.columns')}</h2>
      {columns.map((c, i) => (
        <div key={c.name} style={{ display: 'flex', gap: 4, alignItems: 'center', padding: '2px 0' }}>
          <span style={{ flex: 1, maxWidth: 220 }}>{label(c.name)}</span>
          <InputNumber
            size="small"
            min={40}
            max={600}
            precision={0}
            placeholder={t('screens.width')}
            aria-label={`${label(c.name)} ${t('screens.width')}`}
            value={c.width || null}
            onChange={(width) => set({ columns: columns.map((x, j) => (j === i ? { name: x.name, ...(width && { width }) } : x)) })}
            style={{ width: 90 }}
          />
          <Order
            labels={[`${label(c.name)} ${t('screens.up')}`, `${label(c.name)} ${t('screens.down')}`]}
            up={i === 0 ? undefined : () => set({ columns: moved(columns, i, -1) })}
            down={i === columns.length - 1 ? undefined : () => set({ columns: moved(columns, i, 1) })}
          />
          <Button
            type="text"
            size="small"
            icon={<DeleteOutlined />}
            aria-label={`${label(c.name)} ${t('screens.takeOut')}`}
            disabled={columns.length === 1}
            onClick={() => set({ columns: columns.filter((_, j) => j !== i) })}
          />
        </div>
      ))}
      <Select
        value={null}
        placeholder={t('screens.addColumn')}
        aria-label={t('screens.addColumn')}
        showSearch={{ optionFilterProp: 'label' }}
        style={{ width: 220, margin: '6px 0 16px' }}
        options={fields.filter((f) => !columns.some((c) => c.name === f.name)).map((f) => ({ value: f.name, label: words(f.label) }))}
        onChange={(n: string | null) => n && set({ columns: [...columns, { name: n }] })}
      />
      <div style={{ display: 'flex', flexWrap: 'wrap', gap: 12, alignItems: 'center', marginBottom: 16 }}>
        <span>{t('screens.sort')}</span>
        <Select
          aria-label={t('screens.sort')}
          value={name}
          style={{ width: 180 }}
          options={kind.fields.filter((f) => f.sortable).map((f) => ({ value: f.name, label: words(f.label) }))}
          onChange={(n) => set({ sort: sort.startsWith('-') ? `-${n}` : n })}
        />
        <Checkbox checked={sort.startsWith('-')} onChange={(e) => set({ sort: e.target.checked ? `-${name}` : name })}>
          {t('screens.descending')}
        </Checkbox>
      </div>
      <div style={{ marginBottom: 16 }}>
        <div style={{ marginBottom: 4 }}>{t('screens.filters')}</div>
        <Select
          mode="multiple"
          aria-label={t('screens.filters')}
          maxCount={12}
          placeholder={t('screens.filtersUsual')}
          value={value.filters ?? []}
          showSearch={{ optionFilterProp: 'label' }}
          style={{ width: '100%', maxWidth: 560 }}
          options={kind.fields.filter((f) => f.ops.length > 0 && f.type !== 'id').map((f) => ({ value: f.name, label: words(f.label) }))}
          onChange={(filters: string[]) => set({ filters })}
        />
      </div>
      <h2 className="fc-h2">{t('screens.preview')}</h2>
      <Listing<Row>
        rowKey="id"
        rows={sample.data?.items}
        width={columns.reduce((n, c) => n + (c.width ?? 120), 0)}
        columns={columns.flatMap((c) => {
          const f = fieldOf(kind.fields, c.name);
          return f
            ? [
                {
                  key: c.name,
                  title: words(f.label),
                  width: c.width || 120,
                  ellipsis: true,
                  render: (_: unknown, row: Row) => <Value field={f} row={row} link={false} />,
                },
              ]
            : [];
        })}
      />
    </>
  );
}
