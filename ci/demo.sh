#!/bin/sh
# From a fresh clone to a first conformance run: the reference on embedded SQLite, all cases.
#
#   ci/demo.sh [arguments of `dbal-conform run`]
set -eu
cd "$(dirname "$0")/.."
echo "installing into .venv ..." >&2
ci/bootstrap.sh
exec .venv/bin/dbal-conform run "$@"
