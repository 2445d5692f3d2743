#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Missing routes, by IPv4 and IPv6: a local program is told (refused), a forwarded packet is lost; expired hop limits.
. "$(dirname "$0")/lib.sh"
need_root
pair a b
in_ns b sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
ip -n "$N-a" route add 10.99.0.0/24 via 10.78.0.2
ip -n "$N-a" route add fd99::/64 via fd78::2
in_ns a sysctl -qw net.ipv4.conf.all.rp_filter=0
reach a fd78::2
watch
traffic a udp 10.99.0.1 5000 7 >/dev/null
traffic a udp fd99::1 5000 6 >/dev/null
traffic b udp 10.55.0.1 5000 5 >/dev/null
traffic b udp fd55::1 5000 4 >/dev/null
verdict
booked "ip.no_route 13 b" "ip.no_route_local 9 b" "icmp.rate_limited 0-13 b"
