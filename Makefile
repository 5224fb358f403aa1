# Two commands do everything on a fresh machine: `make run` and `make test`.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PLUGINS := $(wildcard plugins/*/pyproject.toml)
EDITABLE := $(foreach plugin,$(PLUGINS),-e $(dir $(plugin)))
# ONNX Runtime reports to its maker unless told not to.
export ORT_DISABLE_TELEMETRY = 1

.PHONY: env run test check stubs bench clean

env: $(VENV)/.run
dev: $(VENV)/.dev
