#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Packets are lost at speed while a rule, a socket and their totals are read one after the other. What only one of the
# two reads saw is neither unexplained nor lost twice: a rule that drops is policy alone, a full buffer that alone.
. "$(dirname "$0")/lib.sh"
need_root
command -v nft >/dev/null || skip "needs nft"
ns a
ns b
in_ns a nft -f - <<'N' || skip "no nftables here"
table inet t {
	chain o {
		type filter hook output priority 0
		udp dport 5000 counter drop
	}
}
N
blast()
{
	ip netns exec "$N-$1" python3 -c "
import socket, sys, time
r = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); r.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2304)
r.bind(('127.0.0.1', 5000))
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
end = time.time() + 20
while time.time() < end:
    for i in range(100):
        try: s.sendto(b'x' * 500, ('127.0.0.1', 5000))
        except OSError: pass
    time.sleep(.004)
" &
	pids+=($!)
}
blast a
blast b
sleep 0.4
for _ in 1 2 3; do
	watch
	verdict 1
	python3 - "$tmp/look.json" "$N" <<'P'
import json, sys
got, n = json.load(open(sys.argv[1])), sys.argv[2]
mine = {(e['namespace']['name'][len(n) + 1:], e['cause']) for e in got['entries']
        if ((e['namespace'] or {}).get('name') or '').startswith(n) and e['verdict'] != 'benign'}
want = {('a', 'netfilter.rule'), ('b', 'socket.udp_rcvbuf_full')}
assert mine == want, mine
P
done
"$WHYDROP" log --interval 250ms --count 25 >"$tmp/log" 2>/dev/null || [ $? = 1 ]
grep -q "socket.udp_rcvbuf_full=.*ns=$N-b" "$tmp/log" || fail "nothing in the log: $(cat "$tmp/log")"
! grep -E "(udp_mem_limit|discarded|malformed)=[0-9]+[{]ns=$N-" "$tmp/log" || fail "lost twice, or unexplained"
