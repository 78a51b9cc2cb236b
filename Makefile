# make           build everything (debug) and copy the connectors into plugins.d/
# make demo      set up, build, and sync a sample meeting to the local emulator
# make test      set up, build, and run every test
# make check     format, import checks and all tests: what must hold before a commit
# make torture  kills hosts and workers 330 times during syncs (PATCHBAY_TORTURE says how often of each of 11 kinds), and counts tasks
#                has two hosts refresh one token 200 times, rotates 50,000 tokens while it is killed at 100 moments, migrates
#                a million deliveries (PATCHBAY_UPGRADE says how many), moves a home of 2,000 tasks, removes, adds and renames the integrations of three more,
#                keeps to rate limits over their true windows, takes one care at a time out of look-ups, and sets clocks wrong in every
#                way with 500 lost answers each
# make fuzz      feeds each reader of foreign bytes with ever new ones for SECONDS (60), or those that TARGETS names
# make sanitize  runs the tests under sanitizers, or the PARTS of that: c, address, thread; docs/fuzzing.md says the rest of both
# make install   release build laid down under PREFIX (default /usr/local); make uninstall undoes it
# make bench     measures; nothing in it passes or fails. BASE=REVISION measures this build beside one of that revision, in turns

SHELL := /bin/bash
PREFIX ?= /usr/local
DESTDIR ?=
SWIFT ?= swift
BUILD_FLAGS ?=
BENCH_FLAGS ?=
BASE ?=
DEBUG := .build/debug
RELEASE := .build/release
RELEASE_BUILD := $(SWIFT) build -c release --static-swift-stdlib --disable-local-rpath
SYSTEMS := Asana Jira Linear Redmine
PROGRAMS := patchbay patchbay-worker $(SYSTEMS:%=%Plugin)
SECONDS ?= 60
TARGETS ?=
PARTS ?=
SWIFT_SOURCES := Host Plugins SDK Tests Package.swift

.PHONY: all deps build plugins demo test torture check bench fuzz sanitize install uninstall release clean

all: plugins

deps:
	@scripts/deps

build: deps
	$(SWIFT) build --build-tests $(BUILD_FLAGS)

# A copy is put in place by renaming, so that a running host never maps half a file. What others could write is not loaded.
plugins: build
	@chmod go-w plugins.d
	@for system in $(SYSTEMS); do \
	  name=$$(tr '[:upper:]' '[:lower:]' <<< $$system).so; \
	  cmp -s $(DEBUG)/lib$${system}Plugin.so plugins.d/$$name || \
	    { cp $(DEBUG)/lib$${system}Plugin.so plugins.d/.$$name.new && chmod 755 plugins.d/.$$name.new && mv plugins.d/.$$name.new plugins.d/$$name; }; \
	done

demo: plugins
	@Examples/demo

# Suites that keep a small machine busy by themselves run alone, two tests at a time; of the rest many wait, and four run at a time.
HEAVY := TortureTests|RedmineTests|KeysTests|AuthorTests|ConformanceTests|WeatherTests|DiskTests

test: plugins
	-@scripts/deps --tests
	SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=4 scripts/test $(SWIFT) test --skip-build --parallel --skip '$(HEAVY)' $(BUILD_FLAGS)
	SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=2 scripts/test $(SWIFT) test --skip-build --parallel --filter '$(HEAVY)' $(BUILD_FLAGS)

torture: plugins
	PATCHBAY_TORTURE=$${PATCHBAY_TORTURE:-30} $(SWIFT) test --skip-build --filter TortureTests $(BUILD_FLAGS)
	PATCHBAY_REFRESHES=$${PATCHBAY_REFRESHES:-200} $(SWIFT) test --skip-build --filter RefreshRaceTests $(BUILD_FLAGS)
	PATCHBAY_KEY_KILLS=$${PATCHBAY_KEY_KILLS:-100} $(SWIFT) test --skip-build --filter KeysTests $(BUILD_FLAGS)
	PATCHBAY_UPGRADE=$${PATCHBAY_UPGRADE:-1000000} $(SWIFT) test --skip-build --filter LargeMigrateTests $(BUILD_FLAGS)
	PATCHBAY_MANNERS=long $(SWIFT) test --skip-build --filter MannersTests $(BUILD_FLAGS)
	PATCHBAY_HOUSE=long $(SWIFT) test --skip-build --filter MovingTests $(BUILD_FLAGS)
	PATCHBAY_CLOCKS=long $(SWIFT) test --skip-build --filter ClockTests $(BUILD_FLAGS)
	PATCHBAY_HOUSE=long $(SWIFT) test --skip-build --filter HouseTests $(BUILD_FLAGS)
	PATCHBAY_MUTANTS=long $(SWIFT) test --skip-build --filter 'MutantTests|LookUpRuleTests' $(BUILD_FLAGS)

check:
	$(SWIFT) format lint --strict --recursive --parallel $(SWIFT_SOURCES)
	$(MAKE) test BUILD_FLAGS="--explicit-target-dependency-import-check error"

release: deps
	for program in $(PROGRAMS); do $(RELEASE_BUILD) --product $$program || exit 1; done

install: release
	@scripts/install "$(DESTDIR)$(PREFIX)"

uninstall:
	@scripts/install --remove "$(DESTDIR)$(PREFIX)"

bench: release
	for tool in patchbay-emulator patchbay-bench patchbay-bench-curl patchbay-bench-mask PatchbayBenchSuspend; do $(RELEASE_BUILD) --product $$tool || exit 1; done
ifneq ($(BASE),)
	base=$$(scripts/base "$(BASE)" "$(RELEASE_BUILD)" $(PROGRAMS) patchbay-bench) && $(RELEASE)/patchbay-bench --base "$$base" $(BENCH_FLAGS)
else
	$(RELEASE)/patchbay-bench $(BENCH_FLAGS)
endif

fuzz: deps
	SWIFT="$(SWIFT)" scripts/fuzz $(SECONDS) $(TARGETS)

sanitize: plugins
	SWIFT="$(SWIFT)" scripts/sanitize $(PARTS)

clean:
	rm -rf .build .demo plugins.d/*.so
