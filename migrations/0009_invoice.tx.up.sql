-- Invoices of contracts, in fen. Their numbers have no gaps: the counter's row is locked until COMMIT.
CREATE TABLE invoices (
  tenant_id uuid NOT NULL REFERENCES tenants,
  id uuid NOT NULL,
  version int NOT NULL,
  company_id uuid NOT NULL,
  department_id uuid,
  owner_id uuid,
  number text NOT NULL,
  created_at timestamptz NOT NULL,
  created_by uuid,
  updated_at timestamptz NOT NULL,
  contract_id uuid NOT NULL,
  customer_id uuid NOT NULL,
  vehicle_id uuid NOT NULL,
  vin text NOT NULL CHECK (vin <> ''),
  title text NOT NULL CHECK (title <> ''),
  amount bigint NOT NULL CHECK (amount >= 0),
  issued_on date NOT NULL,
  status text NOT NULL CHECK (status IN ('issued', 'void')),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, company_id) REFERENCES org_units,
  FOREIGN KEY (tenant_id, department_id) REFERENCES org_units,
  FOREIGN KEY (tenant_id, owner_id) REFERENCES users,
  FOREIGN KEY (tenant_id, contract_id) REFERENCES contracts,
  FOREIGN KEY (tenant_id, customer_id) REFERENCES customers,
  FOREIGN KEY (tenant_id, vehicle_id) REFERENCES vehicles
);
SELECT record_table('invoices');
SELECT searchable('invoices');
CREATE UNIQUE INDEX invoices_contract ON invoices (tenant_id, contract_id) WHERE status <> 'void';
CREATE INDEX ON invoices (tenant_id, issued_on, id);
CREATE INDEX ON invoices (tenant_id, amount, id);
CREATE INDEX ON invoices (tenant_id, customer_id);
CREATE INDEX ON invoices (tenant_id, vehicle_id);
