-- What an account set may use, until when, and what it used day by day.

-- Operators edit plans without a release. An empty limit is none.
CREATE TABLE plans (
  code text PRIMARY KEY CHECK (code ~ '^[a-z][a-z0-9_]{1,30}$'),
  version int NOT NULL DEFAULT 1,
  name_zh text NOT NULL CHECK (name_zh <> ''),
  name_en text NOT NULL CHECK (name_en <> ''),
  companies bigint CHECK (companies >= 1),
  users bigint CHECK (users >= 1),
  storage bigint CHECK (storage >= 0), -- bytes
  calls bigint CHECK (calls >= 1),     -- API calls a minute
  created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
GRANT SELECT, INSERT, UPDATE ON plans TO forecourt_app;
INSERT INTO plans (code, name_zh, name_en, companies, users, storage, calls) VALUES
  ('trial', '试用版', 'Trial', 3, 30, 1::bigint << 30, 1200);
INSERT INTO plans (code, name_zh, name_en, companies, users, storage, calls) VALUES
  ('standard', '标准版', 'Standard', 10, 300, 50::bigint << 30, 6000);
INSERT INTO plans (code, name_zh, name_en) VALUES
  ('enterprise', '企业版', 'Enterprise');

-- Account sets that are there keep what they have: no limit and no end. own_* override the plan's limit.
ALTER TABLE tenants
  ADD COLUMN plan text NOT NULL DEFAULT 'enterprise' REFERENCES plans,
  ADD COLUMN ends_on date, -- the last day of a trial or of what was paid for
  ADD COLUMN own_companies bigint CHECK (own_companies >= 1),
  ADD COLUMN own_users bigint CHECK (own_users >= 1),
  ADD COLUMN own_storage bigint CHECK (own_storage >= 0),
  ADD COLUMN own_calls bigint CHECK (own_calls >= 1),
  ADD CONSTRAINT tenants_trial_ends CHECK (status <> 'trial' OR ends_on IS NOT NULL) NOT VALID;

-- Whoever adds a company, a user or a file locks this row first, so that two at once never pass a limit together. Companies and
-- users are few and counted; the bytes of files are kept here. A missing row is made from the files that are there.
CREATE TABLE quota_counters (
  tenant_id uuid PRIMARY KEY REFERENCES tenants,
  storage bigint NOT NULL
);
SELECT tenant_table('quota_counters');

-- One row a tenant and day. The application reaches it by the functions below only, so that no tenant writes its own bill.
CREATE TABLE usage_days (
  tenant_id uuid NOT NULL REFERENCES tenants,
  day date NOT NULL,
  companies bigint, -- empty until the first count of the day, as the next three
  users bigint,
  active_users bigint, -- who signed in, changed something or was seen
  storage bigint,
  changes bigint,
  calls bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, day)
);
SELECT tenant_rows('usage_days');

