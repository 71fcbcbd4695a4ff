-- Who agrees to a contract is decided by approval flows from here on. A contract that waited for one of the two fixed levels has no
-- approval that could go on: it is its owner's draft again, to be submitted anew.
UPDATE contracts SET status = 'draft', version = version + 1, reason = '审批方式已改为审批流程，请重新提交 / Approval goes by flows now; please submit again'
  WHERE status IN ('in_review', 'group_review');
ALTER TABLE contracts DROP CONSTRAINT contracts_status_check;
ALTER TABLE contracts ADD CONSTRAINT contracts_status_check
  CHECK (status IN ('draft', 'in_review', 'effective', 'deposit_paid', 'reserved', 'invoiced', 'outbound', 'handed_over', 'closed', 'cancelled'));

-- Printing follows reading, save for those who only look things over.
INSERT INTO policy_rules (tenant_id, ptype, v0, v1, v2)
  SELECT tenant_id, 'p', v0, replace(v1, ':read', ':print'), v2 FROM policy_rules WHERE ptype = 'p' AND v0 <> 'auditor' AND v1 IN ('approval:read', 'approval_task:read')
  ON CONFLICT DO NOTHING;
UPDATE tenants SET version = version + 1, changed_at = now();
