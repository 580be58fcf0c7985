# Airlift: `make up` opens a room, `make down` stops it, `make help` lists the rest.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -ec
MAKEFLAGS += --no-print-directory

flag = $(if $($(1)),--$(2) '$($(1))')
FLAGS = $(call flag,ENGINE,engine) $(call flag,ADDRESS,address) $(call flag,PORT,port) \
	$(call flag,PUBLIC_URL,public-url) $(call flag,LAB,lab) $(call flag,SEATS,seats)

# Install a lock file and the project itself; $(1) is the lock file. Packages of the
# lock alone, each checked against its hash; pip's own settings of this machine hold.
define install
	umask 022; echo "Installing the Python packages of $(1), a minute or two:"; \
	$(BIN)/python -m pip install --disable-pip-version-check --no-deps \
		--require-hashes -r $(1) 2>$(VENV)/install.log \
	| (n=0; while read -r word rest; do [ "$$word" != Collecting ] || { n=$$((n+1)); \
		[ ! -t 1 ] || printf '  %d packages\r' $$n; }; done; echo "  $$n new packages") \
	|| { tail -n 15 $(VENV)/install.log; echo "pip failed, see $(VENV)/install.log"; exit 1; }; \
	$(BIN)/python -m pip install --disable-pip-version-check -q --no-deps \
		--no-build-isolation -e . 2>>$(VENV)/install.log \
	|| { tail -n 15 $(VENV)/install.log; exit 1; }
endef

.PHONY: help up down status doctor test test-fast lint bench locks strings

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1: /p' Makefile

up: $(VENV)/installed  ## set up what is missing and open a room [ENGINE= PORT= ADDRESS= PUBLIC_URL= LAB= SEATS=]
	@$(BIN)/airlift up $(FLAGS)

down:  ## stop everything; loses nothing
	@[ -x $(BIN)/airlift ] || { echo "Nothing is set up here."; exit 0; }; $(BIN)/airlift down

status: $(VENV)/installed  ## parts, rooms and seats
	@$(BIN)/airlift status

doctor: $(VENV)/installed  ## look at this machine and say what to do
	@$(BIN)/airlift doctor

test: $(VENV)/installed-dev  ## everything CI runs; as root it installs what it needs
	@bash tests/everything $(ARGS)

test-fast: $(VENV)/installed-dev  ## no engine, no browser, no whole services; a few minutes
	@$(BIN)/python -m pytest -q -m "not docker and not browser and not slow" $(ARGS)

lint: $(VENV)/installed-dev  ## ruff and mypy
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

bench: $(VENV)/installed-dev  ## speed and memory beside a stock set-up, as tables
	@$(BIN)/python -m bench

strings: $(VENV)/installed-dev  ## update the catalogues of sentences from the sources
	@$(BIN)/python -m tests.catalogues

# Left out: a format check that no Jupyter schema uses, whose grammars take half of the
# hub's start (rfc3987_syntax: 1.4 of 2.8 s; jupyter_server issue 1559; November 2026).
LOCK = $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-annotate --no-header --quiet \
	--no-emit-package rfc3987-syntax --no-emit-package lark
locks: $(VENV)/installed-dev  ## write the lock files anew from pyproject.toml
	@$(LOCK) $(if $(UPGRADE),--upgrade) -o requirements.lock
	@$(LOCK) $(if $(UPGRADE),--upgrade) --extra dev -c requirements.lock \
		-o requirements-dev.lock

$(VENV)/bin/python:
	@bash hub/cli/venv.sh $(PYTHON) $(VENV)

$(VENV)/installed: requirements.lock pyproject.toml | $(VENV)/bin/python
	@$(call install,requirements.lock)
	@touch $@

$(VENV)/installed-dev: requirements-dev.lock $(VENV)/installed
	@$(call install,requirements-dev.lock)
	@touch $@
