#!/bin/sh
# What tests run beside Python: a C++ compiler and Node for the starters of `init target`, and
# systemd's judge of units. Quick when all is there.
set -eu
missing=
command -v c++ >/dev/null 2>&1 || missing="$missing g++"
command -v node >/dev/null 2>&1 || missing="$missing nodejs"
command -v npx >/dev/null 2>&1 || missing="$missing npm"
command -v systemd-analyze >/dev/null 2>&1 || missing="$missing systemd"
# shellcheck disable=SC2086 -- a list of packages
exec "$(dirname "$0")/apt.sh" "the tests of starters and units" $missing
