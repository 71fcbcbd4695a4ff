-- The log is kept as long as each group decides, and forgotten link by link of its chain.

-- What nobody may decide to shorten: the shipped value below which no group goes while the platform has decided nothing itself. NULL: the
-- parameter is not of that kind. kernel/parameter declares the same (OnlyMore), and a test compares both.
CREATE FUNCTION parameter_floor(of_key text) RETURNS jsonb LANGUAGE sql IMMUTABLE AS
  $$ SELECT CASE of_key WHEN 'audit.keep_months' THEN '36'::jsonb END $$;
GRANT EXECUTE ON FUNCTION parameter_floor(text) TO forecourt_app;

-- As before, and of a parameter with a floor the largest value of all levels counts, unless one above is locked.
CREATE OR REPLACE FUNCTION parameter_value(of_key text, of_company uuid) RETURNS TABLE (level text, value jsonb) LANGUAGE plpgsql STABLE AS $$ BEGIN
  RETURN QUERY SELECT v.level, v.value FROM (
      SELECT 0 AS depth, 'default' AS level, parameter_floor(of_key) AS value, false AS locked
        WHERE NOT EXISTS (SELECT FROM platform_parameters p WHERE p.key = of_key AND p.value IS NOT NULL)
      UNION ALL SELECT 1, 'platform', p.value, p.locked FROM platform_parameters p WHERE p.key = of_key
      UNION ALL SELECT CASE t.level WHEN 'group' THEN 2 ELSE 3 END, t.level, t.value, t.locked FROM parameters t
        WHERE t.tenant_id = app_tenant() AND t.key = of_key AND (t.level = 'group' OR t.unit_id = of_company)) v
    WHERE v.value IS NOT NULL
    ORDER BY v.locked DESC, CASE WHEN parameter_floor(of_key) IS NOT NULL THEN (v.value #>> '{}')::numeric END DESC, CASE WHEN v.locked THEN v.depth ELSE -v.depth END LIMIT 1;
END $$;

-- One day for all tenants, and months only: `forecourt log forget` takes its place.
DROP FUNCTION history_forget(date);

-- A formula that changed is computed again in the records that are there: how far that is, one row a kind. A change meanwhile begins
-- another run in the same row.
CREATE TABLE own_recomputes (
  tenant_id uuid NOT NULL REFERENCES tenants,
  kind text NOT NULL,
  run uuid NOT NULL,
  search boolean NOT NULL, -- what a search finds changed, too
  last_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000', -- the records up to it are done
  total int,               -- empty: nobody counted yet
  seen int NOT NULL DEFAULT 0,
  changed int NOT NULL DEFAULT 0,
  started_at timestamptz NOT NULL,
  finished_at timestamptz,
  PRIMARY KEY (tenant_id, kind)
);
SELECT tenant_table('own_recomputes');
