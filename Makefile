# Two commands are enough: `make demo` and `make test`. Each sets itself up.
PYTHON := $(shell for p in python3.13 python3.12 python3.11 python3; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { command -v $$p; break; }; done)
BIN := .venv/bin
# 0: make demo only says how the site is opened
DEMO_SERVE ?= 1
STAMP := .venv/.installed
SPARK := .venv/.spark
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

# Where nothing compiled is kept, every command that a test starts compiles all of jingkai anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup java chinese browser demo test test-postgresql test-fast lint format bench lock clean
.DEFAULT_GOAL := help

help: ## what can be asked for
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

setup: $(STAMP) chinese ## .venv with jingkai and its development extras

$(STAMP): pyproject.toml requirements.lock
	@if [ -z "$(PYTHON)" ]; then echo "jingkai needs Python 3.11 or newer: install it and run make again"; exit 1; fi
	@$(PYTHON) -m venv .venv || { echo "Python's venv module is missing: install the package python3-venv"; exit 1; }
	@echo "Installing into .venv (once) ..."
	@$(PIP) install --require-hashes -r requirements.lock || { echo "Installing the packages of requirements.lock failed: is a package index reachable?"; exit 1; }
	@$(PIP) install --no-deps --no-build-isolation -e . || { echo "Installing jingkai itself failed"; exit 1; }
	@touch $(STAMP)

$(SPARK): $(STAMP) requirements-spark.lock
	@echo "Installing PySpark into .venv (once, about 490 MB) ..."
	@$(PIP) install --require-hashes -r requirements-spark.lock || { echo "Installing PySpark failed: is a package index reachable?"; exit 1; }
	@touch $(SPARK)

java: # Spark runs on Java 17 or newer; without one its tests are skipped
	@command -v java >/dev/null 2>&1 || [ -x "$$JAVA_HOME/bin/java" ] \
	|| { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 && echo "Installing Java for Spark (once) ..." \
	&& { apt-get update -qq; for v in 17 21; do apt-get install -y -qq --no-install-recommends openjdk-$$v-jre-headless && break; done; } >/dev/null 2>&1 \
	&& command -v java >/dev/null 2>&1; } \
	|| echo "No Java here: the Spark tests are skipped. Install Java 17 (openjdk-17-jre-headless) to run them."

chinese: $(STAMP) # reports draw with a Chinese font and write PDF by Pango
	@ready() { $(BIN)/python -c 'from jingkai.report.fonts import chinese_family; chinese_family(); import weasyprint' >/dev/null 2>&1; }; \
	ready || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 && echo "Installing a Chinese font and Pango for reports (once) ..." \
	&& { apt-get update -qq; apt-get install -y -qq --no-install-recommends fonts-noto-cjk libpango-1.0-0 libpangoft2-1.0-0; } >/dev/null 2>&1 && ready; } \
	|| echo "No Chinese font or no Pango here: reports cannot be made. Install fonts-noto-cjk, libpango-1.0-0 and libpangoft2-1.0-0."

browser: # the tests look at reports in Chromium; without it those are skipped
	@command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 \
	|| { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 && echo "Installing Chromium for the tests of reports (once) ..." \
	&& { apt-get update -qq; apt-get install -y -qq --no-install-recommends chromium; } >/dev/null 2>&1 \
	&& command -v chromium >/dev/null 2>&1; } \
	|| echo "No Chromium here: the tests that look at reports in a browser are skipped. Install chromium to run them."

demo: setup ## a synthetic nation and a demo zone, decided and explained, and the site opened on the nation
	@$(BIN)/jingkai population make --scale 0.01 --seed 7 --out demo-nation
	@$(BIN)/jingkai demo
	@if [ "$(DEMO_SERVE)" = 0 ]; then printf '\n%s\n' "  cd demo-nation && ../$(BIN)/jingkai serve --demo"; \
	else printf '\n'; cd demo-nation && exec ../$(BIN)/jingkai serve --demo; fi

test: setup $(SPARK) java browser ## everything that must hold: style, types, layers, tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m pytest -n 2 --dist loadgroup -q
	@echo "What asks most of the database once more, on PostgreSQL ..."
	JINGKAI_TEST_DATABASE=postgresql $(BIN)/python -m pytest -n 2 --dist loadfile -q $(addprefix tests/console/,test_trail.py test_jobs.py test_corrections.py test_database.py test_permissions.py test_sign_in.py tokens retention casework visits/test_steps.py)

test-postgresql: setup browser ## every test of the site on PostgreSQL
	JINGKAI_TEST_DATABASE=postgresql $(BIN)/python -m pytest -n 2 --dist loadgroup -q tests/console tests/browser

test-fast: setup ## the fast part of the tests
	$(BIN)/python -m pytest -n 2 --dist loadfile -q -m "not slow and not bench"

lint: setup ## style, types, layers
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

format: setup ## put the code into its form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup ## measure against hand-written queries and peers; writes benchmarks/RESULTS.md
	@$(PIP) install --require-hashes -r requirements-bench.lock
	$(BIN)/python -m benchmarks.run

lock: setup ## pin every dependency anew
	@$(PIP) install uv
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --extra dev --extra report --extra console --extra service pyproject.toml -o requirements.lock
	cp requirements.lock requirements-spark.lock
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --extra dev --extra report --extra console --extra service --extra spark pyproject.toml -o requirements-spark.lock
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --extra dev --extra report --extra console --extra service --extra bench pyproject.toml -o requirements-bench.lock

clean: ## take away what was made
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist
