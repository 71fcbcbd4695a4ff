-- A vehicle is one VIN, from its order at the maker to the handover.
CREATE TABLE vehicles (
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
  vin text NOT NULL CHECK (vin ~ '^[A-HJ-NPR-Z0-9]{17}$'),
  vin_forced boolean NOT NULL DEFAULT false,
  model_id uuid NOT NULL,
  model_name text NOT NULL,
  color text,
  location text,
  status text NOT NULL CHECK (status IN ('planned', 'ordered', 'in_transit', 'inspecting', 'pdi_failed', 'available', 'held', 'reserved', 'invoiced', 'delivered', 'returned')),
  cost bigint CHECK (cost >= 0),
  price bigint CHECK (price >= 0),
  mileage int CHECK (mileage >= 0),
  received_on date,
  held_by uuid,
  held_until date,
  contract_number text,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT vehicles_vin UNIQUE (tenant_id, vin),
  CONSTRAINT vehicles_held CHECK ((status = 'held') = (held_by IS NOT NULL) AND (held_by IS NULL) = (held_until IS NULL)),
  FOREIGN KEY (tenant_id, company_id) REFERENCES org_units,
  FOREIGN KEY (tenant_id, department_id) REFERENCES org_units,
  FOREIGN KEY (tenant_id, owner_id) REFERENCES users,
  FOREIGN KEY (tenant_id, held_by) REFERENCES users
);
SELECT record_table('vehicles');
SELECT searchable('vehicles');
CREATE INDEX ON vehicles (tenant_id, received_on, id);
CREATE INDEX ON vehicles (tenant_id, price, id);
CREATE INDEX ON vehicles (tenant_id, model_name, id);
CREATE INDEX ON vehicles (tenant_id, company_id, status);
CREATE INDEX ON vehicles (tenant_id, model_id) WHERE status = 'available';

-- The vehicle's life, one line a change. Nobody edits it: the application may only add. Lines are read in the order of their ids.
CREATE TABLE vehicle_events (
  tenant_id uuid NOT NULL REFERENCES tenants,
  id uuid NOT NULL,
  vehicle_id uuid NOT NULL,
  at timestamptz NOT NULL,
  done_by uuid, -- empty: a worker
  action text NOT NULL,
  document text,
  from_status text,
  to_status text NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, vehicle_id) REFERENCES vehicles,
  FOREIGN KEY (tenant_id, done_by) REFERENCES users
);
SELECT tenant_rows('vehicle_events');
GRANT SELECT, INSERT ON vehicle_events TO forecourt_app;
CREATE INDEX ON vehicle_events (tenant_id, vehicle_id, id);

CREATE TABLE vehicle_reservations (
  tenant_id uuid NOT NULL REFERENCES tenants,
  id uuid NOT NULL,
  vehicle_id uuid NOT NULL,
  contract_id uuid NOT NULL,
  contract_number text NOT NULL,
  reserved_by uuid,
  reserved_at timestamptz NOT NULL,
  released_at timestamptz,
  PRIMARY KEY (tenant_id, id),
  CHECK (released_at >= reserved_at),
  FOREIGN KEY (tenant_id, vehicle_id) REFERENCES vehicles,
  FOREIGN KEY (tenant_id, reserved_by) REFERENCES users
);
-- Two contracts never hold one vehicle, whatever happens at the same instant.
CREATE UNIQUE INDEX vehicle_reservations_one ON vehicle_reservations (tenant_id, vehicle_id) WHERE released_at IS NULL;
CREATE INDEX ON vehicle_reservations (tenant_id, contract_id);
SELECT tenant_table('vehicle_reservations');
