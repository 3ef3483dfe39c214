#!/bin/sh
# From a fresh clone to all checks passed: installs what the tests need (apt for the browser and Docker),
# brings up database servers, runs the checks, and takes down what it started, also when they fail.
set -eu
cd "$(dirname "$0")/.."

# A daemon that ran before is somebody's: it is left alone.
docker info >/dev/null 2>&1 && ours=no || ours=yes
take_down() {
    status=$?
    trap - EXIT
    [ "$ours" = no ] || ci/docker/up.sh down || status=$((status ? status : 1))
    exit "$status"
}
trap take_down EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

ci/bootstrap.sh dev
ci/browser.sh
ci/tools.sh
ci/docker/up.sh
settings=$(ci/docker/up.sh env)
eval "$settings"
CI=${CI:-true} ci/check.sh "$@" # in CI, what cannot be tested is a failure
