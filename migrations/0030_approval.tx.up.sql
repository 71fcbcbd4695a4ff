-- Approvals: who must agree to what, in versions; the runs of documents, their steps and the tasks of those who decide.

-- Who stands at the head of a unit; approvals go to heads.
ALTER TABLE org_units ADD COLUMN head_id uuid, ADD FOREIGN KEY (tenant_id, head_id) REFERENCES users;
CREATE INDEX ON org_units (tenant_id, head_id) WHERE head_id IS NOT NULL;

-- One way of agreeing to an action of one kind of document, in a unit and below it or everywhere.
CREATE TABLE approval_flows (
  tenant_id uuid NOT NULL REFERENCES tenants,
  id uuid NOT NULL,
  version int NOT NULL,
  kind text NOT NULL,
  action text NOT NULL,
  unit_id uuid,
  name_zh text NOT NULL CHECK (name_zh <> ''),
  name_en text NOT NULL,
  position int NOT NULL,             -- of several that fit, the first counts
  enabled boolean NOT NULL DEFAULT true,
  condition jsonb,                   -- for which documents; empty: all
  published int NOT NULL DEFAULT 0,  -- the version that counts; 0: none yet
  draft jsonb,
  shipped text,                      -- the code of the shipped flow that it began as
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT approval_flows_shipped UNIQUE (tenant_id, shipped),
  FOREIGN KEY (tenant_id, unit_id) REFERENCES org_units
);
CREATE INDEX ON approval_flows (tenant_id, kind, action, position);
CREATE INDEX ON approval_flows (tenant_id, unit_id) WHERE unit_id IS NOT NULL;

-- A published version never changes: the runs that began with it keep it.
CREATE TABLE approval_flow_versions (
  tenant_id uuid NOT NULL REFERENCES tenants,
  flow_id uuid NOT NULL,
  number int NOT NULL CHECK (number > 0),
  definition jsonb NOT NULL,
  note text NOT NULL,
  published_at timestamptz NOT NULL,
  published_by uuid, -- empty: it shipped
  PRIMARY KEY (tenant_id, flow_id, number),
  FOREIGN KEY (tenant_id, flow_id) REFERENCES approval_flows,
  FOREIGN KEY (tenant_id, published_by) REFERENCES users
);

-- Which shipped flows a tenant has taken up, so that one it deleted does not come back.
CREATE TABLE approval_adopted (
  tenant_id uuid NOT NULL REFERENCES tenants,
  code text NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, code)
);

-- What happens to a document for which there are flows and none fits.
CREATE TABLE approval_defaults (
  tenant_id uuid NOT NULL REFERENCES tenants,
  kind text NOT NULL,
  action text NOT NULL,
  answer text NOT NULL CHECK (answer IN ('pass', 'refuse', 'administrator')),
  PRIMARY KEY (tenant_id, kind, action)
);

-- One document on its way through one version of a flow.
CREATE TABLE approvals (
  tenant_id uuid NOT NULL REFERENCES tenants,
  id uuid NOT NULL,
  version int NOT NULL,
  company_id uuid,
  department_id uuid,
  owner_id uuid,      -- who submitted it; empty: the product itself
  number text NOT NULL, -- the document's
  created_at timestamptz NOT NULL,
  created_by uuid,
  updated_at timestamptz NOT NULL,
  subject text NOT NULL, -- kind.action
  record_kind text NOT NULL,
  action text NOT NULL,
  record_id uuid NOT NULL,
  title text NOT NULL,
  summary text NOT NULL,
  summary_en text NOT NULL,
  status text NOT NULL CHECK (status IN ('running', 'returned', 'approved', 'rejected', 'withdrawn')),
  submitted_at timestamptz NOT NULL,
  closed_at timestamptz,
  amount bigint,
  current_step text NOT NULL,
  current_step_en text NOT NULL,
  flow_id uuid,          -- empty: none fitted, and an administrator decides
  flow_version int NOT NULL,
  reason text NOT NULL,
  unit_id uuid,          -- where the submitter worked then
  input jsonb,           -- what the action was asked with
  snapshot jsonb NOT NULL, -- the document as it was submitted
  arrived jsonb NOT NULL,
  chosen jsonb NOT NULL,
  resume jsonb NOT NULL,
  urged jsonb NOT NULL DEFAULT '{}', -- when each person last urged
  PRIMARY KEY (tenant_id, id),
  CHECK ((closed_at IS NULL) = (status IN ('running', 'returned'))),
  FOREIGN KEY (tenant_id, company_id) REFERENCES org_units,
  FOREIGN KEY (tenant_id, owner_id) REFERENCES users,
  FOREIGN KEY (tenant_id, flow_id, flow_version) REFERENCES approval_flow_versions
);
SELECT record_table('approvals');
-- A document has its number, however often it is approved.
DROP INDEX approvals_tenant_id_number_idx;
CREATE INDEX ON approvals (tenant_id, number, id);
SELECT searchable('approvals');
CREATE UNIQUE INDEX approvals_one_open ON approvals (tenant_id, record_kind, record_id, action) WHERE closed_at IS NULL;
CREATE INDEX ON approvals (tenant_id, record_kind, record_id, submitted_at);
CREATE INDEX ON approvals (tenant_id, submitted_at, id);
CREATE INDEX ON approvals (tenant_id, amount, id);
CREATE INDEX ON approvals (tenant_id, closed_at, id);
CREATE INDEX ON approvals (tenant_id, owner_id, submitted_at);
CREATE INDEX ON approvals (tenant_id, company_id, submitted_at);
CREATE INDEX ON approvals (tenant_id, flow_id, flow_version);

