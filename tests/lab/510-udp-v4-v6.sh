#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# The same losses by IPv4 and by IPv6, at the same time: full receive buffers with their owners, closed ports. Each is
# one loss although Udp.InErrors, Udp.RcvbufErrors and the socket count it.
. "$(dirname "$0")/lib.sh"
need_root
pair a b
start b python3 "$here/traffic.py" udp-hold 10.78.0.2 5000 4096; four=$said
start b python3 "$here/traffic.py" udp-hold fd78::2 5001 4096; six=$said
in_ns b sysctl -qw net.ipv4.icmp_msgs_per_sec=100000 2>/dev/null || true
watch
traffic a udp 10.78.0.2 5000 60 >/dev/null
traffic a udp fd78::2 5001 70 >/dev/null
traffic a udp 10.78.0.2 5999 5 >/dev/null
traffic a udp fd78::2 5999 6 >/dev/null
verdict
v4=$(counter b snmp Udp.RcvbufErrors)
v6=$(counter b snmp6 Udp6RcvbufErrors)
[ "$v4" -gt 0 ] && [ "$v6" -gt 0 ] || fail "nothing was lost: $v4, $v6"
limited=$(($(counter b snmp Icmp.OutRateLimitHost) + $(counter b snmp6 Icmp6OutRateLimitHost)))
booked "socket.udp_rcvbuf_full $v4 b pid=$four" "socket.udp_rcvbuf_full $v6 b pid=$six" "udp.no_socket 11 b" \
	"icmp.rate_limited $limited b"
[ "$status" = 1 ] || fail "losses, but exit status $status"
