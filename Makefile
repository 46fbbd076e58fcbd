# From a fresh checkout to a running wall: `make run`. The marks in .venv remember what is done already.
# Where there is no make: pip install -c constraints.txt -e . && visitant setup && visitant run

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --disable-pip-version-check -q -c constraints.txt
ARGS ?=
# Where no NVIDIA card is, torch for the processor alone saves some gigabytes; where its index can't be reached, PyPI's serves.
TORCH := https://download.pytorch.org/whl/cpu
WITHOUT_GPU := [ "$$(uname)" = Linux ] && ! [ -e /proc/driver/nvidia ]

# Tests run side by side, a process for each processor; each has one thread (tests/conftest.py).
PYTEST := $(BIN)/pytest --numprocesses logical --maxprocesses 8 --dist worksteal

.PHONY: run test test-fast test-slow test-all test-failed coverage check docs ready clean

run: $(VENV)/.installed
	@$(BIN)/visitant setup
	@$(BIN)/visitant run $(ARGS)
	@command -v visitant > /dev/null || echo 'Type `. $(BIN)/activate`, and this terminal knows the command `visitant`.'

test: ready
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(PYTEST) -m "not (slow or network)" $(ARGS)

# Apart from `make test`, since counting lines makes the tests half as long again.
coverage: ready
	$(PYTEST) -m "not (slow or network)" --cov --cov-report=

test-fast: $(VENV)/.developing
	$(PYTEST) -m "not (slow or integration or gl or process or network)" $(ARGS)

test-slow: ready
	$(PYTEST) -m "slow or network"

test-all: test test-slow

# The tests that failed last, one after the other.
test-failed:
	$(BIN)/pytest --last-failed --last-failed-no-failures none

check: $(VENV)/.installed
	@$(BIN)/visitant check $(ARGS)

docs: $(VENV)/.installed
	$(BIN)/python -m installation.docs --out build/site

# All that `test` needs from elsewhere.
ready: $(VENV)/.developing
	@$(BIN)/visitant setup

clean:
	rm -rf $(VENV) build dist .coverage .mypy_cache .pytest_cache .ruff_cache

$(VENV)/.installed: constraints.txt pyproject.toml | $(BIN)/python
	@echo "installing what Visitant is made with; this takes a minute or two"
	@$(WITHOUT_GPU) && $(PIP) --no-deps --retries 0 --timeout 10 --index-url $(TORCH) torch 2> /dev/null || true
	@$(PIP) -e . --build-constraint constraints.txt
	@touch $@

$(VENV)/.developing: $(VENV)/.installed
	@$(PIP) -e '.[diffusion]' --group dev --build-constraint constraints.txt
	@$(PIP) --no-deps tinysoundfont  # it would like PyAudio, which has to be compiled and is not used
	@touch $@

# Debian keeps ensurepip in python3-venv; without it the machine's own pip can still fill a virtual environment.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo 'Visitant needs Python 3.11 or newer: make PYTHON=python3.12 ...' >&2; exit 1; }
	@if $(PYTHON) -c 'import ensurepip' 2> /dev/null; then \
		$(PYTHON) -m venv $(VENV); \
	elif $(PYTHON) -m pip --version > /dev/null 2>&1; then \
		$(PYTHON) -m venv --without-pip $(VENV) && $(PYTHON) -m pip --python $(BIN)/python install -q pip; \
	else \
		echo 'Neither venv nor pip is here. Type: sudo apt-get install -y python3-venv' >&2; exit 1; \
	fi
	@$(PIP) --upgrade pip || { rm -rf $(VENV); exit 1; }
