# Two commands do everything on a fresh machine: `make run` and `make test`.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PLUGINS := $(patsubst %/pyproject.toml,-e %,$(wildcard plugins/*/pyproject.toml))
SOURCES := core db services training
# ONNX Runtime reports to its maker unless told not to.
export ORT_DISABLE_TELEMETRY = 1

.PHONY: env dev run test check stubs bench clean

env: $(VENV)/.run ## the platform, its CPU inference and its plugins
dev: $(VENV)/.dev ## the same with tests, checks and training

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade pip

$(VENV)/.run: pyproject.toml $(wildcard plugins/*/pyproject.toml) | $(BIN)/python
	$(BIN)/pip install --quiet -e '.[embedded]' $(PLUGINS)
	touch $@

$(VENV)/.dev: pyproject.toml $(wildcard plugins/*/pyproject.toml) | $(BIN)/python
	$(BIN)/pip install --quiet 'torch==2.13.0'
	$(BIN)/pip install --quiet -e '.[dev,training]' $(PLUGINS)
	touch $@ $(VENV)/.run

run: env
	$(BIN)/helioscribe demo

test: dev check
	OMP_NUM_THREADS=2 $(BIN)/python -m pytest -n auto --maxprocesses 4

check: dev
	$(BIN)/ruff check .
	$(BIN)/mypy $(SOURCES)
	$(BIN)/lint-imports

stubs: dev
	$(BIN)/python proto/generate.py

clean:
	rm -rf $(VENV) .home .run dist build
