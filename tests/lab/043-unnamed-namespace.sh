#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# A namespace without a name, as a container has: found through its process, told apart, its losing socket has an owner.
. "$(dirname "$0")/lib.sh"
need_root
ns a
start - unshare --net python3 -c "
import socket, subprocess, os, time
subprocess.run(['ip', 'link', 'set', 'lo', 'up'], check=True)
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
s.bind(('127.0.0.1', 5000)); print(os.getpid(), flush=True)
t = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
open('$tmp/go-on', 'w').close()
while not os.path.exists('$tmp/go'): time.sleep(.05)
for i in range(60): t.sendto(b'x' * 100, ('127.0.0.1', 5000))
open('$tmp/done', 'w').close()
time.sleep(60)
"
pid=$said
watch
touch "$tmp/go"
for _ in $(seq 50); do [ -e "$tmp/done" ] && break; sleep 0.1; done
verdict
lost=$(awk '/^Udp: [0-9]/ { print $6 }' "/proc/$pid/net/snmp")
[ "$lost" -gt 0 ] || fail "nothing was lost"
python3 - "$tmp/look.json" "$pid" "$lost" <<'P'
import json, os, sys
got, pid, lost = json.load(open(sys.argv[1])), int(sys.argv[2]), int(sys.argv[3])
inode = os.stat(f'/proc/{pid}/ns/net').st_ino
e = [e for e in got['entries'] if (e['namespace'] or {}).get('inode') == inode and e['verdict'] != 'benign']
assert len(e) == 1 and e[0]['cause'] == 'socket.udp_rcvbuf_full' and e[0]['packets'] == lost, e
assert e[0]['owner'] and e[0]['owner']['pid'] == pid, e[0]['owner']
P
