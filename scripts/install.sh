#!/usr/bin/env bash
# Installs what the tests need from the system. As root with apt-get it does so; otherwise it says what to run.
set -euo pipefail

has() { command -v "$1" >/dev/null 2>&1; }
some() { compgen -G "$1" >/dev/null; }

missing=()
has postgres || some '/usr/lib/postgresql/*/bin/postgres' || some '/opt/homebrew/opt/postgresql*/bin/postgres' ||
  some '/Applications/Postgres.app/Contents/Versions/*/bin/postgres' || missing+=(postgresql)
has redis-server || missing+=(redis-server)
has chromium || has chromium-browser || has google-chrome || [ -d '/Applications/Google Chrome.app' ] || missing+=(chromium)
[ "$(uname)" = Darwin ] || some '/usr/share/fonts/*/noto*/NotoSansCJK*' || some '/usr/share/fonts/*/NotoSansCJK*' || missing+=(fonts-noto-cjk)

for tool in go node npm; do
  has "$tool" || { echo "install $tool first: Go as in go.mod, Node 20 or newer" >&2; exit 1; }
done

if [ ${#missing[@]} -eq 0 ]; then exit 0; fi

line="apt-get install -y --no-install-recommends ${missing[*]}"
if [ "$(id -u)" -ne 0 ] || ! has apt-get; then
  echo "missing: ${missing[*]}. Run: sudo $line" >&2
  exit 1
fi
echo "$line"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq || echo 'apt-get update did not work; trying with the lists that are there' >&2
$line
