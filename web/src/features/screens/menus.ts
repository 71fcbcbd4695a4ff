import type { MenuHeading, Words } from '../../api/types';
import type { MenuLayout } from './layouts';

/** An entry that a menu can have, as the product ships it. */
export type MenuItem = { code: string; kind: boolean; label: Words; needs: string; stays: boolean };
export type MenuGroup = { label: Words; items: MenuItem[] };

export const itemsOf = (groups: MenuGroup[]) => groups.flatMap((g) => g.items);

/** An arrangement with every entry in it: those that it does not name stand under the heading that they are shipped with. */
export function whole(groups: MenuGroup[], menu: MenuLayout = { sections: [] }): MenuLayout {
  const known = new Set(itemsOf(groups).map((x) => x.code));
  const hidden = (menu.hidden ?? []).filter((c) => known.has(c));
  const sections = menu.sections.map((s) => ({ ...s, items: s.items.filter((x) => known.has(x.code)) }));
  const placed = new Set([...sections.flatMap((s) => s.items.map((x) => x.code)), ...hidden]);
  for (const g of groups) {
    const missing = g.items.filter((x) => !placed.has(x.code)).map(({ code }) => ({ code }));
    if (!missing.length) continue;
    const at = sections.find((s) => s.label.zh === g.label.zh);
    if (at) at.items.push(...missing);
    else sections.push({ label: g.label, items: missing });
  }
  return { sections, hidden };
}

/** Puts an entry before another one of a section, or at its end; from the hidden ones too, with the name that it has. */
export function place(menu: MenuLayout, code: string, to: number, before?: string): MenuLayout {
  const entry = menu.sections.flatMap((s) => s.items).find((x) => x.code === code) ?? { code };
  const sections = menu.sections.map((s, i) => {
    const items = s.items.filter((x) => x.code !== code);
    if (i === to) {
      const at = items.findIndex((x) => x.code === before);
      items.splice(at < 0 ? items.length : at, 0, entry);
    }
    return { ...s, items };
  });
  return { sections, hidden: (menu.hidden ?? []).filter((c) => c !== code) };
}

/** Moves an entry one step up or down, across a heading when it stands first or last. */
export function step(menu: MenuLayout, code: string, by: -1 | 1): MenuLayout {
  const at = menu.sections.findIndex((s) => s.items.some((x) => x.code === code));
  const items = menu.sections[at]?.items ?? [];
  const i = items.findIndex((x) => x.code === code);
  const next = menu.sections[at + by];
  if (at < 0) return menu;
  if (items[i + by]) return place(menu, code, at, by < 0 ? items[i - 1]?.code : items[i + 2]?.code);
  return next ? place(menu, code, at + by, by < 0 ? undefined : next.items[0]?.code) : menu;
}

/** Takes an entry out of the menu. Its own name goes with it. */
export const hide = (menu: MenuLayout, code: string): MenuLayout => ({
  sections: menu.sections.map((s) => ({ ...s, items: s.items.filter((x) => x.code !== code) })),
  hidden: [...(menu.hidden ?? []).filter((c) => c !== code), code],
});

/** Gives an entry a name of its own in one language; with neither it has the shipped one again. */
export function rename(menu: MenuLayout, code: string, lang: keyof Words, name: string): MenuLayout {
  return {
    ...menu,
    sections: menu.sections.map((s) => ({
      ...s,
      items: s.items.map((x) => {
        if (x.code !== code) return x;
        const label = { zh: '', en: '', ...x.label, [lang]: name };
        return label.zh || label.en ? { code, label } : { code };
      }),
    })),
  };
}

/** Removes a heading; its entries go under the one before it, or after it. */
export function dropSection(menu: MenuLayout, i: number): MenuLayout {
  const gone = menu.sections[i];
  const rest = menu.sections.filter((_, j) => j !== i);
  const to = Math.max(0, i - 1);
  return { ...menu, sections: rest.map((s, j) => (j === to ? { ...s, items: [...s.items, ...(gone?.items ?? [])] } : s)) };
}

/** What the side would show to somebody who may open everything, or what has one of these permissions. */
export function preview(groups: MenuGroup[], menu: MenuLayout, may: (needs: string) => boolean): MenuHeading[] {
  const all = itemsOf(groups);
  return whole(groups, menu)
    .sections.map((s) => ({
      label: s.label,
      items: s.items.flatMap((x) => {
        const item = all.find((y) => y.code === x.code);
        return item && may(item.needs)
          ? [{ code: x.code, kind: item.kind, label: x.label ?? item.label, renamed: x.label !== undefined }]
          : [];
      }),
    }))
    .filter((s) => s.items.length > 0);
}
