# What a developer types. A fresh machine needs Python 3.11–3.13 and make; everything else is fetched by hash.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# Every folder with packages of its own that a test needs.
NODE := $(patsubst %package-lock.json,%node_modules/.ready,$(wildcard $(addsuffix /package-lock.json,tests/* tests/*/* examples/* web)))
CHECKED := gql_gateway tests $(if $(wildcard bench/*.py),bench)
INSTALL := $(BIN)/python -m pip install -qq --no-input --disable-pip-version-check
LOCKED := $(INSTALL) --require-hashes --only-binary :all:
say = @printf '\033[1m%s\033[0m\n' "$(1)"

MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help sandbox test lint generated pytest format lock web bench clean

help: ## this list
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 16

sandbox: $(VENV)/.runtime ## gateway and simulators of every provider, nothing outside this machine
	@$(BIN)/gql-gateway sandbox

test: lint generated pytest ## everything CI runs

lint: $(VENV)/.development ## ruff and mypy
	$(call say,ruff)
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet . || { echo "Not formatted: run 'make format'." >&2; exit 1; }
	$(call say,mypy)
	@$(BIN)/mypy $(CHECKED)

generated: $(VENV)/.development
	$(call say,generated files)
	@$(BIN)/gql-gateway schema --check
	@$(BIN)/gql-gateway support --check
	$(call say,changes since the last release)
	@$(BIN)/gql-gateway schema --diff >/dev/null

pytest: $(VENV)/.development $(NODE) tests/clients/.venv/.ready
	$(call say,pytest)
	@$(BIN)/python -m pytest

format: $(VENV)/.development ## let ruff lay out the code and sort the imports
	@$(BIN)/ruff check --quiet --fix-only --select I .
	@$(BIN)/ruff format .

# The oldest supported Python resolves, so that backports needed only there are locked too. pip-compile knows no
# dependency groups: theirs goes through standard input. Later files keep to the versions of the earlier ones.
COMPILE := CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe \
	--strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host $(UPGRADE)

lock: $(VENV)/.development ## requirements*.txt from pyproject.toml; UPGRADE=--upgrade takes newer versions
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' \
		|| { echo "Locks are made with Python 3.11: make lock VENV=.tmp/lock PYTHON=python3.11" >&2; exit 1; }
	@$(COMPILE) --extra postgresql --output-file requirements.txt pyproject.toml
	@$(COMPILE) --only-build-deps --all-build-deps -c requirements.txt --output-file requirements-build.txt pyproject.toml
	@$(BIN)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["dependency-groups"]["dev"], sep="\n")' \
		| $(COMPILE) -c requirements.txt -c requirements-build.txt --output-file requirements-dev.txt -

	@cd tests/clients && CUSTOM_COMPILE_COMMAND="make lock" ../../$(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe \
		--strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host $(UPGRADE) \
		--output-file requirements-codegen.txt requirements-codegen.in

web: web/node_modules/.ready ## GraphiQL's bundle in gql_gateway/static (needs Node)
	@cd web && npm run build

bench: $(VENV)/.development ## measure this machine; see docs/performance.md
	@$(BIN)/python -m bench

clean: ## everything that can be made again
	@rm -rf $(VENV) .tmp dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis web/node_modules \
		tests/*/node_modules tests/*/*/node_modules examples/*/node_modules tests/clients/.venv
	@find gql_gateway tests bench -name __pycache__ -type d -prune -exec rm -rf {} +

# Stamps: each is newer than what was installed from.

$(VENV)/.python:
	@command -v "$(PYTHON)" >/dev/null \
		|| { echo "No '$(PYTHON)' here. Install Python 3.11, 3.12 or 3.13, or name one: make PYTHON=/path/to/python3." >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
		|| { echo "$$("$(PYTHON)" --version) is not supported. Name a Python 3.11, 3.12 or 3.13: make PYTHON=python3.12" >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null \
		|| { echo "'$(PYTHON)' lacks venv or ensurepip; on Debian and Ubuntu: apt install python3-venv." >&2; exit 1; }
	$(call say,creating $(VENV))
	@"$(PYTHON)" -m venv $(VENV)
	@touch $@

$(VENV)/.runtime: requirements.txt requirements-build.txt pyproject.toml | $(VENV)/.python
	$(call say,installing the locked packages into $(VENV))
	@$(LOCKED) -r requirements.txt -r requirements-build.txt
	@$(INSTALL) --no-index --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.development: requirements-dev.txt $(VENV)/.runtime
	$(call say,installing the locked development tools into $(VENV))
	@$(LOCKED) -r requirements-dev.txt
	@touch $@

# Tests that need Node skip themselves without it, and say so; under CI=true that is a failure.
%/node_modules/.ready: %/package-lock.json
	@if command -v npm >/dev/null; then \
		cd $* && npm ci --no-audit --no-fund --loglevel=error && touch node_modules/.ready \
		|| echo "npm ci failed: tests that need $* cannot run." >&2; \
	fi

# ariadne-codegen pins an older graphql-core than the gateway needs, so it lives apart.
tests/clients/.venv/.ready: tests/clients/requirements-codegen.txt | $(VENV)/.python
	$(call say,installing the client generator into tests/clients/.venv)
	@"$(PYTHON)" -m venv tests/clients/.venv
	@tests/clients/.venv/bin/python -m pip install -qq --no-input --disable-pip-version-check --require-hashes \
		--only-binary :all: -r tests/clients/requirements-codegen.txt
	@touch $@
