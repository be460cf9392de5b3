.DEFAULT_GOAL := help
SHELL := bash
.SHELLFLAGS := -euo pipefail -c

export SHAREDNODE_CHROMIUM ?= /usr/bin/chromium

# Packages that run in browsers.
WASM_PACKAGES := ./messageport/... ./blockstore/... ./client/... ./node/... ./server/... ./cmd/build-wasm/wasm
# Those that have something of their own to test there. Of the node that is the
# hashing alone.
JS_PACKAGES := ./messageport/... ./blockstore/... ./client/...
# Packages whose tests drive a browser, beside the suite in testing/browser.
BROWSER_PACKAGES := ./node/p2p ./testing/browser/harness ./testing/torture ./testing/interop ./testing/helia ./testing/reference ./testing/quickstart/... ./cmd/demo/...
# What the suite's runs came to, for the README's table.
SUPPORT := .cache/support
SUITES := chromium-shared chromium-dedicated firefox-shared webkit-shared
# What every run of the tests has of them: one whole, and of the others the tests
# of what differs most between engines. `make support` runs all of them whole.
WHOLE_SUITE := chromium-shared
OTHER_SUITES := $(filter-out $(WHOLE_SUITE),$(SUITES))
CORE_TESTS := TabsShareOneNode|ReloadOfTheOnlyTab|TabsElectOne|TwoDeployments|EachTabHearsEachMessageOnce|StreamsToAPeer|AnyTabSeesAll
RUNS := $(SUITES:%=$(SUPPORT)/%.json)
comma := ,
WASM := GOOS=js GOARCH=wasm
# The linters vet; with each set of build tags once more it would take minutes.
GOTEST := go test -vet=off
NPM := npm --prefix client/js
PRETTIER := client/js/node_modules/.bin/prettier --config client/js/.prettierrc.json
NPM_INSTALLED := client/js/node_modules/.package-lock.json
# The programs of others that testing/interop meets.
PEERS := testing/interop/peers
PEERS_INSTALLED := $(PEERS)/node_modules/.package-lock.json

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: setup-build ## Build everything and serve the demo on 127.0.0.1
	go run ./cmd/build-wasm -quick
	go run ./cmd/demo

.PHONY: build
build: setup-build $(NPM_INSTALLED) ## Build the npm package into dist/
	go run ./cmd/build-docs
	go run ./cmd/build-wasm

.PHONY: docs
docs: setup-build ## Write the reference, docs/api, from the sources
	go run ./cmd/build-docs

.PHONY: test
test: setup ## Run every test: native, TypeScript and real browsers; make support has more of those
	+$(MAKE) --no-print-directory --output-sync --keep-going -j2 test-all

# Two at a time, begun in this order: what others wait for comes first, then what
# takes longest, so that nothing long is left to run alone.
.PHONY: test-all
test-all: build kubo test-js test-$(WHOLE_SUITE) test-native test-browser test-lean test-wasm $(OTHER_SUITES:%=core-%)

.PHONY: test-short
test-short: setup-build vet test-js ## Run the quick tests: no race detector, no Kubo, no browser
	$(GOTEST) -short ./...

# Built once, before two want it at a time.
.PHONY: kubo
kubo:
	.ci/tool ipfs
	.ci/tool ipfs-cluster-service

# All but the tests with other programs, of which test-browser has those without a
# browser too.
.PHONY: test-native
test-native: kubo $(NPM_INSTALLED) $(PEERS_INSTALLED)
	SHAREDNODE_KUBO=$$(.ci/tool ipfs) \
		$(GOTEST) -race -timeout 20m $$(go list ./... | grep -v /testing/interop$$)

# What makes errors, and the tests that are quick to come to them.
COVERED := ./messageport/...,./blockstore,./pubsub,./node/...,./server/...,./client
.PHONY: reached
reached: $(NPM_INSTALLED) ## Ask that a test reaches each error code
	mkdir -p .cache
	$(GOTEST) -short -timeout 15m -coverprofile .cache/reached.cover -coverpkg $(COVERED) $(subst $(comma), ,$(COVERED))
	$(NPM) run test:reached
	SHAREDNODE_COVER=$(CURDIR)/.cache/reached.cover SHAREDNODE_SCRIPTS=$(CURDIR)/client/js/dist/reached \
		$(GOTEST) -count 1 -run Reached ./testing/errorcodes

# With what the node is compiled with for the browser in the place of parts of the
# libraries (cmd/build-wasm/lean).
.PHONY: test-lean
test-lean: setup-build
	$(GOTEST) -race -short -modfile "$$(go run ./cmd/build-wasm -modfile)" ./node/... ./pubsub/...

