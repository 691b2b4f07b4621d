# Two commands do everything: make demo, make test. Each installs what it needs into .venv first.
PYTHON ?= python3
RUN = .venv/bin

.PHONY: demo test check format data-format clean

demo: .venv/installed
	$(RUN)/rolecall demo --out results/demo

test: .venv/installed
	sh scripts/test

# Only looks, never fixes.
check: .venv/installed
	$(RUN)/ruff format --check .
	$(RUN)/ruff check .
	$(RUN)/mypy

format: .venv/installed
	$(RUN)/ruff format .
	$(RUN)/ruff check --fix .

# Writes the tables of DATA_FORMAT.md from output/columns.py.
data-format: .venv/installed
	$(RUN)/python -m output.data_format

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(RUN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $@

clean:
	rm -rf .venv results build dist *.egg-info
