#!/bin/sh
# Takes the pictures of the README, of a server of their own that is fed
# invented reports.
#
#   pictures.sh DIRECTORY
set -eu
directory=$(mkdir -p "${1:?usage: pictures.sh DIRECTORY}" && cd "$1" && pwd)
cd "$(dirname "$0")"
exec sh with-server.sh sh -c 'node feed.js && node pictures.js "$1"' pictures "$directory"
