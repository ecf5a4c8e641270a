# cityops: `make demo` sets up .venv and runs the main job; `make test` sets up and passes the tests.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP_INSTALL := $(BIN)/python -m pip install --disable-pip-version-check --quiet --no-compile
NPROC := $(shell nproc 2>/dev/null || echo 2)

.PHONY: help setup setup-dev demo compiled test test-all lint format bench docs requirements recompile clean
.DEFAULT_GOAL := help

help:
	@echo "make demo      set up .venv and simulate emergency dispatch on central Helsinki"
	@echo "make test      set up and run the tests; make test-all runs the slow ones too"
	@echo "make lint      ruff, mypy --strict, import layers"
	@echo "make bench     the benchmark suites, beside their peers"
	@echo "make docs      the figures and tables of docs/ made anew"
	@echo "make recompile forget compiled kernels (after changing one that others call)"
	@echo "make clean     remove .venv, caches and runs"

$(VENV)/.core: requirements/core.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "cityops needs Python 3.11 or newer; name one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing pinned packages into $(VENV) (once) ..."
	@$(PIP_INSTALL) --require-hashes -r requirements/core.txt
	@$(PIP_INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.core requirements/dev.txt
	@echo "Installing test and benchmark packages into $(VENV) (once) ..."
	@$(PIP_INSTALL) --require-hashes -r requirements/dev.txt
	@touch $@

# Numba does not notice when a compiled function that another one calls has changed: forget all
# compiled kernels when the source of one is newer than they are.
KERNELS := $(shell grep -rl '@njit' networks sim optimize benchmarks --include='*.py')

$(VENV)/.kernels: $(VENV)/.core $(KERNELS)
	@find networks sim optimize benchmarks -name '*.nb[ic]' -delete
	@touch $@

setup: $(VENV)/.core $(VENV)/.kernels
setup-dev: $(VENV)/.dev $(VENV)/.kernels

demo: setup
	@$(BIN)/cityops run helsinki-centre --out runs/demo --replace
	@echo "Open runs/demo/report.html in a browser."

# Kernels are compiled once, part by part in parallel, before every test process would do it for
# itself; the packages of the tests arrive meanwhile.
test: setup
	@$(MAKE) --no-print-directory -j2 compiled setup-dev
	@$(BIN)/python -m pytest -n $(NPROC)

compiled: setup
	@$(BIN)/cityops warmup

test-all: setup-dev
	@$(BIN)/python -m pytest -n $(NPROC) -m ""

lint: setup-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: setup-dev
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: setup-dev
	@$(BIN)/cityops bench des
	@$(BIN)/cityops bench paths
	@$(BIN)/cityops bench records

docs: setup-dev
	@$(BIN)/python docs/make.py

requirements:
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  pyproject.toml requirements/build.in -o requirements/core.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  pyproject.toml requirements/build.in --extra dev --extra bench -c requirements/core.txt -o requirements/dev.txt

recompile:
	find networks sim optimize benchmarks -name '*.nb[ic]' -delete

clean:
	rm -rf $(VENV) runs .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
