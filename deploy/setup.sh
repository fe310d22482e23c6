#!/usr/bin/env bash
# Sets up a working copy: virtual environment, pinned packages, this project editable, front-end files.
# Usage: deploy/setup.sh PYTHON VENV
set -euo pipefail
python=${1:?the Python to use} venv=${2:?the folder of the virtual environment}
say() { printf '\033[1m==>\033[0m %s\n' "$*"; }

"$python" - <<'PY' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.12 …" >&2; exit 1; }
import sys
sys.exit(sys.version_info < (3, 11))
PY
say "1/5 virtual environment in $venv"
[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
say "2/5 pinned packages (a few minutes the first time)"
"$venv/bin/python" -m pip install --disable-pip-version-check --require-hashes -r requirements/dev.txt
say "3/5 Wangge itself, editable"
"$venv/bin/python" -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation \
  -e shared -e services/intake -e services/mediation -e services/notify -e deploy
say "4/5 front-end files and translations"
"$venv/bin/python" -m shared.web.vendor
"$venv/bin/python" -m shared.web.translations
say "5/5 Kafka's jars (about 45 MB, once for all working copies)"
if [ -n "${WANGGE_KAFKA:-}" ]; then
  echo "not needed: WANGGE_KAFKA names a Kafka that already runs"
else
  "$venv/bin/wangge" prepare --jars-only || echo "Set-up goes on without them: wangge up fetches what is missing." >&2
fi
