.DEFAULT_GOAL := help
SHELL := bash
.SHELLFLAGS := -euo pipefail -c

export SHAREDNODE_CHROMIUM ?= /usr/bin/chromium

# Packages that run in browsers.
WASM_PACKAGES := ./messageport/... ./blockstore/... ./client/... ./node/... ./server/... ./cmd/build-wasm/wasm
# Those that have something of their own to test there. Of the node that is the
# hashing alone.
JS_PACKAGES := ./messageport/... ./blockstore/... ./client/...
# Packages whose tests drive a browser. One at a time: they need the machine.
BROWSER_PACKAGES := ./node/p2p ./testing/browser/... ./testing/torture ./testing/interop ./testing/quickstart/... ./cmd/demo/...
WASM := GOOS=js GOARCH=wasm
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
build: setup-build ## Build the npm package into dist/
	go run ./cmd/build-wasm

.PHONY: test
test: setup vet test-native test-js ## Run every test: native, TypeScript and real browser
	+$(MAKE) --no-print-directory --output-sync -j2 build test-wasm # one core each
	+$(MAKE) --no-print-directory test-browser

.PHONY: test-short
test-short: setup-build vet test-js ## Run the quick tests: no race detector, no Kubo, no browser
	go test -short ./...

.PHONY: test-native
test-native: $(PEERS_INSTALLED)
	kubo=$$(.ci/tool ipfs) && SHAREDNODE_KUBO=$$kubo go test -race -timeout 15m ./...

.PHONY: test-js
test-js: $(NPM_INSTALLED)
	$(NPM) test

.PHONY: test-wasm
# -short leaves out the thousand combinations of queries of go-datastore's suite:
# what answers them is the same code natively, where it takes seconds, not minutes.
test-wasm:
	exec=$$(.ci/tool wasmbrowsertest) && \
		$(WASM) go test -short -exec "$$exec" -timeout 10m $(JS_PACKAGES) && \
		$(WASM) go test -exec "$$exec" -timeout 10m -run WebCrypto ./node

.PHONY: test-browser
test-browser: $(PEERS_INSTALLED)
	kubo=$$(.ci/tool ipfs) && SHAREDNODE_KUBO=$$kubo SHAREDNODE_BROWSER=1 \
		go test -p 1 -count 1 -timeout 20m $(BROWSER_PACKAGES)

.PHONY: test-engines
test-engines: setup build ## Run the browser tests in Firefox and WebKit
	for engine in firefox webkit; do \
		SHAREDNODE_ENGINE=$$engine SHAREDNODE_BROWSER=1 go test -short -count 1 -timeout 20m ./testing/browser; \
	done

.PHONY: torture
torture: setup build ## Kill tabs, workers and browsers 200 times, and look for what is lost
	SHAREDNODE_TORTURE_KILLS=$${SHAREDNODE_TORTURE_KILLS:-200} SHAREDNODE_BROWSER=1 \
		go test -count 1 -timeout 60m -v -run NothingIsLost ./testing/torture

.PHONY: bench
bench: setup build ## Compare with js-ipfs and Helia in a real browser
	kubo=$$(.ci/tool ipfs) && SHAREDNODE_KUBO=$$kubo SHAREDNODE_BROWSER=1 go run ./testing/bench

.PHONY: lint
lint: setup-build $(NPM_INSTALLED) ## Run the linters, native and for js/wasm, and the TypeScript checks
	lint=$$(.ci/tool golangci-lint) && $$lint run && $(WASM) $$lint run $(WASM_PACKAGES)
	$(NPM) run lint
	$(PRETTIER) --check cmd/demo/pages

.PHONY: vet
vet:
	go vet ./...
	$(WASM) go vet $(WASM_PACKAGES)

.PHONY: fmt
fmt: $(NPM_INSTALLED) ## Format Go and TypeScript
	lint=$$(.ci/tool golangci-lint) && $$lint fmt
	$(NPM) run fmt
	$(PRETTIER) --write cmd/demo/pages

.PHONY: clean
clean: ## Remove what was built; keep the tools in .cache/bin
	rm -rf dist client/js/node_modules client/js/dist $(PEERS)/node_modules

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
