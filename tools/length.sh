#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# A file over 500 lines or a function over 80 needs a reason: a comment "long: why" in the first 20 lines of the file.
# Tables (src/table/*.c) are as long as the kernel is.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

shopt -s nullglob
files=(src/*/*.[ch] tests/*/*.[ch])
for i in "${!files[@]}"; do
	[[ ${files[i]} != src/table/* ]] || unset "files[i]"
done
awk '
	function done_with(file) {
		if (file != "" && lines > 500 && !reason) {
			printf "%s: %d lines, more than 500\n", file, lines
			bad = 1
		}
	}
	FNR == 1 { done_with(file); file = FILENAME; reason = 0; start = 0 }
	{ lines = FNR }
	FNR <= 20 && /long: / { reason = 1 }
	/^[A-Za-z_].*[(]/ && !/;[ \t]*$/ { name = $0 }
	/^[{]/ { start = FNR }
	/^[}]/ {
		if (start && FNR - start - 1 > 80 && !reason) {
			printf "%s:%d: %d lines, more than 80: %s\n", FILENAME, start, FNR - start - 1, name
			bad = 1
		}
		start = 0
	}
	END { done_with(file); exit bad }' "${files[@]}" >&2
