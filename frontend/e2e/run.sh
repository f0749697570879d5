#!/bin/sh
# Runs the browser tests: of the pages against a server of their own, then of the
# demonstration against another.
set -eu
cd "$(dirname "$0")"
sh with-server.sh npm test --silent
SERVE=--demo exec sh with-server.sh npm run demo --silent
