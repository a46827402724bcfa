# Everything that one does with this tree. `make` alone lists it.
PYTHON ?= python3
export PYTHON
TEMPLATES = $(shell git ls-files 'templates/*.html')
LOCK = uv pip compile --quiet --universal --generate-hashes --no-annotate --no-header --python-version 3.11

.PHONY: classifier help run test lint fmt bench train evaluate samples lock clean

help:
	@echo "make run     start the site (PORT=8000); the first time this installs what it needs;"
	@echo "             TLS=1 over https, with a certificate authority of its own"
	@echo "make test    run all tests; ARGS='-k word' for some of them"
	@echo "make lint    check style, types and who may import whom"
	@echo "make fmt     format code and templates"
	@echo "make bench   measure, and print the table"
	@echo "make train   train the model that ships with the site; TRAIN=smoke for a small one in 3 minutes"
	@echo "make evaluate  judge a trained model by figures; ARGS='--weights folder'"
	@echo "make samples   draw the sample sheets of the model card"
	@echo "make classifier  bring the network that looks at what is shared (24 MB)"
	@echo "make lock    renew the lock files from pyproject.toml (needs uv)"
	@echo "make clean   remove what can be made again; the data in var/ stays"

run:
	@scripts/environment requirements.txt
	@SAFELIGHT_LOCAL_TLS=$${SAFELIGHT_LOCAL_TLS:-$(TLS)} exec .venv/bin/python manage.py up

test:
	@scripts/environment requirements-dev.txt
	@scripts/chromium
	.venv/bin/pytest $(ARGS)
	@scripts/on-postgres

lint:
	@scripts/environment requirements-dev.txt
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/djade --check $(TEMPLATES)
	.venv/bin/lint-imports
	.venv/bin/mypy

fmt:
	@scripts/environment requirements-dev.txt
	.venv/bin/ruff check --fix
	.venv/bin/ruff format
	-.venv/bin/djade $(TEMPLATES)

bench:
	@scripts/environment requirements-dev.txt
	.venv/bin/python -m tests.benchmarks $(ARGS)

train:
	@scripts/training
	@.venv-train/bin/python -m inference.training $(ARGS)

evaluate:
	@scripts/training
	@.venv-train/bin/python -m inference.training.evaluate $(ARGS)

classifier:
	@scripts/environment requirements.txt
	@.venv/bin/python manage.py install_classifier

samples:
	@scripts/training
	@.venv-train/bin/python -m inference.training.samples $(ARGS)

lock:
	$(LOCK) pyproject.toml -o requirements.txt
	$(LOCK) --extra scale --extra dev -c requirements.txt pyproject.toml -o requirements-dev.txt
	$(LOCK) -c requirements.txt requirements-train.in -o requirements-train.txt

clean:
	rm -rf .venv .venv-train .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .hypothesis test-results
	find . -name __pycache__ -not -path './var/*' -prune -exec rm -rf {} +
