#!/usr/bin/env bash
# Makes the start of a module: module.sh warranty. CONTRIBUTING.md has the steps that follow.
set -euo pipefail
name=${1:-}
[[ $name =~ ^[a-z][a-z0-9]*$ ]] || { echo 'usage: make module name=warranty (one word, small letters)' >&2; exit 1; }
dir=modules/$name
[ ! -e "$dir" ] || { echo "$dir is already there" >&2; exit 1; }
mkdir -p "$dir"
cat > "$dir/README.md" <<TEXT
# $name

One sentence: what it is for.

- **Owns**:
- **Does not own**:
- **States**:
- **Events out**:
- **Events in**:
TEXT
cat > "$dir/$name.go" <<TEXT
// Package $name does … (the first sentence of README.md).
package $name
TEXT
echo "$dir: declare the kind of record in $name.go, then follow CONTRIBUTING.md from its migration on"
