#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Configures (anew when a source file came or went) and builds one build directory, silently unless something is wrong.
# usage: build.sh DIR [options of meson setup...]
set -euo pipefail
cd "$(dirname "$0")/.."
dir=$1
shift
log=$dir.log
trap 'rm -f "$log" "$log.files"' EXIT

quietly()
{
	"$@" >"$log" 2>&1 || { cat "$log" >&2; return 1; }
}

{ tools/files.sh all; printf '%s\n' "$@"; } >"$log.files"
if [ ! -f "$dir/build.ninja" ]; then
	quietly meson setup "$dir" "$@"
elif ! cmp -s "$log.files" "$dir/.files"; then
	quietly meson setup --reconfigure "$dir" "$@"
fi
cp "$log.files" "$dir/.files"
quietly ninja -C "$dir" build.ninja  # configures anew where meson.build changed, and talks
ninja -C "$dir" --quiet >"$log" 2>&1 || { cat "$log" >&2; exit 1; }
# warnings do not stop a build (except in CI, with werror), but they are shown
grep -v '^ninja: ' "$log" >&2 || true
