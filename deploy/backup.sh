#!/bin/sh
# Copies an installation into a new folder: DATABASE_OWNER_URL=postgres://… FORECOURT_DATA=/data deploy/backup.sh /backup/2026-11-25
# Work goes on meanwhile. The database comes first and as of one instant; a file is written before the row that names it and is never
# changed, so the files that are copied afterwards are all that the rows name. FORECOURT_SECRET is not in it: keep that apart.
set -eu
: "${DATABASE_OWNER_URL:?the owner of the tables, past any pooler: who owns them reads the rows of all tenants}"
: "${FORECOURT_DATA:?the folder with the uploads}"
to=${1:?usage: backup.sh NEW-FOLDER}
umask 077
if [ -e "$to" ]; then
  echo "backup.sh: $to is there already" >&2
  exit 1
fi
part=$to.part
rm -rf "$part"
mkdir -p "$part"
pg_dump --format=custom --no-owner --lock-wait-timeout=60s --file="$part/database.dump" "$DATABASE_OWNER_URL"
pg_restore --list "$part/database.dump" >/dev/null
mkdir -p "$FORECOURT_DATA/files"
tar -C "$FORECOURT_DATA" -cf "$part/files.tar" --exclude='.new-*' files
(cd "$part" && sha256sum database.dump files.tar >SHA256SUMS)
mv "$part" "$to" # a folder with its own name is whole
echo "$to"
