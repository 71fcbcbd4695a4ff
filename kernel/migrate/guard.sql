-- One row a finding. $1: the names of the tables that belong to no tenant. Catalogue only, so it takes milliseconds.
WITH relations AS (
  SELECT c.oid, c.oid::regclass::text AS name, c.relname, c.relkind, c.relowner, c.relrowsecurity, n.nspname,
    coalesce('security_invoker=true' = ANY (c.reloptions) OR 'security_invoker=on' = ANY (c.reloptions), false) AS invoker,
    EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped) AS tenant
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relpersistence <> 't'
    AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\_toast%'
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
), policies AS (
  SELECT p.polrelid, p.polname, concat(pg_get_expr(p.polqual, p.polrelid), ' ', pg_get_expr(p.polwithcheck, p.polrelid)) AS rule
  FROM pg_policy p WHERE p.polpermissive
)
SELECT format('role %s is superuser', rolname) FROM pg_roles WHERE rolname = current_user AND rolsuper
UNION ALL
SELECT format('role %s has BYPASSRLS', rolname) FROM pg_roles WHERE rolname = current_user AND rolbypassrls
UNION ALL
SELECT format('role %s owns %s', current_user, string_agg(name, ', ' ORDER BY name)) FROM relations
  WHERE pg_has_role(current_user, relowner, 'MEMBER') AND NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) HAVING count(*) > 0
UNION ALL
SELECT format('table %s has no row level security', name) FROM relations WHERE relkind IN ('r', 'p', 'f') AND tenant AND NOT relrowsecurity
UNION ALL
SELECT format('table %s has no policy', name) FROM relations WHERE relkind IN ('r', 'p') AND tenant AND NOT EXISTS (SELECT FROM policies WHERE polrelid = oid)
UNION ALL
SELECT format('policy %s of table %s does not ask for the tenant', polname, name) FROM relations JOIN policies ON polrelid = oid
  WHERE tenant AND rule NOT LIKE '%app.tenant%' AND rule NOT LIKE '%app\_tenant()%'
UNION ALL
SELECT format('table %s has no tenant_id and is not a platform table', name) FROM relations
  WHERE relkind IN ('r', 'p', 'f') AND nspname = 'public' AND NOT tenant AND relname <> ALL ($1)
UNION ALL
SELECT format('view %s reads with its owner''s rights; it needs WITH (security_invoker = true)', name) FROM relations
  WHERE relkind IN ('v', 'm') AND NOT invoker AND has_table_privilege(current_user, oid, 'SELECT')
ORDER BY 1
