#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# `make fmt` decides how C looks; this says where it was not run. Tables are left alone: one row, one line.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
mapfile -t files < <(tools/files.sh format)
out=$(clang-format --dry-run "${files[@]}" 2>&1 | grep 'warning: code should be' | cut -d: -f1 | sort | uniq -c)
[ -z "$out" ] || {
	echo "$out" | sed 's/$/ (lines that "make fmt" would change)/' >&2
	exit 1
}
