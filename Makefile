# Threadform. `make help` lists what can be made.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
HOME_DIR ?= .threadform
export THREADFORM_TOOLS_HOME ?= $(CURDIR)/.threadform/tools
# One more than the two cores that the time limit is meant for: much of a test is waiting for other processes.
PYTEST_WORKERS ?= 3
# Where it is set, each of the hundreds of processes of a test run compiles the whole product for itself.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup setup-run setup-dev demo test check bench chaos moved lock clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

$(VENV)/run.stamp: .ci/lock/run.txt pyproject.toml
	@echo "[setup] Python packages of the product (1 to 2 minutes the first time)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .ci/lock/run.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/dev.stamp: $(VENV)/run.stamp .ci/lock/dev.txt .ci/lock/judges.txt
	@echo "[setup] Python packages of the tests"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .ci/lock/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r .ci/lock/judges.txt
	@touch $@

setup-run: $(VENV)/run.stamp ## what the product needs: Python packages, terraform, the provider
	@$(BIN)/threadform tools install

setup-dev: $(VENV)/dev.stamp
	@bash .ci/system-packages
	@bash .ci/npm-judge slack-types tests/conformance/slack "Slack's own types judge what is sent to Slack" types.ts
	@bash .ci/npm-judge mattermost-client tests/conformance/mattermost "Mattermost's own client judges the fake server"
	@bash .ci/synapse $(BIN)/python

setup: setup-run setup-dev ## everything, once; quick the second time

demo: setup-run ## the main job in front of you, then the page (ONCE=1: only the job)
	@$(BIN)/threadform demo $(if $(ONCE),--once)

test: setup ## all tests, with the real terraform, Redis, PostgreSQL and Chromium
	@$(BIN)/python -m pytest -n $(PYTEST_WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

check: setup ## lint, types, import law, sizes
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python .ci/sizes.py

bench: setup ## speed, as ratios within one run
	@$(BIN)/python -m tests.bench

chaos: setup ## kill -9 everywhere between a request and its report (CHAOS_RUNS=N, 500 by default: 20 minutes)
	@$(BIN)/python -m tests.chaos

moved: setup ## move a hundred guests at random while plans run (MOVED_GUESTS=N, MOVED_ROUNDS=N)
	@$(BIN)/python -m tests.moved

lock: $(VENV)/dev.stamp ## write the lock files anew
	@$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --upgrade --extra dev pyproject.toml -o .ci/lock/dev.txt
	@$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header -c .ci/lock/dev.txt --extra build pyproject.toml -o .ci/lock/run.txt
	@$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --no-deps .ci/lock/judges.in -o .ci/lock/judges.txt
	@$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --upgrade .ci/lock/synapse.in -o .ci/lock/synapse.txt

clean: ## remove what was built here; the tools stay
	@rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
