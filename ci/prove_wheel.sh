#!/bin/sh
# Build, install in a new environment and run the packaged cases far from the checkout.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
uv=$root/.venv/bin/uv
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
"$uv" build --quiet --out-dir "$work/dist" "$root"    # the sdist, then the wheel from the sdist
"$uv" venv --quiet --python "$root/.venv/bin/python" "$work/venv"
"$uv" pip install --quiet --python "$work/venv/bin/python" "$work"/dist/*.whl
cd "$work"
env -u PYTHONPATH "$work/venv/bin/dbal-conform" run -k users
env -u PYTHONPATH "$work/venv/bin/python" -I - <<'E'
from dbal_conform.corpus.locate import cases_root, schema_root, targets_root
from dbal_reference import Auth, DBALClient

for root in (cases_root(), schema_root(), targets_root()):
    assert "site-packages" in str(root), root
with DBALClient(mode="development", adapter="sqlite", auth=Auth.system()) as client:
    assert client.posts.count() == 0
print("schema, vectors and targets came from the wheel")
E
