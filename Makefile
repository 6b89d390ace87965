# Every target works in a bare clone: it needs Python 3.11 and make. uv is taken from PATH, or put into .uv/ once.
UV_VERSION := 0.13.8
UV := $(shell command -v uv 2>/dev/null)
ifeq ($(UV),)
UV := .uv/bin/uv
endif
PYTHON ?= python3
RUN := $(UV) run --no-sync

.PHONY: help setup demo test check docs bench drill pictures readme clean
.DEFAULT_GOAL := help

help: ## say what there is
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

.uv/bin/uv:
	$(PYTHON) -m venv .uv
	.uv/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

setup: $(filter .uv/%,$(UV)) ## make the environment in .venv, with the fonts for the reports
	@$(UV) sync --frozen --quiet

demo: setup ## a plant's year: figures, reports and a verified pack, in demo/
	@$(RUN) python tools/demo.py

test: setup ## every test; a test that needs a missing program is skipped with its reason
	@$(RUN) pytest -n auto

check: setup ## style, types and the import contract
	$(RUN) ruff check .
	$(RUN) mypy
	$(RUN) lint-imports --no-logo

docs: setup ## the documentation, in site/
	$(RUN) python -m tools.gen_docs
	NO_MKDOCS_2_WARNING=1 $(RUN) mkdocs build --strict
	@echo "open site/index.html; for its search: $(PYTHON) -m http.server -d site"

bench: setup ## speed, as ratios on equal answers
	@$(RUN) python -m bench

drill: setup ## the long form of every random test
	TANHENG_DRILL=1 $(RUN) pytest -m drill -s

pictures: demo ## every page of the demonstration's documents as PNG, in demo/pictures/
	@rm -rf demo/pictures
	@$(RUN) python -m tools.pictures demo/pictures $$(find demo -name '*.pdf' -o -name '*.docx' -o -name '*.xlsx' | sort)

readme: demo ## what the README shows: the digest of dist/verify.pyz, and its picture
	@$(RUN) python tools/readme.py

clean: ## remove what the targets above made
	rm -rf .venv .uv demo site docs/reference build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
