# One command per intent.  Every target makes .venv itself when it is missing or out of date.
#
#   make demo            the tutorial, then a real fit: examples/lynx_hare.py
#   make test            lint, format, types, import contracts, tests
#   make fuzz N=3000     fresh random programs, eager against compiled, bit for bit
#   make mutants         plants one fault per op record at a time; each must be caught
#   make bench           ratios to hand-written loops and to other libraries
#   make bench-peers     installs the optional peers of `make bench`
#   make gradbench GRADBENCH=checkout
#                        GradBench's evals, ours beside what was recorded of other tools

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
N      ?= 3000

GRADBENCH        ?= gradbench
GRADBENCH_PYTHON ?= python3

# The processes that tests start would compile the library anew, each for itself.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := test
.PHONY: demo test fuzz mutants bench bench-peers gradbench clean

# The stamp is written last: an interrupted install is simply done again.
$(READY): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --disable-pip-version-check --quiet -e ".[test,examples]"
	touch $@

demo: $(READY)
	$(BIN)/python -u examples/tutorial.py
	$(BIN)/python -u examples/lynx_hare.py

test: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -n 2 --dist worksteal

fuzz: $(READY)
	$(BIN)/python -m tests.identity.fuzz $(N)

mutants: $(READY)
	$(BIN)/python -m tests.mutants

bench: $(READY)
	$(BIN)/python -m benchmarks.run

bench-peers: $(READY)
	$(BIN)/python -m pip install --disable-pip-version-check --quiet -e ".[bench]"

gradbench: $(READY)
	$(BIN)/python -m benchmarks.gradbench.check
	$(BIN)/python -m benchmarks.gradbench.run $(GRADBENCH) --python $(GRADBENCH_PYTHON)

clean:
	rm -rf build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
