#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# How much of each room the tests run, in lines. For finding what nobody tests, not for reaching a number.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
CC=gcc tools/build.sh build-cov -Db_coverage=true -Doptimization=0 -Ddocs=disabled || exit 1
find build-cov -name '*.gcda' -delete
tools/test.sh build-cov unit alloc scripts lab >build-cov/tests.log || cat build-cov/tests.log
if ! command -v gcovr >/dev/null; then
	echo "no gcovr here" >&2
	exit 1
fi
gcovr --root . --object-directory build-cov --filter src/ --csv 2>build-cov/gcovr.log >build-cov/cover.csv || {
	cat build-cov/gcovr.log
	exit 1
}
# filename,line_total,line_covered,...; the files least covered are named
awk -F, '
	NR == 1 { next }
	{
		split($1, path, "/")
		total[path[2]] += $2
		covered[path[2]] += $3
		all += $2
		all_covered += $3
	}
	END {
		for (room in total)
			printf "%-8s %5.1f %%  of %d lines\n", room, 100 * covered[room] / total[room], total[room] | "sort"
		close("sort")
		if (all)
			printf "%-8s %5.1f %%  of %d lines\n", "all", 100 * all_covered / all, all
	}' build-cov/cover.csv
tail -n 1 build-cov/tests.log
