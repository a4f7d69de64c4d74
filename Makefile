# Two commands matter: `make demo` and `make test`. Each sets up what it needs, in this folder only; a second run is quick.
# `make help` lists the others.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.NOTPARALLEL:
.DEFAULT_GOAL := help

PORT ?= 8000
DIR ?= demo
ARGS ?=
MARKED :=
MATRICES := part
WORKERS ?= auto
KILLS ?= 1000
SEED ?=
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input

# A stamp carries the hash of what it stands for: a changed lock is installed, an unchanged one is not looked at again.
stamp = $(VENV)/made/$(1)-$(firstword $(shell cat $(2) | sha256sum))
RUNTIME := $(call stamp,runtime,requirements/build.txt requirements/runtime.txt)
TEST := $(call stamp,test,requirements/build.txt requirements/test.txt)
DEV := $(call stamp,dev,requirements/build.txt requirements/dev.txt)
PROJECT := $(call stamp,project,pyproject.toml)

# Only the default index is asked, and nothing that names a server is written.
COMPILE = @PIP_CONFIG_FILE=/dev/null CUSTOM_COMPILE_COMMAND='make lock' $(BIN)/pip-compile --quiet --upgrade --generate-hashes \
	--allow-unsafe --strip-extras --no-emit-index-url --no-emit-trusted-host --no-emit-find-links

# Compiled modules are kept whatever the caller's habit: tests start many programs.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test stories matrices pictures check campaign region disclosure timing fuzz bench setup assets browser programs paper lock clean clean-all

help:  ## say what there is
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## /make \1\t/' | expand -t 18

demo: $(RUNTIME) assets $(PROJECT) paper  ## build two demo registers and serve them: make demo PORT=8000
	@$(BIN)/fairplace demo $(DIR) --port $(PORT) $(ARGS)

# Registers flush every write to the disk; in memory, where there is enough, nothing waits for it.
test: $(TEST) assets $(PROJECT) browser programs  ## run all tests: make test ARGS='-k tree'
	@if [ -z "$${TMPDIR:-}" ] && [ -w /dev/shm ] && [ "$$(df --output=avail -k /dev/shm | tail -1)" -gt 4000000 ]; then \
	  TMPDIR=$$(mktemp -d /dev/shm/fairplace-test-XXXXXX); chmod 711 "$$TMPDIR"; export TMPDIR; trap 'rm -rf "$$TMPDIR"' EXIT; \
	fi; \
	FAIRPLACE_MATRICES=$(MATRICES) $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(MARKED) $(ARGS)

# `make test` runs a part of each long matrix of tests, and no long story; the tests bear the marks `matrix` and `long`.
stories: MATRICES :=
stories: MARKED := -m long
stories: test  ## tell the long stories that `make test` leaves out: make stories ARGS='-k home'

matrices: MATRICES := whole
matrices: MARKED := -m matrix
matrices: test  ## run the long matrices of tests whole, every page at every width and every flipped byte: make matrices ARGS='-k page'

# Only the stories that are pictured are told.
PICTURED := test_desk test_debrief test_whole_story test_recording test_bidding test_joining test_lost_keys test_a_home test_own_results test_trade_secrets test_contract_life test_equal_terms
pictures: export FAIRPLACE_PICTURES := docs/how-to/pictures
pictures: $(TEST) assets $(PROJECT) browser  ## take the pictures of docs/how-to anew, from the tests in the browser
	@$(BIN)/python -m pytest $(PICTURED:%=tests/browser/%.py) $(ARGS)

check: $(DEV) assets $(PROJECT)  ## format, lint and types
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

campaign: $(TEST) $(PROJECT)  ## kill a register a thousand times while it writes: make campaign KILLS=100 SEED=1
	@$(BIN)/python -m tests.campaign.crashes --kills $(KILLS) $(if $(SEED),--seed $(SEED))

region: $(TEST) $(PROJECT)  ## hold the made-up regions against published figures, and the rules against their faults: make region SEED=1
	@$(BIN)/python -m tests.campaign.region $(if $(SEED),--seed $(SEED)) $(ARGS)

disclosure: $(TEST) $(PROJECT)  ## release made-up registers month by month, and attack what is published: make disclosure SEED=1
	@$(BIN)/python -m tests.campaign.disclosure $(if $(SEED),--seed $(SEED)) $(ARGS)

timing: $(TEST) $(PROJECT)  ## how long answers take where only sealed values differ, beside the noise: make timing ARGS='--rounds 100'
	@$(BIN)/python -m tests.campaign.timing $(ARGS)

fuzz: $(TEST) $(PROJECT)  ## spoiled inputs for every decoder of the checker: make fuzz ARGS='--cases 1000 bundle'
	@$(BIN)/python -m tests.verifier.fuzz $(ARGS)

bench: $(RUNTIME) assets $(PROJECT)  ## measure speed beside the bare machine: make bench ARGS=store
	@$(BIN)/fairplace bench $(ARGS)

setup: $(DEV) assets $(PROJECT)  ## install everything for working on fairplace
	@echo "ready: $(BIN)/fairplace --help"

