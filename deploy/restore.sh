#!/bin/sh
# Brings a backup into a new, empty database and folder: DATABASE_OWNER_URL=postgres://… FORECOURT_DATA=/data deploy/restore.sh /backup/2026-11-25
# The roles are there already (postgres/roles.sh). Nothing is written over: a database with tables or a folder with files is refused.
set -eu
: "${DATABASE_OWNER_URL:?the owner of the new database}"
: "${FORECOURT_DATA:?the new folder of uploads}"
from=${1:?usage: restore.sh FOLDER-OF-A-BACKUP}
(cd "$from" && sha256sum --check --quiet SHA256SUMS)
if [ "$(psql -XAtc "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'" "$DATABASE_OWNER_URL")" != 0 ]; then
  echo 'restore.sh: the database is not empty' >&2
  exit 1
fi
if [ -n "$(ls -A "$FORECOURT_DATA/files" 2>/dev/null)" ]; then
  echo "restore.sh: $FORECOURT_DATA/files is not empty" >&2
  exit 1
fi
# The schema public and its comment are the new database's own.
list=$(mktemp)
trap 'rm -f "$list"' EXIT
pg_restore --list "$from/database.dump" | grep -Ev ' (SCHEMA|COMMENT|ACL) - (SCHEMA )?public|COMMENT - EXTENSION' >"$list"
pg_restore --exit-on-error --single-transaction --no-owner --use-list="$list" --dbname="$DATABASE_OWNER_URL" "$from/database.dump"
PGOPTIONS='-c client_min_messages=error' psql -Xq -v ON_ERROR_STOP=1 -c 'GRANT USAGE ON SCHEMA public TO forecourt_app' -c 'ANALYZE' "$DATABASE_OWNER_URL"
mkdir -p "$FORECOURT_DATA"
tar -C "$FORECOURT_DATA" -xf "$from/files.tar"
echo 'restored: now ask forecourt doctor'
