#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Builds the fuzz targets with clang and runs them all, FUZZ_SECONDS in all (180), two or more at a time. Targets whose
# parser changed against the commit before come first and get four times as long. What crashes is kept under
# build-fuzz/crashes, what is new in build-fuzz/corpus. Each target is one test; ends with "N passed, N failed, N skipped".
# usage: fuzz.sh [NAME]...    (only those targets, e.g. "snmp")
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
dir=build-fuzz
seconds=${FUZZ_SECONDS:-180}
jobs=$(nproc)

fail()
{
	echo "FAILED: $1"
	[ -z "${COUNTS-}" ] || echo "0 1 0" >>"$COUNTS"
	echo "0 passed, 1 failed, 0 skipped"
	exit 1
}

command -v clang >/dev/null || fail "no clang here"
CC=clang tools/build.sh $dir -Dfuzz=true -Db_sanitize=address,undefined -Ddocs=disabled || fail "the targets do not build"

# name, and the path of the hostile file or "-"
targets()
{
	tools/files.sh fuzz | sed 's|.*/fuzz_\(.*\)\.c|\1 -|'
	tools/files.sh fuzz-paths
}

# Copies the files given into the seeds of a target, named by content so that none is there twice.
seed()
{
	local to=$1 f sum
	shift
	for f in "$@"; do
		[ -s "$f" ] && [ "$(stat -c %s "$f")" -lt 200000 ] || continue
		read -r sum _ < <(cksum <"$f")
		cp "$f" "$to/$sum" 2>/dev/null
	done
}

seeds()
{
	local name=$1 path=$2 to=$dir/seeds/$1 step root
	mkdir -p "$to"
	[ ! -d "tests/fuzz/seeds/$name" ] || find "tests/fuzz/seeds/$name" -type f -exec cp {} "$to/" \;
	case $name in
	host)  # a recorded host becomes one input: see fuzz_host.c
		for root in tests/fixtures/*/; do
			step=0
			find "$root" -mindepth 1 -maxdepth 1 -type d -name '[0-9]*' | sort -n | head -n 3 | while read -r d; do
				find "$d" -type f -size -16k | sort | while read -r f; do
					printf '@@%d %s\n' $step "${f#"$d"/}"
					cat "$f"
				done
				step=$((step + 1))
			done | head -c 60000 >"$to/fixture-$(basename "$root")"
		done ;;
	snapshot) ;;
	slice) seed "$to" src/table/layer.def /proc/net/snmp ;;
	*)
		mapfile -t files < <(find tests/fuzz/base tests/fixtures ../shared/corpus -type f \
			\( -path "*/$path" -o -path "*/net/${path#proc/net/}" -o -name "*.${path##*/}" \) 2>/dev/null)
		[ ! -r "/$path" ] || { cat "/$path" >"$dir/live" 2>/dev/null && files+=("$dir/live"); }
		seed "$to" "${files[@]}" ;;
	esac
}

# Sources and tests changed against the commit before, and those not committed.
changed=$({ git diff --name-only HEAD~1; git ls-files -o --exclude-standard; } 2>/dev/null | sort -u)
weight()
{
	local f
	for f in $changed; do
		case $f in
		tests/fuzz/fuzz_"$1".c | src/base/*) echo 4; return ;;
		src/source/*)
			grep -q "$(basename "$f" .c)" <<<"$1 ${2##*/}" && { echo 4; return; } ;;
		esac
	done
	echo 1
}

mkdir -p $dir/crashes $dir/logs
rm -f $dir/crashes/* $dir/logs/*
list=$dir/targets
while read -r name path _; do
	[ $# = 0 ] || [[ " $* " == *" $name "* ]] || continue
	seeds "$name" "$path"
	echo "$(weight "$name" "$path") $name"
done < <(targets) | sort -k1,1nr >$list
total=$(awk '{ n += $1 } END { print n + 0 }' $list)
[ "$total" -gt 0 ] || fail "no such target"

one()
{
	local name=$1 limit=$2
	mkdir -p "$dir/corpus/$name" "$work/$name"
	cp "$dir/seeds/$name"/* "$dir/corpus/$name/" 2>/dev/null
	FUZZ_DIR=$work/$name timeout -k 5 $((limit + 60)) "$dir/tests/fuzz_$name" -max_total_time="$limit" -timeout=20 \
		-rss_limit_mb=2048 -max_len=16384 -print_final_stats=1 -artifact_prefix="$dir/crashes/$name-" \
		-dict=tests/fuzz/words.dict "$dir/corpus/$name" >"$dir/logs/$name" 2>&1 </dev/null
	echo $? >"$dir/logs/$name.rc"
}
export -f one
export dir
work=$(mktemp -d /dev/shm/whydrop-fuzz.XXXXXX 2>/dev/null || mktemp -d)
export work
trap 'rm -rf "$work"' EXIT
export ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1

while read -r w name; do
	limit=$((seconds * jobs * w / total))
	echo "$name $((limit > 0 ? limit : 1))"
done <$list | xargs -P "$jobs" -L 1 bash -c 'one "$1" "$2"' one

passed=0 failed=0
while read -r _ name; do
	if [ "$(cat "$dir/logs/$name.rc")" = 0 ] && ! compgen -G "$dir/crashes/$name-*" >/dev/null; then
		passed=$((passed + 1))
		runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$dir/logs/$name")
		printf '%-14s %8s runs\n' "$name" "${runs:-?}"
	else
		failed=$((failed + 1))
		grep -m 1 -A 30 -e 'BROKEN PROMISE' -e 'ERROR: ' -e 'runtime error' "$dir/logs/$name" |
			sed -e '/in LLVMFuzzerTestOneInput/,$d' -e 's/^/    /' | head -n 25 | grep . ||
			tail -n 20 "$dir/logs/$name"
		echo "FAILED: $name; again with: $dir/tests/fuzz_$name $(compgen -G "$dir/crashes/$name-*" | head -n 1)"
	fi
done <$list
[ -z "${COUNTS-}" ] || echo "$passed $failed 0" >>"$COUNTS"
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" = 0 ]
