# GovShare: `make run` starts everything on this machine, `make test` proves it.
# PYTHON chooses the interpreter: make test PYTHON=python3.13

PYTHON = python3
JOBS   = 2
ARGS   =

ifeq ($(origin PYTHON),file)
  VENV := .venv
else
  VENV := .venv-$(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])')
endif
BIN := $(VENV)/bin
PY  := $(BIN)/python

# Certificates of the machine, where an organisation has its own authority.
export UV_SYSTEM_CERTS = 1
export PIP_DISABLE_PIP_VERSION_CHECK = 1

TEMPLATES = $(shell find templates catalog portal sharing -name '*.html' -path '*templates*')
SOURCES   = portal catalog sharing tests benchmarks manage.py
COMPILE   = pip compile pyproject.toml --python-version 3.11 --universal --generate-hashes \
            --no-emit-index-url --no-header --no-annotate --quiet

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test check fix lock bench clean install install-dev

help: ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

run: install ## Start the portal with its own services; Ctrl-C stops it (PORT=8000)
	@$(PY) manage.py run $(ARGS)

test: install-dev ## Run all tests (ARGS="tests/portal -k lock", CHROMIUM=/path/to/chromium)
	$(PY) -m pytest -n $(JOBS) --dist worksteal $(ARGS)

check: install-dev ## Check style, types, import rules, migrations, deployment, translations
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/djade --check $(TEMPLATES)
	$(BIN)/mypy
	PYTHONPATH=. $(BIN)/lint-imports
	$(PY) manage.py check_translations
	HTTPS=on $(PY) manage.py check --deploy --fail-level WARNING
	$(PY) manage.py makemigrations --check --dry-run

fix: install-dev ## Format, and mend what can be mended by itself
	$(BIN)/ruff check --fix $(SOURCES)
	$(BIN)/ruff format $(SOURCES)
	$(BIN)/djade $(TEMPLATES)

lock: ## Resolve the dependencies of pyproject.toml into requirements*.txt
	@command -v uv >/dev/null || test -x var/uv/bin/uv || \
	  { $(PYTHON) -m venv var/uv && var/uv/bin/python -m pip install --quiet uv; }
	@PATH="$$PATH:var/uv/bin"; set -x; \
	  uv $(COMPILE) $(ARGS) --output-file requirements.txt && \
	  uv $(COMPILE) $(ARGS) --extra dev --output-file requirements-dev.txt

bench: install-dev ## Measure (ARGS="--only catalog --entries 1000000", CATALOGS=folder of real ones)
	$(PY) -m benchmarks $(ARGS)

clean: ## Remove environments and caches; the data in var/ stay
	rm -rf .venv .venv-* .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find $(SOURCES) -name __pycache__ -type d -prune -exec rm -rf {} +

# The marks remember which lock file an environment was installed from. The lock files name every
# package: nothing is resolved again, so a release of tomorrow cannot contradict them.
install: $(VENV)/.installed
install-dev: $(VENV)/.installed-dev

$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@echo "Making a virtual environment in $(VENV) …"
	@$(PYTHON) -m venv $(VENV)

# uv is quicker, where it is installed; pip does the same from the same hashes.
define install-from
	@echo "Installing $(1), about a minute …"
	@if command -v uv >/dev/null; then \
	  uv pip install --quiet --python $(PY) --require-hashes --no-deps --no-build -r $(1); \
	else \
	  $(PY) -m pip install --quiet --require-hashes --no-deps --only-binary :all: -r $(1); \
	fi
	@touch $@
endef

$(VENV)/.installed: requirements.txt | $(PY)
	$(call install-from,requirements.txt)

$(VENV)/.installed-dev: requirements-dev.txt | $(PY)
	$(call install-from,requirements-dev.txt)
	@touch $(VENV)/.installed
