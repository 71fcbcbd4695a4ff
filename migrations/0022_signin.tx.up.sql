-- Signing in in full: a second step, tokens for programs, a group's own identity provider. What must be read again is sealed
-- (kernel/secret); what is only compared is a hash.

-- A person's second step. Until it is confirmed with a code it counts for nothing.
CREATE TABLE second_steps (
  tenant_id uuid NOT NULL,
  user_id uuid NOT NULL,
  secret bytea NOT NULL,               -- sealed
  confirmed_at timestamptz,
  last_step bigint NOT NULL DEFAULT 0, -- the half minute of the last code that was taken: none is taken twice
  PRIMARY KEY (tenant_id, user_id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users
);
-- Codes for whoever lost their phone, each good once: a used one is gone.
CREATE TABLE recovery_codes (
  tenant_id uuid NOT NULL,
  user_id uuid NOT NULL,
  hash bytea NOT NULL,
  PRIMARY KEY (tenant_id, user_id, hash),
  FOREIGN KEY (tenant_id, user_id) REFERENCES second_steps ON DELETE CASCADE
);
-- Who gave the right password and owes a code.
CREATE TABLE sign_in_challenges (
  tenant_id uuid NOT NULL,
  hash bytea NOT NULL,
  user_id uuid NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, hash),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users
);
CREATE INDEX ON sign_in_challenges (tenant_id, user_id);

-- What a group demands at its door. Without a row: nothing.
CREATE TABLE sign_in_settings (
  tenant_id uuid PRIMARY KEY REFERENCES tenants,
  version int NOT NULL,
  two_step text NOT NULL DEFAULT 'free' CHECK (two_step IN ('free', 'roles', 'all')),
  two_step_roles text[] NOT NULL DEFAULT '{}',
  password_for text NOT NULL DEFAULT 'all' CHECK (password_for IN ('all', 'administrators'))
);
-- A group's identity provider (OpenID Connect).
CREATE TABLE identity_providers (
  tenant_id uuid PRIMARY KEY REFERENCES tenants,
  version int NOT NULL,
  issuer text NOT NULL,
  client_id text NOT NULL,
  client_secret bytea NOT NULL, -- sealed
  claim text NOT NULL,
  matches text NOT NULL CHECK (matches IN ('login', 'email')),
  label text NOT NULL,
  enabled boolean NOT NULL
);

-- How a session began: a person whom the provider let in is asked for no password and no second step of ours.
ALTER TABLE sessions ADD COLUMN way text NOT NULL DEFAULT 'password' CHECK (way IN ('password', 'provider'));

-- A program's way in, for the person who made it and in one of their postings. It never may more than they hold when it is used.
CREATE TABLE api_tokens (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  hash bytea NOT NULL,
  user_id uuid NOT NULL,
  posting_id uuid NOT NULL,
  name text NOT NULL,
  read_only boolean NOT NULL,
  permissions text[] NOT NULL, -- empty with read_only: every :read of its maker
  networks text[] NOT NULL,    -- empty: from everywhere
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  used_at timestamptz,
  used_from text,
  revoked_at timestamptz,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT api_tokens_hash UNIQUE (tenant_id, hash),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users,
  FOREIGN KEY (tenant_id, posting_id) REFERENCES postings
);
CREATE INDEX ON api_tokens (tenant_id, user_id);

SELECT tenant_table(t::regclass) FROM unnest(ARRAY['second_steps', 'recovery_codes', 'sign_in_challenges', 'sign_in_settings', 'identity_providers', 'api_tokens']) t;

-- The fingerprints of the keys under which something is sealed, and how much: the doctor asks whether this process has them.
CREATE FUNCTION sealed_under() RETURNS TABLE (key text, sealed bigint) LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$ BEGIN
  RETURN QUERY SELECT encode(substr(s.x, 1, 4), 'hex'), count(*)
    FROM (SELECT secret FROM second_steps UNION ALL SELECT client_secret FROM identity_providers) s (x) GROUP BY 1;
END $$;
REVOKE ALL ON FUNCTION sealed_under() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sealed_under() TO forecourt_app;

SELECT give_shipped('group_administrator', 'identity:manage', 'group');
SELECT give_shipped('group_administrator', 'token:manage', 'group');
