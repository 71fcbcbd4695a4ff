import { DeleteOutlined, EyeInvisibleOutlined, HolderOutlined, PlusOutlined } from '@ant-design/icons';
import { DndContext, type DragEndEvent, PointerSensor, useDraggable, useDroppable, useSensor, useSensors } from '@dnd-kit/core';
import { Button, Input, Popconfirm, Tooltip } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Words } from '../../api/types';
import { Order } from '../../components/Order';
import { useWords } from '../../lib/prefs';
import { type MenuLayout, moved } from './layouts';
import { dropSection, hide, itemsOf, type MenuGroup, type MenuItem, place, rename, step } from './menus';

type Props = { groups: MenuGroup[]; value: MenuLayout; onChange: (v: MenuLayout) => void };

/** The headings of a menu and the entries under them, in their order and with their names. */
export function MenuEditor({ groups, value, onChange }: Props) {
  const { t } = useTranslation();
  const words = useWords();
  const sensors = useSensors(useSensor(PointerSensor, { activationConstraint: { distance: 6 } }));
  const all = itemsOf(groups);
  const label = (i: number, change: Partial<Words>) =>
    onChange({ ...value, sections: value.sections.map((s, j) => (j === i ? { ...s, label: { ...s.label, ...change } } : s)) });
  const drop = ({ active, over }: DragEndEvent) => {
    const [to, before] = String(over?.id ?? '').split(' ');
    if (over && before !== active.id) onChange(place(value, String(active.id), Number(to), before));
  };
  const show = (code: string) => {
    const home = groups.find((g) => g.items.some((x) => x.code === code));
    const at = value.sections.findIndex((s) => s.label.zh === home?.label.zh);
    onChange(place(value, code, at < 0 ? value.sections.length - 1 : at));
  };
  return (
    <div>
      <p className="fc-soft">{t('screens.menuHint')}</p>
      <DndContext sensors={sensors} onDragEnd={drop}>
        {value.sections.map((s, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a heading has nothing but its place
          <section key={i} style={{ marginBottom: 16 }}>
            <div className="fc-menu-line head">
              <Input
                value={s.label.zh}
                maxLength={20}
                aria-label={t('screens.heading')}
                placeholder={t('screens.heading')}
                status={s.label.zh.trim() ? undefined : 'error'}
                onChange={(e) => label(i, { zh: e.target.value })}
              />
              <Input
                value={s.label.en}
                maxLength={40}
                aria-label={`${words(s.label)} ${t('screens.nameEn')}`}
                placeholder={t('screens.nameEn')}
                onChange={(e) => label(i, { en: e.target.value })}
              />
              <span className="do">
                <Order
                  labels={[`${words(s.label)} ${t('screens.up')}`, `${words(s.label)} ${t('screens.down')}`]}
                  up={i === 0 ? undefined : () => onChange({ ...value, sections: moved(value.sections, i, -1) })}
                  down={i === value.sections.length - 1 ? undefined : () => onChange({ ...value, sections: moved(value.sections, i, 1) })}
                />
                <Popconfirm
                  title={t('screens.dropHeadingAsk')}
                  onConfirm={() => onChange(dropSection(value, i))}
                  disabled={value.sections.length === 1}
                >
                  <Button
                    type="text"
                    size="small"
                    icon={<DeleteOutlined />}
                    aria-label={`${words(s.label)} ${t('screens.remove')}`}
                    disabled={value.sections.length === 1}
                  />
                </Popconfirm>
              </span>
            </div>
            {s.items.map((x, j) => {
              const item = all.find((y) => y.code === x.code);
              return (
                item && (
                  <Line
                    key={x.code}
                    item={item}
                    label={x.label}
                    section={i}
                    first={i === 0 && j === 0}
                    last={i === value.sections.length - 1 && j === s.items.length - 1}
                    onName={(lang, name) => onChange(rename(value, x.code, lang, name))}
                    onStep={(by) => onChange(step(value, x.code, by))}
                    onHide={() => onChange(hide(value, x.code))}
                  />
                )
              );
            })}
            <End section={i} empty={s.items.length === 0} />
          </section>
        ))}
      </DndContext>
      <Button
        icon={<PlusOutlined aria-hidden />}
        onClick={() => onChange({ ...value, sections: [...value.sections, { label: { zh: '', en: '' }, items: [] }] })}
      >
        {t('screens.addHeading')}
      </Button>
      {(value.hidden?.length ?? 0) > 0 && (
        <div style={{ marginTop: 16 }}>
          <h2 className="fc-h2">{t('screens.menuHidden')}</h2>
          {value.hidden?.map((code) => (
            <Button key={code} size="small" style={{ margin: '0 6px 6px 0' }} onClick={() => show(code)}>
              {words(all.find((x) => x.code === code)?.label)}
            </Button>
          ))}
        </div>
      )}
    </div>
  );
}

type LineProps = {
  item: MenuItem;
  label?: Words;
  section: number;
  first: boolean;
  last: boolean;
  onName: (lang: keyof Words, name: string) => void;
  onStep: (by: -1 | 1) => void;
  onHide: () => void;
};

function Line({ item, label, section, first, last, onName, onStep, onHide }: LineProps) {
  const { t } = useTranslation();
  const words = useWords();
  const name = words(item.label);
  const drag = useDraggable({ id: item.code });
  const over = useDroppable({ id: `${section} ${item.code}` });
  return (
    <div
      ref={(node) => {
        drag.setNodeRef(node);
        over.setNodeRef(node);
      }}
      className={`fc-menu-line${over.isOver && !drag.isDragging ? ' over' : ''}`}
      style={drag.transform ? { transform: `translate(${drag.transform.x}px, ${drag.transform.y}px)`, opacity: 0.7 } : undefined}
    >
      <span ref={drag.setActivatorNodeRef} {...drag.listeners} className="grip" aria-hidden>
        <HolderOutlined />
      </span>
      <Input
        size="small"
        value={label?.zh ?? ''}
        maxLength={20}
        placeholder={item.label.zh}
        aria-label={`${name} ${t('screens.ownName')}`}
        status={label && !label.zh.trim() ? 'error' : undefined}
        onChange={(e) => onName('zh', e.target.value)}
      />
      <Input
        size="small"
        value={label?.en ?? ''}
        maxLength={40}
        placeholder={item.label.en}
        aria-label={`${name} ${t('screens.nameEn')}`}
        onChange={(e) => onName('en', e.target.value)}
      />
      <span className="do">
        <Order
          labels={[`${name} ${t('screens.up')}`, `${name} ${t('screens.down')}`]}
          up={first ? undefined : () => onStep(-1)}
          down={last ? undefined : () => onStep(1)}
        />
        <Tooltip title={item.stays ? t('screens.menuStays') : undefined}>
          <Button
            type="text"
            size="small"
            icon={<EyeInvisibleOutlined />}
            aria-label={`${name} ${t('screens.hide')}`}
            disabled={item.stays}
            onClick={onHide}
          />
        </Tooltip>
      </span>
    </div>
  );
}

/** Where an entry is dropped to stand last under a heading. */
function End({ section, empty }: { section: number; empty: boolean }) {
  const { t } = useTranslation();
  const over = useDroppable({ id: `${section}` });
  return (
    <div ref={over.setNodeRef} className={`fc-menu-end${over.isOver ? ' over' : ''}`}>
      {empty && <span className="fc-soft">{t('screens.menuEmpty')}</span>}
    </div>
  );
}
