#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Every header compiles alone.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
bad=0
while read -r h; do
	printf '#include "%s"\n#include "%s"\n' "${h#src/}" "${h#src/}" |
		${CC:-gcc} -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Wno-unused-function -Werror -Isrc -fsyntax-only -x c - || {
		echo "$h: does not compile alone" >&2
		bad=1
	}
done < <(tools/files.sh headers)
exit $bad
