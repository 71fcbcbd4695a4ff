-- Callback rules of a tenant and the tasks they make. The same cause never makes two tasks: the database forbids it.
CREATE TABLE callback_rules (
  tenant_id uuid NOT NULL REFERENCES tenants,
  id uuid NOT NULL,
  name_zh text NOT NULL,
  name_en text NOT NULL,
  event text NOT NULL CHECK (event IN ('handover.create')),
  days int NOT NULL CHECK (days BETWEEN 0 AND 3650),
  deadline_days int NOT NULL CHECK (deadline_days BETWEEN 1 AND 365),
  script_zh text NOT NULL,
  script_en text NOT NULL,
  active boolean NOT NULL DEFAULT true,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT callback_rules_once UNIQUE (tenant_id, event, days)
);
SELECT tenant_table('callback_rules');

CREATE TABLE callbacks (
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
  rule_id uuid NOT NULL,
  cause_id uuid NOT NULL, -- the record whose event started it
  rule_name text NOT NULL,
  customer_id uuid NOT NULL,
  contract_id uuid,
  due_on date NOT NULL,
  deadline date NOT NULL,
  status text NOT NULL CHECK (status IN ('pending', 'calling', 'done', 'unreachable', 'cancelled')),
  attempts int NOT NULL DEFAULT 0,
  next_try date,
  satisfaction int NOT NULL DEFAULT 0 CHECK (satisfaction BETWEEN 0 AND 10),
  vehicle_fine text,
  explained text,
  answer text,
  done_at timestamptz,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT callbacks_once UNIQUE (tenant_id, rule_id, cause_id),
  FOREIGN KEY (tenant_id, rule_id) REFERENCES callback_rules
);
SELECT record_table('callbacks');
SELECT searchable('callbacks');
CREATE INDEX ON callbacks (tenant_id, due_on, id);
CREATE INDEX ON callbacks (tenant_id, deadline, id);
CREATE INDEX ON callbacks (tenant_id, customer_id);
