-- What every tenant has before any module: the tenant, its people, its rights, the record of what happened, and what is due.
-- Every key starts with tenant_id, so that one tenant is one shard key.

CREATE EXTENSION IF NOT EXISTS btree_gin;

DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'forecourt_app') THEN CREATE ROLE forecourt_app NOLOGIN; END IF;
END $$;
GRANT USAGE ON SCHEMA public TO forecourt_app;

-- The tenant of the transaction. The sub-select around it in policies plans once; nullif survives a pooled connection that had one before.
CREATE FUNCTION app_tenant() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT nullif(current_setting('app.tenant', true), '')::uuid $$;

CREATE FUNCTION tenant_rows(t regclass) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', t);
  EXECUTE format('CREATE POLICY tenant_rows ON %s USING (tenant_id = (SELECT nullif(current_setting(''app.tenant'', true), '''')::uuid))', t);
END $$;

-- tenant_table puts a table under row security and lets the application read and write it.
CREATE FUNCTION tenant_table(t regclass) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
  PERFORM tenant_rows(t);
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO forecourt_app', t);
END $$;

-- record_table adds the indexes that the columns of every record need.
CREATE FUNCTION record_table(t regclass) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
  PERFORM tenant_table(t);
  EXECUTE format('CREATE UNIQUE INDEX ON %s (tenant_id, number)', t);
  EXECUTE format('CREATE INDEX ON %s (tenant_id, created_at, id)', t);
  EXECUTE format('CREATE INDEX ON %s (tenant_id, owner_id)', t);
END $$;

-- searchable gives a table its search keys and the function that reads them. Containment of arrays is not leakproof, so under row
-- security it would not use the index: the function belongs to the owner and filters by tenant itself.
CREATE FUNCTION searchable(t regclass) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
  EXECUTE format('ALTER TABLE %s ADD COLUMN grams text[] NOT NULL DEFAULT ''{}''', t);
  EXECUTE format('CREATE INDEX %I ON %s USING gin (tenant_id, grams) WITH (gin_pending_list_limit = 64)', t::text || '_grams', t);
  EXECUTE format('CREATE FUNCTION %I(part text[], whole text[], most int) RETURNS SETOF uuid LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $f$
    BEGIN RETURN QUERY
      SELECT s.id FROM %s s WHERE s.tenant_id = app_tenant() AND s.grams @> part
      UNION SELECT s.id FROM %s s WHERE s.tenant_id = app_tenant() AND s.grams @> whole LIMIT most; END $f$', 'search_' || t::text, t, t);
  EXECUTE format('REVOKE ALL ON FUNCTION %I(text[], text[], int) FROM PUBLIC', 'search_' || t::text);
  EXECUTE format('GRANT EXECUTE ON FUNCTION %I(text[], text[], int) TO forecourt_app', 'search_' || t::text);
END $$;

CREATE TABLE tenants (
  id uuid PRIMARY KEY,
  code text NOT NULL CONSTRAINT tenants_code UNIQUE,
  name text NOT NULL,
  status text NOT NULL DEFAULT 'active' CHECK (status IN ('trial', 'active', 'suspended', 'closed')),
  start_date date NOT NULL,
  zone text NOT NULL DEFAULT 'Asia/Shanghai',
  demo boolean NOT NULL DEFAULT false,
  clock_offset interval NOT NULL DEFAULT '0', -- only a demo tenant's clock moves
  version bigint NOT NULL DEFAULT 1,          -- grows with every change of status, grants, postings, sessions
  changed_at timestamptz NOT NULL DEFAULT now(),
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON tenants (changed_at);
GRANT SELECT, INSERT, UPDATE ON tenants TO forecourt_app;

CREATE TABLE operators (
  id uuid PRIMARY KEY,
  login text NOT NULL CONSTRAINT operators_login UNIQUE,
  name text NOT NULL,
  password_hash text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE operator_sessions (
  token_hash bytea PRIMARY KEY,
  operator_id uuid NOT NULL REFERENCES operators,
  address text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL
);
CREATE TABLE operator_log (
  id uuid PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT now(),
  operator_id uuid,
  action text NOT NULL,
  detail jsonb NOT NULL DEFAULT '{}',
  address text NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON operators, operator_sessions TO forecourt_app;
GRANT SELECT, INSERT ON operator_log TO forecourt_app;

CREATE TABLE org_units (
  tenant_id uuid NOT NULL REFERENCES tenants,
  id uuid NOT NULL,
  version int NOT NULL DEFAULT 1,
  parent_id uuid,
  company_id uuid, -- the nearest company at or above; empty above all companies
  kind text NOT NULL CHECK (kind IN ('group', 'region', 'company', 'department', 'team')),
  code text NOT NULL,
  name text NOT NULL,
  status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'closed')),
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT org_units_code UNIQUE (tenant_id, code),
  FOREIGN KEY (tenant_id, parent_id) REFERENCES org_units
);
CREATE INDEX ON org_units (tenant_id, name);

CREATE TABLE users (
  tenant_id uuid NOT NULL REFERENCES tenants,
  id uuid NOT NULL,
  version int NOT NULL DEFAULT 1,
  login text NOT NULL,
  name text NOT NULL,
  mobile text,
  password_hash text NOT NULL,
  must_change boolean NOT NULL DEFAULT false,
  failed int NOT NULL DEFAULT 0,
  locked_until timestamptz,
  status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'disabled')),
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT users_login UNIQUE (tenant_id, login)
);
CREATE INDEX ON users (tenant_id, name);

