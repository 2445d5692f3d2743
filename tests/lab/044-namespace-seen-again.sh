#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# A namespace that is kept by a mount of its own, not under /run/netns, is out of sight while no process is in it. When
# it is seen again, what its devices and sockets have lost since they were made is not lost a second time.
. "$(dirname "$0")/lib.sh"
need_root
mkdir "$tmp/keep"
: >"$tmp/keep/ns"
mount --bind "$tmp/keep" "$tmp/keep"
mount --make-private "$tmp/keep"
at_end()
{
	umount "$tmp/keep/ns"
	umount "$tmp/keep"
}
unshare --net="$tmp/keep/ns" sh -e -c '
	sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
	ip link set lo up
	ip link add va type veth peer name vb
	ip addr add 10.79.0.1/24 dev va
	ip neigh add 10.79.0.2 lladdr 02:00:00:00:00:02 dev va
	ip link set vb up
	ip link set va up
	ip link set vb mtu 1300
	python3 "$1/traffic.py" udp 10.79.0.2 5000 419 1400 >/dev/null' - "$here"
nsenter --net="$tmp/keep/ns" sleep 60 &
first=$!
pids+=("$first")
sleep 0.3
watch
sleep 1.2
kill "$first"
sleep 2.5
nsenter --net="$tmp/keep/ns" sh -c 'sleep 1.5; python3 "$1/traffic.py" udp 10.79.0.2 5000 7 1400 >/dev/null; sleep 2' - "$here"
verdict
python3 - "$tmp/look.json" "$(stat -Lc %i "$tmp/keep/ns")" <<'P'
import json, sys
got, inode = json.load(open(sys.argv[1])), int(sys.argv[2])
mine = [(e['cause'], e['packets'], e['device']) for e in got['entries'] if (e['namespace'] or {}).get('inode') == inode]
assert sum(n for c, n, d in mine) == 7, mine
P
