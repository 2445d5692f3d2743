#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# A full send queue and a non-blocking sender who is told (EAGAIN), at the same time: the queue's drops are lost, the
# rest of OutDiscards and SndbufErrors is refused, nothing is counted twice.
. "$(dirname "$0")/lib.sh"
need_root
pair a b
in_ns a tc qdisc add dev a0 root tbf rate 2mbit burst 3k limit 6k
start b python3 "$here/traffic.py" udp-hold 10.78.0.2 5000 4000000
watch
traffic a udp 10.78.0.2 5000 50 1000 >/dev/null
read -r _ refused < <(traffic a udp-nonblock 10.78.0.2 5000 60)
verdict
dropped=$(in_ns a tc -s -j qdisc show dev a0 | python3 -c 'import json,sys; print(json.load(sys.stdin)[0]["drops"])')
told=$(counter a snmp Udp.SndbufErrors)
[ "$dropped" -gt 0 ] && [ "$refused" -gt 0 ] || fail "dropped $dropped, refused $refused"
[ "$told" = $((dropped + refused)) ] || skip "this kernel counts SndbufErrors otherwise: $told, not $dropped and $refused"
booked "qdisc.overlimit $dropped a device=a0" "socket.sndbuf_full $refused a"
