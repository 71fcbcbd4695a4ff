import { HomeOutlined } from '@ant-design/icons';
import { Link } from '@tanstack/react-router';
import { Badge, Menu } from 'antd';
import { useTranslation } from 'react-i18next';
import type { MenuHeading } from '../api/types';
import { useNav } from './nav';

type Props = {
  sections: MenuHeading[];
  selected?: string;
  folded?: boolean;
  /** A preview: it leads nowhere. */
  still?: boolean;
};

/** The menu at the side, with the workbench before everything. */
export function SideMenu({ sections, selected, folded, still }: Props) {
  const { t } = useTranslation();
  const nav = useNav();
  const item = (to: string, icon: React.ReactNode, label: string, count?: number | string) => ({
    key: to,
    icon,
    label: still ? (
      label
    ) : (
      <Link to={to} className={count ? 'fc-counted' : undefined}>
        {label} {count ? <Badge size="small" count={count} overflowCount={999} /> : null}
      </Link>
    ),
  });
  const items = [
    item('/', <HomeOutlined aria-hidden />, t('nav.workbench')),
    ...nav(sections).map((g, i) => ({
      key: `${i} ${g.label}`,
      type: 'group' as const,
      label: g.label,
      children: g.links.map((l) => item(l.to, l.icon, l.label, l.count)),
    })),
  ];
  return <Menu mode="inline" inlineCollapsed={folded} selectedKeys={selected ? [selected] : []} selectable={!still} items={items} />;
}
