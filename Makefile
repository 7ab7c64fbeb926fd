# Every target does its own set-up: a fresh machine needs python3 with venv, and make.

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready

.PHONY: demo test lint types check real screenshots bench clean

demo: $(READY)   ## the main job: see it all on a simulated production
	@$(BIN)/warroom demo

test: $(READY)   ## the tests that need nothing but Python
	$(BIN)/pytest -n 4 -m "not real and not slow"

real: $(READY)   ## the tests against real servers; .ci/run knows what to install
	$(BIN)/pytest -m "real or slow"

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

check: lint types test

bench: $(READY)   ## what the journal and the probes cost, in some minutes; bench/README.md says what it needs
	@$(BIN)/python bench/journal.py
	@$(BIN)/python bench/probes.py

screenshots: $(READY)   ## needs rsvg-convert (Debian: librsvg2-bin)
	$(BIN)/python screenshots/make.py

$(READY): pyproject.toml constraints.txt
	@test -x $(BIN)/python || python3 -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

clean:
	rm -rf $(VENV) dist .mypy_cache .ruff_cache .pytest_cache
