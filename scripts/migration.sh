#!/usr/bin/env bash
# Makes the next migration: migration.sh add_colour
set -euo pipefail
name=${1:-}
[[ $name =~ ^[a-z][a-z0-9_]*$ ]] || { echo 'usage: make migration name=add_colour (small letters, digits, _)' >&2; exit 1; }
last=$(cd migrations && ls [0-9]*.tx.up.sql 2>/dev/null | sort | tail -1)
next=$(printf '%04d' $((10#${last%%_*} + 1)))
file=migrations/${next}_$name.tx.up.sql
cat > "$file" <<SQL
-- Why this is needed.
-- A new table: tenant_id first in every key, foreign keys with tenant_id, then SELECT tenant_table('…') or record_table('…').
SQL
echo "$file"
