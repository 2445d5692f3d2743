# SPDX-License-Identifier: BSD-2-Clause
"""Sockets: who loses, when several do, when they are shared, and when they are gone before anybody looks"""
import os, sys; sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from extra import *

@scenario('three processes lose at three UDP sockets of one namespace at the same time')
def own_three_readers(L):
    a, b = L.pair(); s = L.udp(a); P = [reader(L, b, 5000 + i, comm='rdr%d' % i) for i in range(3)]
    L.owner = P[1].pid; L.start()
    for i in range(100):
        for k in range(3): blast(s, 1 if k != 1 or i % 2 else 2, 300, ('10.77.0.2', 5000 + k))
    time.sleep(.05); d = [drops_of(b, 'udp', 5000 + k) for k in range(3)]; L.notes.append('drops %s pids %s' % (d, [p.pid for p in P]))
    return sum(d)

@scenario('UDP, raw and capture sockets of three processes lose at the same time')
def own_three_kinds(L):
    a, b = L.pair(); s = L.udp(a); k = L.praw(a, 'a0')
    enter = f"fd=os.open('/run/netns/{b}',os.O_RDONLY); ctypes.CDLL(None,use_errno=True).setns(fd,0x40000000); os.close(fd)\n"
    u = reader(L, b, 5000, comm='udprdr')
    r = child(L, enter + "k=socket.socket(socket.AF_INET,socket.SOCK_RAW,253); k.setsockopt(1,8,1); print('ok',flush=True); sys.stdin.read()\n", 'rawrdr')
    c = child(L, enter + "k=socket.socket(socket.AF_PACKET,socket.SOCK_RAW,socket.htons(0x88b6)); k.setsockopt(1,8,1); k.bind(('b0',0x88b6)); print('ok',flush=True); sys.stdin.read()\n", 'caprdr')
    L.owner = [u.pid, r.pid, c.pid]; L.start()
    blast(s, 100, 300, ('10.77.0.2', 5000))
    for i in range(60): k.send(eth(ip4(b'z' * 500, 253)))
    for i in range(50): k.send(eth(b'c' * 500, t=0x88b6))
    time.sleep(.05); du = drops_of(b, 'udp', 5000)
    with ns(b): dr = int(rd('/proc/thread-self/net/raw').splitlines()[1].split()[-1])
    # SO_RCVBUF 1 is 2304 bytes: what waits in the capture socket was not lost
    L.notes.append(f'udp {du} raw {dr}')
    return [du, dr, (45, 50)]

@scenario('a socket shared by parent and child after fork')
def own_forked(L):
    a, b = L.pair(); s = L.udp(a)
    p = reader(L, b, 5000, comm='forker', more="""
c=os.fork()
if c==0:
    ctypes.CDLL(None).prctl(1,9,0,0,0); time.sleep(60); os._exit(0)
""")
    L.owner = p.pid; L.start(); blast(s, 100, 300, ('10.77.0.2', 5000)); time.sleep(.05)
    return drops_of(b, 'udp', 5000)

@scenario('SO_REUSEPORT group of four sockets in two processes, nobody reads')
def own_reuseport(L):
    a, b = L.pair(); P = [reader(L, b, 5000, comm='grp%d' % i, more="k2=socket.socket(2,2); k2.setsockopt(1,8,4096); k2.setsockopt(1,15,1); k2.bind(('10.77.0.2',5000))") for i in range(2)]
    S = [L.udp(a) for i in range(40)]; L.owner = P[0].pid; L.start()
    for s in S: blast(s, 10, 300, ('10.77.0.2', 5000))
    time.sleep(.05); return drops_of(b, 'udp', 5000)

@scenario('IPv4 multicast to four sockets, one of them full')
def own_mcast_one_full(L):
    a, b = L.pair()
    inside(a, 'ip route add 224.0.0.0/4 dev a0'); inside(b, 'ip route add 224.0.0.0/4 dev b0'); R = []
    for i in range(4):
        k = L.sock(b, AF, DG); k.setsockopt(1, 15, 1); k.setsockopt(1, 2, 1); k.setsockopt(1, 8, 4096 if i == 2 else 1 << 20); k.bind(('0.0.0.0', 5000)); k.setblocking(False)
        k.setsockopt(0, socket.IP_ADD_MEMBERSHIP, mreq('239.1.1.1')); R.append(k)
    s = L.udp(a); time.sleep(.2); L.start(); n = blast(s, 60, 300, ('239.1.1.1', 5000)); time.sleep(.05)
    g = [len(rx(k)) for k in R]; L.notes.append('got %s of %d' % (g, n)); return 4 * n - sum(g)

