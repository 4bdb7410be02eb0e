# The commands of this project; `make help` lists them. What is longer than a line stands in .ci/.

DATA_DIR ?= var
PORT ?= 8000
ARGS ?=
# Not from the environment, where some shells keep the machine's name under HOST.
HOST = 127.0.0.1
export DATA_DIR HOST PORT

.DEFAULT_GOAL := help
.PHONY: run demo admin test check matrix bench fuzz audit drill rehearse lock picture clean help

run: ## Set up and serve the portal with the real strategy (PORT=8000 HOST=127.0.0.1)
	@.ci/serve load_strategy

demo: ## The same with fictitious values and accounts, in a database of its own
	@DATA_DIR="$(DATA_DIR)/demo" .ci/serve load_demo

admin: ## Make an account that may do everything (the demo's: DATA_DIR=var/demo)
	@.ci/create-admin $(ARGS)

test: ## Run all tests on SQLite and PostgreSQL, the browser's too (ARGS="-k name")
	@.ci/test $(ARGS)

check: ## Lint, types, templates, imports, settings, migrations, lock files
	@.ci/install-python-packages dev
	@.ci/check

matrix: ## Run the tests with Python 3.11, 3.12 and 3.13, as far as they are here
	@.ci/test-matrix $(ARGS)

bench: ## Measure speed and compare with a bare view, nginx, Streamlit and Dash (ARGS=--quick)
	@.ci/bench $(ARGS)

fuzz: ## Send 10,000 hostile requests and 1,000 files to a throw-away demonstration (ARGS="--seed 1")
	@.ci/install-python-packages dev
	@.venv/bin/python benchmarks/fuzz.py $(ARGS)

audit: ## Look at the pages with axe and Lighthouse, and compare with their budgets
	@.ci/audit/run $(ARGS)

drill: ## Back the demonstration up, restore it elsewhere and compare, on both databases
	@.ci/test tests/portal/upkeep/backup/test_drill.py $(ARGS)

rehearse: ## Try every command of docs/deploy.md on a machine that is thrown away (Debian, root; ARGS="OLD NEW")
	@python3 .ci/deployment/rehearse.py $(ARGS)

lock: ## Write the lock files anew (ARGS=--upgrade for newer versions)
	@.ci/lock $(ARGS)

picture: ## Draw docs/pictures/architecture.svg anew from the import contracts
	@"$$(.ci/find-python)" .ci/architecture.py

clean: ## Remove what these commands made, but for databases and keys
	rm -rf .venv node_modules .ci/audit/node_modules var/audit var/venvs var/check var/test $(foreach d,var var/demo,$d/static $d/static.collected $d/vendor)
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage htmlcov
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

help: ## This list
	@echo "Commands:"
	@sed -n 's/^\([a-z]*\): ## \(.*\)/  make \1	\2/p' $(MAKEFILE_LIST) | expand -t 16
