-- Whose customers a list shows is answered from an index alone, and keys of requests go after a week like everything that is done.

DROP INDEX customer_relations_tenant_id_company_id_idx, customer_relations_tenant_id_department_id_idx, customer_relations_tenant_id_owner_id_last_contact_idx;
CREATE INDEX ON customer_relations (tenant_id, company_id, customer_id);
CREATE INDEX ON customer_relations (tenant_id, department_id, customer_id);
CREATE INDEX ON customer_relations (tenant_id, owner_id, customer_id);

CREATE INDEX ON idempotency (tenant_id, created_at);

CREATE OR REPLACE FUNCTION tenants_to_clean(keep interval, most int) RETURNS SETOF uuid LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$ BEGIN
  RETURN QUERY SELECT t.id FROM tenants t WHERE t.status IN ('trial', 'active') AND (
    EXISTS (SELECT FROM outbox o WHERE o.tenant_id = t.id AND o.done_at < now() - keep)
    OR EXISTS (SELECT FROM due_tasks d WHERE d.tenant_id = t.id AND d.done_at < now() - keep)
    OR EXISTS (SELECT FROM idempotency i WHERE i.tenant_id = t.id AND i.created_at < now() - keep))
  ORDER BY random() LIMIT most;
END $$;