.PHONY: test-js
test-js: $(NPM_INSTALLED)
	$(NPM) test

# -short leaves out the thousand combinations of queries of go-datastore's suite:
# what answers them is the same code natively, where it takes seconds, not minutes.
.PHONY: test-wasm
test-wasm:
	exec=$$(.ci/tool wasmbrowsertest) && \
		$(WASM) $(GOTEST) -short -exec "$$exec" -timeout 10m $(JS_PACKAGES) && \
		$(WASM) $(GOTEST) -exec "$$exec" -timeout 10m -run WebCrypto ./node

# The suite in an engine, with the node in a worker of a kind. What moves much and
# depends on no engine is left to the one that is whole.
IN_ENGINE = export SHAREDNODE_BROWSER=1 SHAREDNODE_ENGINE=$(word 1,$(subst -, ,$*)) SHAREDNODE_WORKER=$(word 2,$(subst -, ,$*))
.PHONY: $(SUITES:%=test-%)
$(SUITES:%=test-%): test-%: build
	$(IN_ENGINE); \
		$(GOTEST) -json -count 1 -timeout 30m $(if $(filter $(WHOLE_SUITE),$*),,-short) ./testing/browser | \
		go run ./testing/browser/support record -o $(SUPPORT)/$*.json

.PHONY: $(OTHER_SUITES:%=core-%)
$(OTHER_SUITES:%=core-%): core-%: build
	$(IN_ENGINE); $(GOTEST) -count 1 -timeout 10m -short -run '$(CORE_TESTS)' ./testing/browser

.PHONY: test-browser
test-browser: build kubo $(PEERS_INSTALLED)
	SHAREDNODE_KUBO=$$(.ci/tool ipfs) SHAREDNODE_CLUSTER=$$(.ci/tool ipfs-cluster-service) SHAREDNODE_BROWSER=1 \
		$(GOTEST) -p 1 -count 1 -timeout 20m $(BROWSER_PACKAGES)

.PHONY: support
support: setup ## Run the browser suite everywhere and write the README's table
	+$(MAKE) --no-print-directory --output-sync --keep-going -j2 $(SUITES:%=test-%)
	go run ./testing/browser/support write README.md $(RUNS)

.PHONY: torture
torture: setup build ## Kill tabs, workers and browsers 200 times, and look for what is lost
	SHAREDNODE_TORTURE_KILLS=$${SHAREDNODE_TORTURE_KILLS:-200} SHAREDNODE_BROWSER=1 \
		go test -count 1 -timeout 60m -v -run NothingIsLost ./testing/torture

.PHONY: bench
bench: setup build ## Compare with js-ipfs and Helia in a real browser
	kubo=$$(.ci/tool ipfs) && SHAREDNODE_KUBO=$$kubo SHAREDNODE_BROWSER=1 go run ./testing/bench

# One of: roundTrips file fileV1 smallFiles dag blocks.
WORK ?= smallFiles
.PHONY: profile
profile: setup ## Draw what the worker spends its time on, WORK=smallFiles for one
	SHAREDNODE_BROWSER=1 go run ./testing/bench -profile $(WORK)

.PHONY: lint
lint: setup-build $(NPM_INSTALLED) ## Run the linters, native and for js/wasm, and the TypeScript checks
	lint=$$(.ci/tool golangci-lint) && $$lint run && $(WASM) $$lint run $(WASM_PACKAGES)
	$(NPM) run lint
	$(PRETTIER) --check cmd/demo/pages testing/reference/examples.js testing/helia/web/examples.js

.PHONY: vet
vet:
	go vet ./...
	$(WASM) go vet $(WASM_PACKAGES)

.PHONY: fmt
fmt: $(NPM_INSTALLED) ## Format Go and TypeScript
	lint=$$(.ci/tool golangci-lint) && $$lint fmt
	$(NPM) run fmt
	$(PRETTIER) --write cmd/demo/pages testing/reference/examples.js testing/helia/web/examples.js

.PHONY: clean
clean: ## Remove what was built; keep the tools in .cache/bin
	rm -rf dist client/js/node_modules client/js/dist $(PEERS)/node_modules testing/helia/web/node_modules

.PHONY: setup setup-build
setup:
	@.ci/setup test
setup-build:
	@.ci/setup build

$(NPM_INSTALLED): client/js/package.json client/js/package-lock.json
	$(NPM) ci --no-audit --no-fund
	@touch $@

$(PEERS_INSTALLED): $(PEERS)/package.json $(PEERS)/package-lock.json
	npm --prefix $(PEERS) ci --ignore-scripts --no-audit --no-fund
	@touch $@
