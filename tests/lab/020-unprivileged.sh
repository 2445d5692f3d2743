#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# A user without any privilege gets all that needs none, and is told what is missing: the other namespaces' sockets,
# firewall rules, owners. Losses that counters show are booked all the same, in other namespaces, too.
. "$(dirname "$0")/lib.sh"
need_root
command -v setpriv >/dev/null || skip "needs setpriv"
pair a b
start b python3 "$here/traffic.py" udp-hold 10.78.0.2 5000 4096
as_nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups --no-new-privs --)
install -m 755 "$WHYDROP" "$tmp/whydrop"
chmod 755 "$tmp"
"${as_nobody[@]}" "$tmp/whydrop" look --for 120s --json >"$tmp/look.json" 2>"$tmp/look.err" &
look=$!
watching "$tmp/look.err"
traffic a udp 10.78.0.2 5000 60 >/dev/null
traffic a udp 10.78.0.2 5999 37 >/dev/null
verdict
lost=$(counter b snmp Udp.RcvbufErrors)
# whose namespace it is, its name, may be unknown without privilege: the numbers are not
python3 - "$tmp/look.json" "$lost" <<'P'
import json, sys
got, lost = json.load(open(sys.argv[1])), int(sys.argv[2])
booked = [(e['cause'], e['packets']) for e in got['entries']]
assert lost > 0 and ('socket.udp_rcvbuf_full', lost) in booked, f'{lost} lost, booked {booked}'
assert ('udp.no_socket', 37) in booked, booked
said = ' '.join(got['unseen']) + ' '.join(s['why'] for s in got['sources'])
for word in ('root', 'CAP_NET_ADMIN'):
    assert word in said, f'nothing is said about {word}: {got["unseen"]}'
P
"${as_nobody[@]}" "$tmp/whydrop" look -v --for 300ms >"$tmp/text" 2>/dev/null || [ $? = 1 ]
grep -qi 'root' "$tmp/text" || fail "it does not say what root would see: $(cat "$tmp/text")"
"${as_nobody[@]}" "$tmp/whydrop" look --for 300ms >"$tmp/text" 2>/dev/null || [ $? = 1 ]
grep -qi 'not seen\|root' "$tmp/text" || fail "the first screen does not say that something is missing: $(cat "$tmp/text")"
"${as_nobody[@]}" "$tmp/whydrop" sockets >/dev/null || fail "sockets: exit status $?"
"${as_nobody[@]}" "$tmp/whydrop" log -n 1 -i 200ms >/dev/null || [ $? = 1 ] || fail "log: exit status $?"
