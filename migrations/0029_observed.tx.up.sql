-- What whoever watches an installation asks, over all tenants and without naming one: how much work is open, for how long the oldest
-- has waited, and how many people are signed in. A suspended tenant's rows wait on purpose and are not counted.

CREATE FUNCTION work_open(stale interval) RETURNS TABLE (source text, state text, n bigint, waits double precision)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$ BEGIN
  RETURN QUERY
  WITH open AS (
    SELECT 'outbox'::text AS source, o.error, o.claimed_at, o.created_at AS since, now() AS at
      FROM outbox o JOIN tenants t ON t.id = o.tenant_id AND t.status IN ('trial', 'active') WHERE o.done_at IS NULL
    UNION ALL
    SELECT 'due_tasks', d.error, d.claimed_at, d.due_at, now() + t.clock_offset
      FROM due_tasks d JOIN tenants t ON t.id = d.tenant_id AND t.status IN ('trial', 'active') WHERE d.done_at IS NULL
  ), stands AS (
    SELECT open.source, open.since, open.at, CASE
      WHEN open.error IS NOT NULL AND open.claimed_at > now() + interval '1 year' THEN 'failed'
      WHEN open.error IS NOT NULL THEN 'failing'
      WHEN open.since > open.at THEN 'planned'
      WHEN open.claimed_at > now() - stale THEN 'running'
      ELSE 'due' END AS state
    FROM open
  )
  SELECT s.source, s.state, count(*), coalesce(max(extract(epoch FROM s.at - s.since)), 0)::double precision FROM stands s GROUP BY 1, 2;
END $$;

CREATE FUNCTION sessions_open() RETURNS bigint LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$ BEGIN
  RETURN (SELECT count(*) FROM sessions WHERE expires_at > now());
END $$;

DO $$ DECLARE f text; BEGIN
  FOREACH f IN ARRAY ARRAY['work_open(interval)', 'sessions_open()'] LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO forecourt_app', f);
  END LOOP;
END $$;
