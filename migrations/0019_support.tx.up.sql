-- Support reaches a tenant only with the tenant's consent, for hours, and leaves a line for everything it asks.

-- The account that stands for an operator in the tenant's history. Nobody signs in with it.
ALTER TABLE users ADD COLUMN operator_id uuid,
  ADD CONSTRAINT users_support CHECK (operator_id IS NULL OR status = 'disabled'),
  ADD CONSTRAINT users_operator UNIQUE (tenant_id, operator_id);

CREATE TABLE support_grants (
  tenant_id uuid NOT NULL REFERENCES tenants,
  id uuid NOT NULL,
  reason text NOT NULL CHECK (reason <> ''),
  writing boolean NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  created_by uuid NOT NULL,
  posting_id uuid NOT NULL, -- in which they gave it: support may do what they may there, at most
  expires_at timestamptz NOT NULL,
  revoked_at timestamptz,
  revoked_by uuid,
  PRIMARY KEY (tenant_id, id),
  CHECK (expires_at <= created_at + interval '72 hours'),
  FOREIGN KEY (tenant_id, created_by) REFERENCES users,
  FOREIGN KEY (tenant_id, revoked_by) REFERENCES users,
  FOREIGN KEY (tenant_id, posting_id) REFERENCES postings
);
CREATE INDEX ON support_grants (tenant_id, expires_at);

CREATE TABLE support_sessions (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  grant_id uuid NOT NULL,
  token_hash bytea NOT NULL,
  user_id uuid NOT NULL,
  address text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  ended_at timestamptz,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT support_sessions_token UNIQUE (tenant_id, token_hash),
  FOREIGN KEY (tenant_id, grant_id) REFERENCES support_grants,
  FOREIGN KEY (tenant_id, user_id) REFERENCES users
);
CREATE INDEX ON support_sessions (tenant_id, grant_id, created_at);
SELECT tenant_table('support_grants'), tenant_table('support_sessions');

-- Which tenants let support in now, for the operators' desk, which sees no tenant's rows.
CREATE FUNCTION tenants_with_support() RETURNS TABLE (tenant_id uuid, writing boolean, until timestamptz, reason text) LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$ BEGIN
  RETURN QUERY SELECT DISTINCT ON (g.tenant_id) g.tenant_id, g.writing, g.expires_at, g.reason FROM support_grants g
    WHERE g.revoked_at IS NULL AND g.expires_at > now() ORDER BY g.tenant_id, g.writing DESC, g.expires_at DESC;
END $$;
REVOKE ALL ON FUNCTION tenants_with_support() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tenants_with_support() TO forecourt_app;

SELECT give_shipped('group_administrator', 'support:grant', 'group');
