-- Sales contracts with their lines. Money is in fen. The sums are kept by the transactions that change them, and checked here.
CREATE TABLE contracts (
  tenant_id uuid NOT NULL REFERENCES tenants,
  id uuid NOT NULL,
  version int NOT NULL,
  company_id uuid NOT NULL,
  department_id uuid,
  owner_id uuid NOT NULL,
  number text NOT NULL,
  created_at timestamptz NOT NULL,
  created_by uuid,
  updated_at timestamptz NOT NULL,
  customer_id uuid NOT NULL,
  intent_id uuid,
  vehicle_id uuid,
  model_name text,
  price_type text NOT NULL CHECK (price_type IN ('retail', 'wholesale')),
  total bigint NOT NULL CHECK (total >= 0),
  discount bigint NOT NULL CHECK (discount >= 0),
  discount_basis_points int NOT NULL CHECK (discount_basis_points BETWEEN 0 AND 10000),
  deposit bigint NOT NULL CONSTRAINT contracts_deposit CHECK (deposit BETWEEN 0 AND total),
  paid bigint NOT NULL CONSTRAINT contracts_paid CHECK (paid BETWEEN 0 AND total),
  balance bigint NOT NULL CONSTRAINT contracts_balance CHECK (balance = total - paid),
  margin bigint, -- empty until a vehicle with a known cost is chosen
  remark text,
  revision int NOT NULL CHECK (revision >= 1),
  submitted_by uuid,
  reason text,
  status text NOT NULL CHECK (status IN ('draft', 'in_review', 'group_review', 'effective', 'deposit_paid', 'reserved', 'invoiced', 'outbound', 'handed_over', 'closed', 'cancelled')),
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT contracts_need_vehicle CHECK (vehicle_id IS NOT NULL OR status NOT IN ('reserved', 'invoiced', 'outbound', 'handed_over', 'closed')),
  CONSTRAINT contracts_need_deposit CHECK (paid >= deposit OR status NOT IN ('deposit_paid', 'reserved', 'invoiced', 'outbound', 'handed_over', 'closed')),
  CONSTRAINT contracts_need_money CHECK (paid = total OR status NOT IN ('outbound', 'handed_over', 'closed')),
  CONSTRAINT contracts_keep_money CHECK (paid = 0 OR status <> 'cancelled'),
  FOREIGN KEY (tenant_id, company_id) REFERENCES org_units,
  FOREIGN KEY (tenant_id, department_id) REFERENCES org_units,
  FOREIGN KEY (tenant_id, owner_id) REFERENCES users,
  FOREIGN KEY (tenant_id, submitted_by) REFERENCES users,
  FOREIGN KEY (tenant_id, customer_id) REFERENCES customers,
  FOREIGN KEY (tenant_id, intent_id) REFERENCES intents,
  FOREIGN KEY (tenant_id, vehicle_id) REFERENCES vehicles
);
SELECT record_table('contracts');
SELECT searchable('contracts');
CREATE INDEX ON contracts (tenant_id, total, id);
CREATE INDEX ON contracts (tenant_id, status, created_at, id);
CREATE INDEX ON contracts (tenant_id, customer_id);
CREATE INDEX ON contracts (tenant_id, intent_id) WHERE intent_id IS NOT NULL;
CREATE INDEX ON contracts (tenant_id, vehicle_id) WHERE vehicle_id IS NOT NULL;
-- One vehicle is never in two contracts that have it. After the handover it may come back and be sold again.
CREATE UNIQUE INDEX contracts_one_vehicle ON contracts (tenant_id, vehicle_id) WHERE status IN ('reserved', 'invoiced', 'outbound');

CREATE TABLE contract_lines (
  tenant_id uuid NOT NULL REFERENCES tenants,
  id uuid NOT NULL,
  contract_id uuid NOT NULL,
  no int NOT NULL CHECK (no BETWEEN 1 AND 50),
  kind text NOT NULL CHECK (kind IN ('vehicle', 'accessory', 'service', 'insurance')),
  item_id uuid,
  name text NOT NULL CHECK (name <> ''),
  quantity int NOT NULL CHECK (quantity BETWEEN 1 AND 1000),
  list_price bigint NOT NULL CHECK (list_price >= 0),
  price bigint NOT NULL CHECK (price >= 0),
  amount bigint NOT NULL CONSTRAINT contract_lines_amount CHECK (amount = price * quantity),
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT contract_lines_no UNIQUE (tenant_id, contract_id, no),
  CONSTRAINT contract_lines_one_car CHECK (kind <> 'vehicle' OR quantity = 1),
  FOREIGN KEY (tenant_id, contract_id) REFERENCES contracts
);
SELECT tenant_table('contract_lines');
CREATE UNIQUE INDEX contract_lines_one_vehicle ON contract_lines (tenant_id, contract_id) WHERE kind = 'vehicle';

-- Where a tenant differs from the shipped limits.
CREATE TABLE contract_settings (
  tenant_id uuid PRIMARY KEY REFERENCES tenants,
  manager_discount_bp int NOT NULL DEFAULT 300 CHECK (manager_discount_bp BETWEEN 0 AND 10000)
);
SELECT tenant_table('contract_settings');
