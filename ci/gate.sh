#!/bin/sh
# The gate of a CI job, for any server that can run a shell:
#   ci/gate.sh my/target.yaml [more options of `dbal-conform gate`]
# It runs all cases against the target, judges by the baseline that its manifest names, leaves run
# file, JUnit, HTML, Markdown and badge in $REPORTS, and exits 0 only if the change may pass.
set -eu
target=${1:?"usage: ci/gate.sh my/target.yaml [options of dbal-conform gate]"}
shift
reports=${REPORTS:-reports/gate}
mkdir -p "$reports"
rm -f "$reports/run.jsonl" # that of the job before, on a machine that is kept
exec dbal-conform gate --target "$target" --run-file "$reports/run.jsonl" \
    --report "junit=$reports/junit.xml" --report "html=$reports/report.html" \
    --report "markdown=$reports/summary.md" --report "badge=$reports/badge.json" "$@"
