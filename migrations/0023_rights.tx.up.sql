-- User groups have permissions of their own: their roles act in every company, so managing the users of one gives no hand in them.

INSERT INTO policy_rules (tenant_id, ptype, v0, v1, v2)
  SELECT tenant_id, 'p', v0, unnest(ARRAY['user_group:read', 'user_group:manage']), 'group' FROM policy_rules WHERE ptype = 'p' AND v1 = 'user:manage' AND v2 = 'group'
  ON CONFLICT DO NOTHING;

-- A field that a role sees was changed by whoever may edit the record; a rule can now show it and keep it.
ALTER TABLE field_rules DROP CONSTRAINT field_rules_visibility_check;
ALTER TABLE field_rules ADD CONSTRAINT field_rules_visibility_check CHECK (visibility IN ('hidden', 'masked', 'shown', 'editable'));
UPDATE field_rules SET visibility = 'editable' WHERE visibility = 'shown' AND (kind, field) <> ('contract', 'margin');

UPDATE tenants SET version = version + 1, changed_at = now();
SELECT give_shipped('company_administrator', 'user_group:read', 'company');
SELECT give_shipped('auditor', 'user_group:read', 'group');
SELECT give_shipped('group_administrator', 'job:read', 'group');
SELECT give_shipped('group_administrator', 'job:retry', 'group');
SELECT give_shipped('auditor', 'job:read', 'group');
