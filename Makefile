# The two commands of the README are `make demo` and `make test`; `make help` lists the rest.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help install test demo demo-stop bench portal-conformance realdata kill faults fuzz screenshots lint docs clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 22

install: $(STAMP) ## make the environment in .venv

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed; set PYTHON to one, as in: make PYTHON=python3.12 install"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "Python's venv is missing. On Debian or Ubuntu: apt install python3-venv"; exit 1; }
	@test -x $(VENV)/bin/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing the environment (about a minute) ..."
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --use-pep517 --constraint constraints.txt --editable '.[dev,portal,postgresql]'
	@touch $@

test: $(STAMP) ## every test
	$(VENV)/bin/python -m pytest -n auto --dist loadfile

demo: $(STAMP) ## a real CKAN, six fictional States, the whole way
	@$(VENV)/bin/python -m sandbox demo

demo-stop: $(STAMP) ## stop what the demo started
	@$(VENV)/bin/python -m sandbox demo-stop

bench: $(STAMP) ## speed and memory beside the floor, for 10,000 and 100,000 datasets
	$(VENV)/bin/python -m benchmarks.bench
	$(VENV)/bin/python -m benchmarks.feed

portal-conformance: $(STAMP) ## CKAN's own search tests against the search stand-in
	$(VENV)/bin/python -m portal.local.conformance

realdata: $(STAMP) ## every real payload, all of its datasets published too
	CATALOGUE_REALDATA=all $(VENV)/bin/python -m pytest -s tests/catalogue/test_realdata.py tests/realdata

kill: $(STAMP) ## kill -9 at a hundred instants of harvesting and publishing to a real CKAN
	CATALOGUE_KILLS=$${CATALOGUE_KILLS:-50} $(VENV)/bin/python -m pytest -s tests/test_kill.py

faults: $(STAMP) ## every protocol against every fault of a portal; writes docs/reliability.md
	$(VENV)/bin/python -m tests.faults

screenshots: $(STAMP) ## a picture of every page of the desk, in six languages and two widths, in CATALOGUE_SCREENSHOTS
	CATALOGUE_SCREENSHOTS=$${CATALOGUE_SCREENSHOTS:-var/screenshots} $(VENV)/bin/python -m pytest tests/catalogue/desk/test_every_page.py

fuzz: $(STAMP) ## 20,000 spoiled answers of all protocols, others each time
	CATALOGUE_FUZZ=$${CATALOGUE_FUZZ:-20000} CATALOGUE_FUZZ_SEED=$${CATALOGUE_FUZZ_SEED:-$$RANDOM} $(VENV)/bin/python -m pytest -s tests/fuzz

lint: $(STAMP) ## ruff, mypy, and who may import whom
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

docs: $(STAMP) ## write the pages that code knows best
	$(VENV)/bin/python -m docs.generate

clean: ## take away the environment and caches; the data in var/ stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache build *.egg-info
