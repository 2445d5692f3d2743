#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# A namespace is made while we watch, loses packets and is deleted while we watch: its losses stay in the books, under
# its name, and so do those of one that was there before and is deleted.
. "$(dirname "$0")/lib.sh"
need_root
pair old peer
watch
traffic peer udp 10.78.0.1 5999 7 >/dev/null
pair a late
traffic a udp 10.78.0.2 5999 11 >/dev/null
sleep 1.5
ip netns del "$N-late"
ip netns del "$N-old"
sleep 1.2
verdict
limited=$(python3 -c "
import json; got = json.load(open('$tmp/look.json'))
print(sum(e['packets'] for e in got['entries'] if e['cause'] == 'icmp.rate_limited' and
      ((e['namespace'] or {}).get('name') or '').startswith('$N')))")
[ "$limited" -le 18 ] || fail "$limited answers limited"
python3 - "$tmp/look.json" "$N" <<'P'
import json, sys
got, n = json.load(open(sys.argv[1])), sys.argv[2]
seen = {}
for e in got['entries']:
    if e['cause'] == 'udp.no_socket':
        seen[(e['namespace'] or {}).get('name')] = e['packets']
assert seen.get(n + '-old') == 7, seen
assert seen.get(n + '-late') == 11, seen
kinds = [(e['kind'], e['text']) for e in got['events'] if n in e['text'] or n in (e.get('at') or '')]
assert any(k == 'namespace_new' and n + '-late' in t for k, t in kinds), kinds
assert any(k == 'namespace_gone' and n + '-late' in t for k, t in kinds), kinds
P
