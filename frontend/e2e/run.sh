#!/bin/sh
# Runs the browser tests against a server of their own, built before.
set -eu
cd "$(dirname "$0")"
if ! command -v "${CHROMIUM:-chromium}" >/dev/null; then
  [ -z "${CI:-}" ] || { echo 'chromium is not installed'; exit 1; }
  echo 'skipped: chromium is not installed, so the browser tests have nothing to run in'
  exit 0
fi
data=$(mktemp -d)
address=127.0.0.1:${E2E_PORT:-18573}
../../bin/downpour serve --listen "$address" --data "$data" >"$data/server.log" 2>&1 &
server=$!
trap 'kill $server 2>/dev/null || true; wait $server 2>/dev/null || true; rm -rf "$data"' EXIT
tries=0
until curl -sf "http://$address/readyz" >/dev/null; do
  tries=$((tries + 1))
  if [ $tries -gt 150 ] || ! kill -0 $server 2>/dev/null; then
    cat "$data/server.log"
    exit 1
  fi
  sleep 0.2
done
DOWNPOUR_URL="http://$address" npm test --silent
