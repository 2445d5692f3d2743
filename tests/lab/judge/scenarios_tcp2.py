# SPDX-License-Identifier: BSD-2-Clause
"""TCP: listeners of both families, settings of the accept and SYN queues, healthy bulk traffic"""
import os, sys; sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from extra import *

def fill(L, n, port, v6=False, ip=None):
    """a listener with backlog 0 in n whose accept queue is full"""
    k = L.sock(n, AF6 if v6 else AF, ST); k.setsockopt(1, 2, 1)
    if v6: k.setsockopt(41, 26, 0 if v6 == 'dual' else 1)
    k.bind((ip or ('::' if v6 else '0.0.0.0'), port)); k.listen(0)
    c = L.sock(n, AF6 if v6 else AF, ST); c.connect(('::1' if v6 else '127.0.0.1', port)); time.sleep(.03); return k

@scenario('accept queues of an IPv4, an IPv6 and a dual-stack listener full at once')
def tcp2_three_listeners(L):
    n, t = L.tap(v6=True)
    with ns(n): wr('/proc/sys/net/ipv4/tcp_syncookies', 0)
    fill(L, n, 9001); fill(L, n, 9002, True); fill(L, n, 9003, 'dual'); L.start()
    for i in range(10): t.inject(ftcp(sp=3000 + i, dp=9001, seq=1, fl=2)); t.inject(tcp6(sp=3000 + i, dp=9002, seq=1, fl=2)); t.inject(ftcp(sp=3000 + i, dp=9003, seq=1, fl=2)); t.inject(tcp6(sp=4000 + i, dp=9003, seq=1, fl=2))
    return 40

@scenario('listener of a child process, accept queue full')
def tcp2_accept_child(L):
    n, t = L.tap()
    with ns(n): wr('/proc/sys/net/ipv4/tcp_syncookies', 0)
    p = child(L, f"""
fd=os.open('/run/netns/{n}',os.O_RDONLY); ctypes.CDLL(None,use_errno=True).setns(fd,0x40000000); os.close(fd)
k=socket.socket(); k.bind(('0.0.0.0',9001)); k.listen(0); c=socket.socket(); c.connect(('127.0.0.1',9001)); time.sleep(.05); print('ok',flush=True); sys.stdin.read()
""", 'lazyserver')
    other = listen(L, n, 9002); L.owner = p.pid; L.start()
    for i in range(20): t.inject(ftcp(sp=3000 + i, dp=9001, seq=1, fl=2))
    return 20

@scenario('tcp_abort_on_overflow=1: the last ACK of a handshake is refused by a reset')
def tcp2_abort_on_overflow(L):
    n, t = L.tap()
    with ns(n): wr('/proc/sys/net/ipv4/tcp_abort_on_overflow', 1)
    k = listen(L, n, bl=0); C = [TClient(t, 9999, sp=40000 + i) for i in range(4)]
    for c in C: c.syn(); c.ok = c.synack()
    ok = [c for c in C if c.ok]; L.start()
    for c in ok: c.sendack()
    time.sleep(.1); got = acceptq(n); L.notes.append(f'{len(ok)} handshakes, {got} in the queue'); return len(ok) - got

@scenario('tcp_syncookies=2, 60 half-open connections: cookies answer all')
def tcp2_cookies_always_control(L):
    n, t = L.tap(); k = listen(L, n, bl=4)
    with ns(n): wr('/proc/sys/net/ipv4/tcp_syncookies', 2)
    L.start()
    for i in range(60): t.inject(ftcp(sp=3000 + i, dp=9999, seq=1, fl=2))
    time.sleep(.05); got = len({r['dp'] for r in map(ptcp, t.drain(.1)) if r and r['fl'] & 0x12 == 0x12}); return 60 - got

@scenario('MD5 signature on a segment although no key is set')
def tcp2_md5_unexpected(L):
    n, t = L.tap(); k = listen(L, n); L.start()
    for i in range(20): t.inject(ftcp(sp=3000 + i, dp=9999, seq=1, fl=2, opts=b'\x13\x12' + b'm' * 16))
    return 20

@scenario('TCP through a full tbf: segments are dropped by the queue and sent again')
def tcp2_qdisc(L):
    a, b = L.pair(); k = L.sock(b, AF, ST); k.bind(('0.0.0.0', 9999)); k.listen(5)
    inside(a, 'ethtool -K a0 tso off gso off', check=False); inside(a, 'tc qdisc add dev a0 root tbf rate 8mbit burst 3000 limit 6000')
    c = L.sock(a, AF, ST); c.connect(('10.77.0.2', 9999)); x, _ = k.accept(); L.keep.append(x)
    th = threading.Thread(target=lambda: [x.recv(65536) for i in range(400)], daemon=True); x.settimeout(1)
    q = lambda: int(re.search(r'dropped (\d+)', inside(a, 'tc -s qdisc show dev a0')).group(1))
    L.start(); d0 = q(); th.start(); c.settimeout(5); c.sendall(b'x' * 400000); time.sleep(.6); c.close(); time.sleep(.2)
    return q() - d0

