#!/bin/sh
# Install packages of Debian or Ubuntu as root; elsewhere say what is missing, and for what.
#   ci/apt.sh "the browser tests" chromium fonts-dejavu-core
set -eu
what=${1:?"usage: ci/apt.sh WHAT-NEEDS-THEM PACKAGE..."}
shift
[ "$#" -gt 0 ] || exit 0
if ! command -v apt-get >/dev/null 2>&1 || [ "$(id -u)" != 0 ]; then
    echo "error: $what need $*; install as root: apt-get install $*" >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get -qq -o DPkg::Lock::Timeout=600 update
apt-get -qy -o DPkg::Lock::Timeout=600 install --no-install-recommends "$@" >/dev/null
