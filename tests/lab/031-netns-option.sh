#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# --netns keeps to one namespace, by name, inode or a process in it; others' losses are not told.
. "$(dirname "$0")/lib.sh"
need_root
pair a b
start b python3 "$here/traffic.py" sleep; pid=$said
inode=$(stat -L -c %i "/run/netns/$N-b")
for which in "$N-b" "$inode" "$pid"; do
	watch --netns "$which"
	traffic a udp 10.78.0.2 5999 3 >/dev/null
	traffic b udp 10.78.0.1 5999 9 >/dev/null
	verdict 0.2
	booked "udp.no_socket 3 b" "icmp.rate_limited 0-3 b"
	python3 - "$tmp/look.json" <<-'P' || fail "--netns $which: more than one namespace"
		import json, sys
		got = json.load(open(sys.argv[1]))
		assert len({e['namespace']['name'] for e in got['entries'] if e['namespace']}) <= 1
	P
done
rc=0
"$WHYDROP" look --for 1s --netns "$N-none" >/dev/null 2>"$tmp/err" || rc=$?
[ "$rc" = 2 ] || [ "$rc" = 3 ] || fail "a namespace that is not there: exit status $rc"
[ "$(wc -l <"$tmp/err")" = 1 ] && grep -q "$N-none" "$tmp/err" || fail "not one sentence: $(cat "$tmp/err")"
