#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# clang-tidy over src/ with the checks of .clang-tidy, as the build directory compiles it. A file that was clean is not
# looked at again until it or any header changes.
# usage: tidy.sh DIR
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
dir=$1
seen=$dir/tidy
mkdir -p "$seen"
common=$(cat .clang-tidy src/*/*.h src/*/*.def | cksum)
bad=0

one()
{
	local f=$1 key log
	key=$seen/$(echo "$f" | tr / _).ok
	[ "$(cat "$key" 2>/dev/null)" != "$common $(cksum <"$f")" ] || return 0
	log=$(clang-tidy -p "$dir" --quiet --warnings-as-errors='*' --extra-arg=-Wno-unknown-warning-option \
		--extra-arg=-Qunused-arguments "$f" 2>/dev/null)
	case $log in
	*": error: "* | *": warning: "*) grep -E ': (error|warning): ' <<<"$log"; return 1 ;;
	esac
	echo "$common $(cksum <"$f")" >"$key"
}
export -f one
export dir seen common

# shellcheck disable=SC2016
{ tools/files.sh core; tools/files.sh app; } | xargs -P "$(nproc)" -I{} bash -c 'one "$1"' one {} >&2 || bad=1
exit $bad
