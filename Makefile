# Two commands do all the set-up on a machine with Python 3.11 or later: make demo, make test.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
RECORDING ?=
SPEED ?= 1

.DEFAULT_GOAL := help

help: ## show what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

$(STAMP): requirements/all.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Ripresa needs Python 3.11 or later, this is %s: make PYTHON=python3.12" % sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/all.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $(STAMP)

setup: $(STAMP) ## install everything into .venv

demo: $(STAMP) ## replay a real recording through the whole chain
	$(BIN)/ripresa demo --speed $(SPEED) $(if $(RECORDING),--recording $(RECORDING)) $(if $(RIPRESA_HEADLESS),--headless)

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

check: lint ## lint, types, the quick tests: under a minute, for daily work
	$(BIN)/pytest -n auto -m "not slow and not nightly"

test: lint ## lint, types, all tests but the nightly ones
	$(BIN)/pytest -n auto -m "not nightly"

nightly: test ## all tests, the long ones too
	$(BIN)/pytest -m nightly

notebooks: $(STAMP) ## run the example notebooks, and keep what they give
	@for n in docs/notebooks/*.ipynb; do d=$$(mktemp -d) && cp $$n $$d/ && (cd $$d && $(CURDIR)/$(BIN)/jupyter execute --inplace $${n##*/}) && cp $$d/$${n##*/} $$n && rm -r $$d || exit 1; done

bench: $(STAMP) ## measure, as ratios in one run
	$(BIN)/ripresa bench

lock: $(STAMP) ## resolve requirements/ anew, with hashes and without any registry address
	$(BIN)/uv pip compile --universal --generate-hashes --quiet --custom-compile-command 'make lock' --python-version 3.11 --all-extras --group dev pyproject.toml requirements/build.in -o requirements/all.txt
	$(BIN)/uv pip compile --universal --generate-hashes --quiet --custom-compile-command 'make lock' --python-version 3.11 --extra clinic pyproject.toml requirements/build.in -o requirements/clinic.txt
	$(BIN)/uv pip compile --universal --generate-hashes --quiet --custom-compile-command 'make lock' --python-version 3.11 --extra home pyproject.toml requirements/build.in -o requirements/home.txt
	$(BIN)/uv pip compile --universal --generate-hashes --quiet --custom-compile-command 'make lock' --python-version 3.11 requirements/uv.in -o requirements/uv.txt

clean: ## remove what make made
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis

.PHONY: help setup demo lint check test nightly notebooks bench lock clean
