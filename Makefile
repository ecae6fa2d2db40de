# guanxi: everything a developer or operator types. `make help` lists it.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.PHONY: help setup setup-spark demo test check format bench soak lock docs clean

help: ## Show what there is.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 13

# The stamp says which lock and project file the environment was made from.
STAMP := $(VENV)/.made-from
MADE_FROM := $(shell cat requirements.lock pyproject.toml 2>/dev/null | cksum)

setup: ## Make the environment: Python packages (locked, hashed) and the Neo4j runtime.
	@if [ "$$(cat $(STAMP) 2>/dev/null)" != "$(MADE_FROM)" ]; then \
		$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
			|| { echo "guanxi needs Python 3.11 or newer; set PYTHON=/path/to/python3.11"; exit 1; }; \
		echo "Making $(VENV) …"; \
		$(PYTHON) -m venv $(VENV) \
			&& $(PIP) install --require-hashes -r requirements.lock \
			&& $(PIP) install --no-deps --no-build-isolation --no-index -e . \
			&& echo "$(MADE_FROM)" > $(STAMP); \
	fi
	@$(BIN)/python -m graph.runtime.provision

setup-spark: setup ## Add PySpark (locked, hashed; 480 MB), for `guanxi identity train --engine spark` and the soak.
	@$(PIP) install --require-hashes --no-build-isolation -r requirements-spark.lock

demo: setup ## Start Neo4j, load a small world, serve it on http://127.0.0.1:8000.
	@$(BIN)/guanxi demo

# Two workers, each with a Neo4j of its own; a file's tests stay together, since they share what is dear to make.
test: setup check ## Every check and test, against real Neo4j (NEO4J_VERSION=5.26 for the LTS).
	$(BIN)/python -m pytest -n 2 --dist loadfile

check: setup ## Format, lint, types, imports, Cypher, generated files: no database needed.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/basedpyright --warnings
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m graph.db.check
	$(BIN)/python -m graph.docs --check
	$(BIN)/python -m api.gql.schema --check

format: ## Format the code and mend what ruff can mend.
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: setup ## Ratios against a peer in the same run; appends to bench/results and rewrites docs/benchmarks.md.
	$(BIN)/python -m bench

soak: setup-spark ## Every property with 20 times its examples (TIMES=n), and Spark where a JDK is; rewrites docs/soak.md.
	$(BIN)/python -m tests.soak $(or $(TIMES),20)

lock: ## Resolve the Python packages anew (maintainers; the jars: python -m graph.runtime.lock).
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --generate-hashes --no-annotate --no-header \
		--python-version 3.11 --upgrade --quiet -o requirements.lock
	$(BIN)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["spark"], sep="\n")' \
		| $(BIN)/uv pip compile - --constraint requirements.lock --universal --generate-hashes --no-annotate --no-header \
		--python-version 3.11 --upgrade --quiet -o requirements-spark.lock

docs: setup ## Write the generated documents and the GraphQL schema.
	$(BIN)/python -m graph.docs
	$(BIN)/python -m api.gql.schema

clean: ## Remove the environment and what tools left behind; data folders stay.
	rm -rf $(VENV) build dist .ruff_cache .pytest_cache .hypothesis *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
