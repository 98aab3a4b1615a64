#!/usr/bin/env bash
# Measures the program on this machine and writes what it saw to docs/figures.md.
set -euo pipefail
cd "$(dirname "$0")/.."
RUN=${RUN:-$(mktemp -d /tmp/outdial-bench.XXXXXX)}
chmod 755 "$RUN"
trap 'sh scripts/postgres.sh stop "$RUN" >/dev/null 2>&1' EXIT
CGO_ENABLED=0 go build -o "$RUN/outdial" ./cmd/outdial
PGURL=$(sh scripts/postgres.sh start "$RUN")
{
	echo
	echo "## $(date -u +%Y-%m-%d), commit $(git rev-parse --short HEAD), $(nproc) cores"
	echo
	echo '```'
	"$RUN/outdial" bench -for "${FOR:-8s}" idle floor start latency whole million parked
	echo
	"$RUN/outdial" bench -for "${FOR:-8s}" -store "$PGURL" start whole
	echo
	"$RUN/outdial" bench -for 5s sip
	echo
	echo 'The flow language, on one core:'
	go test -run '^$' -bench '^Benchmark(Step|Parse)$' -benchtime 3s -cpu 1 ./flow | grep Benchmark
	echo '```'
} | tee "$RUN/figures"
cat "$RUN/figures" >>docs/figures.md
