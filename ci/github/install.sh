#!/usr/bin/env bash
# Installs this checkout of Ringfence, with locked and hashed packages, into a folder of its own.
set -euo pipefail
venv="$RUNNER_TEMP/ringfence-venv"
"${RINGFENCE_PYTHON:-python3}" -m venv "$venv"
pip() { "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps "$@"; }
pip --require-hashes -r "$RINGFENCE_SOURCE/requirements/runtime.lock"
pip --require-hashes -r "$RINGFENCE_SOURCE/requirements/build.lock"
pip --no-build-isolation "$RINGFENCE_SOURCE"
