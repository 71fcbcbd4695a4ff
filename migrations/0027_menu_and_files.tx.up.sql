-- The menu is laid out like the list and the form of a kind: for the group, a company or a role, in versions. It belongs to no kind.
ALTER TABLE screen_layouts DROP CONSTRAINT screen_layouts_part_check;
ALTER TABLE screen_layouts ADD CONSTRAINT screen_layouts_part_check CHECK (part IN ('list', 'form', 'print', 'menu')),
  ADD CONSTRAINT screen_layouts_menu CHECK ((part = 'menu') = (kind = 'menu'));

-- A file can be the value of a group's own field. It is uploaded before its record is saved, and belongs to nobody but its sender until then.
ALTER TABLE files ADD COLUMN field text CHECK (field ~ '^x_[a-z0-9_]{1,37}$'),
  ALTER COLUMN record_id DROP NOT NULL,
  ADD CONSTRAINT files_place CHECK (record_id IS NOT NULL OR field IS NOT NULL);
