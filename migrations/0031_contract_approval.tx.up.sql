-- Who agrees to a contract is decided by approval flows from here on. A contract that waited for one of the two fixed levels has no
-- approval that could go on: it is its owner's draft again, to be submitted anew.
UPDATE contracts SET status = 'draft', version = version + 1, reason = '审批方式已改为审批流程，请重新提交 / Approval goes by flows now; please submit again'
  WHERE status IN ('in_review', 'group_review');
ALTER TABLE contracts DROP CONSTRAINT contracts_status_check;
ALTER TABLE contracts ADD CONSTRAINT contracts_status_check
  CHECK (status IN ('draft', 'in_review', 'effective', 'deposit_paid', 'reserved', 'invoiced', 'outbound', 'handed_over', 'closed', 'cancelled'));
