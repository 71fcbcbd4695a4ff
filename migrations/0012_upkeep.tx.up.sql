-- Work that is done is deleted, work that failed can be found, and no release loses an event that another one listens to.

-- The handlers that took the row. '{}': the program that looked at it had none, so one that has may still take it. NULL: not over.
ALTER TABLE outbox ADD COLUMN heard_by text[];
ALTER TABLE due_tasks ADD COLUMN heard_by text[];

-- By when a row was done go the deletion of old rows and the look for what a newer release would have heard.
CREATE INDEX outbox_done ON outbox (tenant_id, done_at) WHERE done_at IS NOT NULL;
CREATE INDEX due_tasks_done ON due_tasks (tenant_id, done_at) WHERE done_at IS NOT NULL;
CREATE INDEX outbox_failed ON outbox (tenant_id) WHERE done_at IS NULL AND error IS NOT NULL;
CREATE INDEX due_tasks_failed ON due_tasks (tenant_id) WHERE done_at IS NULL AND error IS NOT NULL;

-- Like tenants_with_work, these three only say which tenants are worth a look; each is then asked under its own row security.

-- Which tenants have rows that were done longer ago than keep. A suspended tenant's rows stay as they are.
CREATE FUNCTION tenants_to_clean(keep interval, most int) RETURNS SETOF uuid LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$ BEGIN
  RETURN QUERY SELECT t.id FROM tenants t WHERE t.status IN ('trial', 'active') AND (
    EXISTS (SELECT FROM outbox o WHERE o.tenant_id = t.id AND o.done_at < now() - keep)
    OR EXISTS (SELECT FROM due_tasks d WHERE d.tenant_id = t.id AND d.done_at < now() - keep))
  ORDER BY random() LIMIT most;
END $$;

-- Which tenants have parked rows. Parking claims a row for a hundred years.
CREATE FUNCTION tenants_with_parked(most int) RETURNS SETOF uuid LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$ BEGIN
  RETURN QUERY SELECT t.id FROM tenants t WHERE
    EXISTS (SELECT FROM outbox o WHERE o.tenant_id = t.id AND o.done_at IS NULL AND o.error IS NOT NULL AND o.claimed_at > now() + interval '1 year')
    OR EXISTS (SELECT FROM due_tasks d WHERE d.tenant_id = t.id AND d.done_at IS NULL AND d.error IS NOT NULL AND d.claimed_at > now() + interval '1 year')
  ORDER BY t.code LIMIT most;
END $$;

-- Which tenants have rows that one of these handlers, named by kind and name, missed: done within since, or parked because nobody
-- had a handler.
CREATE FUNCTION tenants_with_missed(kinds text[], names text[], since interval) RETURNS SETOF uuid LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$ BEGIN
  RETURN QUERY SELECT t.id FROM tenants t WHERE t.status IN ('trial', 'active') AND (
    EXISTS (SELECT FROM outbox o JOIN unnest(kinds, names) h(kind, name) ON h.kind = o.kind
      WHERE o.tenant_id = t.id AND o.done_at > now() - since AND h.name <> ALL (o.heard_by))
    OR EXISTS (SELECT FROM due_tasks d JOIN unnest(kinds, names) h(kind, name) ON h.kind = d.kind
      WHERE d.tenant_id = t.id AND d.done_at > now() - since AND h.name <> ALL (d.heard_by))
    OR EXISTS (SELECT FROM due_tasks d WHERE d.tenant_id = t.id AND d.done_at IS NULL AND d.error IS NOT NULL AND d.heard_by = '{}' AND d.kind = ANY (kinds)));
END $$;

DO $$ DECLARE f text; BEGIN
  FOREACH f IN ARRAY ARRAY['tenants_to_clean(interval, int)', 'tenants_with_parked(int)', 'tenants_with_missed(text[], text[], interval)'] LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO forecourt_app', f);
  END LOOP;
END $$;

-- The bell counts what a person has not read.
CREATE INDEX notices_unread ON notices (tenant_id, user_id) WHERE read_at IS NULL;

-- No operation ever asked for it.
DELETE FROM policy_rules WHERE ptype = 'p' AND v1 = 'vehicle:release';

-- A wish names a model that exists. Models are platform rows without a tenant_id; nobody deletes one, so no index answers for it.
ALTER TABLE visits ADD CONSTRAINT visits_model FOREIGN KEY (model_id) REFERENCES platform_models;
ALTER TABLE intents ADD CONSTRAINT intents_model FOREIGN KEY (model_id) REFERENCES platform_models;
