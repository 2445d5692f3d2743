#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Interfaces are renamed, moved to another namespace and deleted while we watch: what each lost stays in the books once,
# under the name it had last.
. "$(dirname "$0")/lib.sh"
need_root
pair a b
ns c
# an end with a smaller MTU counts what it refuses; no IPv6, so that nothing else is sent
for n in a c; do
	in_ns $n sysctl -qw net.ipv6.conf.default.disable_ipv6=1
done
ip -n "$N-a" link add va type veth peer name vb
ip -n "$N-a" addr add 10.79.0.1/24 dev va
ip -n "$N-a" neigh add 10.79.0.2 lladdr 02:00:00:00:00:02 dev va
ip -n "$N-a" link set vb up
ip -n "$N-a" link set va up
ip -n "$N-a" link set vb mtu 1300
drops()
{
	ip -n "$N-$1" -j -s link show "$2" | python3 -c 'import json,sys; print(json.load(sys.stdin)[0]["stats64"]["rx"]["dropped"])'
}
watch
traffic a udp 10.79.0.2 5000 10 1400 >/dev/null
sleep 1.2
ip -n "$N-a" link set vb down
ip -n "$N-a" link set vb name renamed
ip -n "$N-a" link set renamed up
traffic a udp 10.79.0.2 5000 5 1400 >/dev/null
sleep 1.2
first=$(drops a renamed)
ip -n "$N-a" link set renamed netns "$N-c"
ip -n "$N-c" link set renamed up
ip -n "$N-c" link set renamed mtu 1300
traffic a udp 10.79.0.2 5000 7 1400 >/dev/null
sleep 1.2
second=$(drops c renamed)
ip -n "$N-c" link del renamed
sleep 1.2
verdict
[ "$first" = 15 ] && [ "$second" = 22 ] || fail "the kernel counted $first and $second"
python3 - "$tmp/look.json" "$N" <<'P'
import json, sys
got, n = json.load(open(sys.argv[1])), sys.argv[2]
mine = [e for e in got['entries'] if ((e['namespace'] or {}).get('name') or '').startswith(n) and e['verdict'] != 'benign']
lost = sum(e['packets'] for e in mine)
at = {(e['namespace']['name'][len(n) + 1:], e['device']): e['packets'] for e in mine}
assert lost == 22, (lost, [(e['cause'], e['packets'], e['namespace']['name'], e['device']) for e in mine])
assert at.get(('a', 'renamed')) == 15, at
P
