-- A group reads and changes its own limit of discount, and a release can give shipped roles what it adds.

ALTER TABLE contract_settings ADD COLUMN version int NOT NULL DEFAULT 1;

-- Gives a shipped role of every tenant a permission that this release brings. A tenant opened later has it from the start. A role
-- that a tenant made itself is left alone.
CREATE FUNCTION give_shipped(role text, permission text, scope text) RETURNS void LANGUAGE sql AS $$
  INSERT INTO policy_rules (tenant_id, ptype, v0, v1, v2)
    SELECT r.tenant_id, 'p', r.code, permission, scope FROM roles r WHERE r.shipped AND r.code = role ON CONFLICT DO NOTHING;
  UPDATE tenants t SET version = version + 1 WHERE EXISTS (SELECT FROM roles r WHERE r.tenant_id = t.id AND r.shipped AND r.code = role);
$$;
REVOKE ALL ON FUNCTION give_shipped(text, text, text) FROM PUBLIC;

SELECT give_shipped('group_administrator', 'contract_settings:read', 'group');
SELECT give_shipped('group_administrator', 'contract_settings:edit', 'group');
SELECT give_shipped('auditor', 'contract_settings:read', 'group');
