#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Two snapshots and `look --from --to` say the same as a live look over the same time.
. "$(dirname "$0")/lib.sh"
need_root
pair a b
start b python3 "$here/traffic.py" udp-hold 10.78.0.2 5000 4096; pid=$said
in_ns a tc qdisc add dev a0 root tbf rate 1mbit burst 5k limit 5k
in_ns b nft -f - <<-'R'
	table inet t { chain i { type filter hook input priority 0; udp dport 7777 counter drop; }; }
R
# warm-up, so that the totals since boot and the losses of the look differ
traffic a udp 10.78.0.2 5999 3 >/dev/null
watch
"$WHYDROP" snapshot "$tmp/1.tar"
traffic a udp 10.78.0.2 5000 40 1000 >/dev/null
sleep 1
traffic a udp 10.78.0.2 5999 5 >/dev/null
sleep 0.5
traffic a udp 10.78.0.2 7777 9 >/dev/null
sleep 0.5
"$WHYDROP" snapshot "$tmp/2.tar"
verdict 0.2
"$WHYDROP" look --from "$tmp/1.tar" --to "$tmp/2.tar" --json >"$tmp/recorded.json" || [ $? = 1 ]
lost=$(counter b snmp Udp.RcvbufErrors)
shaped=$(in_ns a tc -s -j qdisc show dev a0 | python3 -c 'import json,sys; print(json.load(sys.stdin)[0]["drops"])')
for f in look recorded; do
	owner=
	[ $f = recorded ] || owner=" pid=$pid"
	booked -f "$tmp/$f.json" "socket.udp_rcvbuf_full $lost b$owner" "udp.no_socket 5 b" "netfilter.rule 9 b" \
		"qdisc.overlimit $shaped a device=a0" "icmp.rate_limited 0-8 b"
done
[ "$lost" -gt 0 ] && [ "$shaped" -gt 0 ] || fail "nothing was lost"
python3 - "$tmp/look.json" "$tmp/recorded.json" <<'P'
import json, sys
live, recorded = (json.load(open(f)) for f in sys.argv[1:])
assert recorded['recorded'] and not live['recorded']
assert 1 <= recorded['seconds'] <= live['seconds'] + 1, (recorded['seconds'], live['seconds'])
P
# alone, a snapshot tells totals since boot
"$WHYDROP" look --root "$tmp/2.tar" --json >"$tmp/boot.json" || [ $? = 1 ]
booked -s -f "$tmp/boot.json" "udp.no_socket 8 b" "socket.udp_rcvbuf_full $lost b" "netfilter.rule 9 b" \
	"qdisc.overlimit $shaped a" "icmp.rate_limited 0-8 b"
