#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Hostile names: a process called with ESC, newline, quotes and broken UTF-8, an interface with quotes, a namespace with
# a backslash. No control byte reaches the terminal, and the JSON stays valid.
. "$(dirname "$0")/lib.sh"
need_root
pair a b
bad=$(printf '%s' 'x\x1b[31m"\n\\\xff\xc3')
start b python3 "$here/traffic.py" udp-hold 10.78.0.2 5000 4096 "$bad"; pid=$said
ip -n "$N-b" link add $'d"\x01\\x' type veth peer name 'p\q"'
watch
traffic a udp 10.78.0.2 5000 60 >/dev/null
verdict
lost=$(counter b snmp Udp.RcvbufErrors)
booked "socket.udp_rcvbuf_full $lost b pid=$pid"
"$WHYDROP" look --for 1500ms -v --netns "$N-b" >"$tmp/text" 2>/dev/null &
text=$!
sleep 0.7
traffic a udp 10.78.0.2 5000 60 >/dev/null
wait "$text" || true
"$WHYDROP" sockets --netns "$N-b" >"$tmp/sockets"
"$WHYDROP" log -n 1 -i 100ms --netns "$N-b" >"$tmp/log" || true
python3 - "$tmp/text" "$tmp/sockets" "$tmp/log" "$pid" <<'P'
import sys
for f in sys.argv[1:4]:
    raw = open(f, 'rb').read()
    raw.decode('utf-8')
    bad = [b for b in raw if (b < 0x20 and b != 10) or b == 0x7f]
    assert not bad, (f, bad)
    assert b'\xc2\x9b' not in raw
assert sys.argv[4] in open(sys.argv[1]).read(), 'the owner is not named'
assert '\\x1b' in open(sys.argv[1]).read(), 'the escape is not shown'
P