CREATE TABLE roles (
  tenant_id uuid NOT NULL REFERENCES tenants,
  code text NOT NULL,
  name_zh text NOT NULL,
  name_en text NOT NULL,
  shipped boolean NOT NULL DEFAULT false,
  PRIMARY KEY (tenant_id, code)
);

CREATE TABLE postings (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  user_id uuid NOT NULL,
  unit_id uuid NOT NULL,
  title text NOT NULL,
  valid_from date NOT NULL DEFAULT '1900-01-01',
  valid_to date,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users,
  FOREIGN KEY (tenant_id, unit_id) REFERENCES org_units
);
CREATE INDEX ON postings (tenant_id, user_id);

CREATE TABLE user_groups (
  tenant_id uuid NOT NULL REFERENCES tenants,
  id uuid NOT NULL,
  name text NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT user_groups_name UNIQUE (tenant_id, name)
);
CREATE TABLE user_group_members (
  tenant_id uuid NOT NULL,
  group_id uuid NOT NULL,
  user_id uuid NOT NULL,
  PRIMARY KEY (tenant_id, group_id, user_id),
  FOREIGN KEY (tenant_id, group_id) REFERENCES user_groups,
  FOREIGN KEY (tenant_id, user_id) REFERENCES users
);

-- Casbin's rules. p: role, permission, scope. g: subject ("posting:<id>" or "group:<id>"), role. The domain is the tenant.
CREATE TABLE policy_rules (
  tenant_id uuid NOT NULL REFERENCES tenants,
  ptype text NOT NULL,
  v0 text NOT NULL,
  v1 text NOT NULL DEFAULT '',
  v2 text NOT NULL DEFAULT '',
  v3 text NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, ptype, v0, v1, v2, v3)
);
CREATE TABLE field_rules (
  tenant_id uuid NOT NULL REFERENCES tenants,
  role text NOT NULL,
  kind text NOT NULL,
  field text NOT NULL,
  visibility text NOT NULL CHECK (visibility IN ('hidden', 'masked', 'shown')),
  PRIMARY KEY (tenant_id, role, kind, field),
  FOREIGN KEY (tenant_id, role) REFERENCES roles
);

CREATE TABLE sessions (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  token_hash bytea NOT NULL,
  user_id uuid NOT NULL,
  posting_id uuid NOT NULL,
  address text NOT NULL,
  agent text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT sessions_token UNIQUE (tenant_id, token_hash),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users,
  FOREIGN KEY (tenant_id, posting_id) REFERENCES postings
);
CREATE INDEX ON sessions (tenant_id, user_id);

SELECT tenant_table(t::regclass) FROM unnest(ARRAY['org_units', 'users', 'roles', 'postings', 'user_groups', 'user_group_members', 'policy_rules', 'field_rules', 'sessions']) t;

-- What happened: one row a change, with the values before and after of what changed. Nobody edits it: the application may only add.
CREATE TABLE history (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  at timestamptz NOT NULL,
  kind text NOT NULL,
  record_id uuid NOT NULL,
  version int NOT NULL,
  action text NOT NULL,
  user_id uuid,           -- empty: a worker
  session_id uuid,
  address text NOT NULL,
  operation text NOT NULL,
  was jsonb NOT NULL DEFAULT '{}',
  now jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (tenant_id, at, id)
) PARTITION BY RANGE (at);
CREATE INDEX ON history (tenant_id, kind, record_id, at);
CREATE INDEX ON history (tenant_id, user_id, at);
SELECT tenant_rows('history');
GRANT SELECT, INSERT ON history TO forecourt_app;

-- history_months makes the partitions of n months from day on. Rows outside them land in history_rest, so nothing is ever refused.
CREATE FUNCTION history_months(day date, n int) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE made int := 0; m date; name text;
BEGIN
  FOR i IN 0..n - 1 LOOP
    m := date_trunc('month', day) + make_interval(months => i);
    name := 'history_' || to_char(m, 'YYYY_MM');
    IF to_regclass('public.' || name) IS NULL AND NOT EXISTS (SELECT FROM history_rest WHERE at >= m AND at < m + interval '1 month') THEN
      EXECUTE format('CREATE TABLE %I PARTITION OF history FOR VALUES FROM (%L) TO (%L)', name, m::timestamptz, (m + interval '1 month')::timestamptz);
      PERFORM tenant_rows(('public.' || name)::regclass);
      made := made + 1;
    END IF;
  END LOOP;
  RETURN made;