@scenario('a socket loses and is closed half a second later, while we watch')
def own_closed_early(L):
    a, b, r, s = path(L, rcvbuf=4096); L.start(); n = blast(s, 100, 300, ('10.77.0.2', 5000)); got = len(rx(r)); time.sleep(.5); r.close(); return n - got

@scenario('a process whose socket lost dies at once')
def own_died(L):
    a, b = L.pair(); s = L.udp(a); p = reader(L, b, 5000, comm='mortal'); L.start()
    blast(s, 100, 300, ('10.77.0.2', 5000)); time.sleep(.02); n = drops_of(b, 'udp', 5000); p.kill(); p.wait(); return n

@scenario('80 lost before the look, 40 during it: only the 40 count')
def own_before(L):
    a, b, r, s = path(L, rcvbuf=4096); blast(s, 90, 300, ('10.77.0.2', 5000)); time.sleep(.05); d0 = drops_of(b, 'udp', 5000)
    L.start(); blast(s, 40, 300, ('10.77.0.2', 5000)); time.sleep(.05); return drops_of(b, 'udp', 5000) - d0

@scenario('a lot: 120000 datagrams into a full buffer')
def own_many(L):
    a, b, r, s = path(L, rcvbuf=4096); L.start(); n = blast(s, 120000, 60, ('10.77.0.2', 5000)); return n - len(rx(r))

@scenario('UDP-Lite socket never read')
def own_udplite(L):
    a, b = L.pair()
    try: r = L.sock(b, AF, DG, 136); s = L.sock(a, AF, DG, 136)
    except OSError: raise Skip('no UDP-Lite')
    r.setsockopt(1, 8, 4096); r.bind(('10.77.0.2', 5000)); r.setblocking(False); L.start(); return blast(s, 100, 300, ('10.77.0.2', 5000)) - len(rx(r))

@scenario('TPACKET ring of two frames, never emptied')
def own_packet_ring(L):
    a, b = L.pair(); k = L.praw(a, 'a0')
    p = L.sock(b, socket.AF_PACKET, socket.SOCK_RAW, 0); p.setsockopt(263, 10, struct.pack('I', 1))
    p.setsockopt(263, 5, struct.pack('IIII', 4096, 1, 2048, 2)); p.bind(('b0', 0x88b6)); L.start()
    for i in range(50): k.send(eth(b'c' * 500, t=0x88b6))
    return 48

@scenario('unread socket filter and a full buffer at the same time at two sockets')
def own_filter_and_full(L):
    a, b, r, s = path(L, rcvbuf=4096); f = L.udp(b, 5001, rcvbuf=1 << 20); cbpf(f, 0); L.start()
    n = blast(s, 80, 300, ('10.77.0.2', 5000)); m = blast(s, 30, 300, ('10.77.0.2', 5001)); return [n - len(rx(r)), m - len(rx(f))]

@scenario('wrong checksums and a full buffer at one socket')
def own_csum_and_full(L):
    a, b, r, s = path(L, rcvbuf=4096); k = L.praw(a, 'a0'); L.start()
    for i in range(25): k.send(fudp(b'y' * 40, dp=5000, bad=1))
    n = blast(s, 80, 300, ('10.77.0.2', 5000)); return [n - len(rx(r)), 25]

@scenario('sockets opened and closed all the time, everything delivered')
def own_churn_control(L):
    a, b = L.pair(); s = L.udp(a); L.start()
    for i in range(60):
        r = L.udp(b, 5000); blast(s, 3, 100, ('10.77.0.2', 5000)); assert len(rx(r, .01)) == 3; r.close()
    return 0

@scenario('two netlink listeners of two processes, one too slow')
def own_netlink(L):
    a = L.addns('a'); inside(a, 'ip link add d0 type ifb')
    enter = f"fd=os.open('/run/netns/{a}',os.O_RDONLY); ctypes.CDLL(None,use_errno=True).setns(fd,0x40000000); os.close(fd)\n"
    slow = child(L, enter + "k=socket.socket(16,3,0); k.setsockopt(1,8,1); k.bind((0,1)); print('ok',flush=True); sys.stdin.read()\n", 'slownl')
    fast = child(L, enter + "k=socket.socket(16,3,0); k.setsockopt(1,8,1<<22); k.bind((0,1)); print('ok',flush=True); sys.stdin.read()\n", 'fastnl')
    L.owner = slow.pid; L.start(); inside(a, 'for i in $(seq 20); do ip link set d0 mtu $((1400+i)); done')
    with ns(a): d = sum(int(l.split()[-2]) for l in rd('/proc/thread-self/net/netlink').splitlines()[1:] if l.split()[1] == '0')
    return d
