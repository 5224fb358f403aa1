# Two commands do everything on a fresh machine: `make run` and `make test`.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PLUGINS := $(patsubst %/pyproject.toml,-e %,$(wildcard plugins/*/pyproject.toml))
SOURCES := core db services training
LOCKED := pyproject.toml services/constraints.txt $(wildcard plugins/*/pyproject.toml)
INSTALL := $(BIN)/pip install --quiet --constraint services/constraints.txt
TORCH := torch==2.13.0
# ONNX Runtime reports to its maker unless told not to.
export ORT_DISABLE_TELEMETRY = 1

.PHONY: env dev run test check stubs bench lock pin up down compose-test soak clean

env: $(VENV)/.run ## the platform, its CPU inference and its plugins
dev: $(VENV)/.dev ## the same with tests, checks and training

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade pip

$(VENV)/.run: $(LOCKED) | $(BIN)/python
	$(INSTALL) -e '.[embedded]' $(PLUGINS)
	touch $@

$(VENV)/.dev: $(LOCKED) | $(BIN)/python
	$(INSTALL) '$(TORCH)'
	$(INSTALL) -e '.[dev,training]' $(PLUGINS)
	touch $@ $(VENV)/.run

run: env
	HELIOSCRIBE_DATA="$${HELIOSCRIBE_DATA:-$(wildcard ../shared/data)}" $(BIN)/helioscribe demo

test: dev check
	OMP_NUM_THREADS=2 $(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadgroup

check: dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(SOURCES)
	$(BIN)/lint-imports
	$(BIN)/hadolint services/Dockerfile deploy/test/Dockerfile
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml deploy/test/compose.yml
	BIN=$(BIN) scripts/check-kubernetes.sh
	scripts/check-prometheus.sh

stubs: dev
	$(BIN)/python proto/generate.py

# The versions of all libraries, the same in the images and in the tests. The old file is not read: all are the newest
# that go together.
lock: ## services/constraints.txt
	$(PYTHON) -m venv $(VENV)/lock && $(VENV)/lock/bin/pip install --quiet uv
	echo '$(TORCH)' | $(VENV)/lock/bin/uv pip compile --quiet --universal --upgrade --python-version 3.11 --no-annotate \
	  --custom-compile-command 'make lock' --constraint - --output-file services/constraints.txt pyproject.toml \
	  $(foreach extra,catalogue ingest inference inference-gpu training web dev,--extra $(extra))

pin: ## the digests of the images that we do not build, as the registry has them now
	$(PYTHON) scripts/pin-images.py

up: ## the platform in containers; `COMPOSE_PROFILES=gpu,observability make up` with more of it
	$(PYTHON) scripts/make-secrets.py
	docker compose up --build --detach --wait

down: ## its data stay; `docker compose down --volumes` takes them, too
	docker compose down

compose-test: dev ## builds every image, brings all up, walks through it from outside, takes it down
	scripts/compose-test.sh

soak: dev ## every fault of tests/faults, with more files and longer outages
	SOAK=1 $(BIN)/python -m pytest -q tests/faults

clean:
	rm -rf $(VENV) .home .run dist build
