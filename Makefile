PYTHON ?= .venv/bin/python
MODULES = $(shell git ls-files 'subword/*.pyi' | sed 's/\.pyi$$//; s,/,.,g')
SANITIZED = build/sanitized
PRELOAD = $$(gcc -print-file-name=libasan.so) $$(gcc -print-file-name=libubsan.so)
CHECKED = ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1:quarantine_size_mb=64:malloc_context_size=4 \
	UBSAN_OPTIONS=print_stacktrace=1 PYTHONMALLOC=malloc
TARGET ?= encode
SECONDS ?= 60

.PHONY: help build test sanitize fuzz cov lint format types bench docs clean

help:  ## show this list
	@grep -hE '^[a-z]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 12

build:  ## compile the extension modules in place
	$(PYTHON) setup.py build_ext --inplace

test: build  ## run the tests
	$(PYTHON) -m pytest

sanitize:  ## run the fast tests under AddressSanitizer and UndefinedBehaviorSanitizer
	rm -rf $(SANITIZED) && mkdir -p $(SANITIZED)
	git ls-files -z | xargs -0 cp --parents -t $(SANITIZED)
	cd $(SANITIZED) && SUBWORD_SANITIZE=1 $(abspath $(PYTHON)) setup.py build_ext --inplace
	cd $(SANITIZED) && LD_PRELOAD="$(PRELOAD)" $(CHECKED) SUBWORD_SANITIZED=1 \
		$(abspath $(PYTHON)) -m pytest tests/subword tests/fuzz -q -n 2 -m 'not slow' -p no:cacheprovider

fuzz:  ## hunt for SECONDS with atheris on TARGET (needs `pip install atheris`); see tests/fuzz/run.py
	rm -rf $(SANITIZED) && mkdir -p $(SANITIZED)
	git ls-files -z | xargs -0 cp --parents -t $(SANITIZED)
	cd $(SANITIZED) && SUBWORD_SANITIZE=fuzz $(abspath $(PYTHON)) setup.py build_ext --inplace
	gcc -shared -fPIC -O2 -o $(SANITIZED)/reached.so tests/fuzz/reached.c
	cd $(SANITIZED) && LD_PRELOAD="$(PRELOAD) ./reached.so" $(CHECKED) $(abspath $(PYTHON)) -m \
		tests.fuzz.run $(TARGET) --seconds $(SECONDS) --corpus $(abspath build)/corpus/$(TARGET)

cov:  ## measure coverage, Cython lines included (needs `pip install coverage`)
	SUBWORD_TRACE=1 $(PYTHON) setup.py build_ext --inplace
	CYTHON_USE_SYS_MONITORING=0 $(PYTHON) -m coverage run -m pytest -m 'not slow'
	$(PYTHON) -m coverage report
	$(PYTHON) setup.py build_ext --inplace --force

lint:  ## ruff and cython-lint
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	PATH="$(dir $(abspath $(PYTHON))):$$PATH" cython-lint subword

format:  ## let ruff format the Python files
	$(PYTHON) -m ruff check --fix .
	$(PYTHON) -m ruff format .

types:  ## mypy, and the stubs against the binaries
	$(PYTHON) -m mypy --strict subword bert_min
	$(PYTHON) -m mypy.stubtest --mypy-config-file pyproject.toml $(MODULES)

bench:  ## the benchmarks of encoding and training
	$(PYTHON) -m benchmarks.encode.run
	$(PYTHON) -m benchmarks.train.run

docs:  ## run every code block of README and docs
	$(PYTHON) -m pytest tests/test_docs.py -q

clean:  ## remove what was built
	git clean -fdX -e '!.venv' subword build dist