@scenario('UDP and TCP through the same full tbf')
def tcp2_qdisc_mixed(L):
    a, b, r, s = path(L); k = L.sock(b, AF, ST); k.bind(('0.0.0.0', 9999)); k.listen(5)
    inside(a, 'ethtool -K a0 tso off gso off', check=False); inside(a, 'tc qdisc add dev a0 root tbf rate 4mbit burst 3000 limit 6000')
    c = L.sock(a, AF, ST); c.connect(('10.77.0.2', 9999)); x, _ = k.accept(); L.keep.append(x); x.settimeout(1)
    th = threading.Thread(target=lambda: [x.recv(65536) for i in range(400)], daemon=True)
    q = lambda: int(re.search(r'dropped (\d+)', inside(a, 'tc -s qdisc show dev a0')).group(1))
    L.start(); d0 = q(); th.start(); c.settimeout(5)
    snd = threading.Thread(target=lambda: c.sendall(b'x' * 150000), daemon=True); snd.start(); blast(s, 60, 1000, ('10.77.0.2', 5000)); snd.join(5); time.sleep(.5)
    return q() - d0

@scenario('forwarded datagrams through a full tbf of a router, and a local sender that is told')
def tcp2_qdisc_forward(L):
    a, r, b = L.fwd(); d = L.udp(b, 5000, '10.77.2.2', rcvbuf=1 << 20); s = L.udp(a); l = L.udp(r)
    inside(r, 'tc qdisc add dev r1 root tbf rate 80kbit burst 1600 limit 3000'); L.start()
    for i in range(30):
        blast(s, 1, 500, ('10.77.2.2', 5000))
        blast(l, 1, 500, ('10.77.2.2', 5000))
    return 60 - len(rx(d, 1.2))

@scenario('bulk TCP over loopback, 200 MB')
def tcp2_bulk_control(L):
    a = L.addns('a'); k = L.sock(a, AF, ST); k.bind(('127.0.0.1', 9999)); k.listen(5); c = L.sock(a, AF, ST); c.connect(('127.0.0.1', 9999)); x, _ = k.accept(); L.keep.append(x)
    L.start(); buf = b'x' * (1 << 20); tot = [0]
    def rd_():
        while tot[0] < 200 << 20:
            y = x.recv(1 << 20)
            if not y: return
            tot[0] += len(y)
    th = threading.Thread(target=rd_); th.start()
    for i in range(200): c.sendall(buf)
    th.join(20); c.close(); time.sleep(.1); return (200 << 20) - tot[0]

@scenario('segments in the wrong order, all arrive')
def tcp2_reorder_control(L):
    n, t, k, c, s = conn(L, rcvbuf=1 << 20); L.start(); base = c.seq
    for g in range(20):
        for i in (2, 0, 3, 1): c.seg(b'r' * 1000, seq=base + (g * 4 + i) * 1000); time.sleep(.001)
    got = sum(len(x) for x in rx(s)); return 0 if got == 80000 else 1

@scenario('200 connections opened and closed, 20 of them by reset (SO_LINGER 0)')
def tcp2_closing_control(L):
    a, b = L.pair(); k = L.sock(b, AF, ST); k.bind(('0.0.0.0', 9999)); k.listen(50); L.start()
    for i in range(200):
        c = L.sock(a, AF, ST); c.connect(('10.77.0.2', 9999)); x, _ = k.accept()
        c.sendall(b'q' * 100); assert len(x.recv(200)) == 100
        if i % 10 == 0: c.setsockopt(1, 13, struct.pack('ii', 1, 0)); c.close(); x.close()
        else: c.close(); x.recv(1); x.close()
    return 0

@scenario('connections to closed ports of both families: refused by a reset')
def tcp2_refused(L):
    a, b = L.pair(v6=True); L.start()
    for i in range(10):
        for f, to in ((AF, '10.77.0.2'), (AF6, V6)):
            c = L.sock(a, f, ST)
            try: c.connect((to, 9998)); raise RuntimeError('connected')
            except ConnectionRefusedError: pass
    return 20

@scenario('window closed because the program does not read; the peer probes 10 times')
def tcp2_zero_window(L):
    n, t, k, c, s = conn(L, rcvbuf=4096)
    for i in range(80):
        c.seg(b'z' * 500, adv=False); r = [x for x in map(ptcp, t.drain(.01)) if x]
        if r:
            c.seq = max(c.seq, r[-1]['ack'])
            if r[-1]['win'] < 500: break
    else: raise RuntimeError('window never closed')
    L.start(); z0 = proc_net(n, 'netstat'); 
    for i in range(10): c.seg(b'p' * 500, adv=False); time.sleep(.002)
    time.sleep(.05); z1 = proc_net(n, 'netstat'); L.notes.append(str({k: z1[k] - z0[k] for k in z1 if z1[k] != z0[k] and 'Octets' not in k})); return 10

@scenario('TIME_WAIT table full (tcp_max_tw_buckets=0): connections are forgotten, nothing is lost')
def tcp2_tw_full_control(L):
    a, b = L.pair(); k = L.sock(b, AF, ST); k.bind(('0.0.0.0', 9999)); k.listen(50)
    for n in (a, b): sysctl(n, 'net.ipv4.tcp_max_tw_buckets', 0)
    L.start()
    for i in range(20):
        c = L.sock(a, AF, ST); c.connect(('10.77.0.2', 9999)); x, _ = k.accept(); c.sendall(b'q' * 100); x.recv(200); c.close(); x.recv(1); x.close()
    return 0

@scenario('TCP_DEFER_ACCEPT: bare ACKs are ignored by design, the data arrives')
def tcp2_defer_accept_control(L):
    n, t = L.tap(); k = listen(L, n, pre=lambda k: k.setsockopt(6, 9, 5)); L.start()
    for i in range(5):
        c = TClient(t, 9999, sp=41000 + i); c.connect(); time.sleep(.02); c.seg(b'data'); s = acc(L, k); assert rx(s) == [b'data']
    return 0
