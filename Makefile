# Two commands do everything: make demo, make test. Each installs what it needs into .venv first.
PYTHON ?= python3
RUN = .venv/bin

.PHONY: demo test test-all check format data-format model evaluate bench bench-crawl clean

demo: .venv/installed
	$(RUN)/rolecall demo --out results/demo

test: .venv/installed
	sh scripts/test

# The tests with none of them skipped: also those that start Chromium, LibreOffice, PostgreSQL and Redis.
test-all: .venv/installed
	@missing=$$(sh scripts/install-system-packages --missing); [ -z "$$missing" ] || \
	{ echo "error: not installed:$$missing; sh scripts/install-system-packages installs them (Debian, Ubuntu; as root)"; exit 2; }
	ROLECALL_CI=1 sh scripts/test

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

# Rebuilds taggers/data/model.npz from taggers/data/voices; needed after any change there, in concepts.toml or in the taggers' code.
model: .venv/installed
	$(RUN)/python -m taggers.train

# How good the tagger is on invented ads of voices that it has not learned from, or on labelled ads: make evaluate GOLD=folder
evaluate: .venv/installed
	$(RUN)/python -m taggers.evaluate $(if $(GOLD),$(GOLD),--held-out city_agency uk_firm firm_career_pages)

# Speed and memory of every part beside what one would use instead, as results/bench/bench.md: minutes; make bench FULL=1: hours, a million ads.
bench: .venv/installed
	$(RUN)/python -m benchmarks.bench $(if $(FULL),--full)

# How fast the crawl is with everything on, against a bare Scrapy spider that downloads the same boards (three minutes).
bench-crawl: .venv/installed
	$(RUN)/python -m benchmarks.crawl

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(RUN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $@

clean:
	rm -rf .venv results build dist *.egg-info
