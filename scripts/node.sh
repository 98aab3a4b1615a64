#!/usr/bin/env bash
# Installs the packages that peers written for Node need into a folder, at
# pinned versions. Nothing is installed twice.
set -euo pipefail
dir=$1
mkdir -p "$dir"
want=(@aws-sdk/client-connect@3.1136.0 smpp@0.6.0-rc.4)
stamp="$dir/$(printf '%s\n' "${want[@]}" | cksum | cut -d' ' -f1)"
[ -e "$stamp" ] && exit 0
cd "$dir"
npm install --no-audit --no-fund --no-package-lock --silent --prefix "$dir" "${want[@]}"
touch "$stamp"
