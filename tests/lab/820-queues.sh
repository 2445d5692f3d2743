#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Send queues of several kinds lose on purpose, early or because they are full: each is told as what it is.
. "$(dirname "$0")/lib.sh"
need_root
pair a b
drops()
{
	in_ns a tc -s -j qdisc show dev a0 | python3 -c 'import json,sys; print([q for q in json.load(sys.stdin) if q.get("root")][0]["drops"])'
}
# one family only: what IPv6 says at its own pace would be in the queue, too
for n in a b; do
	in_ns $n sysctl -qw net.ipv6.conf.all.disable_ipv6=1
done
tried=0
# one KIND CAUSE OPTIONS...
one()
{
	local kind=$1 cause=$2 n
	shift 2
	in_ns a tc qdisc replace dev a0 root "$kind" "$@" 2>/dev/null || return 0
	tried=$((tried + 1))
	watch
	traffic a udp 10.78.0.2 7000 200 1000 >/dev/null
	verdict 0.5
	n=$(drops)
	[ "$n" -gt 0 ] || fail "$kind lost nothing"
	booked "$cause $n a device=a0" "udp.no_socket 0-200 b" "icmp.rate_limited 0-200 b"
	in_ns a tc qdisc del dev a0 root
}
one netem qdisc.netem_loss loss 30%
one pfifo qdisc.overlimit limit 0
one tbf qdisc.overlimit rate 8mbit burst 3k limit 6k
[ "$tried" -gt 0 ] || skip "no send queue of these kinds here"
