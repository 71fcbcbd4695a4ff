-- Who called or walked in, who took care of them, and what came of it.
CREATE TABLE visits (
  tenant_id uuid NOT NULL REFERENCES tenants,
  id uuid NOT NULL,
  version int NOT NULL,
  company_id uuid NOT NULL,
  department_id uuid,
  owner_id uuid, -- the consultant, once assigned; before that who logged the visit
  number text NOT NULL,
  created_at timestamptz NOT NULL,
  created_by uuid,
  updated_at timestamptz NOT NULL,
  mode text NOT NULL CHECK (mode IN ('call', 'walk_in')),
  at timestamptz NOT NULL,
  name text NOT NULL CHECK (name <> ''),
  mobile text CHECK (mobile ~ '^1[0-9]{10}$'),
  party_size int NOT NULL CHECK (party_size BETWEEN 1 AND 100),
  model_id uuid,
  source text,
  first boolean NOT NULL,
  customer_id uuid,
  intent_id uuid,
  status text NOT NULL CHECK (status IN ('logged', 'assigned', 'closed')),
  result text CHECK (result IN ('intent', 'complaint', 'repair', 'accessory', 'nothing')),
  note text,
  PRIMARY KEY (tenant_id, id),
  CHECK ((status = 'closed') = (result IS NOT NULL)),
  CHECK (status = 'logged' OR owner_id IS NOT NULL),
  CHECK (mobile IS NULL OR customer_id IS NOT NULL),
  FOREIGN KEY (tenant_id, company_id) REFERENCES org_units,
  FOREIGN KEY (tenant_id, department_id) REFERENCES org_units,
  FOREIGN KEY (tenant_id, owner_id) REFERENCES users,
  FOREIGN KEY (tenant_id, customer_id) REFERENCES customers
);
SELECT record_table('visits');
SELECT searchable('visits');
CREATE INDEX ON visits (tenant_id, at, id);
CREATE INDEX ON visits (tenant_id, owner_id, at);
CREATE INDEX ON visits (tenant_id, mobile, at);
CREATE INDEX ON visits (tenant_id, customer_id);
CREATE INDEX ON visits (tenant_id, owner_id) WHERE status = 'assigned';
CREATE INDEX ON visits (tenant_id, company_id) WHERE status = 'logged';
