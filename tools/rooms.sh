#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Rooms only look back: a file of src/ includes its own room and earlier ones, and says the room in the path.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
rooms=$(tools/files.sh rooms)
bad=0

say()
{
	echo "$1" >&2
	bad=1
}

for dir in src/*/; do
	room=$(basename "$dir")
	[[ " $rooms " == *" $room "* ]] || say "src/$room: no such room (rooms: $rooms)"
done
while read -r f; do
	say "$f: a source file lies in a room, not in src/ itself"
done < <(find src -maxdepth 1 -name '*.[ch]')

awk -v rooms="$rooms" '
	BEGIN { n = split(rooms, name, " "); for (i = 1; i <= n; i++) at[name[i]] = i }
	FNR == 1 { split(FILENAME, path, "/"); own = path[2] }
	/^[ \t]*#[ \t]*include[ \t]*"/ {
		split($0, q, "\"")
		if (split(q[2], inc, "/") != 2 || !(inc[1] in at)) {
			printf "%s:%d: \"%s\": write it as \"room/file\"\n", FILENAME, FNR, q[2]
			bad = 1
		} else if (at[inc[1]] > at[own]) {
			printf "%s:%d: room %s may not look ahead into %s (%s)\n", FILENAME, FNR, own, inc[1], q[2]
			bad = 1
		}
	}
	END { exit bad }' src/*/*.[ch] src/*/*.def >&2 || bad=1

# a row of source.def is a file, and a file is included by nobody as .c
while read -r name; do
	[ -f "src/source/$name.c" ] || say "src/table/source.def: SOURCE($name) has no src/source/$name.c"
done < <(sed -n 's/^SOURCE(\([a-z0-9_]*\),.*/\1/p' src/table/source.def)
exit $bad
