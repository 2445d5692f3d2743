#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Fifty namespaces come and go during a look, inodes are used again, and one of them loses packets shortly before it
# goes: nothing is mixed up, nothing else is booked, no descriptor is left over.
. "$(dirname "$0")/lib.sh"
need_root
ns keep
watch
for round in 1 2; do
	for i in $(seq 25); do
		ip netns add "$N-r$round.$i"
		spaces+=("$N-r$round.$i")
	done
	[ "$round" = 1 ] || sleep 1.2
	if [ "$round" = 2 ]; then
		ip -n "$N-r2.7" link set lo up
		ip netns exec "$N-r2.7" python3 "$here/traffic.py" udp 127.0.0.1 5999 9 >/dev/null
		sleep 1.2
	fi
	for i in $(seq 25); do
		ip netns del "$N-r$round.$i"
	done
done
sleep 1.2
open=$(find "/proc/$look/fd" -mindepth 1 | wc -l)
traffic keep udp 127.0.0.1 5999 4 >/dev/null
verdict
booked "udp.no_socket 9 r2.7" "udp.no_socket 4 keep"
mine=$("$WHYDROP" look --for 50ms --json 2>/dev/null | python3 -c 'import json, sys; print(json.load(sys.stdin)["namespaces"])') || true
[ "$open" -lt $((100 + 40 * mine)) ] || fail "$open descriptors open with $mine namespaces"
