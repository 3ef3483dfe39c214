#!/bin/sh
# From a fresh clone to all checks passed: installs what the tests need (apt for the browser), then runs them.
set -eu
cd "$(dirname "$0")/.."
ci/bootstrap.sh dev
ci/browser.sh
exec ci/check.sh "$@"
