-- A customer belongs to the group, once. Which companies deal with it, and who there, is a row of customer_relations; it decides who reads.
CREATE TABLE customers (
  tenant_id uuid NOT NULL REFERENCES tenants,
  id uuid NOT NULL,
  version int NOT NULL,
  company_id uuid NOT NULL, -- of the first contact
  department_id uuid,
  owner_id uuid,
  number text NOT NULL,
  created_at timestamptz NOT NULL,
  created_by uuid,
  updated_at timestamptz NOT NULL,
  type text NOT NULL CHECK (type IN ('individual', 'enterprise')),
  stage text NOT NULL CHECK (stage IN ('potential', 'formal', 'base', 'vip')),
  name text NOT NULL CHECK (name <> ''),
  mobile text CHECK (mobile ~ '^1[0-9]{10}$'),
  id_number text CHECK (id_number ~ '^[0-9]{17}[0-9X]$'),
  gender text CHECK (gender IN ('male', 'female')),
  birthday date,
  email text,
  address text,
  employer text,
  registration_number text CHECK (registration_number ~ '^[0-9A-HJ-NP-RT-UW-Y]{18}$'),
  source text,
  level text CHECK (level IN ('A', 'B', 'C')),
  note text,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT customers_mobile UNIQUE (tenant_id, mobile),
  CONSTRAINT customers_id_number UNIQUE (tenant_id, id_number),
  CONSTRAINT customers_registration UNIQUE (tenant_id, registration_number),
  CHECK (type <> 'individual' OR mobile IS NOT NULL),
  FOREIGN KEY (tenant_id, company_id) REFERENCES org_units,
  FOREIGN KEY (tenant_id, department_id) REFERENCES org_units,
  FOREIGN KEY (tenant_id, owner_id) REFERENCES users
);
SELECT record_table('customers');
SELECT searchable('customers');
CREATE INDEX ON customers (tenant_id, name, id);

CREATE TABLE customer_relations (
  tenant_id uuid NOT NULL REFERENCES tenants,
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  customer_id uuid NOT NULL,
  company_id uuid NOT NULL,
  department_id uuid,
  owner_id uuid,
  level text CHECK (level IN ('A', 'B', 'C')),
  source text,
  first_contact timestamptz NOT NULL,
  last_contact timestamptz NOT NULL CHECK (last_contact >= first_contact),
  PRIMARY KEY (tenant_id, customer_id, company_id),
  FOREIGN KEY (tenant_id, customer_id) REFERENCES customers,
  FOREIGN KEY (tenant_id, company_id) REFERENCES org_units,
  FOREIGN KEY (tenant_id, department_id) REFERENCES org_units,
  FOREIGN KEY (tenant_id, owner_id) REFERENCES users
);
SELECT tenant_table('customer_relations');
CREATE INDEX ON customer_relations (tenant_id, company_id);
CREATE INDEX ON customer_relations (tenant_id, department_id);
CREATE INDEX ON customer_relations (tenant_id, owner_id, last_contact);
