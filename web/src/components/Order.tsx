import { ArrowDownOutlined, ArrowUpOutlined } from '@ant-design/icons';
import { Button, type ButtonProps } from 'antd';

type Props = {
  /** What the buttons are called, for whoever does not see the arrows. */
  labels: [up: string, down: string];
  /** Absent: it stands first, or last. */
  up?: () => void;
  down?: () => void;
  size?: ButtonProps['size'];
};

/** Moves one thing of a list up or down by the keyboard, beside dragging or instead of it. */
export function Order({ labels, up, down, size = 'small' }: Props) {
  return (
    <>
      <Button type="text" size={size} icon={<ArrowUpOutlined />} aria-label={labels[0]} disabled={!up} onClick={up} />
      <Button type="text" size={size} icon={<ArrowDownOutlined />} aria-label={labels[1]} disabled={!down} onClick={down} />
    </>
  );
}
