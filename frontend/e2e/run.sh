#!/bin/sh
# Runs the browser tests: of the pages against a server of their own, then of the
# demonstration against another.
set -eu
cd "$(dirname "$0")"
sh with-server.sh npm test --silent
# Messages to browsers go to a push service of the test.
SERVE="--demo --push-services 127.0.0.1 --webhook-private" exec sh with-server.sh npm run demo --silent
