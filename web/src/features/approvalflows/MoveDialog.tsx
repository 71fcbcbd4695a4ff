import { Modal, Radio } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useDesign } from './design';
import { gaps, moveItem } from './model/edit';
import { find, lineOf, nodeOf, nodesIn } from './model/tree';
import { lineWords, nodeName } from './model/words';

/** Moves a part to any other place, named in words. */
export function MoveDialog({ id, close }: { id: string; close: () => void }) {
  const { t } = useTranslation();
  const { flow, tree, say, dispatch } = useDesign();
  const [key, setKey] = useState<string>();
  const item = find(tree.items, id)?.item;
  const inside = new Set(item ? nodesIn(item) : []);
  const called = (node: string) => {
    const n = nodeOf(flow, node);
    const number = tree.numbers.get(node);
    const name = n ? nodeName(say, n) : node;
    return number ? t('approvalflows.stepNamed', { number, name }) : name;
  };
  const places = gaps(flow)
    .filter((g) => !(g.after && inside.has(g.after)) && !(g.block && inside.has(g.block)))
    .map((g) => {
      const line = lineOf(flow, g.arm);
      const label = g.after
        ? t('approvalflows.behind', { name: called(g.after) })
        : line
          ? t('approvalflows.atHead', { name: lineWords(say, flow, line) || called(line.from) })
          : t('approvalflows.first');
      return { value: g.key, label };
    });
  return (
    <Modal
      open
      title={t('approvalflows.moveTitle', { name: called(id) })}
      okText={t('approvalflows.moveHere')}
      cancelText={t('form.cancel')}
      okButtonProps={{ disabled: !key }}
      onCancel={close}
      onOk={() => {
        if (key) dispatch({ type: 'change', make: (f) => moveItem(f, id, key), select: { node: id } });
        close();
      }}
    >
      <Radio.Group className="fc-af-places" value={key} onChange={(e) => setKey(e.target.value)} options={places} />
    </Modal>
  );
}
