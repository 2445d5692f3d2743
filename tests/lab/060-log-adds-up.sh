#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# `whydrop log` prints a line per interval, and the lines add up to what was lost: nothing between two lines is missed,
# nothing is told twice.
. "$(dirname "$0")/lib.sh"
need_root
pair a b
"$WHYDROP" log -n 5 -i 1s --netns "$N-b" >"$tmp/log" 2>"$tmp/err" &
log=$!
pids+=("$log")
before=$(counter b snmp Udp.NoPorts)
sleep 0.7
traffic a udp-slowly 10.78.0.2 5999 36 0.06 >/dev/null
rc=0
wait "$log" || rc=$?
after=$(counter b snmp Udp.NoPorts)
[ "$rc" = 1 ] || fail "losses, but exit status $rc: $(cat "$tmp/err")"
[ "$(wc -l <"$tmp/log")" = 5 ] || fail "not five lines: $(cat "$tmp/log")"
python3 - "$tmp/log" $((after - before)) <<'P'
import re, sys
lines, want = open(sys.argv[1]).read().splitlines(), int(sys.argv[2])
assert all(re.match(r'\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d', l) for l in lines), lines
got = 0
for l in lines:
    m = re.search(r'udp\.no_socket=(\d+)', l)
    got += int(m.group(1)) if m else 0
assert want == 36 and got == want, (want, got, lines)
P
