#!/usr/bin/env bash
# Fails where a file is not formatted.
set -euo pipefail
bad=$(git ls-files -co --exclude-standard '*.go' | xargs gofmt -l)
[ -z "$bad" ] || { printf 'not formatted:\n%s\n' "$bad"; exit 1; }
