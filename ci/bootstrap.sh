#!/bin/sh
# Make .venv from nothing but Python >= 3.11 and a package index.
#
#   ci/bootstrap.sh         what a user needs
#   ci/bootstrap.sh dev     and what the checks need
#
# Run it again after a pull; it is quick when nothing changed.
set -eu
cd "$(dirname "$0")/.."

find_python() {
    for name in ${PYTHON:-} python3.14 python3.13 python3.12 python3.11 python3 python; do
        if command -v "$name" >/dev/null 2>&1 &&
            "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    echo "error: no Python 3.11 or later was found; install one, or name it: PYTHON=/path/to/python3" >&2
    exit 1
}

# Debian splits venv from python3: without its package, ensurepip is missing.
make_venv() {
    [ -x .venv/bin/python ] && .venv/bin/python -m pip --version >/dev/null 2>&1 && return
    rm -rf .venv
    if ! "$python" -m venv .venv >/dev/null 2>&1; then
        rm -rf .venv
        if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
            version=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
            apt-get -qq -o DPkg::Lock::Timeout=600 update
            DEBIAN_FRONTEND=noninteractive apt-get -qy -o DPkg::Lock::Timeout=600 install "$version" >/dev/null
            "$python" -m venv .venv
        else
            echo "error: $python cannot make a virtual environment; install its venv package (Debian: apt install python3-venv)" >&2
            exit 1
        fi
    fi
}

python=$(find_python)
make_venv
.venv/bin/python -m pip install --quiet --disable-pip-version-check uv
if [ "${1:-}" = dev ]; then
    .venv/bin/uv pip install --quiet --python .venv/bin/python --group dev --all-extras -r pyproject.toml
    .venv/bin/uv pip install --quiet --python .venv/bin/python --no-deps -e .
else
    .venv/bin/uv pip install --quiet --python .venv/bin/python -e .
fi
