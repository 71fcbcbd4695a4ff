-- What changes hands: a company is opened, units merge and are known as they were, people leave or are away.

ALTER TABLE org_units
  ADD COLUMN start_month date CHECK (extract(day FROM start_month) = 1), -- a company's first month of books
  ADD COLUMN opened_on date,                                             -- when its administrator declared it ready
  ADD COLUMN merged_into uuid,
  ADD FOREIGN KEY (tenant_id, merged_into) REFERENCES org_units,
  ADD CONSTRAINT org_units_merged CHECK (merged_into IS NULL OR status = 'closed'),
  ADD CONSTRAINT org_units_company CHECK (kind = 'company' OR start_month IS NULL AND opened_on IS NULL);

-- How a unit stood from a day on, until its next row: the tree of a past day is the last row of every unit up to it.
CREATE TABLE unit_periods (
  tenant_id uuid NOT NULL REFERENCES tenants,
  unit_id uuid NOT NULL,
  from_day date NOT NULL,
  parent_id uuid,
  code text NOT NULL,
  name text NOT NULL,
  status text NOT NULL CHECK (status IN ('open', 'closed')),
  PRIMARY KEY (tenant_id, unit_id, from_day),
  FOREIGN KEY (tenant_id, unit_id) REFERENCES org_units
);
SELECT tenant_table('unit_periods');
-- Of the time before, only the present shape is known.
INSERT INTO unit_periods (tenant_id, unit_id, from_day, parent_id, code, name, status)
  SELECT tenant_id, id, valid_from, parent_id, code, name, 'open' FROM org_units
  UNION ALL SELECT tenant_id, id, valid_to + 1, parent_id, code, name, 'closed' FROM org_units WHERE status = 'closed' AND valid_to IS NOT NULL;

-- Companies that trade already need no opening.
UPDATE org_units u SET start_month = date_trunc('month', t.start_date), opened_on = greatest(u.valid_from, t.start_date)
  FROM tenants t WHERE t.id = u.tenant_id AND u.kind = 'company' AND EXISTS (SELECT FROM counters c WHERE c.tenant_id = u.tenant_id AND c.company_id = u.id);

-- When somebody is away, and who hears of what concerns them meanwhile.
CREATE TABLE absences (
  tenant_id uuid NOT NULL REFERENCES tenants,
  id uuid NOT NULL,
  user_id uuid NOT NULL,
  deputy_id uuid NOT NULL,
  from_day date NOT NULL,
  to_day date NOT NULL,
  created_by uuid,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users,
  FOREIGN KEY (tenant_id, deputy_id) REFERENCES users,
  CHECK (to_day >= from_day),
  CHECK (deputy_id <> user_id)
);
SELECT tenant_table('absences');
CREATE INDEX ON absences (tenant_id, user_id, to_day);
