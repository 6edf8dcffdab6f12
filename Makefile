# Needs make and any Python 3.11 or newer; everything else is installed into .venv. No environment has to be active.
#
#   make demo    the whole chain on the sample figures, results in demo-output/
#   make test    all tests
#   make test-fast  the tests of daily work: no other program, no big batch; under a minute
#   make test-lowest  the tests with exactly the lowest versions that pyproject.toml allows
#   make mutants  faults put into core modules, and whether the tests beside them find each
#   make lint    format, lint and types
#   make check   lint and tests
#   make bench   the benchmarks; saves of other programs are made once, by npm, node and LibreOffice (bench-output/)
#   make bench-large  merging at 10,000 workbooks, of every kind of saves; takes an hour and 4 GB
#   make fuzz    coverage-guided fuzzing of opening and reading for FUZZ_SECONDS (needs a Python that atheris supports)
#   make manglings  MANGLINGS workbooks and folders of returns composed at random, each compared with what a person sees
#   make labels  every two printed labels of every form exchanged, one workbook each (tests take a sample)
#   make browser  dist/xltool.html, the whole work in one offline page, and its SHA-256 (needs npm and node)
#   make test-browser  that page in a real Chromium, against the native run
#   make bundle  the offline installation package, dist/xltool-离线安装包.zip (needs a network and Chromium)
#   make test-bundle  installs that package without a network and runs the demo from it
#   make pictures  the pictures of the guides (needs LibreOffice and pdftoppm)

VENV := .venv
BIN := $(VENV)/bin

.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: demo test test-fast test-lowest mutants lint check bench bench-large fuzz labels manglings browser test-browser bundle test-bundle pictures clean

demo: $(VENV)/.runtime
	$(BIN)/xltool demo -o demo-output

test: $(VENV)/.dev
	$(BIN)/python -m pytest -n auto

test-fast: $(VENV)/.dev
	$(BIN)/python -m pytest -n auto -m "not slow and not office and not gnumeric and not browser and not axe"

# Its own environment, so that the versions of daily work stay; wheels of those versions exist for Python up to 3.12.
# Between them these tests call all that we call of every library: openpyxl, XlsxWriter, pandas, pyarrow (exports,
# workbooks), calamine, msoffcrypto (spreadsheet), fsspec, distributed (execution), ortools (localisation), lxml,
# python-docx, pdfplumber, rapidfuzz (official_report, published), msgspec (forms), click and rich (cli).
# LOWEST_TESTS=tests runs all that need no other program.
LOWEST_TESTS ?= tests/exports tests/workbooks tests/roster tests/spreadsheet/test_passwords.py \
  tests/spreadsheet/test_foreign.py tests/spreadsheet/test_remote.py tests/spreadsheet/test_xls_records.py \
  tests/execution tests/checks/test_localisation.py tests/official_report/test_publish.py tests/published/test_reports.py \
  tests/published/test_refusals.py tests/forms/test_definitions.py tests/cli/test_command_line.py \
  tests/commands/test_decisions.py tests/comparison tests/test_api.py
test-lowest: $(VENV)-lowest/.installed
	$(VENV)-lowest/bin/python -m pytest -n auto -m "not office and not gnumeric and not browser and not axe" $(LOWEST_TESTS)

mutants: $(VENV)/.dev
	$(BIN)/python -m tests.mutants

lint: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

check: lint test

bench: $(VENV)/.dev
	$(BIN)/python -m benchmarks.run
	$(BIN)/python -m benchmarks.startup
	$(BIN)/python -m benchmarks.localisation
	$(BIN)/python -m benchmarks.narrative
	$(BIN)/python -m benchmarks.merging
	$(BIN)/python -m benchmarks.ledgers --files 200

bench-large: $(VENV)/.dev
	$(BIN)/python -m benchmarks.run --counts 10000
	$(BIN)/python -m benchmarks.merging --counts 10000 --times 1

# What breaks is written to .fuzz/ as one file; `python -m tests.fuzzing .fuzz/crash-…` runs it again.
FUZZ_SECONDS ?= 300
fuzz: $(VENV)/.fuzz
	$(BIN)/python -m tests.fuzzing $(FUZZ_SECONDS)

browser: $(VENV)/.runtime browser/node_modules/.package-lock.json
	$(BIN)/python browser/build.py

# Tests whatever `make browser` made last; the pictures of the guides are taken with XLTOOL_IMAGES=docs/images.
test-browser: $(VENV)/.dev browser/node_modules/.package-lock.json  # Chromium; LibreOffice makes the .xls and .ods
	@test -f dist/xltool.html || { echo "dist/xltool.html is not there: run make browser first" >&2; exit 1; }
	cd browser && XLTOOL_PYTHON="$(abspath $(BIN)/python)" XLTOOL_IMAGES="$(abspath $(XLTOOL_IMAGES))" node --test tests/page.test.mjs

browser/node_modules/.package-lock.json: browser/package-lock.json
	cd browser && npm ci --silent --no-audit --no-fund
	@touch $@

MANGLINGS ?= 1000
manglings: $(VENV)/.dev
	$(BIN)/python -m tests.mangling.random_looks $(MANGLINGS)
	$(BIN)/python -m tests.mangling.random_folders $(MANGLINGS)

labels: $(VENV)/.dev
	XLTOOL_ALL_LABELS=1 $(BIN)/python -m pytest -q -n auto tests/mangling/test_label_exchanges.py

BUNDLE := dist/xltool-离线安装包.zip
bundle: $(VENV)/.dev
	$(BIN)/python -m bundle.build_bundle $(BUNDLE)

test-bundle:
	bash bundle/test_bundle.sh $(BUNDLE)

pictures: $(VENV)/.dev
	$(BIN)/python docs/pictures.py

clean:
	rm -rf $(VENV) $(VENV)-lowest demo-output bench-output

# Stamps: each is made once, and again when pyproject.toml asks for something else. The installation is editable, so
# that a change to the code needs no new one.
$(VENV)/.runtime: $(BIN)/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.dev: $(BIN)/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@ $(VENV)/.runtime

$(VENV)-lowest/.installed: $(BIN)/python pyproject.toml
	$(BIN)/python -m venv $(VENV)-lowest
	$(BIN)/python .ci/lowest_versions.py > $(VENV)-lowest/constraints.txt
	$(VENV)-lowest/bin/python -m pip install --quiet --disable-pip-version-check \
	  --constraint $(VENV)-lowest/constraints.txt --editable '.[dev]'
	@touch $@

$(VENV)/.fuzz: $(VENV)/.dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[fuzz]'
	@touch $@

# The first Python that is new enough and can make an environment; `make PYTHON=/some/python3` chooses another.
PYTHON ?=
$(BIN)/python:
	@for python in $(or $(PYTHON),python3 python3.14 python3.13 python3.12 python3.11 python); do \
	  "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
	  found="$$python"; \
	  "$$python" -c 'import ensurepip, venv' 2>/dev/null || continue; \
	  echo "$$("$$python" --version): making $(VENV)"; \
	  exec "$$python" -m venv $(VENV); \
	done; \
	if [ -n "$$found" ]; then \
	  echo "$$found cannot make an environment: its modules venv and ensurepip are not installed." >&2; \
	  echo "On Debian or Ubuntu: apt-get install python3-venv. Then run make again." >&2; \
	else \
	  echo "xltool needs Python 3.11 or newer, and none was found. Install it, or name it: make PYTHON=/path/to/python3" >&2; \
	fi; \
	exit 1