$(VENV)/bin/python:
	@python=$${PYTHON:-}; \
	if [ -z "$$python" ]; then \
	  for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	    if command -v $$name >/dev/null && $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then python=$$name; break; fi; \
	  done; \
	fi; \
	if [ -z "$$python" ]; then \
	  echo "fairplace needs Python 3.11 or newer, and found $$(python3 --version 2>/dev/null || echo none): install python3 and python3-venv, or say where it is: make PYTHON=/path/to/python3" >&2; exit 5; \
	fi; \
	if ! command -v "$$python" >/dev/null; then \
	  echo "there is no $$python: say where Python 3.11 or newer is: make PYTHON=/path/to/python3" >&2; exit 5; \
	fi; \
	if ! $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then \
	  echo "fairplace needs Python 3.11 or newer, and $$python is $$($$python --version)" >&2; exit 5; \
	fi; \
	if ! $$python -c 'import venv, ensurepip' 2>/dev/null; then \
	  echo "$$python has no venv: sudo apt-get install python3-venv" >&2; exit 5; \
	fi; \
	$$python -m venv $(VENV)

$(RUNTIME) $(TEST) $(DEV): | $(VENV)/bin/python
	@name=$$(basename $@ | cut -d- -f1); \
	echo "installing requirements/$$name.txt into $(VENV)"; \
	$(PIP) install --quiet --no-compile --require-hashes -r requirements/build.txt -r requirements/$$name.txt; \
	mkdir -p $(VENV)/made; rm -f $(VENV)/made/$$name-*; touch $@

$(PROJECT): | $(VENV)/bin/python
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@mkdir -p $(VENV)/made; rm -f $(VENV)/made/project-*; touch $@

assets: | $(VENV)/bin/python  ## compile the style sheet into web/static
	@compgen -G "$(VENV)/made/*-*" >/dev/null || $(MAKE) --no-print-directory $(RUNTIME)
	@if $(BIN)/python hatch_build.py --needs-node; then \
	  echo "no npm with Node 18 or newer here: installing Node into $(VENV)"; \
	  $(PIP) install --quiet --require-hashes -r requirements/node.txt; \
	fi
	@$(BIN)/python hatch_build.py

# Debian's Chromium without a window takes a third of the time of the whole one; elsewhere any Chromium does.
browser:
	@[ -n "$${FAIRPLACE_CHROMIUM:-}" ] || command -v chromium-headless-shell >/dev/null && exit 0; \
	there() { command -v chromium chromium-browser google-chrome >/dev/null; }; \
	if grep -qx 'ID=debian' /etc/os-release 2>/dev/null; then package=chromium-headless-shell; else package=chromium; there && exit 0; fi; \
	if [ "$$(id -u)" = 0 ]; then become=""; elif sudo -n true 2>/dev/null; then become=sudo; else become=no; fi; \
	if [ "$$become" != no ] && command -v apt-get >/dev/null; then \
	  echo "installing $$package and fonts-liberation for the browser tests"; \
	  if $$become apt-get -qq update && DEBIAN_FRONTEND=noninteractive $$become apt-get -qq install -y --no-install-recommends $$package fonts-liberation >/dev/null; then exit 0; fi; \
	fi; \
	there || echo "the browser tests need Chromium: sudo apt-get install $$package fonts-liberation (on Ubuntu: sudo snap install chromium), or set FAIRPLACE_CHROMIUM to its path" >&2

programs:
	@packages=""; \
	command -v go >/dev/null || packages="$$packages golang-go"; \
	[ -d "$${FAIRPLACE_GOPATH:-/usr/share/gocode}/src/golang.org/x/mod/sumdb" ] || packages="$$packages golang-golang-x-mod-dev"; \
	for program in openssl curl; do command -v $$program >/dev/null || packages="$$packages $$program"; done; \
	$(BIN)/python -c 'import weasyprint' 2>/dev/null || packages="$$packages libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-liberation"; \
	[ -n "$$packages" ] || exit 0; \
	if [ "$$(id -u)" = 0 ]; then become=""; elif sudo -n true 2>/dev/null; then become=sudo; else become=no; fi; \
	if [ "$$become" != no ] && command -v apt-get >/dev/null; then \
	  echo "installing$$packages for the second reader, for timestamps and for bundles on paper"; \
	  if $$become apt-get -qq update && DEBIAN_FRONTEND=noninteractive $$become apt-get -qq install -y --no-install-recommends $$packages >/dev/null; then exit 0; fi; \
	fi; \
	echo "some tests need more programs: sudo apt-get install$$packages; FAIRPLACE_GOPATH may name another tree with src/golang.org/x/mod" >&2

paper:
	@$(BIN)/python -c 'import weasyprint' >/dev/null 2>&1 || \
	  echo "receipts and bundles come without their PDF here: it takes libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-liberation (Debian)" >&2

lock: $(DEV)  ## look for newer dependencies and lock them with their hashes
	$(COMPILE) -o requirements/build.txt requirements/build.in
	$(COMPILE) -o requirements/node.txt requirements/node.in
	$(COMPILE) -c requirements/build.txt --extra test --extra dev -o requirements/dev.txt pyproject.toml
	$(COMPILE) -c requirements/dev.txt --extra test -o requirements/test.txt pyproject.toml
	$(COMPILE) -c requirements/dev.txt --extra pdf -o requirements/runtime.txt pyproject.toml
	@cd web && npm install --package-lock-only --ignore-scripts
	@! grep -nE 'file:|https?://|--(extra-)?index-url|--find-links' requirements/*.txt
	@! grep -n '"resolved"' web/package-lock.json

clean:  ## remove what was built: assets, caches, the demo registers
	rm -rf build dist demo demo-homes web/static .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find src policies projections tests -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

clean-all: clean  ## remove the installed packages as well
	rm -rf $(VENV)
