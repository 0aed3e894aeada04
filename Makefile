# Le Fil: everything is installed into .venv (and node_modules), nothing else on the machine is touched.
# Needs: make and Python 3.11 or later. Each step leaves a stamp, so the second time is quick.

PYTHON ?= python3
PORT ?= 8000
SCREENS ?= test-results/screens
WHAT ?= tests/browser/stories tests/browser/test_every_page.py tests/browser/test_refused_forms.py tests/browser/test_doors.py
VENV := .venv
PY := $(VENV)/bin/python
STAMPS := $(VENV)/stamps
CATALOGS := $(shell find locales -name '*.po' 2>/dev/null)

# Compiled modules are kept: without them every process that starts compiles its libraries again, for seconds.
unexport VIRTUAL_ENV PYTHONHOME PYTHONPATH PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup run test pictures mutants check check-style check-types check-direction check-origin check-wheel bench lock format clean

help: ## Show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /make \1\t/' | expand -t 14

setup: $(STAMPS)/project $(STAMPS)/assets $(STAMPS)/catalogs $(STAMPS)/compiled $(STAMPS)/routing ## Install everything into .venv, and nothing more

run: setup ## Start Le Fil with the territory of Seraing (PORT=8000)
	@LEFIL_PORT=$(PORT) $(VENV)/bin/lefil run

test: setup ## Run every test (needs Chromium and PostgreSQL)
	@$(PY) .ci/check_tools.py
	@$(PY) -m pytest -n 3 --dist worksteal

pictures: setup ## Make the pictures of docs/ anew, in a real browser
	@$(PY) .ci/check_tools.py
	@$(PY) -m tests.browser.pictures docs/screenshots

screens: setup ## Tell every story in every way, look at every page on every screen (SCREENS=folder for the table)
	@mkdir -p $(SCREENS) && rm -f $(SCREENS)/*.jsonl
	@LEFIL_SCREENS=$(abspath $(SCREENS)) $(PY) -m pytest -n 2 --dist worksteal $(WHAT); \
		done=$$?; $(PY) -m tests.browser.table $(SCREENS); exit $$done

mutants: setup ## Take each hard rule out, in turn, and see a test notice
	$(PY) .ci/mutants.py

check: check-style check-types check-direction check-origin check-wheel ## Style, types, direction of imports, lock, addresses, wheel

check-style: setup
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

check-types: setup
	$(PY) .ci/run_node.py node_modules/pyright/index.js --warnings

check-direction: setup
	$(PY) .ci/check_imports.py
	$(VENV)/bin/lint-imports --no-cache --no-logo

check-origin: setup
	$(PY) .ci/check_addresses.py
	$(PY) .ci/check_lock.py

check-wheel: setup
	$(PY) .ci/check_wheel.py

bench: setup ## Measure pairing and planning, as ratios of this machine's speed
	@$(PY) -m benchmarks

lock: $(STAMPS)/python ## Write requirements.lock and package-lock.json anew from pyproject.toml and package.json
	$(PY) .ci/check_lock.py --write
	$(PY) .ci/run_node.py npm install --package-lock-only

format: setup ## Lay out the code
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

clean: ## Take away everything that setup and the tools made; data in var/ stays
	rm -rf $(VENV) node_modules service/static/vendor dist build .hypothesis .pytest_cache .ruff_cache test-results
	find . -name '*.mo' -not -path './node_modules/*' -delete
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(STAMPS)/python: requirements.lock .ci/make_environment.py
	@$(PYTHON) .ci/make_environment.py $(VENV) requirements.lock
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/assets: $(STAMPS)/python package.json package-lock.json .npmrc .ci/copy_assets.py
	@$(PY) .ci/run_node.py npm ci --no-progress --loglevel=error
	@$(PY) .ci/copy_assets.py
	@touch $@

$(STAMPS)/catalogs: $(STAMPS)/python $(CATALOGS)
	@$(PY) -P locales/compile.py
	@touch $@

$(STAMPS)/compiled: $(STAMPS)/python $(wildcard matching/planning/local/*.py matching/planning/routes/*.py)
	@$(PY) -m matching.planning.local
	@$(PY) -m matching.planning.routes
	@touch $@

$(STAMPS)/routing: $(STAMPS)/python .ci/fetch_routing.py
	@$(PY) .ci/fetch_routing.py $(VENV) requirements.lock
	@touch $@

$(STAMPS)/project: $(STAMPS)/python pyproject.toml
	@$(PY) .ci/install_project.py
	@touch $@
