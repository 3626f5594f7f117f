# The commands of this repository. `make` alone lists them.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

CARGO ?= cargo
SHARDS ?= 1,2
BENCH ?=
PICTURES ?=
RESULTS := target/test-results

# The Rust tests and lints need no pages, so they need not wait for Vite.
check lint tidy fast-tests test-rust test-fuzz: export ROLLCALL_SKIP_WEB = 1

# One run of everything never builds upon itself, and what would help it to is half of the disk that it takes.
test: export CARGO_INCREMENTAL = 0

.PHONY: help check format lint tidy fast-tests types test packages crates build examples test-rust test-fuzz test-web test-node conformance bench screenshots

help: ## this list
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 16

check: format lint tidy fast-tests types ## the fast gate, green before every commit
	@echo "check: everything holds"

format:
	$(CARGO) fmt --all --check

lint:
	$(CARGO) clippy --workspace --all-targets -- -D warnings

# The house rules read every manifest, those of other platforms as well, which no build fetches.
crates:
	$(CARGO) fetch --locked

tidy: crates
	$(CARGO) test --quiet -p rollcall-tests

# Library tests hold the generated documents (options, close codes, metrics) fresh as well.
fast-tests:
	$(CARGO) test --quiet --workspace --lib --bins --exclude rollcall-bench --exclude rollcall-fuzz

types: web/node_modules/.package-lock.json
	npm --prefix web run --silent check

test: packages build test-rust test-fuzz test-web test-node conformance ## everything: installs what the tests need and runs all of them

packages: ## the Debian packages that the tests need, installed where they are missing
	.ci/packages

build:
	$(CARGO) build --release

# The whole output is kept: conformance.md is made of it.
test-rust: crates
	mkdir -p $(RESULTS)
	$(CARGO) test --workspace --exclude rollcall-fuzz 2>&1 | tee $(RESULTS)/rust.txt

# 200,000 inputs for each target, optimized but with every check of a debug build.
test-fuzz:
	$(CARGO) test -p rollcall-fuzz --profile fuzz

test-web: types
	npm --prefix web run --silent test

examples: ## the Rust programs that the black-box suites drive
	$(CARGO) build --workspace --exclude rollcall-fuzz --examples
	CARGO=$(CARGO) node tests/lib/rust-project.mjs

test-node: build examples tests/node_modules/.package-lock.json .venv/made-of.txt ## the black-box suites, with one shard and with two
	rm -f $(RESULTS)/*.jsonl
	node tests/run.mjs --shards $(SHARDS)

conformance: ## docs/conformance.md from the results of the last test run
	node tests/conformance.mjs

bench: build ## CPU, presence storms and memory beside a bare send loop; BENCH="--quick --check" for less
	$(CARGO) run --release -p rollcall-bench -- $(BENCH)

screenshots: build tests/node_modules/.package-lock.json ## the pictures in docs/, and every page in target/screenshots/ in every look; PICTURES=console for less
	node tests/screenshots.mjs $(PICTURES)

web/node_modules/.package-lock.json: web/package-lock.json
	npm --prefix web ci --no-fund --no-audit
	touch $@

# A changed list makes a new one, so that nothing of the old is left.
.venv/made-of.txt: tests/clients/requirements.txt
	python3 -m venv --clear .venv
	.venv/bin/pip install --quiet --disable-pip-version-check -r $<
	cp $< $@

tests/node_modules/.package-lock.json: tests/package-lock.json
	npm --prefix tests ci --no-fund --no-audit
	touch $@