-- In whose scope an approval lies: a row for its submitter and each who decided, was asked, told or named in it.
CREATE TABLE approval_people (
  tenant_id uuid NOT NULL REFERENCES tenants,
  approval_id uuid NOT NULL,
  owner_id uuid NOT NULL,
  company_id uuid,
  department_id uuid,
  PRIMARY KEY (tenant_id, approval_id, owner_id),
  FOREIGN KEY (tenant_id, approval_id) REFERENCES approvals,
  FOREIGN KEY (tenant_id, owner_id) REFERENCES users
);
SELECT tenant_table('approval_people');
CREATE INDEX ON approval_people (tenant_id, owner_id, approval_id);
CREATE INDEX ON approval_people (tenant_id, company_id, approval_id);
CREATE INDEX ON approval_people (tenant_id, department_id, approval_id);

CREATE TABLE approval_steps (
  tenant_id uuid NOT NULL REFERENCES tenants,
  id uuid NOT NULL,
  approval_id uuid NOT NULL,
  n int NOT NULL, -- in the order of their activation
  node text NOT NULL,
  name_zh text NOT NULL,
  name_en text NOT NULL,
  copy boolean NOT NULL,
  round int NOT NULL,
  status text NOT NULL CHECK (status IN ('open', 'approved', 'rejected', 'passed', 'cancelled')),
  opened_at timestamptz NOT NULL,
  closed_at timestamptz,
  due_at timestamptz,
  late boolean NOT NULL,
  why_zh text NOT NULL,
  why_en text NOT NULL,
  from_id uuid,
  back text NOT NULL,
  over_line text NOT NULL,
  reminded int NOT NULL,
  remind_at timestamptz,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT approval_steps_order UNIQUE (tenant_id, approval_id, n),
  FOREIGN KEY (tenant_id, approval_id) REFERENCES approvals
);
CREATE INDEX ON approval_steps (tenant_id, closed_at) WHERE closed_at IS NOT NULL;

