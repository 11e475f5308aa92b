# Two commands do everything on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
WORKERS ?= auto

.PHONY: demo test lint types imports unit docs generate fuzz soak bench clean lock

demo: $(VENV)/.runtime
	@$(BIN)/ringfence scan examples/orders --fail-on never

test: $(VENV)/.dev lint types imports unit

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev
	$(BIN)/mypy

imports: $(VENV)/.dev
	$(BIN)/lint-imports

unit: $(VENV)/.dev
	$(BIN)/pytest -n $(WORKERS) --cov --cov-report=term:skip-covered

# All of the fuzzing and soaking of which `make test` runs a seeded sample.
fuzz: $(VENV)/.dev
	@mkdir -p bench/results
	RINGFENCE_ROUNDS=2000 $(BIN)/pytest -n $(WORKERS) tests/robust -m fuzz --no-cov --durations=5 \
	  > bench/results/fuzz.txt; status=$$?; cat bench/results/fuzz.txt; \
	  $(BIN)/python bench/fuzz.py --seconds 60 > bench/results/surfaces.txt || status=1; \
	  cat bench/results/surfaces.txt; exit $$status
soak: $(VENV)/.dev
	@mkdir -p bench/results
	RINGFENCE_ROUNDS=300 $(BIN)/pytest tests/robust -m "soak or kill" --no-cov --durations=5 \
	  > bench/results/soak.txt; status=$$?; cat bench/results/soak.txt; exit $$status

bench: $(VENV)/.dev
	$(BIN)/python bench/run.py

# Generated files: the rules parsed ahead, help texts, the README's screenshot. Run it after a change of a rule.
generate: $(VENV)/.dev
	$(BIN)/python support/pack_rules.py
	$(BIN)/python support/rule_pages.py
	$(BIN)/python support/usage.py
	$(BIN)/python support/screenshot.py --lines 62

COMPILE := uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header

lock:
	$(COMPILE) pyproject.toml -o requirements/runtime.lock
	$(COMPILE) --group build -o requirements/build.lock
	$(COMPILE) pyproject.toml --group dev --group build --group oracles -o requirements/dev.lock

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Ringfence needs Python 3.11 or newer: make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements/runtime.lock requirements/build.lock | $(VENV)/bin/python
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes --no-deps -r requirements/runtime.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes --no-deps -r requirements/build.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements/dev.lock | $(VENV)/bin/python
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes --no-deps -r requirements/dev.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

clean:
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .coverage*
