-- What the platform, a group and a company may decide, under one roof. A value that was taken back stays as an empty row: its
-- version goes on, so an old form is still found out.

CREATE TABLE platform_parameters (
  key text PRIMARY KEY,
  value jsonb,
  locked boolean NOT NULL DEFAULT false,
  version int NOT NULL,
  CHECK (value IS NOT NULL OR NOT locked)
);
GRANT SELECT, INSERT, UPDATE ON platform_parameters TO forecourt_app;

CREATE TABLE parameters (
  tenant_id uuid NOT NULL REFERENCES tenants,
  key text NOT NULL,
  unit_id uuid NOT NULL, -- the group's own unit, or a company
  level text NOT NULL CHECK (level IN ('group', 'company')),
  value jsonb,
  locked boolean NOT NULL DEFAULT false,
  version int NOT NULL,
  PRIMARY KEY (tenant_id, key, unit_id),
  FOREIGN KEY (tenant_id, unit_id) REFERENCES org_units,
  CHECK (value IS NOT NULL OR NOT locked),
  CHECK (NOT locked OR level = 'group') -- nobody is below a company
);
SELECT tenant_table('parameters');

-- The value that holds in a company (NULL: above all companies) and the level that decided it; no row when nobody did. The highest
-- lock counts before all others, then the lowest level: platform, group, company.
CREATE FUNCTION parameter_value(of_key text, of_company uuid) RETURNS TABLE (level text, value jsonb) LANGUAGE plpgsql STABLE AS $$ BEGIN
  RETURN QUERY SELECT v.level, v.value FROM (
      SELECT 1 AS depth, 'platform' AS level, p.value, p.locked FROM platform_parameters p WHERE p.key = of_key
      UNION ALL SELECT CASE t.level WHEN 'group' THEN 2 ELSE 3 END, t.level, t.value, t.locked FROM parameters t
        WHERE t.tenant_id = app_tenant() AND t.key = of_key AND (t.level = 'group' OR t.unit_id = of_company)) v
    WHERE v.value IS NOT NULL ORDER BY v.locked DESC, CASE WHEN v.locked THEN v.depth ELSE -v.depth END LIMIT 1;
END $$;
GRANT EXECUTE ON FUNCTION parameter_value(text, uuid) TO forecourt_app;

-- The limit of discount was the only setting until now.
INSERT INTO parameters (tenant_id, key, unit_id, level, value, version)
  SELECT s.tenant_id, 'contract.manager_discount', u.id, 'group', to_jsonb(s.manager_discount_bp), s.version
  FROM contract_settings s JOIN org_units u ON u.tenant_id = s.tenant_id AND u.kind = 'group';
DROP TABLE contract_settings;

-- Whoever handled that setting handles parameters, and a company's administrator those of the company.
INSERT INTO policy_rules (tenant_id, ptype, v0, v1, v2, v3)
  SELECT tenant_id, ptype, v0, replace(v1, 'contract_settings:', 'parameter:'), v2, v3 FROM policy_rules
  WHERE ptype = 'p' AND v1 LIKE 'contract\_settings:%' ON CONFLICT DO NOTHING;
DELETE FROM policy_rules WHERE ptype = 'p' AND v1 LIKE 'contract\_settings:%';
SELECT give_shipped('group_administrator', 'parameter:read', 'group');
SELECT give_shipped('group_administrator', 'parameter:edit', 'group');
SELECT give_shipped('auditor', 'parameter:read', 'group');
SELECT give_shipped('company_administrator', 'parameter:read', 'company');
SELECT give_shipped('company_administrator', 'parameter:edit', 'company');
UPDATE tenants SET version = version + 1;

-- The shipped calls after a handover count the days that the company decides.
ALTER TABLE callback_rules ADD COLUMN parameter text;
UPDATE callback_rules SET parameter = CASE days WHEN 3 THEN 'callback.first_days' ELSE 'callback.second_days' END,
    name_zh = CASE days WHEN 3 THEN '交车后首次回访' ELSE '交车后二次回访' END, name_en = CASE days WHEN 3 THEN 'First call after handover' ELSE 'Second call after handover' END
  WHERE event = 'handover.create' AND days IN (3, 30) AND name_zh IN ('交车后三天回访', '交车后三十天回访');
