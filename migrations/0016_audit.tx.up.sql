-- The system log answers by user, record, kind and action, address and time; what is written can be proven; a session says what runs.

-- Milliseconds from the entry of the request to this line. Empty: a worker's line, a sign-in, or an older one.
ALTER TABLE history ADD COLUMN took int;

CREATE INDEX ON history (tenant_id, kind, action, at);
CREATE INDEX ON history (tenant_id, address, at);
-- An id is made from the machine's clock, which nobody moves, not even in a demo tenant: the chain follows it.
CREATE INDEX ON history (tenant_id, id);

-- The proof of the history: each link hashes the link before it and the lines up to the id it names. The application adds links
-- and never changes one; released says that the owner let go of lines under it, so it stands for itself.
CREATE TABLE history_chain (
  tenant_id uuid NOT NULL REFERENCES tenants,
  seq bigint NOT NULL,
  upto uuid NOT NULL,
  lines int NOT NULL CHECK (lines > 0),
  first_at timestamptz NOT NULL,
  hash bytea NOT NULL,
  made_at timestamptz NOT NULL DEFAULT now(),
  released boolean NOT NULL DEFAULT false,
  CONSTRAINT history_chain_once PRIMARY KEY (tenant_id, seq)
);
SELECT tenant_rows('history_chain');
GRANT SELECT, INSERT ON history_chain TO forecourt_app;

-- Drops the months that ended before a day, at least a year ago, and releases the links over them. Only the owner may call it: the
-- application neither may nor can.
CREATE FUNCTION history_forget(before date) RETURNS int LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE p record; dropped int := 0;
BEGIN
  IF before > current_date - interval '1 year' THEN RAISE EXCEPTION 'history of the last year is kept'; END IF;
  FOR p IN SELECT c.oid::regclass AS part, to_date(substr(c.relname, 9), 'YYYY_MM') + interval '1 month' AS ends
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'history'::regclass AND c.relname ~ '^history_\d{4}_\d{2}$' ORDER BY 2
  LOOP
    CONTINUE WHEN p.ends > before;
    UPDATE history_chain SET released = true WHERE first_at < p.ends AND NOT released;
    EXECUTE format('DROP TABLE %s', p.part);
    dropped := dropped + 1;
  END LOOP;
  RETURN dropped;
END $$;
REVOKE ALL ON FUNCTION history_forget(date) FROM PUBLIC;

-- The chain of each tenant begins; the task plans its next turn itself. A tenant opened later gets it when it is opened.
INSERT INTO due_tasks (tenant_id, id, kind, key, body, due_at)
  SELECT id, gen_random_uuid(), 'audit.chain', 'begin', '{}', now() + clock_offset FROM tenants;

-- What a session ran last, written now and then for many requests at once.
ALTER TABLE sessions ADD COLUMN seen_at timestamptz, ADD COLUMN operation text, ADD COLUMN operation_at timestamptz;

SELECT give_shipped('group_administrator', 'monitor:read', 'group');
SELECT give_shipped('group_administrator', 'monitor:end', 'group');
SELECT give_shipped('company_administrator', 'monitor:read', 'company');
SELECT give_shipped('company_administrator', 'monitor:end', 'company');
SELECT give_shipped('auditor', 'monitor:read', 'group');
