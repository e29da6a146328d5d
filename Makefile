# Every way to run, check and release this project. `make` alone lists them.
# Nothing has to be set up first: each target calls tools/bootstrap, which is silent when .venv is up to date.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# Modules from elsewhere must not leak into the virtual environment.
unexport PYTHONHOME PYTHONPATH

# What follows a command: `make demo ARGS=--once`, `make unit ARGS="tests/carriers -x"`.
ARGS ?=
# An interpreter to use instead of the one that tools/bootstrap finds: `make test PYTHON=python3.13`.
PYTHON ?=
export PYTHON
# A Chromium to use instead of the one that tools/browser finds.
CHROMIUM ?=
export CHROMIUM
# Only `make lock` needs uv, and only maintainers need `make lock`: it is in no lock file itself.
UV ?= uv

BIN := .venv/bin
COMPILE := pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --group build

.PHONY: help demo test lint types unit thorough format lock docs pictures bench clean env-run env-dev env-browser

help: ## Show this list.
	@echo 'Usage: make TARGET [ARGS="..."] [PYTHON=python3.13]'
	@echo
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/  \1\t\2/p' Makefile | expand -t 12

demo: env-run ## Rehearse the whole way of a label on this machine, without an account (ARGS=--once ends by itself).
	@$(BIN)/qoo10-connector demo $(ARGS)

test: lint types unit ## Check everything: lint, types, tests.

lint: env-dev ## Check style and format (ruff).
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: env-dev ## Check types (mypy, strict).
	$(BIN)/mypy

unit: env-dev env-browser ## Run the tests (ARGS go to pytest).
	$(BIN)/pytest $(ARGS)

thorough: env-dev ## Play every race and every order of events that the tests else thin out (minutes).
	$(BIN)/pytest --thorough tests/connector/keeper/conflicts tests/connector/domain $(ARGS)

format: env-dev ## Mend style and format in place.
	$(BIN)/ruff check --fix-only --exit-zero
	$(BIN)/ruff format

docs: env-run ## Write the pages anew that the code writes: docs/decisions-table.md, reference.md, sources.md.
	@$(BIN)/python -m tools.pages

pictures: env-dev env-browser ## Take the pictures in docs/images anew, from rehearsals on this machine.
	@$(BIN)/python -m tools.pictures
	@$(BIN)/python -m tools.screens

bench: env-run ## Measure this machine: answers a second, durable commits, the gap (ARGS go to the benchmark).
	@$(BIN)/python -m bench $(ARGS)

lock: ## Write the lock files anew from pyproject.toml (ARGS=--upgrade takes newer versions; needs uv).
	@command -v "$(UV)" >/dev/null || { echo 'make lock needs uv: install it, or say UV=/path/to/uv' >&2; exit 3; }
	"$(UV)" $(COMPILE) $(ARGS) --output-file requirements/run.txt
	"$(UV)" $(COMPILE) --group dev --extra otel --constraints requirements/run.txt $(ARGS) --output-file requirements/dev.txt

clean: ## Remove the virtual environment, caches and build results (var/, your data, stays).
	rm -rf .venv build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

env-run:
	@tools/bootstrap run

env-dev:
	@tools/bootstrap dev

env-browser: env-dev
	@tools/browser
