#!/usr/bin/env bash
# What takes hours. The figures are printed; docs/figures.md keeps the last ones.
#
#   ROUNDS=100    crashes of the server, on SQLite and on PostgreSQL
#   FUZZ=10m      for each fuzz target, of which there are dozens
#   CALLS=50000   calls on real sockets in a flood of garbage: nothing may be left
set -euo pipefail
RUN=${RUN:-$(mktemp -d /tmp/outdial-soak.XXXXXX)}
chmod 755 "$RUN"
trap 'sh scripts/postgres.sh stop "$RUN" >/dev/null 2>&1' EXIT
export PGURL
PGURL=$(sh scripts/postgres.sh start "$RUN")
echo '== crash rounds'
OUTDIAL_CRASH_ROUNDS=${ROUNDS:-100} go test -timeout 4h -v -run Crash ./e2e/crash
echo '== fuzzing'
bash scripts/fuzz.sh "${FUZZ:-10m}"
echo '== a hundred thousand messages that wait'
OUTDIAL_WAITING=${WAITING:-100000} go test -timeout 1h -v -run ThousandsWait ./engine
echo '== many calls'
OUTDIAL_SOAK_CALLS=${CALLS:-50000} go test -timeout 4h -tags peers -v -run Soak ./gateway/voice/...
