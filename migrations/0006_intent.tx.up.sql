-- A customer's wish to buy, from the first talk to won or lost. The next follow-up is never empty.
CREATE TABLE intents (
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
  model_id uuid,
  model_text text,
  stage text NOT NULL CHECK (stage IN ('H', 'A', 'B', 'C')),
  budget bigint CHECK (budget >= 0),
  source text,
  next_follow_up date NOT NULL,
  last_contact timestamptz,
  status text NOT NULL CHECK (status IN ('open', 'won', 'lost', 'dormant')),
  lost_reason text CHECK (lost_reason IN ('price', 'competitor', 'dealer', 'no_money', 'other')),
  competitor text,
  note text,
  PRIMARY KEY (tenant_id, id),
  CHECK ((status = 'lost') = (lost_reason IS NOT NULL)),
  FOREIGN KEY (tenant_id, company_id) REFERENCES org_units,
  FOREIGN KEY (tenant_id, department_id) REFERENCES org_units,
  FOREIGN KEY (tenant_id, owner_id) REFERENCES users,
  FOREIGN KEY (tenant_id, customer_id) REFERENCES customers
);
SELECT record_table('intents');
SELECT searchable('intents');
CREATE INDEX ON intents (tenant_id, next_follow_up, id);
CREATE INDEX ON intents (tenant_id, customer_id);
CREATE INDEX ON intents (tenant_id, owner_id, next_follow_up) WHERE status = 'open';
CREATE INDEX ON intents (tenant_id, company_id, stage) WHERE status = 'open';

CREATE TABLE intent_follow_ups (
  tenant_id uuid NOT NULL REFERENCES tenants,
  id uuid NOT NULL,
  intent_id uuid NOT NULL,
  at timestamptz NOT NULL,
  created_by uuid,
  stage text NOT NULL CHECK (stage IN ('H', 'A', 'B', 'C')),
  result text NOT NULL CHECK (result <> ''),
  next_follow_up date NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, intent_id) REFERENCES intents,
  FOREIGN KEY (tenant_id, created_by) REFERENCES users
);
SELECT tenant_table('intent_follow_ups');
CREATE INDEX ON intent_follow_ups (tenant_id, intent_id, at);

ALTER TABLE visits ADD FOREIGN KEY (tenant_id, intent_id) REFERENCES intents;
CREATE INDEX ON visits (tenant_id, intent_id) WHERE intent_id IS NOT NULL;
