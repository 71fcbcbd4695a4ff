# make help lists the targets. A target whose sources did not change does nothing.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

LINT_VERSION := v2.15.0
LINT := .cache/bin/golangci-lint-$(LINT_VERSION)
BINARY := bin/forecourt

GO_FOLDERS := $(wildcard cmd kernel tenants policies modules workers migrations)
GO_SOURCES := go.mod go.sum $(wildcard *.go web/*.go) $(shell find $(GO_FOLDERS) -type f -not -name '*_test.go' -not -name '*.md')
WEB_SOURCES := $(shell find web -type f -not -name '*.go' -not -path '*/node_modules/*' -not -path 'web/dist/*' -not -path 'web/e2e/*' -not -path 'web/test-results/*' -not -path 'web/playwright-report/*')
WEB_BUILT := web/dist/index.html
WEB_INSTALLED := web/node_modules/.package-lock.json

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: build ## build, then serve on http://127.0.0.1:8080 with a private PostgreSQL and Redis in ./var
	@exec $(BINARY) serve

.PHONY: dev
dev: build $(WEB_INSTALLED) ## serve, with the web reloading as you type
	@$(BINARY) serve & server=$$!; trap 'kill $$server 2>/dev/null; wait $$server' EXIT; cd web && npm run dev

.PHONY: build
build: $(BINARY) ## the program with the web inside: bin/forecourt

.PHONY: test
test: install fmt-check vet lint test-go test-web build e2e ## everything, on real PostgreSQL and Redis, as CI runs it

.PHONY: check
check: fmt-check vet lint ## what needs no server: format, vet, lint, boundaries
	go test .
	go build ./...

.PHONY: install
install: ## the system's packages that are missing (as root; otherwise says which)
	@scripts/install.sh

.PHONY: fmt
fmt: $(WEB_INSTALLED) ## format the code
	gofmt -w $(GO_FOLDERS) $(wildcard *.go web/*.go)
	cd web && npx biome check --write .

.PHONY: fmt-check
fmt-check:
	@wrong=$$(gofmt -l $(GO_FOLDERS) $(wildcard *.go web/*.go)); if [ -n "$$wrong" ]; then echo "run make fmt: $$wrong"; exit 1; fi

.PHONY: vet
vet:
	go vet ./...

.PHONY: lint
lint: $(LINT)
	$(LINT) run ./...

.PHONY: test-go
test-go: ## the Go tests alone; only=./kernel/... and flags='-run X -v' narrow them
	@mkdir -p .cache
	go run ./cmd/testservers -- go test -p 2 $(flags) $(or $(only),./...) 2>&1 | tee .cache/go-test.log

.PHONY: test-web
test-web: $(WEB_INSTALLED) ## types, lint, unit tests and build of the web
	cd web && npm run types
	cd web && npm run lint
	cd web && CI=1 npm test
	$(MAKE) $(WEB_BUILT)

.PHONY: e2e
e2e: build $(WEB_INSTALLED) ## the stories in Chromium
	@if compgen -G 'web/e2e/*.spec.ts' >/dev/null; then cd web && CI=1 npx playwright test; else echo 'e2e: no story yet'; fi

.PHONY: bench
bench: $(BINARY) ## a small bench: 20 tenants, 50,000 customers, 3 s a request; its data goes afterwards
	@data=$$(mktemp -d); trap 'rm -rf "$$data"' EXIT; chmod 755 "$$data"; export FORECOURT_DATA="$$data"; unset DATABASE_URL DATABASE_OWNER_URL REDIS_URL; \
	$(BINARY) bench seed --tenants 20 --customers 50000; $(BINARY) bench load --seconds 3

.PHONY: tools
tools: $(LINT) ## the developer's tools, built once into .cache/bin

.PHONY: migration
migration: ## name=add_colour: the next migration
	@scripts/migration.sh "$(name)"

.PHONY: module
module: ## name=warranty: the start of a module
	@scripts/module.sh "$(name)"

$(BINARY): $(GO_SOURCES) $(WEB_BUILT)
	go build -trimpath -ldflags '-s -w' -o $@ ./cmd/forecourt
	@touch $@

# vite empties dist, and go:embed needs a file in it in a checkout that was never built.
$(WEB_BUILT): $(WEB_SOURCES) $(WEB_INSTALLED)
	cd web && npm run build
	@touch web/dist/.gitkeep $@

$(WEB_INSTALLED): web/package.json web/package-lock.json
	cd web && npm ci --no-audit --no-fund
	@touch $@

# Outside the program's module, so that the linter's many dependencies never meet the program's.
$(LINT):
	@mkdir -p $(@D)
	cd "$$(mktemp -d)" && GOBIN=$(abspath $(@D)) go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT_VERSION)
	@mv $(@D)/golangci-lint $@
