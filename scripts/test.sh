#!/usr/bin/env bash
# Everything, in order, on one machine: what Go alone can do and what needs other
# programs. It starts what it needs and stops it again. Exit status 0 is green.
#
#   test.sh            all
#   RUN=DIR test.sh    keep what it writes in DIR
set -uo pipefail
cd "$(dirname "$0")/.."
begun=$SECONDS
RUN=${RUN:-$(mktemp -d /tmp/outdial-test.XXXXXX)}
mkdir -p "$RUN" && chmod 755 "$RUN"
failed=()

say() { printf '\n== %s (%ss)\n' "$*" "$((SECONDS - begun))"; }
step() { # step NAME COMMAND…
	say "$1"
	shift
	"$@" || failed+=("$*")
}

stop() { sh scripts/postgres.sh stop "$RUN" >/dev/null 2>&1; }
trap stop EXIT

step 'other programs' scripts/setup.sh
export PGURL
PGURL=$(sh scripts/postgres.sh start "$RUN") || failed+=('postgres.sh start')
export NODE_PATH="$RUN/node/node_modules"
step 'packages for Node' scripts/node.sh "$RUN/node"

step 'vet' go vet ./...
step 'vet, with peers' go vet -tags peers ./...
step 'staticcheck' scripts/staticcheck.sh "$RUN/staticcheck" ./...
step 'gofmt' scripts/gofmt.sh

# -p 2: packages that measure time should not crowd each other out.
export OUTDIAL_CRASH_ROUNDS=${OUTDIAL_CRASH_ROUNDS:-5}
tests() {
	go test -p 2 -timeout 15m -tags peers -json ./... >"$RUN/tests.json"
	local status=$?
	go run ./scripts/report <"$RUN/tests.json" || status=1
	return $status
}
step 'tests' tests
# The build that has Opus: with cgo and libopus, against baresip.
opus='peers opus nolibopusfile'
step 'vet, with Opus' go vet -tags "$opus" ./gateway/voice/... ./cmd/outdial
step 'Opus' go test -timeout 2m -tags "$opus" -run Opus ./gateway/voice/...
# Whole contacts a second time: every server of these tests has PostgreSQL behind it.
step 'end to end, on PostgreSQL' env OUTDIAL_E2E=postgres go test -tags peers -count 1 ./e2e
# The rest of the fuzzing is make fuzz and make soak.
step 'fuzz: what a flow may say and hear' go test -run '^$' -fuzz '^FuzzFlow$' -fuzztime 10s ./flow
# -short: the longest take smaller numbers; nothing is skipped.
step 'tests, with the race detector' go test -p 2 -timeout 15m -race -short $(scripts/raced.sh)

say 'skipped'
go run ./scripts/report -skips <"$RUN/tests.json" || failed+=('skips that are not allowed')
if [ ${#failed[@]} -gt 0 ]; then
	say 'FAILED'
	printf '  %s\n' "${failed[@]}"
	exit 1
fi
say 'green'
