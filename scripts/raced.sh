#!/usr/bin/env bash
# Lists the rooms whose tests run a second time with the race detector: those
# that say "go", or are called from several goroutines.
set -euo pipefail
for room in wire store attachment engine gateway/... admin api load; do
	echo "./$room"
done