-- What tenants use now, as numbers: operators never see the rows behind them. Empty: all tenants.
CREATE FUNCTION tenant_usage(only_one uuid) RETURNS TABLE (tenant_id uuid, companies bigint, users bigint, storage bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$ BEGIN
  RETURN QUERY SELECT t.id,
    (SELECT count(*) FROM org_units o WHERE o.tenant_id = t.id AND o.kind = 'company' AND o.status = 'open'),
    (SELECT count(*) FROM users u WHERE u.tenant_id = t.id AND u.status = 'active'),
    coalesce((SELECT c.storage FROM quota_counters c WHERE c.tenant_id = t.id), (SELECT sum(f.size)::bigint FROM files f WHERE f.tenant_id = t.id), 0)
  FROM tenants t WHERE only_one IS NULL OR t.id = only_one;
END $$;

-- Writes the day of every tenant, in its own zone and by its own clock, and once more who was active on the day before: the last
-- look at it may have come before its end. Run again, it writes the same row.
CREATE FUNCTION write_usage() RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE t record; today date; u record; n int := 0;
BEGIN
  FOR t IN SELECT id, zone, clock_offset FROM tenants ORDER BY id LOOP
    today := (now() + t.clock_offset) AT TIME ZONE t.zone;
    SELECT * INTO u FROM tenant_usage(t.id);
    INSERT INTO usage_days AS d (tenant_id, day, companies, users, active_users, storage, changes)
      SELECT t.id, today, u.companies, u.users, a.people, u.storage, a.lines FROM usage_activity(t.id, today) a
      ON CONFLICT (tenant_id, day) DO UPDATE SET companies = excluded.companies, users = excluded.users, storage = excluded.storage,
        active_users = greatest(d.active_users, excluded.active_users), changes = excluded.changes;
    UPDATE usage_days d SET active_users = greatest(d.active_users, a.people), changes = a.lines
      FROM usage_activity(t.id, today - 1) a WHERE d.tenant_id = t.id AND d.day = today - 1;
    n := n + 1;
  END LOOP;
  RETURN n;
END $$;

-- How many people of a tenant did something on a day, and how many lines of history they and the workers wrote.
CREATE FUNCTION usage_activity(tenant uuid, on_day date) RETURNS TABLE (people bigint, lines bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE began timestamptz; ended timestamptz; moved interval;
BEGIN
  SELECT on_day::timestamp AT TIME ZONE zone, (on_day + 1)::timestamp AT TIME ZONE zone, clock_offset INTO began, ended, moved FROM tenants WHERE id = tenant;
  RETURN QUERY SELECT (SELECT count(*) FROM (
      SELECT h.user_id FROM history h WHERE h.tenant_id = tenant AND h.at >= began AND h.at < ended AND h.user_id IS NOT NULL AND h.action <> 'refused'
      UNION SELECT s.user_id FROM sessions s WHERE s.tenant_id = tenant AND s.seen_at + moved >= began AND s.seen_at + moved < ended) who),
    (SELECT count(*) FROM history h WHERE h.tenant_id = tenant AND h.at >= began AND h.at < ended);
END $$;

-- Adds API calls to the day of each tenant. Ids come sorted, so two replicas that write at once never wait for each other in a ring.
CREATE FUNCTION add_calls(ids uuid[], made bigint[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$ BEGIN
  INSERT INTO usage_days AS d (tenant_id, day, calls)
    SELECT t.id, ((now() + t.clock_offset) AT TIME ZONE t.zone)::date, v.made FROM unnest(ids, made) v(id, made) JOIN tenants t ON t.id = v.id ORDER BY t.id
    ON CONFLICT (tenant_id, day) DO UPDATE SET calls = d.calls + excluded.calls;
END $$;

CREATE FUNCTION usage_of(tenant uuid, most int) RETURNS TABLE (day date, companies bigint, users bigint, active_users bigint, storage bigint, changes bigint, calls bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$ BEGIN
  RETURN QUERY SELECT d.day, d.companies, d.users, d.active_users, d.storage, d.changes, d.calls FROM usage_days d WHERE d.tenant_id = tenant ORDER BY d.day DESC LIMIT most;
END $$;

DO $$ DECLARE f text; BEGIN
  FOREACH f IN ARRAY ARRAY['tenant_usage(uuid)', 'write_usage()', 'usage_activity(uuid, date)', 'add_calls(uuid[], bigint[])', 'usage_of(uuid, int)'] LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    CONTINUE WHEN f LIKE 'usage_activity%';
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO forecourt_app', f);
  END LOOP;
END $$;

-- The page of an account set shows what operators did to it.
UPDATE operator_log l SET detail = l.detail || jsonb_build_object('tenant', t.id) FROM tenants t
  WHERE l.action = 'open_tenant' AND l.detail ->> 'code' = t.code AND NOT l.detail ? 'tenant';
CREATE INDEX operator_log_tenant ON operator_log ((detail ->> 'tenant'), at);
