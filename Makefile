# Wangge 网格. `make` alone lists the targets.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= $(or $(WANGGE_PORT),8080)

.PHONY: help setup run check format types test test-unit test-integration test-e2e test-browser test-slow coverage bench \
        contracts messages lock image clean

help:  ## This list
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 20

setup: $(VENV)/.ready  ## Virtual environment, pinned packages, front-end files

$(VENV)/.ready: requirements/dev.txt pyproject.toml shared/pyproject.toml services/intake/pyproject.toml \
                services/mediation/pyproject.toml services/notify/pyproject.toml deploy/pyproject.toml \
                package.json package-lock.json
	@bash deploy/setup.sh "$(PYTHON)" "$(VENV)"
	@touch $@

run: setup  ## Everything, from one command: Kafka, the three services, the demo community
	@exec $(BIN)/wangge up

check: setup  ## Format, lint, types, import contracts, translations (under a minute)
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/lint-imports
	@$(BIN)/python -m shared.web.translations --check
	@$(BIN)/mypy

format: setup  ## Put the code into shape
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

test: setup  ## The whole suite: unit, architecture, real Kafka and PostgreSQL, end to end, browser
	@$(BIN)/pytest -n 2 --dist loadgroup --no-loadscope-reorder

test-unit: setup  ## Unit and architecture tests only: no server
	@$(BIN)/pytest tests/unit tests/architecture tests/golden

coverage: setup  ## Every branch of the domains, policies and publishing, by the unit tests alone
	@$(BIN)/pytest -q tests/unit/intake tests/unit/mediation tests/unit/notify tests/golden \
	    --cov=services --cov-report=term-missing

contracts: setup  ## Write AsyncAPI, OpenAPI and the kept schemas anew; refuses what changed incompatibly
	@$(BIN)/python -m tests.golden

test-integration: setup  ## The runtime on real servers
	@$(BIN)/pytest tests/integration

test-e2e: setup  ## All services together
	@$(BIN)/pytest tests/e2e

test-browser: setup  ## The pages in a real browser
	@$(BIN)/pytest tests/browser

test-slow: setup  ## The exhaustive runs: faults, and every request spoiled
	@$(BIN)/pytest -m slow -s tests/faults tests/integration/*/test_bad_input.py

bench: setup  ## Measure against the references of the same run
	@$(BIN)/python -m bench

lock: setup  ## Resolve and pin every package anew (with hashes, without addresses)
	@bash deploy/lock.sh $(BIN)/uv

clean:  ## Remove what set-up made; data folders stay
	rm -rf $(VENV) node_modules shared/web/static/vendor
