#!/usr/bin/env bash
# Installs what the tests need besides Go, from Debian's packages. Does nothing
# where it is all there; says what is missing where it may not install.
set -euo pipefail
want=(
  postgresql          # the second database
  strace              # counts fdatasync
  awscli              # the printed command lines
  sip-tester          # sipp
  baresip-core        # a SIP phone
  kamailio            # a registrar
  espeak-ng flite     # voices
  sox                 # tones and noise
  libopus-dev pkg-config # Opus, for the build tag that brings it
  kannel              # an SMS gateway to compare with
  libnet-smpp-perl    # an SMPP library of another language
)
missing=()
for p in "${want[@]}"; do
  dpkg-query -W -f='${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing+=("$p")
done
[ ${#missing[@]} -eq 0 ] && exit 0
if [ "$(id -u)" != 0 ]; then
  echo "please install: ${missing[*]}" >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
# A policy that keeps packages from starting their daemons: tests start their own.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod +x "$policy"
  trap 'rm -f "$policy"' EXIT
fi
apt-get update -qq
apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
