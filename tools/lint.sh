#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# All that can be said about the code without running it. Each check is one test; ends with "N passed, N failed, N skipped".
# usage: lint.sh DIR    (a configured build directory)
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
dir=$1
passed=0 failed=0 skipped=0
out=$(mktemp)
trap 'rm -f "$out"' EXIT

# check NAME TOOL COMMAND...: skipped where TOOL is not installed
check()
{
	local name=$1 tool=$2 rc
	shift 2
	if ! command -v "$tool" >/dev/null 2>&1; then
		echo "skipped: $name: no $tool here"
		skipped=$((skipped + 1))
		return
	fi
	"$@" >"$out" 2>&1
	rc=$?
	if [ $rc = 0 ]; then
		passed=$((passed + 1))
	else
		sed 's/^/    /' "$out"
		echo "FAILED: $name"
		failed=$((failed + 1))
	fi
}

# what lib.sh sets for the others looks unused (SC2034)
shell_scripts()
{
	local files
	mapfile -t files < <(tools/files.sh shell)
	shellcheck -x -P SCRIPTDIR -S warning -e SC1091,SC2034 "${files[@]}"
}

# uninitvar does not see that a function fills what it gets a pointer to; gcc and clang do
cpp_check()
{
	cppcheck --quiet --error-exitcode=1 --std=c11 -j "$(nproc)" --enable=warning,portability,performance \
		--inline-suppr --suppress=missingIncludeSystem --suppress=uninitvar --suppress=legacyUninitvar \
		--suppress=unmatchedSuppression -D_GNU_SOURCE -DWHYDROP_VERSION='""' -I src src
}

# leak and uninitialised value are wrong for structs that own memory (gcc 12); the sanitizers look for both
analyzer()
{
	CC=gcc tools/build.sh build-analyzer -Dtests=false -Doptimization=0 -Dwerror=true \
		-Dc_args="-fanalyzer -Wno-analyzer-too-complex -Wno-analyzer-malloc-leak -Wno-analyzer-use-of-uninitialized-value"
}

check rooms awk tools/rooms.sh
check banned awk tools/banned.sh
check length awk tools/length.sh
check headers gcc tools/headers.sh
check format clang-format tools/format.sh
check shellcheck shellcheck shell_scripts
check cppcheck cppcheck cpp_check
check clang-tidy clang-tidy tools/tidy.sh "$dir"
check analyzer gcc analyzer

[ -z "${COUNTS-}" ] || echo "$passed $failed $skipped" >>"$COUNTS"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
