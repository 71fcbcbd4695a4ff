-- A sold vehicle leaves the store (outbound) and is given to its buyer (handover): each once a contract.
CREATE TABLE outbounds (
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
  vehicle_id uuid NOT NULL,
  vin text NOT NULL CHECK (vin <> ''),
  at timestamptz NOT NULL,
  keeper_id uuid,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT outbounds_contract UNIQUE (tenant_id, contract_id),
  FOREIGN KEY (tenant_id, company_id) REFERENCES org_units,
  FOREIGN KEY (tenant_id, department_id) REFERENCES org_units,
  FOREIGN KEY (tenant_id, owner_id) REFERENCES users,
  FOREIGN KEY (tenant_id, keeper_id) REFERENCES users,
  FOREIGN KEY (tenant_id, contract_id) REFERENCES contracts,
  FOREIGN KEY (tenant_id, vehicle_id) REFERENCES vehicles
);
SELECT record_table('outbounds');
SELECT searchable('outbounds');
CREATE INDEX ON outbounds (tenant_id, at, id);
CREATE INDEX ON outbounds (tenant_id, vehicle_id);

CREATE TABLE handovers (
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
  vehicle_id uuid NOT NULL,
  customer_id uuid NOT NULL,
  mileage int NOT NULL CHECK (mileage BETWEEN 0 AND 1000000),
  certificate boolean NOT NULL CHECK (certificate),
  conformity boolean NOT NULL CHECK (conformity),
  warranty boolean NOT NULL CHECK (warranty),
  manual boolean NOT NULL CHECK (manual),
  keys int NOT NULL CHECK (keys BETWEEN 1 AND 10),
  appearance boolean NOT NULL CHECK (appearance),
  note text,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT handovers_contract UNIQUE (tenant_id, contract_id),
  FOREIGN KEY (tenant_id, company_id) REFERENCES org_units,
  FOREIGN KEY (tenant_id, department_id) REFERENCES org_units,
  FOREIGN KEY (tenant_id, owner_id) REFERENCES users,
  FOREIGN KEY (tenant_id, contract_id) REFERENCES contracts,
  FOREIGN KEY (tenant_id, customer_id) REFERENCES customers,
  FOREIGN KEY (tenant_id, vehicle_id) REFERENCES vehicles
);
SELECT record_table('handovers');
SELECT searchable('handovers');
CREATE INDEX ON handovers (tenant_id, vehicle_id);
CREATE INDEX ON handovers (tenant_id, customer_id);
