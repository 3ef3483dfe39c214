#!/bin/sh
# Everything a change must pass; laptops and CI run this one file. Needs what ci/test.sh installs.
set -eu
cd "$(dirname "$0")/.."
PATH=$PWD/.venv/bin:$PATH
export PATH
began=$(date +%s)
say() { printf '\n== %4s s  %s\n' "$(($(date +%s) - began))" "$*"; }

say "ruff"
ruff format --check .
ruff check .
say "mypy --strict"
mypy
say "import contracts"
PYTHONPATH=harness:reference_impl lint-imports
say "tests, with branch coverage"
rm -f .coverage .coverage.*
pytest -q -n "${WORKERS:-2}" --cov --cov-report= "$@"
coverage report --include='harness/dbal_conform/core/*' --fail-under=100
coverage report --fail-under=90
say "vectors: dbal-conform lint"
dbal-conform lint
say "the reference, on every target"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
for manifest in adapters_under_test/*/target.yaml; do
    name=$(basename "$(dirname "$manifest")")
    REPORTS=$work/$name ci/gate.sh "$name" --slow -n "${WORKERS:-2}"
done
say "mutants: dbal-conform selftest"
dbal-conform selftest -n "${WORKERS:-2}"
say "the wheel, away from the checkout"
ci/prove_wheel.sh
say "all checks passed"
