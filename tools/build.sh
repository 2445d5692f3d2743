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

# What may come later and changes what is built: a file, an option, a library or tool that was not there.
state()
{
	tools/files.sh all
	printf '%s\n' "$@"
	! pkg-config --exists cmocka || echo cmocka
	command -v scdoc || true
}

state "$@" >"$log.files"
# meson keeps the compiler a directory began with; another CC begins anew
if [ -n "${CC-}" ] && [ -f "$dir/.cc" ] && [ "$CC" != "$(cat "$dir/.cc")" ]; then
	rm -rf "$dir"
fi
if [ ! -f "$dir/build.ninja" ]; then
	echo "building into $dir" >&2
	quietly meson setup "$dir" "$@"
	echo "${CC-}" >"$dir/.cc"
elif ! cmp -s "$log.files" "$dir/.files"; then
	quietly meson setup --reconfigure "$dir" "$@"
fi
cp "$log.files" "$dir/.files"
quietly ninja -C "$dir" build.ninja  # configures anew where meson.build changed, and talks
ninja -C "$dir" --quiet >"$log" 2>&1 || { cat "$log" >&2; exit 1; }
# warnings do not stop a build (except in CI, with werror), but they are shown
grep -v '^ninja: ' "$log" >&2 || true
