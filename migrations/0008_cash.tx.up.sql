-- Money received on contracts, in fen. A booked entry is never changed back: a reversing entry with the negative amount stands beside it.
CREATE TABLE receipts (
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
  purpose text NOT NULL CHECK (purpose IN ('deposit', 'instalment', 'balance')),
  means text NOT NULL CHECK (means IN ('cash', 'card', 'transfer', 'wechat', 'alipay')),
  amount bigint NOT NULL,
  received_on date NOT NULL,
  payer text,
  note text,
  confirmed_at timestamptz,
  confirmed_by uuid,
  reversal_of_id uuid,
  reason text,
  status text NOT NULL CHECK (status IN ('recorded', 'confirmed', 'voided', 'withdrawn')),
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT receipts_reversal_once UNIQUE (tenant_id, reversal_of_id),
  CONSTRAINT receipts_amount CHECK (CASE WHEN reversal_of_id IS NULL THEN amount > 0 ELSE amount < 0 AND status = 'voided' END),
  CONSTRAINT receipts_reason CHECK (status NOT IN ('voided', 'withdrawn') OR reason IS NOT NULL),
  FOREIGN KEY (tenant_id, company_id) REFERENCES org_units,
  FOREIGN KEY (tenant_id, department_id) REFERENCES org_units,
  FOREIGN KEY (tenant_id, owner_id) REFERENCES users,
  FOREIGN KEY (tenant_id, confirmed_by) REFERENCES users,
  FOREIGN KEY (tenant_id, contract_id) REFERENCES contracts,
  FOREIGN KEY (tenant_id, customer_id) REFERENCES customers,
  FOREIGN KEY (tenant_id, reversal_of_id) REFERENCES receipts
);
SELECT record_table('receipts');
SELECT searchable('receipts');
CREATE INDEX ON receipts (tenant_id, received_on, id);
CREATE INDEX ON receipts (tenant_id, amount, id);
CREATE INDEX ON receipts (tenant_id, contract_id);
CREATE INDEX ON receipts (tenant_id, customer_id);
CREATE INDEX ON receipts (tenant_id, company_id, received_on) WHERE status = 'recorded';
