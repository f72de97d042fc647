# 闭环 Bihuan. `make run` is all a newcomer needs; everything it installs stays in .venv.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
UV     := $(BIN)/uv
STAMP  := $(VENV)/.synced

.PHONY: setup system run test lint types tests bench vendor reference clean

setup: $(STAMP) system  ## ready to work: .venv with everything in it, and what the system must have

$(STAMP): uv.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "需要 Python 3.11 以上 / Python 3.11 or later is needed: make PYTHON=python3.12 setup"; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || \
	  { rm -rf $(VENV); echo "缺少 venv 模块 / the venv module is missing: sudo apt-get install -y python3-venv"; exit 2; }
	@test -x $(UV) || { $(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null; \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check "uv>=0.8"; }
	@VIRTUAL_ENV=$(CURDIR)/$(VENV) $(UV) sync --frozen --inexact --quiet
	@touch $@

system: $(STAMP)
	@$(BIN)/python tools/system_packages.py

run: setup  ## the drill county on http://127.0.0.1:8000
	@$(BIN)/bihuan up --drill

test: setup lint types tests  ## everything CI checks

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache

# the type checker and Django's checks read the settings, but need no database of their own
OFFLINE = BIHUAN_HOME=$(CURDIR)/build/offline DATABASE_URL=postgresql://nobody@localhost:1/none

types: $(STAMP)
	$(OFFLINE) $(BIN)/mypy
	$(OFFLINE) DJANGO_SETTINGS_MODULE=bihuan.config.settings $(BIN)/python -m django check
	$(OFFLINE) DJANGO_SETTINGS_MODULE=bihuan.config.settings $(BIN)/python -W ignore -m django makemigrations --check --dry-run

tests: $(STAMP)
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not performance"

bench: setup  ## what must be reached, beside a raw baseline in the same run
	$(BIN)/pytest tests/performance -m performance -p no:xdist --timeout 3600 --benchmark-columns=min,median,max,rounds

vendor: $(STAMP)  ## fetch the pinned front-end files anew
	$(BIN)/python -m bihuan.kit.vendoring refresh

reference: $(STAMP)  ## write docs/reference anew from the code
	$(BIN)/python -m bihuan.cli.reference

clean:
	rm -rf build .mypy_cache .ruff_cache .pytest_cache .benchmarks .hypothesis
