# make demo   the example company: import, close, statements, tie-out, report; a virtual site for a day; the console
# make test   the tests; make check  lint, types, layers; make bench  the benchmarks; make soak  the long runs
# make wheel  a wheel with the console's scripts and styles in it
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready
PEERS := .venv-peers

.PHONY: demo test check bench soak docs lock peers web debian wheel screenshots clean

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Mintage needs Python 3.11 or newer; say which: make PYTHON=python3.12"; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# The console's scripts and styles, from npm packages pinned in web/; Node comes as a wheel.
web: $(STAMP)
	@$(BIN)/python -m tools.build_web

# A browser, its Chinese fonts and hledger, for the tests that need them; without root those tests are skipped.
debian:
	@$(PYTHON) -m tools.debian

demo: web
	@MINTAGE_DB=var/demo.db $(BIN)/python -m tools.demo

test: web debian
	$(BIN)/python -m pytest -n $$(($$(nproc) + 1)) --dist worksteal $(PYTEST_ARGS)  # one more than cores: browsers are waited for

check: web
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/mintage docs check
	$(BIN)/python -m tools.messages --check

bench: web debian $(PEERS)/.ready
	$(BIN)/python -m bench.run

soak: web
	MINTAGE_SOAK=1 MINTAGE_API_EXAMPLES=25 $(BIN)/python -m pytest tests/api/test_schemathesis.py tests/console
	$(BIN)/python -m bench.run --soak

docs: web
	$(BIN)/python -m tools.api_examples
	$(BIN)/python -m tools.api_client
	$(BIN)/mintage docs write

# Other clients of the same machines, in an environment of their own: they judge our virtual machines.
peers: $(PEERS)/.ready

$(PEERS)/.ready: requirements-peers.lock $(STAMP)
	@test -x $(PEERS)/bin/python || $(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-peers.lock
	@touch $@

# Pictures of every page, for docs/screenshots.md.
screenshots: web debian
	$(BIN)/python -m tools.screenshots

wheel: web
	$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir dist .

# Pins every package with its hashes; names no index.
PIN := $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate
lock: $(STAMP)
	$(BIN)/python -m pip install --quiet uv
	$(PIN) pyproject.toml --group dev --all-extras -o requirements.lock
	$(PIN) --group pyproject.toml:peers -o requirements-peers.lock

clean:
	rm -rf $(VENV) $(PEERS) var build dist web/node_modules src/mintage/console/static .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
