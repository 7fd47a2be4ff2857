# `make course` or `make test` is all that is needed, in either order. See `make help`.

PYTHON   ?=
PIP_ARGS ?=
# One more than two cores: browsers, time limits and sockets are waited for.
PYTEST   ?= -n 3
COVERAGE ?=
SELF_STUDY ?=
JOBS     ?= 2

# One thread makes training runs repeat, and leaves the other cores to other processes.
export OMP_NUM_THREADS := 1
# Hundreds of processes import the same modules: where this is set, each compiles them anew.
unexport PYTHONDONTWRITEBYTECODE

PY    := .venv/bin/python
LOCK  := .venv/requirements.lock
SETUP := .venv/installed
LOGS  := _build/logs
SETS  := $(notdir $(patsubst %/,%,$(wildcard solutions/*/)))

# The files in some folders, without what Python and Jupyter leave there.
files    = $(shell find $(1) -type f -not -path '*/__pycache__/*' -not -path '*/.*' 2>/dev/null)
LAB     := $(call files,lab)
MASTERS := $(call files,solutions)
CHECKS  := $(call files,grader/checking grader/sets)
PAGES   := $(call files,chapters grading _static grader/short) grader/page.py $(wildcard _config.yml _toc.yml references.bib) \
           $(filter-out README.md CONTRIBUTING.md,$(wildcard *.md))

.PHONY: help course test lint mutants evidence setup exercises book pdf serve lock clean

help:
	@echo 'make course     build the book, generate the exercises, grade the sample class'
	@echo 'make test       check the style and types, and run all tests'
	@echo 'make lint       only the style and the types'
	@echo 'make mutants    grade every mistake, alone and in pairs: are all caught and named?'
	@echo 'make evidence   run the experiments that have no results, or whose code has changed: hours;'
	@echo '                it can be stopped and goes on where it was'
	@echo 'make exercises  only the student versions of the problem sets; with SELF_STUDY=1, in self-study/,'
	@echo '                with model answers to the written questions, folded'
	@echo 'make book       only the book'
	@echo 'make pdf        the book as _build/book.pdf, printed by Chromium'
	@echo 'make serve      the book at http://localhost:8000'
	@echo 'make lock       choose the newest versions that pyproject.toml allows'
	@echo 'make clean      remove what was built; .venv and the marks of a class stay'

# Says, in the recipe of a phase, that it had nothing to do: what a phase makes sets `made-PHASE`.
unchanged = $(if $(made-$@),,@echo '$(1)up to date')

# The sample class is graded again only when something that decides its marks has changed.
course: setup exercises book
	@$(PY) -m grader.classes.sample
	@echo
	@echo 'The book        _build/html/index.html (or: make serve)'
	@echo 'The exercises   exercises/'

test: lint
	@echo 'Tests'
	@$(PY) -m pytest -q $(PYTEST) $(COVERAGE)

lint: setup
	@echo 'Style and types'
	@$(PY) -m ruff check -q .
	@$(PY) -m ruff format -q --check .
	@$(PY) -m mypy --strict grader lab
	@mkdir -p $(LOGS)
	@$(PY) -c 'from importlinter.cli import *; lint_imports_command()' >$(LOGS)/imports.txt || { cat $(LOGS)/imports.txt >&2; exit 1; }

mutants: $(SETUP)
	$(PY) -m grader.checking.mutants

# What the book says of training rests on lab/results, which this makes. `python -m lab.evidence` does
# the same for one claim. The journal of the runs is in _build/evidence.
evidence: $(SETUP)
	$(PY) -m lab.evidence run --jobs $(JOBS)
	$(PY) -m lab.evidence verdicts

# The environment: tools/venv.sh says what is wrong when it cannot be made.
setup: $(SETUP)
	@echo 'Environment   $(or $(made-setup),up to date)'

$(LOCK): requirements.lock
	@PYTHON='$(PYTHON)' PIP_ARGS='$(PIP_ARGS)' sh tools/venv.sh

$(SETUP): $(LOCK) pyproject.toml
	@$(PY) -m pip install -qq --no-deps --no-build-isolation --editable .
	@touch $@$(eval made-setup := ready)

# The student versions, from the masters. They are committed: a run changes them only with a master.
# Those for self-study, which git ignores, have model answers to the written questions.
exercises: $(if $(SELF_STUDY),_build/self-study.txt,_build/exercises.txt)
	$(call unchanged,Exercises     )

_build/self-study.txt: as := --SelfStudy.enabled=True --CourseDirectory.release_directory=self-study
_build/self-study.txt: into := , into self-study/
_build/exercises.txt _build/self-study.txt: $(MASTERS) nbgrader_config.py grader/classes/preprocessor.py | $(SETUP)
	@mkdir -p $(LOGS)
	@echo 'Exercises     $(words $(SETS)) sets are made from solutions/$(into); logs: $(LOGS)/SET.txt'
	@printf '%s\n' $(SETS) | xargs -P $(JOBS) -I SET sh -c \
	    '$(PY) -m nbgrader generate_assignment --no-db --force SET $(as) >$(LOGS)/SET.txt 2>&1 || \
	        { cat $(LOGS)/SET.txt >&2; exit 1; }'
	@echo $(SETS) > $@$(eval made-exercises := yes)

# The book. Its marker is written last: a build with warnings is not a finished one. Sphinx warns
# about a page only when it reads it, so after a failure the next build reads all pages again.
# Which notebooks run again is decided by lab/book.py. What Sphinx says while it works is logged;
# the warnings, the errors and the progress, on standard error, are shown.
book: _build/html/.complete
	$(call unchanged,Book          )

_build/html/.complete: $(PAGES) $(LAB) $(CHECKS) grader/reference.py _build/exercises.txt $(LOCK) | $(SETUP)
	@mkdir -p $(LOGS)
	@echo 'Book          is built from chapters/; log: $(LOGS)/book.txt'
	@.venv/bin/jupyter-book build -W -n --keep-going . >$(LOGS)/book.txt || \
	    { rm -rf _build/.doctrees; echo 'The book is not finished: see above.' >&2; exit 1; }
	@touch $@$(eval made-book := yes)

# From what `make book` has read and run, all pages in one, and that on paper.
pdf: book
	@.venv/bin/jupyter-book build -W -n --keep-going --builder singlehtml . >$(LOGS)/pdf.txt
	@$(PY) -m lab.web.pdf _build/singlehtml/intro.html _build/book.pdf
	@echo 'PDF           _build/book.pdf'

serve: book
	$(PY) -m http.server --directory _build/html 8000

# The newest versions that pyproject.toml allows, resolved in an environment of their own.
# Neither local labels (+cpu) nor the CUDA libraries of torch are pinned: its CPU and CUDA builds
# share this file, and each asks for what it needs.
lock: $(SETUP)
	@rm -rf _build/lock && mkdir -p _build
	$(PY) -m venv _build/lock
	_build/lock/bin/python -m pip install -q $(PIP_ARGS) setuptools --editable '.[book,dask,dev,grading,postgres]'
	@{ echo '# Every version that the course runs with. Made by `make lock`; not edited by hand.'; \
	   _build/lock/bin/python -m pip list --format=freeze --exclude pip --exclude batchnorm-course \
	   | grep -Ev '^(nvidia|cuda|triton)' | sed 's/+.*//'; } > _build/requirements.lock
	@mv _build/requirements.lock requirements.lock
	@rm -rf _build/lock

clean:
	rm -rf _build build self-study *.egg-info .coverage* .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
