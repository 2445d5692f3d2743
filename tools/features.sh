#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Builds in other ways, warnings as errors: each optional part off, both compilers, no and full optimisation.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
passed=0 failed=0 skipped=0
export COUNTS=${COUNTS-}

# try NAME COMPILER OPTIONS...
try()
{
	local name=$1 cc=$2
	shift 2
	if ! command -v "$cc" >/dev/null; then
		echo "skipped: $name: no $cc here"
		skipped=$((skipped + 1))
	elif CC=$cc tools/build.sh "build-feature-$name" -Dwerror=true -Ddocs=disabled "$@"; then
		passed=$((passed + 1))
	else
		echo "FAILED: $name"
		failed=$((failed + 1))
	fi
}

try gcc gcc
try clang clang
try docs gcc -Ddocs=enabled -Dtests=false
try no-tests gcc -Dtests=false
try unoptimised gcc -Dbuildtype=debug -Dtests=false
try release gcc -Dbuildtype=release -Db_lto=true -Dtests=false
[ -z "$COUNTS" ] || echo "$passed $failed $skipped" >>"$COUNTS"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
