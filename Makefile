# make          list the targets
.DEFAULT_GOAL := help
.PHONY: help build opus run test unit race lint fuzz update bench soak clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

build: ## build ./outdial, one static binary
	CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o outdial ./cmd/outdial

opus: ## build ./outdial with Opus for voice: needs a C compiler, pkg-config and libopus-dev
	CGO_ENABLED=1 go build -trimpath -tags 'opus nolibopusfile' -ldflags '-s -w' -o outdial ./cmd/outdial

run: ## run the server with its demo instance
	go run ./cmd/outdial serve

test: ## everything, on a fresh machine: installs what it needs, starts and stops it
	@bash scripts/test.sh

unit: ## the tests that need nothing but Go
	go test ./...

race: ## the rooms that work side by side, with the race detector
	go test -race -short $$(bash scripts/raced.sh)

lint: ## vet, staticcheck, gofmt, and the plan of the house
	go vet ./... && bash scripts/staticcheck.sh /tmp/outdial-staticcheck ./... && bash scripts/gofmt.sh && go test .

fuzz: ## every fuzz target, FUZZ=10s each
	bash scripts/fuzz.sh $(or $(FUZZ),10s)

update: ## rewrite the golden files; read what changed
	go test ./api ./flow ./play ./gateway/smshttp ./gateway/whatsapp -update

bench: ## measure, on SQLite and on PostgreSQL; figures go to docs/figures.md
	bash scripts/bench.sh

soak: ## what takes hours: crash rounds, long fuzzing, tens of thousands of calls
	bash scripts/soak.sh

clean: ## remove what was built
	rm -f outdial
