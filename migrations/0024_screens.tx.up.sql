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

SELECT give_shipped('group_administrator', 'screen:read', 'group');
SELECT give_shipped('group_administrator', 'screen:edit', 'group');
SELECT give_shipped('auditor', 'screen:read', 'group');
