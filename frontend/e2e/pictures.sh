#!/bin/sh
# Takes the pictures of the README, of a demonstration of their own.
#
#   pictures.sh DIRECTORY
set -eu
directory=$(mkdir -p "${1:?usage: pictures.sh DIRECTORY}" && cd "$1" && pwd)
cd "$(dirname "$0")"
SERVE=--demo exec sh with-server.sh sh -c 'node demo/loaded.js && node pictures.js "$1"' pictures "$directory"
