-- The organisation as it changes: units open and close, people come and go, passwords are not used again, and a company gives roles.

ALTER TABLE org_units
  ADD COLUMN valid_from date NOT NULL DEFAULT '1900-01-01',
  ADD COLUMN valid_to date, -- the last day of a closed unit
  ADD CONSTRAINT org_units_days CHECK (valid_to >= valid_from);
CREATE INDEX ON org_units (tenant_id, parent_id);
CREATE INDEX ON postings (tenant_id, unit_id);

ALTER TABLE users
  ADD COLUMN email text,
  ADD COLUMN valid_to date; -- the last day on which they may sign in

-- Hashes of the passwords before the present one: a new one is none of them.
CREATE TABLE former_passwords (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL, -- in the order of time
  user_id uuid NOT NULL,
  hash text NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users
);
CREATE INDEX ON former_passwords (tenant_id, user_id, id);
SELECT tenant_table('former_passwords');

-- Who gives a role: those who manage the users of the whole group, or those of a company too, within it.
ALTER TABLE roles ADD COLUMN given_by text NOT NULL DEFAULT 'group' CHECK (given_by IN ('group', 'company'));
UPDATE roles SET given_by = 'company' WHERE shipped AND code IN
  ('sales_manager', 'sales_consultant', 'cashier', 'warehouse_keeper', 'invoice_clerk', 'service_adviser', 'customer_care_agent');
