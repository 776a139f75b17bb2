PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
OUT ?= model_artifacts

SERVICE := .venv/service
DEV := .venv/dev
PIP := -m pip --disable-pip-version-check install --quiet --constraint constraints.txt

.PHONY: serve test check train up openapi clean

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

test: $(DEV)/.installed ## fresh machine to green tests
	$(DEV)/bin/python -m pytest

check: $(DEV)/.installed ## style, types, import contracts
	$(DEV)/bin/ruff check .
	$(DEV)/bin/ruff format --check .
	$(DEV)/bin/mypy
	$(DEV)/bin/lint-imports

train: $(DEV)/.installed ## compare all candidates on DATA=DIR, export and activate the best
	@test -n "$(DATA)" || { echo "name the data: make train DATA=DIR"; exit 2; }
	$(DEV)/bin/leak-training compare --data "$(DATA)" --out $(OUT)

up: ## the service and Prometheus in containers
	docker compose up --build
