#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Without privilege a namespace can only be seen through a process. One that gets its first process while we look
# ("ip netns exec") is old, and what it has lost in its life is not lost now. Nor is what a device has dropped before it
# was renamed: without privilege it is known by its name alone.
. "$(dirname "$0")/lib.sh"
need_root
command -v setpriv >/dev/null || skip "needs setpriv"
pair a b
ns c
in_ns b sysctl -qw net.ipv6.conf.all.disable_ipv6=1
in_ns a sysctl -qw net.ipv6.conf.all.disable_ipv6=1
ip netns exec "$N-c" sleep 60 &
pids+=($!)
# 743 datagrams for nobody before the look
in_ns a python3 - <<'P'
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(('127.0.0.1', 5000))
s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2304)
t = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for i in range(743): t.sendto(b'x' * 500, ('127.0.0.1', 5000))
P
lost=$(counter a snmp Udp.RcvbufErrors)
[ "$lost" -gt 700 ] || fail "only $lost were lost"
# 331 packets too long for the other end of a veth, in a namespace that is seen all the time
ip -n "$N-c" link add va type veth peer name vb
in_ns c sysctl -qw net.ipv6.conf.all.disable_ipv6=1
ip -n "$N-c" addr add 10.79.0.1/24 dev va
ip -n "$N-c" neigh add 10.79.0.2 lladdr 02:00:00:00:00:02 dev va
ip -n "$N-c" link set vb up
ip -n "$N-c" link set va up
ip -n "$N-c" link set vb mtu 1300
traffic c udp 10.79.0.2 5000 331 1400 >/dev/null
install -m 755 "$WHYDROP" "$tmp/whydrop"
chmod 755 "$tmp"
setpriv --reuid 65534 --regid 65534 --clear-groups --no-new-privs -- "$tmp/whydrop" look --for 120s --json \
	>"$tmp/look.json" 2>"$tmp/look.err" &
look=$!
watching "$tmp/look.err"
sleep 1.2
in_ns a sleep 3
ip -n "$N-c" link set vb down
ip -n "$N-c" link set vb name renamed
ip -n "$N-c" link set renamed up
verdict
python3 - "$tmp/look.json" "$lost" <<'P'
import json, re, sys
got, lost = json.load(open(sys.argv[1])), int(sys.argv[2])
old = [(e['cause'], e['packets'], e['device']) for e in got['entries'] if e['packets'] in (lost, 331)]
assert not old, f'lost before the look began: {old}'
counts = [int(n) for s in got['sources'] for n in re.findall(r'(\d+) namespaces? not allowed', s['why'] or '')]
half = [int(n) for u in got['unseen'] for n in re.findall(r'(\d+) namespaces? only half', u)]
assert counts and half and max(counts) <= half[0], f'each namespace is counted once: {counts}, {half}'
P