-- What one person has to decide, or gets to read. The document's own words stand here too: a list reads one table.
CREATE TABLE approval_tasks (
  tenant_id uuid NOT NULL REFERENCES tenants,
  id uuid NOT NULL,
  version int NOT NULL,
  company_id uuid,
  department_id uuid,
  owner_id uuid,        -- whose it is; empty: an administrator names somebody
  number text NOT NULL, -- the document's
  created_at timestamptz NOT NULL,
  created_by uuid,
  updated_at timestamptz NOT NULL,
  approval_id uuid NOT NULL,
  step_id uuid NOT NULL,
  n int NOT NULL, -- in the order in which the step got them
  subject text NOT NULL,
  record_kind text NOT NULL,
  record_id uuid NOT NULL,
  title text NOT NULL,
  summary text NOT NULL,
  summary_en text NOT NULL,
  amount bigint,
  submitter_id uuid,
  step text NOT NULL,
  step_en text NOT NULL,
  status text NOT NULL CHECK (status IN ('waiting', 'open', 'approved', 'rejected', 'handed_over', 'answered', 'copied', 'cancelled')),
  origin text NOT NULL,
  of_id uuid,
  placed text NOT NULL, -- before, after or beside the one who added it
  position int NOT NULL,
  by_id uuid,           -- who decided: the owner or their deputy
  comment text NOT NULL,
  signature_id uuid,
  opened_at timestamptz,
  due_at timestamptz,
  closed_at timestamptz,
  late boolean NOT NULL,
  read_at timestamptz,
  bulk boolean NOT NULL,
  why_zh text NOT NULL,
  why_en text NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, approval_id) REFERENCES approvals,
  FOREIGN KEY (tenant_id, step_id) REFERENCES approval_steps,
  FOREIGN KEY (tenant_id, owner_id) REFERENCES users,
  FOREIGN KEY (tenant_id, by_id) REFERENCES users,
  FOREIGN KEY (tenant_id, submitter_id) REFERENCES users,
  FOREIGN KEY (tenant_id, signature_id) REFERENCES files
);
SELECT record_table('approval_tasks');
DROP INDEX approval_tasks_tenant_id_number_idx;
CREATE INDEX ON approval_tasks (tenant_id, number, id);
SELECT searchable('approval_tasks');
CREATE INDEX ON approval_tasks (tenant_id, approval_id);
CREATE INDEX ON approval_tasks (tenant_id, opened_at, id);
CREATE INDEX ON approval_tasks (tenant_id, closed_at, id);
CREATE INDEX ON approval_tasks (tenant_id, due_at, id);
CREATE INDEX ON approval_tasks (tenant_id, amount, id);
CREATE INDEX ON approval_tasks (tenant_id, owner_id, closed_at);
-- What is to do is little, whatever was done before.
CREATE INDEX approval_tasks_open ON approval_tasks (tenant_id, owner_id, opened_at) WHERE status IN ('open', 'waiting');

CREATE TABLE approval_comments (
  tenant_id uuid NOT NULL REFERENCES tenants,
  id uuid NOT NULL,
  approval_id uuid NOT NULL,
  user_id uuid NOT NULL,
  at timestamptz NOT NULL,
  text text NOT NULL CHECK (text <> ''),
  mentions uuid[] NOT NULL,
  files uuid[] NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, approval_id) REFERENCES approvals,
  FOREIGN KEY (tenant_id, user_id) REFERENCES users
);
CREATE INDEX ON approval_comments (tenant_id, approval_id, at);

SELECT tenant_table(t::regclass) FROM unnest(ARRAY['approval_flows', 'approval_flow_versions', 'approval_adopted', 'approval_defaults', 'approval_steps', 'approval_comments']) t;

SELECT give_shipped('group_administrator', p, 'group') FROM unnest(ARRAY['approval_flow:read', 'approval_flow:edit', 'approval:read', 'approval:manage', 'approval:export', 'approval_task:read', 'approval_task:export']) p;
SELECT give_shipped('company_administrator', p, 'company') FROM unnest(ARRAY['approval_flow:read', 'approval_flow:edit', 'approval:read', 'approval:manage', 'approval_task:read']) p;
SELECT give_shipped('auditor', p, 'group') FROM unnest(ARRAY['approval_flow:read', 'approval:read', 'approval_task:read']) p;
SELECT give_shipped('group_leader', p, 'group') FROM unnest(ARRAY['approval:read', 'approval_task:read', 'approval:export', 'approval_task:export']) p;
SELECT give_shipped('sales_manager', p, 'company') FROM unnest(ARRAY['approval:read', 'approval_task:read']) p;
SELECT give_shipped(r, p, 'self') FROM unnest(ARRAY['approval:read', 'approval_task:read']) p,
  unnest(ARRAY['sales_consultant', 'cashier', 'warehouse_keeper', 'invoice_clerk', 'service_adviser', 'customer_care_agent']) r;

-- Levels of approval are a flow's business now: the group's own permission goes, and giving an intent up is agreed to.
DELETE FROM policy_rules WHERE ptype = 'p' AND v1 = 'contract:approve_group';
SELECT give_shipped('sales_manager', 'intent:approve', 'company');
SELECT give_shipped('group_leader', 'intent:approve', 'group');
