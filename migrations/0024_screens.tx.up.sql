-- A group adds fields of its own to any kind of record, and keeps lists under a name.

-- own_columns gives a record table what a group's own fields need: their values as one object, and the slots that filters and sorts
-- read. Under row security only plain columns reach an index. The indexes are partial, so a table whose groups have no field of their own
-- pays nothing for them.
CREATE FUNCTION own_columns(t regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE slot text;
BEGIN
  EXECUTE format('ALTER TABLE %s ADD COLUMN own jsonb NOT NULL DEFAULT ''{}''', t);
  FOR slot IN SELECT 'x_t' || n FROM generate_series(1, 6) n UNION ALL SELECT 'x_n' || n FROM generate_series(1, 6) n UNION ALL SELECT 'x_d' || n FROM generate_series(1, 4) n LOOP
    EXECUTE format('ALTER TABLE %s ADD COLUMN %I %s', t, slot, CASE substr(slot, 3, 1) WHEN 't' THEN 'text' WHEN 'n' THEN 'bigint' ELSE 'date' END);
    EXECUTE format('CREATE INDEX ON %s (tenant_id, %I, id) WHERE %I IS NOT NULL', t, slot, slot);
  END LOOP;
END $$;
REVOKE ALL ON FUNCTION own_columns(regclass) FROM PUBLIC;

-- Every record table so far, told by the columns of a record, and every later one.
SELECT own_columns(c.oid::regclass) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
  WHERE c.relkind = 'r' AND 8 = (SELECT count(*) FROM pg_attribute a WHERE a.attrelid = c.oid AND NOT a.attisdropped
    AND a.attname IN ('tenant_id', 'id', 'version', 'company_id', 'owner_id', 'number', 'created_by', 'updated_at'));

CREATE OR REPLACE FUNCTION record_table(t regclass) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
  PERFORM tenant_table(t);
  PERFORM own_columns(t);
  EXECUTE format('CREATE UNIQUE INDEX ON %s (tenant_id, number)', t);
  EXECUTE format('CREATE INDEX ON %s (tenant_id, created_at, id)', t);
  EXECUTE format('CREATE INDEX ON %s (tenant_id, owner_id)', t);
END $$;

CREATE TABLE own_fields (
  tenant_id uuid NOT NULL REFERENCES tenants,
  id uuid NOT NULL,
  version int NOT NULL,
  kind text NOT NULL,
  key text NOT NULL CHECK (key ~ '^x_[a-z0-9_]{1,37}$'),
  position int NOT NULL,
  retired boolean NOT NULL DEFAULT false,
  slot text CHECK (slot ~ '^x_(t[1-6]|n[1-6]|d[1-4])$'),
  body jsonb NOT NULL, -- label, type, options and rules, as kernel/record reads them
  created_at timestamptz NOT NULL,
  created_by uuid NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT own_fields_key UNIQUE (tenant_id, kind, key),
  CONSTRAINT own_fields_slot UNIQUE (tenant_id, kind, slot)
);
SELECT tenant_table('own_fields');

-- How a group, a company or a role sees a kind. Version 0 is the draft; of the published versions one counts, and undoing makes the one
-- before it count again.
CREATE TABLE screen_layouts (
  tenant_id uuid NOT NULL REFERENCES tenants,
  id uuid NOT NULL,
  kind text NOT NULL,
  part text NOT NULL CHECK (part IN ('list', 'form')),
  level text NOT NULL CHECK (level IN ('group', 'company', 'role')),
  target text NOT NULL, -- a company's id, a role's code; empty for the group
  version int NOT NULL CHECK (version >= 0),
  current boolean NOT NULL DEFAULT false,
  body jsonb NOT NULL,
  at timestamptz NOT NULL,
  by_id uuid NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT screen_layouts_version UNIQUE (tenant_id, kind, part, level, target, version),
  CHECK ((level = 'group') = (target = '')),
  CHECK (NOT current OR version > 0),
  FOREIGN KEY (tenant_id, by_id) REFERENCES users
);
CREATE UNIQUE INDEX screen_layouts_current ON screen_layouts (tenant_id, kind, part, level, target) WHERE current;
SELECT tenant_table('screen_layouts');

-- Lists that people keep under a name: for themselves, or shared with a unit, a role or everybody.
CREATE TABLE saved_views (
  tenant_id uuid NOT NULL REFERENCES tenants,
  id uuid NOT NULL,
  version int NOT NULL,
  kind text NOT NULL,
  owner_id uuid NOT NULL,
  name text NOT NULL CHECK (name <> ''),
  sharing text NOT NULL CHECK (sharing IN ('private', 'unit', 'role', 'group')),
  unit_id uuid,
  role text,
  body jsonb NOT NULL, -- filter, sort, columns, layout
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT saved_views_name UNIQUE (tenant_id, kind, owner_id, name),
  CHECK ((sharing = 'unit') = (unit_id IS NOT NULL)),
  CHECK ((sharing = 'role') = (role IS NOT NULL)),
  FOREIGN KEY (tenant_id, owner_id) REFERENCES users,
  FOREIGN KEY (tenant_id, unit_id) REFERENCES org_units,
  CONSTRAINT saved_views_role FOREIGN KEY (tenant_id, role) REFERENCES roles ON DELETE CASCADE
);
CREATE INDEX ON saved_views (tenant_id, kind);
SELECT tenant_table('saved_views');

SELECT give_shipped('group_administrator', 'screen:read', 'group');
SELECT give_shipped('group_administrator', 'screen:edit', 'group');
SELECT give_shipped('auditor', 'screen:read', 'group');
SELECT give_shipped('company_administrator', 'screen:read', 'company');
SELECT give_shipped('company_administrator', 'screen:edit', 'company');
