-- What operators tell people: announcements, and that the platform is closed for maintenance. Neither is a tenant's to take along.

-- An announcement is never deleted, so the mark of who has read it has no foreign key. It ends by its time.
CREATE TABLE platform_announcements (
  id uuid PRIMARY KEY,
  version int NOT NULL DEFAULT 1, -- whoever dismissed an older one reads it again
  level text NOT NULL CHECK (level IN ('info', 'warning')),
  title_zh text NOT NULL CHECK (title_zh <> ''),
  title_en text NOT NULL CHECK (title_en <> ''),
  text_zh text NOT NULL,
  text_en text NOT NULL,
  from_at timestamptz NOT NULL,
  to_at timestamptz NOT NULL,
  tenants uuid[], -- empty: all
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT platform_announcements_time CHECK (to_at >= from_at)
);
CREATE INDEX ON platform_announcements (to_at);
GRANT SELECT, INSERT, UPDATE ON platform_announcements TO forecourt_app;

CREATE TABLE announcement_dismissals (
  tenant_id uuid NOT NULL REFERENCES tenants,
  user_id uuid NOT NULL,
  announcement_id uuid NOT NULL,
  version int NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, user_id, announcement_id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users
);
SELECT tenant_table('announcement_dismissals');

-- One row. Every replica reads it twice a second.
CREATE TABLE platform_maintenance (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  active boolean NOT NULL DEFAULT false,
  text_zh text NOT NULL DEFAULT '',
  text_en text NOT NULL DEFAULT '',
  until timestamptz NOT NULL DEFAULT now(),
  since timestamptz NOT NULL DEFAULT now()
);
INSERT INTO platform_maintenance DEFAULT VALUES;
GRANT SELECT, UPDATE ON platform_maintenance TO forecourt_app;
