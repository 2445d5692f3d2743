#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Unit tests, fixtures and commands under address, leak and undefined-behaviour sanitizers, with gcc and with clang.
# usage: san.sh [gcc|clang]...
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
export COUNTS=${COUNTS-}
sum=$(mktemp)
trap 'rm -f "$sum"' EXIT
[ $# -gt 0 ] || set -- gcc clang
for cc in "$@"; do
	echo "$cc, address and undefined:"
	if ! CC=$cc tools/build.sh "build-san-$cc" -Db_sanitize=address,undefined -Ddocs=disabled; then
		echo "FAILED: build-san-$cc does not build"
		echo "0 1 0" >>"$sum"
		continue
	fi
	COUNTS=$sum tools/test.sh "build-san-$cc" unit scripts
done
[ -z "$COUNTS" ] || cat "$sum" >>"$COUNTS"
awk '{ p += $1; f += $2; s += $3 } END { printf "%d passed, %d failed, %d skipped\n", p, f, s; exit f > 0 }' "$sum"
