# Everything runs from .venv, which `make setup` builds from the lock files.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ROOMS := captures cleaners archive flows bench tests
# The lock is its own constraint: pip before 23.3 looks for "sqlalchemy[asyncio]" beside the pin of "sqlalchemy".
PIP := PIP_DISABLE_PIP_VERSION_CHECK=1 $(BIN)/python -m pip install --quiet --require-hashes

.PHONY: setup dev demo test test-browser test-scale lint format lock quality speed soak clean

setup: $(VENV)/.setup ## the environment, with the strigil command in .venv/bin

dev: $(VENV)/.dev ## the environment, with what tests and benchmarks need

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "strigil needs python3 >= 3.11; this is $$($(PYTHON) --version 2>&1). Set PYTHON=/path/to/python3."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
	  || { echo "python3 cannot make virtual environments here. On Debian: apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.setup: $(BIN)/python requirements.lock pyproject.toml
	$(PIP) -r requirements.lock -c requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-index --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: $(BIN)/python requirements-dev.lock pyproject.toml
	$(PIP) -r requirements-dev.lock -c requirements-dev.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-index --no-build-isolation -e .
	@touch $@ $(VENV)/.setup

demo: setup ## clean the captures in examples/ into an archive and show what came out
	$(BIN)/strigil demo

# Bytecode is made once here, and not by each of the hundreds of processes that tests start.
PROCESSES ?= 2
test: lint ## lint, types and the whole suite, in two processes (or PROCESSES=4)
	$(BIN)/python -m compileall -q $(ROOMS)
	$(BIN)/python -m pytest -n $(PROCESSES) --dist loadfile

test-browser: dev ## what only a real browser can show (needs Chromium); screenshots into docs/
	STRIGIL_BROWSER=1 STRIGIL_SCREENSHOTS=docs $(BIN)/python -m pytest tests/test_browser.py
	$(BIN)/python -m pytest -m browser

test-scale: dev ## Dask, workers of a work pool on S3, PostgreSQL (where installed): minutes
	$(BIN)/python -m pytest -m scale

lint: dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

quality: dev ## word F1 beside trafilatura, Resiliparse and jusText
	$(BIN)/python -m bench.quality

speed: dev ## pages per CPU second beside the same
	$(BIN)/python -m bench.speed

soak: dev ## kills, races, power cuts (as root), full disks, write errors, readers: minutes
	$(BIN)/python -m bench.soak

lock: ## resolve the lock files anew (needs uv)
	uv pip compile pyproject.toml --extra s3 --extra dask --extra browser --extra iceberg --extra delta --extra dev --extra bench --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --upgrade --custom-compile-command "make lock" -o requirements-dev.lock
	uv pip compile pyproject.toml --extra s3 --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url -c requirements-dev.lock --custom-compile-command "make lock" -o requirements.lock

clean:
	rm -rf $(VENV) build *.egg-info strigil-archive .mypy_cache .ruff_cache .pytest_cache .hypothesis
