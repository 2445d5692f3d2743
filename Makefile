# SPDX-License-Identifier: BSD-2-Clause
# The front door. Everything behind it is meson and the scripts of tools/; `make help` lists what there is.
BUILD ?= build
PREFIX ?= /usr/local
DESTDIR ?=
ARGS ?=
FUZZ_SECONDS ?= 180
export FUZZ_SECONDS

.DEFAULT_GOAL := build
.PHONY: help run build test lint san bench fuzz lab cover install clean fmt features vm

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

run: ## build what is needed and look at this host (ARGS="look --for 3s" for another command)
	@tools/deps.sh run
	@tools/build.sh $(BUILD)
	@$(BUILD)/whydrop $(ARGS) || [ $$? -eq 1 ]

build: ## build/whydrop
	@tools/deps.sh run
	@tools/build.sh $(BUILD)

test: ## all tests; ends with "N passed, N failed, N skipped"
	@tools/deps.sh run test
	@tools/build.sh $(BUILD)
	@tools/test.sh $(BUILD) unit alloc scripts bench lab

lab: ## only the tests that lose packets in namespaces of their own (needs root)
	@tools/deps.sh run test
	@tools/build.sh $(BUILD)
	@tools/test.sh $(BUILD) lab

lint: ## rooms, banned words, lengths, headers, format, shellcheck, cppcheck, clang-tidy, gcc -fanalyzer
	@tools/deps.sh run test lint
	@tools/build.sh $(BUILD)
	@tools/lint.sh $(BUILD)

san: ## unit tests and fixtures under address, leak and undefined sanitizers, gcc and clang
	@tools/deps.sh run test san
	@tools/san.sh

bench: ## benchmarks: one number beside its reference
	@tools/deps.sh run
	@tools/build.sh $(BUILD)
	@BENCH=full tools/test.sh $(BUILD) -v bench

fuzz: ## libFuzzer targets, FUZZ_SECONDS in all
	@tools/deps.sh run san
	@tools/fuzz.sh

cover: ## line coverage by the tests, one number per room
	@tools/deps.sh run test cover
	@tools/cover.sh

features: ## each optional part built off, and other ways to build
	@tools/deps.sh run test docs
	@tools/features.sh

install: ## to DESTDIR/PREFIX
	@tools/deps.sh run docs
	@tools/build.sh build-install --prefix=$(abspath $(PREFIX)) --buildtype=release -Dtests=false -Ddocs=enabled
	@DESTDIR=$(DESTDIR) meson install -C build-install --quiet --no-rebuild

fmt: ## clang-format on all C of ours (tables excepted)
	@tools/deps.sh lint
	@tools/files.sh format | xargs clang-format -i

vm: ## tests on other kernels
	@echo "vm: not there yet" >&2; exit 1

clean: ## remove all build directories
	rm -rf build build-*/
