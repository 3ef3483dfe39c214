#!/bin/sh
# Make the three secrets of compose.yaml, once.
set -eu
cd "$(dirname "$0")"
umask 022
mkdir -p secrets
chmod 700 secrets # the files in it are read by the users of the containers
random() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }
[ -e secrets/postgres ] || random > secrets/postgres
[ -e secrets/bootstrap ] || random > secrets/bootstrap
printf 'postgresql://dbal:%s@postgres/dbal' "$(cat secrets/postgres)" > secrets/database
