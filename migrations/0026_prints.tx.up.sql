-- Papers are laid out like lists and forms, and a place may have several of them under names.

ALTER TABLE screen_layouts DROP CONSTRAINT screen_layouts_part_check;
ALTER TABLE screen_layouts ADD CONSTRAINT screen_layouts_part_check CHECK (part IN ('list', 'form', 'print'));
ALTER TABLE screen_layouts ADD COLUMN name text NOT NULL DEFAULT '' CHECK (name = '' OR part = 'print');
ALTER TABLE screen_layouts DROP CONSTRAINT screen_layouts_version;
ALTER TABLE screen_layouts ADD CONSTRAINT screen_layouts_version UNIQUE (tenant_id, kind, part, level, target, name, version);
DROP INDEX screen_layouts_current;
CREATE UNIQUE INDEX screen_layouts_current ON screen_layouts (tenant_id, kind, part, level, target, name) WHERE current;

-- Printing is a permission of its own, as exporting is. Whoever reads a record could print it so far, save those who only look things over.
INSERT INTO policy_rules (tenant_id, ptype, v0, v1, v2)
  SELECT tenant_id, 'p', v0, replace(v1, ':read', ':print'), v2 FROM policy_rules WHERE ptype = 'p' AND v0 <> 'auditor' AND v1 IN ('customer:read', 'visit:read',
    'intent:read', 'vehicle:read', 'contract:read', 'receipt:read', 'invoice:read', 'outbound:read', 'handover:read', 'callback:read', 'user:read',
    'org_unit:read', 'vehicle_model:read', 'accessory:read', 'price:read')
  ON CONFLICT DO NOTHING;
UPDATE tenants SET version = version + 1, changed_at = now();
