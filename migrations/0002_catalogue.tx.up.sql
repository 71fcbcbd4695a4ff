-- Vehicle models are kept once, at the platform. A group sees the brands that it subscribes to: shared, never copied.
CREATE TABLE platform_models (
  id uuid PRIMARY KEY,
  source_id text NOT NULL CONSTRAINT platform_models_source UNIQUE, -- the key in the file that models are imported from
  brand text NOT NULL CHECK (brand <> ''),
  maker text NOT NULL,
  series text NOT NULL,
  model_year int NOT NULL CHECK (model_year BETWEEN 1980 AND 2035),
  name text NOT NULL CHECK (name <> ''),
  full_name text NOT NULL GENERATED ALWAYS AS (series || ' ' || name) STORED, -- a name alone, "2019款 2.0G", says nothing
  guide_price bigint CHECK (guide_price >= 0),
  grams text[] NOT NULL DEFAULT '{}',
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON platform_models (brand);
CREATE INDEX ON platform_models (name, id);
CREATE INDEX ON platform_models (full_name, id);
CREATE INDEX ON platform_models (model_year, id);
CREATE INDEX platform_models_grams ON platform_models USING gin (grams);
GRANT SELECT, INSERT, UPDATE ON platform_models TO forecourt_app;

CREATE TABLE brand_subscriptions (
  tenant_id uuid NOT NULL REFERENCES tenants,
  brand text NOT NULL CHECK (brand <> ''),
  PRIMARY KEY (tenant_id, brand)
);
SELECT tenant_table('brand_subscriptions');

CREATE VIEW vehicle_models WITH (security_invoker = true) AS
  SELECT s.tenant_id, m.id, m.brand, m.maker, m.series, m.model_year, m.name, m.full_name, m.guide_price
  FROM platform_models m JOIN brand_subscriptions s ON s.brand = m.brand;
GRANT SELECT ON vehicle_models TO forecourt_app;

-- The form of searchable()'s functions, for a view. It belongs to the owner and filters by tenant itself.
CREATE FUNCTION search_vehicle_models(part text[], whole text[], most int) RETURNS SETOF uuid LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN RETURN QUERY
  (SELECT m.id FROM platform_models m WHERE m.grams @> part AND EXISTS (SELECT FROM brand_subscriptions s WHERE s.tenant_id = app_tenant() AND s.brand = m.brand) LIMIT most)
  UNION (SELECT m.id FROM platform_models m WHERE m.grams @> whole AND EXISTS (SELECT FROM brand_subscriptions s WHERE s.tenant_id = app_tenant() AND s.brand = m.brand) LIMIT most)
  LIMIT most; END $$;
REVOKE ALL ON FUNCTION search_vehicle_models(text[], text[], int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION search_vehicle_models(text[], text[], int) TO forecourt_app;

-- Accessories are kept at the group, so company_id is empty.
CREATE TABLE accessories (
  tenant_id uuid NOT NULL REFERENCES tenants,
  id uuid NOT NULL,
  version int NOT NULL,
  company_id uuid,
  department_id uuid,
  owner_id uuid,
  number text NOT NULL,
  created_at timestamptz NOT NULL,
  created_by uuid,
  updated_at timestamptz NOT NULL,
  code text NOT NULL CHECK (code <> ''),
  name text NOT NULL CHECK (name <> ''),
  unit text NOT NULL CHECK (unit <> ''),
  price bigint NOT NULL CHECK (price >= 0),
  status text NOT NULL CHECK (status IN ('active', 'retired')),
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT accessories_code UNIQUE (tenant_id, code),
  FOREIGN KEY (tenant_id, company_id) REFERENCES org_units,
  FOREIGN KEY (tenant_id, department_id) REFERENCES org_units,
  FOREIGN KEY (tenant_id, owner_id) REFERENCES users
);
SELECT record_table('accessories');
SELECT searchable('accessories');
CREATE INDEX ON accessories (tenant_id, code, id);
CREATE INDEX ON accessories (tenant_id, name, id);
CREATE INDEX ON accessories (tenant_id, price, id);

-- An empty company_id is the whole group. Models are platform rows and never deleted, so model_id has no foreign key.
CREATE TABLE prices (
  tenant_id uuid NOT NULL REFERENCES tenants,
  id uuid NOT NULL,
  version int NOT NULL,
  company_id uuid,
  department_id uuid,
  owner_id uuid,
  number text NOT NULL,
  created_at timestamptz NOT NULL,
  created_by uuid,
  updated_at timestamptz NOT NULL,
  price_type text NOT NULL CHECK (price_type IN ('retail', 'floor')),
  model_id uuid NOT NULL,
  amount bigint NOT NULL CHECK (amount > 0),
  valid_from date NOT NULL,
  valid_to date,
  PRIMARY KEY (tenant_id, id),
  CHECK (valid_to >= valid_from),
  FOREIGN KEY (tenant_id, company_id) REFERENCES org_units,
  FOREIGN KEY (tenant_id, department_id) REFERENCES org_units,
  FOREIGN KEY (tenant_id, owner_id) REFERENCES users
);
SELECT record_table('prices');
SELECT searchable('prices');
CREATE INDEX ON prices (tenant_id, model_id, price_type, valid_from);
CREATE INDEX ON prices (tenant_id, valid_from, id);
