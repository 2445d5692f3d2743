#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Makes the losses of the session in README.md and looks at them: a UDP service that sleeps between two reads, and a
# firewall rule that is meant to drop. Needs root, python3 and nft. All of it happens in two network namespaces, which
# are removed again; a private /run/netns and /proc keep other namespaces of the host out of the picture.
set -eu
[ "${1-}" = inside ] || exec unshare --mount --pid --fork --mount-proc --propagation private "$0" inside "$@"
shift
whydrop=${WHYDROP:-build/whydrop}
mkdir -p /run/netns
mount -t tmpfs none /run/netns
dir=$(mktemp -d)
trap 'ip netns del docs-web; ip netns del docs-client; rm -rf "$dir"' EXIT
ln -s "$(python3 -c 'import sys; print(sys.executable)')" "$dir/statsd"

ip netns add docs-web
ip netns add docs-client
ip -n docs-client link add c0 type veth peer name w0 netns docs-web
ip -n docs-client addr add 192.0.2.1/24 dev c0
ip -n docs-web addr add 192.0.2.2/24 dev w0
ip -n docs-client link set c0 up
ip -n docs-web link set w0 up
ip netns exec docs-web nft 'add table inet filter
	add chain inet filter input { type filter hook input priority 0 ; }
	add rule inet filter input udp dport 161 counter drop'
ip netns exec docs-web "$dir/statsd" -c '
import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("192.0.2.2", 8125))
while True:
    time.sleep(0.5)
    try:
        while True: s.recv(2048, socket.MSG_DONTWAIT)
    except BlockingIOError: pass' &
sleep 4  # until the link has its IPv6 addresses
(sleep 1; exec ip netns exec docs-client python3 -c '
import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for i in range(4000):
    s.sendto(b"requests:1|c", ("192.0.2.2", 8125))
    if i % 100 == 0: s.sendto(b"get", ("192.0.2.2", 161))
    if i % 5 == 0: time.sleep(0.005)') &
"$whydrop" "$@" || [ $? = 1 ]
