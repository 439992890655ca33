# Nexus: `make help` lists what there is.
SHELL := /bin/sh
.DEFAULT_GOAL := help

PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3 python; do \
	if command -v $$p >/dev/null 2>&1 && \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
	then echo $$p; break; fi; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
COMPOSE := docker compose --env-file .env.docker
export PORT NEXUS_VAR

.PHONY: help run dev demo test faults smoke stack lint audit lint-js bench load screenshots admin backup restore up down destroy logs tail ps connectivity

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# --- On this machine ------------------------------------------------------------

run: .venv/runtime ## start Nexus on this machine (PORT, NEXUS_VAR)
	@exec $(BIN)/python manage.py up

dev: .venv/development ## the same for developers: reload on change, DEBUG on
	@exec $(BIN)/python manage.py up --dev

demo: .venv/runtime ## the same with a demo writer and two years of her work
	@exec $(BIN)/python manage.py up --demo

admin: .venv/runtime ## create an administrator
	@exec $(BIN)/python manage.py admin

backup: .venv/runtime ## back up everything, also while it runs (TO=folder)
	@exec $(BIN)/python manage.py backup $(if $(TO),--to "$(TO)")

restore: .venv/runtime ## bring BACKUP=folder back into an empty studio (NEXUS_VAR)
	@test -n "$(BACKUP)" || { echo "Say which one: make restore BACKUP=var/backups/…"; exit 1; }
	@exec $(BIN)/python manage.py restore "$(BACKUP)"

# --- Checking -------------------------------------------------------------------

test: .venv/development ## run every test but faults, smoke and load
	@exec $(BIN)/python -m pytest -n auto

faults: .venv/development ## break servers under writers, 20 min (NEXUS_KILLS=200, NEXUS_SEED)
	@NEXUS_KILLS=$${NEXUS_KILLS:-200} $(BIN)/python -m pytest -n 0 tests/faults

smoke: .venv/development ## run the production layout behind nginx and look at it from outside
	@exec $(BIN)/python -m pytest -n 0 deploy/tests

stack: .venv/development ## start the production layout on a free port, until Ctrl-C
	@exec $(BIN)/python -m deploy.layout

lint: .venv/development ## check style, types, layers, templates, migrations
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy .
	$(BIN)/lint-imports
	find templates -name '*.html' -exec $(BIN)/djade --check --target-version 5.2 {} +
	NEXUS_PROFILE=test $(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run

audit: .venv/development ## look the locked versions up among known faults (2: could not ask)
	@$(BIN)/python -m deploy.audit

lint-js: ## rebuild the editor bundle and compare it with the committed one
	npm ci --no-audit --no-fund
	npm run build
	git diff --exit-code -- static/vendor

screenshots: .venv/development ## take pictures of every page with the demo writer
	@exec $(BIN)/python bench/screenshots.py

bench: .venv/development ## measure the speed budgets
	@exec $(BIN)/python bench/run.py

load: .venv/development ## load the production layout (LOAD_SECONDS=300, LOAD_SOAK=0 minutes)
	@exec $(BIN)/python -m bench.load

# --- Containers -----------------------------------------------------------------

up: .env.docker ## build and start the containers on port 8080
	$(COMPOSE) up --build --detach --wait

down: .env.docker ## stop the containers, keep the data
	$(COMPOSE) down

destroy: .env.docker ## stop the containers and delete their data
	$(COMPOSE) down --volumes

logs: .env.docker ## print the containers' logs
	$(COMPOSE) logs

tail: .env.docker ## follow the containers' logs
	$(COMPOSE) logs --follow --tail 50

ps: .env.docker ## list the containers
	$(COMPOSE) ps

connectivity: .env.docker ## ask every container whether it answers
	$(COMPOSE) exec -T web python deploy/connectivity.py

.env.docker:
	@echo "Copy .env.docker.example to .env.docker and fill in its secrets first."; exit 1

# --- Installing -----------------------------------------------------------------

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Nexus needs Python 3.11 or newer; set PYTHON=/path/to/it."; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "On Debian and Ubuntu: apt install python3-venv"; exit 1; }

.venv/runtime: requirements.txt | .venv/bin/python
	@echo "Installing (once)"
	@$(PIP) -r requirements.txt
	@touch $@

.venv/development: requirements-dev.txt .venv/runtime
	@echo "Installing the developers' tools (once)"
	@$(PIP) -r requirements-dev.txt
	@touch $@
