# Everything a developer types. `make setup` needs Python 3.11 to 3.14 and nothing else.
.DEFAULT_GOAL := help
.PHONY: help setup counterparts demo test test-all lint bench lock picture clean
SHELL := /bin/sh
.DELETE_ON_ERROR:

VENV ?= .venv
BIN := $(VENV)/bin
# The first of these that really runs and is new enough (a version manager's shim may be there and not run).
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	if $$python -c '$(RIGHT_VERSION)' >/dev/null 2>&1; then echo $$python; break; fi; done)
RIGHT_VERSION := import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))
PIP := $(BIN)/python -m pip --disable-pip-version-check

help: ## what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

setup: $(BIN)/.installed ## a virtual environment (.venv) with gapkeeper and everything that its development needs

# The stamp is newer than the lock and the metadata it was made from, so a second `make setup` does nothing.
$(BIN)/.installed: requirements/dev.txt pyproject.toml
	@$(or $(PYTHON),false) -c '$(RIGHT_VERSION)' >/dev/null 2>&1 || { \
		echo >&2 "No Python 3.11 to 3.14: $(or $(PYTHON),none found). Install one, or name it: make setup PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo >&2 "$(PYTHON) cannot make virtual environments. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	@$(BIN)/python -c '$(RIGHT_VERSION)' 2>/dev/null || $(PYTHON) -m venv --clear $(VENV)
	$(PIP) install --quiet --require-hashes -r requirements/dev.txt
	$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q bot
	@touch $@

counterparts: setup ## what the tests of GitHub and GitLab run against, from npm and PyPI (98 MB); without it many are skipped
	@$(BIN)/python tests/github/install.py

demo: setup ## the whole story on a copy of examples/harbour
	@$(BIN)/python examples/demo.py

test: setup ## the tests
	$(BIN)/python -m pytest $(PYTEST)

test-all: setup ## the same tests with far more generated examples, and the corpus where GAPKEEPER_CORPUS names it
	HYPOTHESIS_PROFILE=thorough $(BIN)/python -m pytest $(PYTEST)

lint: setup ## style, types, and the arrows between the packages
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/mypy bench docs examples
	$(BIN)/lint-imports

bench: setup ## the budgets, each as a ratio measured in one run
	$(BIN)/python -m bench

picture: setup ## the README's picture, from real output
	$(BIN)/python docs/picture.py

# uv writes one lock for all supported Pythons and systems; it is needed for this and for nothing else.
lock: ## requirements/*.txt anew from pyproject.toml (LOCK=--upgrade for newer versions)
	@command -v uv >/dev/null || { echo >&2 "make lock needs uv: pip install uv"; exit 1; }
	uv pip compile $(LOCK) $(UV_LOCK) pyproject.toml -o requirements/run.txt
	uv pip compile $(LOCK) $(UV_LOCK) --group build -o requirements/build.txt
	uv pip compile $(LOCK) $(UV_LOCK) pyproject.toml --group dev -o requirements/dev.txt
UV_LOCK := --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
	--no-header --no-strip-extras

clean: ## remove what make made
	rm -rf $(VENV) tests/github/node_modules tests/github/recordings tests/gitlab/recordings .mypy_cache .ruff_cache .pytest_cache .hypothesis dist build
