#!/bin/sh
# Measures the pages of a server of their own that is fed invented reports.
set -eu
cd "$(dirname "$0")"
exec sh with-server.sh sh -c 'node feed.js && node times.js'
