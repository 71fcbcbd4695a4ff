import type { ComponentType } from 'react';
import type { MenuHeading } from '../../api/types';

/** Draws the menu at the side as the house does. */
export type SideMenu = ComponentType<{ sections: MenuHeading[]; still?: boolean }>;

const house: { menu: SideMenu } = { menu: () => null };

/** Only app/ calls it: a feature does not know the house that it stands in. */
export const drawMenuWith = (menu: SideMenu) => {
  house.menu = menu;
};

export const sideMenu = (): SideMenu => house.menu;
