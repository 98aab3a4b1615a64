#!/usr/bin/env bash
# Runs staticcheck, at the version that tools/go.mod pins.
set -euo pipefail
bin=$1
shift
(cd tools && go build -o "$bin" honnef.co/go/tools/cmd/staticcheck)
exec "$bin" "$@"
