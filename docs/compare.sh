#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Makes four losses in a network namespace and shows them first as whydrop, then as the ordinary tools see them: the
# numbers of the table in README.md. Needs root, python3, nft, tc with tbf, net-tools and ethtool. The namespaces are
# its own and go with it.
set -eu
[ "${1-}" = inside ] || exec unshare --mount --pid --fork --mount-proc --propagation private "$0" inside
whydrop=${WHYDROP:-build/whydrop}
mkdir -p /run/netns
mount -t tmpfs none /run/netns
trap 'ip netns del docs-a; ip netns del docs-b' EXIT

ip netns add docs-a
ip netns add docs-b
ip -n docs-a link add a0 type veth peer name b0 netns docs-b
ip -n docs-a addr add 192.0.2.1/24 dev a0
ip -n docs-b addr add 192.0.2.2/24 dev b0
for ns in docs-a docs-b; do  # no neighbour discovery: it would add losses of its own
	ip netns exec $ns sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
done
ip -n docs-a link set a0 up
ip -n docs-b link set b0 up
ip -n docs-b link set lo up
ip netns exec docs-b nft 'add table ip t
	add chain ip t i { type filter hook input priority 0 ; }
	add rule ip t i udp dport 5001 counter drop'
tc -n docs-b qdisc add dev b0 root tbf rate 100kbit burst 2000 limit 3000
ip netns exec docs-b python3 -c '
import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
s.bind(("0.0.0.0", 5000))
l = socket.socket()
l.bind(("0.0.0.0", 80))
l.listen(1)
time.sleep(60)' &
sleep 0.5
"$whydrop" look --for 4s --netns docs-b &
look=$!
sleep 1
ip netns exec docs-a python3 -c '
import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for i in range(200):
    s.sendto(b"x" * 500, ("192.0.2.2", 5000))
    if i % 5 == 0: s.sendto(b"x" * 50, ("192.0.2.2", 5001))
c = [socket.socket() for i in range(6)]
for k in c:
    k.setblocking(False)
    try: k.connect(("192.0.2.2", 80))
    except BlockingIOError: pass
time.sleep(0.5)'
ip netns exec docs-b python3 -c '
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for i in range(100):
    try: s.sendto(b"x" * 900, ("192.0.2.1", 7777))
    except OSError: pass'
wait $look || [ $? = 1 ]
for tool in 'ip -s link show b0' 'netstat -i' 'ethtool -S b0' 'ss -uamn' 'ss -ltmn' 'nstat -asz' 'tc -s qdisc show dev b0' \
	'nft list ruleset'; do
	echo
	echo "== $tool"
	# shellcheck disable=SC2086  # words
	ip netns exec docs-b $tool | grep -v ' 0  *0\.0$'
done
