#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Prints the files of one kind, one a line, relative to the top. meson and the checks all ask here, so that a new file
# needs no edit anywhere. `tools/files.sh all` is the list whose change makes `make` configure anew.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
cd "$top"
export LC_ALL=C

# A pattern without a match is an empty list, not the pattern.
list()
{
	for f in "$@"; do
		[ ! -f "$f" ] || printf '%s\n' "$f"
	done
}

# The rooms, earliest first; a room may include itself and the rooms before it.
rooms="base table sample source ledger judge tell store out app"

core()
{
	for room in $rooms; do
		list src/"$room"/*.c
	done | grep -v -e '^src/app/main\.c$' -e '^src/app/cli[^/]*\.c$' || true
}

case "${1-}" in
rooms) echo "$rooms" ;;
core) core ;;
app) list src/app/main.c src/app/cli*.c ;;
headers) list src/*/*.h ;;
def) list src/*/*.def ;;
unit) list tests/unit/*_test.c ;;
alloc) list tests/alloc/*_test.c ;;
bench) list tests/bench/bench_*.c ;;
bench-parts) list tests/bench/*.c | grep -v '/bench_[^/]*$' || true ;;
fuzz) list tests/fuzz/fuzz_*.c | grep -v '/fuzz_file\.c$' || true ;;
fuzz-paths) grep -v -e '^#' -e '^[[:space:]]*$' tests/fuzz/paths.list 2>/dev/null || true ;;
docs) list docs/*.scd ;;
scripts) list tests/fixtures/*_test.sh tests/fixtures/*_test.py tests/cases/*_test.sh tests/cases/*_test.py tests/cli/*.sh ;;
lab) list tests/lab/[0-9]*.sh tests/lab/[0-9]*.py ;;
shell) list tools/*.sh tests/*/*.sh .ci/run ;;
format)  # all C that clang-format may touch; headers and src/table are tables set by hand, one row a line
	list src/*/*.c tests/*/*.c | grep -v '^src/table/' || true ;;
all)
	for kind in core app unit alloc bench bench-parts fuzz fuzz-paths docs; do
		tools/files.sh "$kind"
	done ;;
*) echo "usage: $0 rooms|core|app|headers|def|unit|alloc|bench|bench-parts|fuzz|fuzz-paths|docs|scripts|lab|shell|format|all" >&2
	exit 2 ;;
esac