END $$;
CREATE TABLE history_rest PARTITION OF history DEFAULT;
SELECT tenant_rows('history_rest');
SELECT history_months('2026-11-01', 14);
REVOKE ALL ON FUNCTION history_months(date, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION history_months(date, int) TO forecourt_app;

CREATE TABLE outbox (
  tenant_id uuid NOT NULL REFERENCES tenants,
  id uuid NOT NULL,
  kind text NOT NULL,
  body jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  claimed_at timestamptz, -- handed to the queue; handed again when nobody finished it in time
  attempts int NOT NULL DEFAULT 0,
  done_at timestamptz,
  error text,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX outbox_open ON outbox (tenant_id, created_at, id) WHERE done_at IS NULL;

-- What falls due later. key makes the same cause one row, however often it is announced.
CREATE TABLE due_tasks (
  tenant_id uuid NOT NULL REFERENCES tenants,
  id uuid NOT NULL,
  kind text NOT NULL,
  key text NOT NULL,
  body jsonb NOT NULL,
  due_at timestamptz NOT NULL,
  claimed_at timestamptz,
  attempts int NOT NULL DEFAULT 0,
  done_at timestamptz,
  error text,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT due_tasks_key UNIQUE (tenant_id, kind, key)
);
CREATE INDEX due_tasks_open ON due_tasks (tenant_id, due_at, id) WHERE done_at IS NULL;
SELECT tenant_table('outbox'), tenant_table('due_tasks');

-- Which tenants have work. A tenant without a due row is not looked at; each is then asked by itself, under its own row security.
CREATE FUNCTION tenants_with_work(stale interval, most int) RETURNS SETOF uuid LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$ BEGIN
  RETURN QUERY SELECT t.id FROM tenants t WHERE t.status IN ('trial', 'active') AND (
    EXISTS (SELECT FROM outbox o WHERE o.tenant_id = t.id AND o.done_at IS NULL AND (o.claimed_at IS NULL OR o.claimed_at < now() - stale))
    OR EXISTS (SELECT FROM due_tasks d WHERE d.tenant_id = t.id AND d.done_at IS NULL AND d.due_at <= now() + t.clock_offset AND (d.claimed_at IS NULL OR d.claimed_at < now() - stale)))
  ORDER BY random() LIMIT most;
END $$;
REVOKE ALL ON FUNCTION tenants_with_work(interval, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tenants_with_work(interval, int) TO forecourt_app;

CREATE TABLE counters (
  tenant_id uuid NOT NULL REFERENCES tenants,
  company_id uuid NOT NULL,
  kind text NOT NULL,
  month int NOT NULL, -- 202611
  last bigint NOT NULL,
  PRIMARY KEY (tenant_id, company_id, kind, month)
) WITH (fillfactor = 50);
SELECT tenant_table('counters');

-- next_number gives the next number of a company's kind in a month. The row stays locked until the end of the transaction: no gaps.
CREATE FUNCTION next_number(tenant uuid, company uuid, of_kind text, in_month int) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE n bigint;
BEGIN
  INSERT INTO counters AS c (tenant_id, company_id, kind, month, last) VALUES (tenant, company, of_kind, in_month, 1)
    ON CONFLICT (tenant_id, company_id, kind, month) DO UPDATE SET last = c.last + 1 RETURNING last INTO n;
  RETURN n;
END $$;
GRANT EXECUTE ON FUNCTION next_number(uuid, uuid, text, int) TO forecourt_app;

CREATE TABLE notes (
  tenant_id uuid NOT NULL REFERENCES tenants,
  id uuid NOT NULL,
  kind text NOT NULL,
  record_id uuid NOT NULL,
  text text NOT NULL,
  created_at timestamptz NOT NULL,
  created_by uuid NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, created_by) REFERENCES users
);
CREATE INDEX ON notes (tenant_id, kind, record_id, created_at);

CREATE TABLE files (
  tenant_id uuid NOT NULL REFERENCES tenants,
  id uuid NOT NULL,
  kind text NOT NULL,
  record_id uuid NOT NULL,
  name text NOT NULL,
  content_type text NOT NULL,
  size bigint NOT NULL,
  sha256 bytea NOT NULL,
  created_at timestamptz NOT NULL,
  created_by uuid NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, created_by) REFERENCES users
);
CREATE INDEX ON files (tenant_id, kind, record_id, created_at);

CREATE TABLE notices (
  tenant_id uuid NOT NULL REFERENCES tenants,
  id uuid NOT NULL,
  user_id uuid NOT NULL,
  text_zh text NOT NULL,
  text_en text NOT NULL,
  kind text NOT NULL,
  record_id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  read_at timestamptz,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users
);
CREATE INDEX ON notices (tenant_id, user_id, created_at);

-- One row a key: it is written in the transaction of the work, so the same key never works twice. The answer follows after COMMIT.
CREATE TABLE idempotency (
  tenant_id uuid NOT NULL REFERENCES tenants,
  user_id uuid NOT NULL,
  key text NOT NULL,
  request bytea NOT NULL, -- hash of operation, path and body
  status int,
  answer bytea,
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT idempotency_key PRIMARY KEY (tenant_id, user_id, key)
);
SELECT tenant_table(t::regclass) FROM unnest(ARRAY['notes', 'files', 'notices', 'idempotency']) t;
