#!/bin/sh
# Runs a command against a server of its own, built before, with both engines
# inside and an empty data directory. The command finds it at DOWNPOUR_URL.
#
#   [SERVE=--demo] with-server.sh COMMAND [ARGUMENT…]
#
# SERVE holds further flags of the server.
#
# Where there is no browser the command is left out, but under CI that fails.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
CHROMIUM=$(command -v "${CHROMIUM:-chromium}" || true)
if [ -z "$CHROMIUM" ]; then
  echo 'chromium is not installed, so there is nothing to open the pages in'
  [ -z "${CI:-}" ] || exit 1
  exit 0
fi
export CHROMIUM

data=$(mktemp -d)
"$here/../../bin/downpour" serve --listen 127.0.0.1:0 --data "$data" \
  --redis embedded --clickhouse embedded ${SERVE:-} >"$data/server.log" 2>&1 &
server=$!
trap 'kill $server 2>/dev/null || true; wait $server 2>/dev/null || true; rm -rf "$data"' EXIT
trap 'exit 1' INT TERM
if ! DOWNPOUR_URL=$(node "$here/ready.js" "$data/server.log" $server); then
  cat "$data/server.log"
  exit 1
fi
export DOWNPOUR_URL
cd "$here"
"$@"
