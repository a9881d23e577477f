# Everything here sets up what it needs: Python ≥ 3.11, make and git are enough (and ssh-keygen for the tests).
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
# The day on which the story of the sample registry is told; certificates in it would run out otherwise.
AS_OF  ?= 2026-11-22
SITE   ?= site
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
PIN     := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-annotate --upgrade \
           --custom-compile-command "make lock" --python-version 3.11

.DEFAULT_GOAL := help

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

check: $(VENV)/core ## Judge the sample registry: the main job
	$(BIN)/preflight --as-of $(AS_OF) check

test: $(VENV)/dev ## Run linters, types and all tests
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/preflight --as-of $(AS_OF) --quiet check >/dev/null
	$(BIN)/preflight policy test --quiet && $(BIN)/preflight policy coverage --quiet
	$(BIN)/pytest -n auto $(ARGS)

demo: $(VENV)/core ## Play a month of work on a server of your own, in a temporary folder
	@$(BIN)/python tool/demo/play.py

site: $(VENV)/site ## Build the sample's inventory and say where it is
	@$(BIN)/preflight --as-of $(AS_OF) inventory build --title "The sample's stack" $(SITE)

bench: $(VENV)/dev ## Measure speed against peers, in one run
	$(BIN)/python tests/bench/run.py $(ARGS)

docs: $(VENV)/core ## Write the generated files: policy book, editor schemas
	$(BIN)/preflight policy schemas
	$(BIN)/preflight policy docs docs/policy-book

format: $(VENV)/dev ## Format the code
	$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

lock: $(VENV)/dev ## Pin all dependencies anew, with hashes
	$(BIN)/pip install --quiet uv
	$(PIN) pyproject.toml -o tool/constraints-core.txt
	$(PIN) --extra site pyproject.toml -o tool/constraints-site.txt
	$(PIN) --group build -o tool/constraints-build.txt
	$(PIN) --extra site --group dev pyproject.toml -o tool/constraints-dev.txt

clean: ## Remove the virtual environment and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/core: tool/constraints-core.txt tool/constraints-build.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "preflight needs Python 3.11 or newer; set PYTHON=python3.11")'
	@echo "Installing into $(VENV), once ..." >&2
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(INSTALL) -r tool/constraints-core.txt -r tool/constraints-build.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/dev: $(VENV)/core tool/constraints-dev.txt
	@echo "Installing the tools of developers into $(VENV), once ..." >&2
	@$(INSTALL) -r tool/constraints-dev.txt
	@touch $@

$(VENV)/site: $(VENV)/core tool/constraints-site.txt
	@echo "Installing what writes the pages into $(VENV), once ..." >&2
	@$(INSTALL) -r tool/constraints-site.txt
	@touch $@

.PHONY: help check test demo site bench docs format lock clean
