import type { MenuInfo, MenuLink } from '../api/types';

const room = 3;
const usual = ['customer', 'intent', 'approvals', 'contract'];

/** What stands in the bar at the foot of a phone: the first entries of an arranged menu, or else what is opened most. */
export function thumbed(menu: MenuInfo): MenuLink[] {
  const all = menu.sections.flatMap((s) => s.items);
  return menu.arranged ? all.slice(0, room) : usual.flatMap((code) => all.find((x) => x.code === code) ?? []).slice(0, room);
}
