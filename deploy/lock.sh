#!/usr/bin/env bash
# Resolves every package anew and pins it with hashes into requirements/. Usage: deploy/lock.sh UV
set -euo pipefail
uv=${1:?the uv command}
ours=()
for name in wangge-shared wangge-intake wangge-mediation wangge-notify; do ours+=(--no-emit-package "$name"); done
pin() {
  "$uv" pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet \
    "${ours[@]}" "$@" >/dev/null
}
for service in intake mediation notify; do
  pin "services/$service/pyproject.toml" -o "requirements/$service.txt"
done
pin --extra embedded deploy/pyproject.toml -o requirements/embedded.txt
pin --extra embedded --group dev deploy/pyproject.toml -o requirements/dev.txt
"$uv" pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet \
  - -o requirements/build.txt <<<'hatchling>=1.33' >/dev/null
