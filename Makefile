PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
OUT ?= model_artifacts

SERVICE := .venv/service
DEV := .venv/dev
PIP := -m pip --disable-pip-version-check install --quiet --constraint constraints.txt

SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
COMPOSE := $(shell docker compose version >/dev/null 2>&1 && echo docker compose || echo docker-compose)
# Tests that meet real time, browsers and databases get a second and a third chance on a busy machine; one that hangs does not.
PYTEST := -m pytest --reruns 2 --reruns-delay 1 --rerun-except "Timeout .>"
# A process a core, up to four; the tests of a module stay together, since they share what is slow to start.
SIDE_BY_SIDE := --numprocesses auto --maxprocesses 4 --dist loadscope
VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)

.PHONY: serve demo test test-containers test-wheel check bench bench-quick bench-print example train up openapi figures system-packages

$(SERVICE)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(SERVICE)
	$(SERVICE)/bin/python $(PIP) --editable '.[service]'
	touch $@

$(DEV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(DEV)
	$(DEV)/bin/python $(PIP) --editable '.[service,training,dev]'
	touch $@

serve: $(SERVICE)/.installed ## fresh machine to a running service
	$(SERVICE)/bin/leak-inspection serve --host $(HOST) --port $(PORT)

demo: $(SERVICE)/.installed ## a service with a plant that is drawn live: a leak every minute, the first after 20 s
	$(SERVICE)/bin/leak-inspection demo --host $(HOST) --port $(PORT)

test: $(DEV)/.installed ## fresh machine to green tests
	$(DEV)/bin/python $(PYTEST) $(SIDE_BY_SIDE) -m "not containers and not alone"; most=$$?; \
		$(DEV)/bin/python $(PYTEST) -m alone && exit $$most

test-wheel: $(DEV)/.installed ## the service's tests against the wheel alone, in an environment without torch
	rm -rf build && $(DEV)/bin/python -m pip wheel --quiet --no-deps --wheel-dir build/wheel .
	$(PYTHON) -m venv build/venv
	build/venv/bin/python $(PIP) $$(echo build/wheel/*.whl)'[service,test]'
	! build/venv/bin/python -c "import torch" 2>/dev/null
	mkdir build/away && cp -r tests docs pyproject.toml build/away
	cd build/away && ../venv/bin/python $(PYTEST) $(SIDE_BY_SIDE) tests/unit/service tests/integration/service

test-containers: $(DEV)/.installed ## the stacks of docker-compose.yml in a real container engine
	$(DEV)/bin/python $(PYTEST) -m containers

check: $(DEV)/.installed ## style, types, import contracts
	$(DEV)/bin/ruff check .
	$(DEV)/bin/ruff format --check .
	$(DEV)/bin/mypy
	$(DEV)/bin/lint-imports

example: $(DEV)/.installed ## drawn pictures to try the training with: example/wells and example/site
	$(DEV)/bin/leak-training demo example

train: $(DEV)/.installed ## compare all candidates on DATA=DIR (and SITE=DIR), export the best and activate it if it is better
	@test -n "$(DATA)" || { echo "name the data: make train DATA=DIR"; exit 2; }
	$(DEV)/bin/leak-training compare --data "$(DATA)" $(if $(SITE),--site "$(SITE)") --out $(OUT)

bench: $(SERVICE)/.installed $(DEV)/.installed ## the performance table, docs/performance.md and the README's figures; DATA=DIR takes real crops, AGAINST=COMMIT compares with that commit
	$(DEV)/bin/python -m tests.perf.bench --page docs/performance.md $(if $(DATA),--data "$(DATA)") $(if $(AGAINST),--against "$(AGAINST)")
	$(DEV)/bin/python -m tests.readme_figures
	$(DEV)/bin/python -m tests.perf.sizing

bench-quick: $(SERVICE)/.installed $(DEV)/.installed ## the main ratios in under 90 seconds
	$(DEV)/bin/python -m tests.perf.bench --quick $(if $(DATA),--data "$(DATA)")

bench-print: $(SERVICE)/.installed $(DEV)/.installed ## the same for continuous integration, whose noise fails nobody
	timeout 120 $(DEV)/bin/python -m tests.perf.bench --quick --if-possible || echo "no ratios this time"

openapi: $(DEV)/.installed ## docs/openapi.json, as the service serves it
	$(DEV)/bin/python -m tests.contract_document

figures: $(DEV)/.installed ## the README's table and how many machines a plant needs, from the active artefact and the last full bench
	$(DEV)/bin/python -m tests.readme_figures
	$(DEV)/bin/python -m tests.perf.sizing

up: ## the service and Prometheus in containers
	VERSION=$(VERSION) REVISION=$$(git rev-parse HEAD 2>/dev/null) CREATED=$$(date -u +%FT%TZ) $(COMPOSE) up --build

system-packages: ## what the tests use of Debian: a browser, a database, a proxy, promtool and amtool, load generators, a controller, a broker, cameras
	$(SUDO) apt-get update -qq
	$(SUDO) env RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
		aravis-tools chromium ffmpeg gir1.2-gst-rtsp-server-1.0 git gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-ugly \
		hey iproute2 mbpoll mosquitto mosquitto-clients nftables nginx-light openssl postgresql prometheus prometheus-alertmanager python3-gi \
		python3-venv wrk \
		$$(command -v npm >/dev/null || echo nodejs npm) # Node.js of elsewhere brings its own npm, and Debian's conflicts with it
