# yunfn: what there is to do here. `make` lists it.
PYTHON ?= python3
VENV := .venv
STAMP := $(VENV)/.installed-$(shell cat requirements.lock pyproject.toml | cksum | cut -d' ' -f1)

RUNTIMES := alibaba:python3 alibaba:custom+python3.7 alibaba:python3.10 tencent:Python3.6

# Many an image sets it, and then each of the hundreds of Pythons that a run starts compiles all of the SDKs anew:
# of the engine tests' time that was over a third.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: pythons help venv lock protocol engine local demo real test soak check bench clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

venv: $(STAMP) ## set up .venv from requirements.lock (uv, hashes checked)

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "python3 is %d.%d; yunfn needs 3.11 or newer: put one on PATH or run make PYTHON=/path/to/python3.12" % sys.version_info[:2])'
	@test -x $(VENV)/bin/python || $(PYTHON) -m venv $(VENV)
	@test -x $(VENV)/bin/uv || { grep -A200 '^uv==' requirements.lock | awk 'NR>1 && /^[a-z]/ {exit} {print}' > $(VENV)/uv.lock && $(VENV)/bin/python -m pip install --quiet --require-hashes -r $(VENV)/uv.lock; }
	@echo "setting up $(VENV) from requirements.lock"
	@$(VENV)/bin/uv pip sync --quiet --require-hashes --python $(VENV)/bin/python requirements.lock
	@$(VENV)/bin/uv pip install --quiet --no-deps --python $(VENV)/bin/python --editable .
	@rm -f $(VENV)/.installed-*; touch $@

lock: ## resolve requirements.lock anew (versions and hashes only, no index host)
	$(VENV)/bin/uv pip compile --quiet --upgrade pyproject.toml --extra local --group dev --universal --generate-hashes --no-emit-index-url --python-version 3.11 --output-file requirements.lock

# Names in the generated module are counted from components/, as it is imported.
protocol: $(STAMP) ## make Tablestore's messages anew from their .proto
	cd components && ../$(VENV)/bin/python -m grpc_tools.protoc -I . --python_out=. --pyi_out=. yunfn/localcloud/alibaba/tablestore/protocol/table_store.proto

# The runtimes that functions of the demo and the tests run in; a missing Python is named before anything starts.
pythons: $(STAMP)
	@$(VENV)/bin/python -m yunfn.localcloud.runner $(RUNTIMES)

engine: $(STAMP) ## build or find pulumi and its plugins (cached per user)
	@$(VENV)/bin/python engine/build.py

local: $(STAMP) ## start the local cloud and say how to use it
	@$(VENV)/bin/yunfn local start
	@echo 'next: eval "$$($(VENV)/bin/yunfn local env)"   or   $(VENV)/bin/yunfn local run -- COMMAND'

demo: pythons ## a service on each cloud, up and down again in a local cloud (KEEP=1 leaves them running)
	@$(VENV)/bin/python engine/build.py
	@$(VENV)/bin/python -m tests.demo $(if $(KEEP),--keep)

real: $(STAMP) ## the same in a real account: make real CLOUD=alibaba or tencent, with keys in the environment
	@$(VENV)/bin/python -m tests.demo --real $(or $(CLOUD),alibaba)

check: $(STAMP) ## ruff, format, mypy --strict
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check --quiet .
	@$(VENV)/bin/mypy

test: pythons ## all tests: units, then the real engine over the local cloud
	@$(VENV)/bin/python engine/build.py
	@$(VENV)/bin/python -m pytest -n 2 --dist worksteal $(ARGS)

soak: pythons ## policies made to break their readers, then 100 updates while the cloud fails (ARGS="--part policies", "--seeds 10 --first 7")
	@$(VENV)/bin/python engine/build.py
	@$(VENV)/bin/python -m tests.soak $(ARGS)

bench: $(STAMP) ## times and memory beside peers, in one run
	@$(VENV)/bin/python engine/build.py
	@$(VENV)/bin/python -m tests.bench $(ARGS)

clean: ## remove what the targets made here (the engine's cache stays)
	rm -rf $(VENV) .pulumi-home .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist
