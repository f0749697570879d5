#!/bin/sh
# Runs the browser tests against a server of their own.
set -eu
cd "$(dirname "$0")"
exec sh with-server.sh npm test --silent
