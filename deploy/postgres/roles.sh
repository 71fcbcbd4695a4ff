#!/bin/sh
# The two roles and the database, once, as a superuser (the image of PostgreSQL runs this on an empty volume). The application's role has
# the name to which the migrations grant, and owns nothing: the program does not start as a role that could see two tenants.
set -eu
: "${OWNER_PASSWORD:?}" "${APP_PASSWORD:?}"
psql -v ON_ERROR_STOP=1 -v owner_password="$OWNER_PASSWORD" -v app_password="$APP_PASSWORD" --username "${POSTGRES_USER:-postgres}" --dbname postgres <<'SQL'
CREATE ROLE forecourt_owner LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE PASSWORD :'owner_password';
CREATE ROLE forecourt_app LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD :'app_password';
-- Custom plans cost more than they save where every query is one tenant's.
ALTER ROLE forecourt_app SET plan_cache_mode = force_generic_plan;
CREATE DATABASE forecourt OWNER forecourt_owner;
REVOKE ALL ON DATABASE forecourt FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE forecourt TO forecourt_app;
\connect forecourt
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT ALL ON SCHEMA public TO forecourt_owner;
SQL
