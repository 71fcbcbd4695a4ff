-- The menu is laid out like the list and the form of a kind: for the group, a company or a role, in versions. It belongs to no kind.
ALTER TABLE screen_layouts DROP CONSTRAINT screen_layouts_part_check;
ALTER TABLE screen_layouts ADD CONSTRAINT screen_layouts_part_check CHECK (part IN ('list', 'form', 'menu')),
  ADD CONSTRAINT screen_layouts_menu CHECK ((part = 'menu') = (kind = 'menu'));
