#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Runs tests and counts them. Quiet but for what fails or is skipped; ends with "N passed, N failed, N skipped".
# usage: test.sh DIR [-v] KIND...     kinds: unit alloc scripts bench lab (files.sh knows their files)
#
# A cmocka program counts as many tests as it has cases. A script counts as one: exit 0 passed, 77 or 249 skipped (its
# last line says why), anything else failed; but if its last line is "N passed, N failed[, N skipped]" that is counted.
# Scripts get WHYDROP (the program), BUILD (its directory) and TOP. With COUNTS=file the sum is added to that file.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
export TOP=$PWD
export BUILD
BUILD=$(cd "$1" && pwd) || exit 1
export WHYDROP=$BUILD/whydrop
shift
verbose=
if [ "${1-}" = -v ]; then
	verbose=yes
	shift
fi

export UBSAN_OPTIONS=${UBSAN_OPTIONS-halt_on_error=1:print_stacktrace=1}
export ASAN_OPTIONS=${ASAN_OPTIONS-detect_leaks=1:abort_on_error=0:detect_stack_use_after_return=1}
logs=$BUILD/test-logs
mkdir -p "$logs"
passed=0 failed=0 skipped=0

# Last line that says something.
last()
{
	grep -v '^[[:space:]]*$' "$1" | tail -n 1
}

count_script()
{
	local name=$1 rc=$2 log=$3 line p f s
	line=$(last "$log")
	if [[ $line =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed(,\ ([0-9]+)\ skipped)?$ ]]; then
		p=${BASH_REMATCH[1]} f=${BASH_REMATCH[2]} s=${BASH_REMATCH[4]:-0}
		[ "$rc" = 0 ] || [ "$f" != 0 ] || f=1
	elif [ "$rc" = 77 ] || [ "$rc" = 249 ]; then
		p=0 f=0 s=1
		echo "skipped: $name: ${line:-no reason given}"
	else
		p=0 f=1 s=0
		[ "$rc" != 0 ] || { p=1 f=0; }
	fi
	if [ "$f" != 0 ]; then
		sed 's/^/    /' "$log"
		echo "FAILED: $name (exit status $rc)"
	fi
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
}

# Sum of the numbers N in lines "[  WORD  ] N test(s)" of the log.
cmocka_sum()
{
	sed -n "s/^\[  $1 *\] \([0-9]*\) test.*/\1/p" "$2" | awk '{ n += $1 } END { print n + 0 }'
}

count_cmocka()
{
	local name=$1 rc=$2 log=$3 p f s
	p=$(cmocka_sum PASSED "$log") f=$(cmocka_sum FAILED "$log") s=$(cmocka_sum SKIPPED "$log")
	if [ "$rc" != 0 ] && [ "$rc" != 77 ] && [ "$f" = 0 ]; then
		f=1  # died: what it had not yet run is not counted
	fi
	if [ "$p$f$s" = 000 ]; then
		if [ "$rc" = 77 ]; then
			s=1
			echo "skipped: $name: $(last "$log")"
		else
			f=1
		fi
	elif [ "$s" != 0 ]; then
		# each is named twice, the first time behind what it printed: the reason
		awk -v name="$name" '
			/^\[  SKIPPED \] [a-z_]/ {
				if (!seen[$4]++)
					printf "skipped: %s: %s: %s\n", name, $4, before ~ /^\[/ ? "no reason given" : before
			}
			{ before = $0 }' "$log"
	fi
	if [ "$f" != 0 ]; then
		grep -v -e '^\[ RUN' -e '^\[       OK' "$log" | sed 's/^/    /'
		echo "FAILED: $name (exit status $rc, all of it in $log)"
	fi
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
}

# run KIND FILE LIMIT COMMAND...
run()
{
	local kind=$1 file=$2 limit=$3 log rc
	shift 3
	log=$logs/$kind-$(basename "$file").log
	{ timeout -k 5 "$limit" "$@" >"$log" 2>&1 </dev/null; } 2>/dev/null
	rc=$?
	[ "$rc" != 124 ] || echo "took longer than $limit s" >>"$log"
	[ -z "$verbose" ] || cat "$log"
	case $kind in
	unit | alloc) count_cmocka "$file" "$rc" "$log" ;;
	*) count_script "$file" "$rc" "$log" ;;
	esac
}

for kind in "$@"; do
	while read -r file; do
		program=$BUILD/tests/$(basename "$file" .c)
		case $kind,$file in
		unit,* | alloc,*)
			if [ ! -x "$program" ]; then
				echo "FAILED: $file is not built (is cmocka there?)"
				failed=$((failed + 1))
				continue
			fi
			run "$kind" "$file" 300 "$program" ;;
		bench,*)
			ninja -C "$BUILD" --quiet "tests/$(basename "$program")" >"$logs/bench-build.log" 2>&1 ||
				cat "$logs/bench-build.log"
			run bench "$file" 300 "$program" ;;
		*,*.py) run "$kind" "$file" 300 python3 "$file" ;;
		*) run "$kind" "$file" 300 bash "$file" ;;
		esac
	done < <(tools/files.sh "$kind")
done
[ -z "${COUNTS-}" ] || echo "$passed $failed $skipped" >>"$COUNTS"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
