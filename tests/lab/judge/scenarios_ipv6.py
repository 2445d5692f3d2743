# SPDX-License-Identifier: BSD-2-Clause
"""IPv6 twins of IPv4 losses"""
import os, sys; sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from extra import *

@scenario('UDP over IPv6, reader never reads')
def v6_udp_rcvbuf(L):
    a, b, r, s = path(L, True, rcvbuf=4096); L.start()
    return blast(s, 100, 500, (V6, 5000)) - len(rx(r))

@scenario('IPv4 datagrams into a full dual-stack socket bound to ::')
def v6_dual_stack_v4(L):
    a, b, r, s = path(L, True, ip='::', rcvbuf=4096); s4 = L.udp(a); L.start()
    return blast(s4, 100, 500, ('10.77.0.2', 5000)) - len(rx(r))

@scenario('both families into one full dual-stack socket')
def v6_dual_stack_both(L):
    a, b, r, s = path(L, True, ip='::', rcvbuf=4096); s4 = L.udp(a); L.start()
    return blast(s4, 50, 500, ('10.77.0.2', 5000)) + blast(s, 50, 500, (V6, 5000)) - len(rx(r))

@scenario('raw IPv6 socket never read')
def v6_raw_rcvbuf(L):
    a, b = L.pair(v6=True)
    r = L.sock(b, AF6, socket.SOCK_RAW, 253); r.setsockopt(1, 8, 1); r.setblocking(False); k = L.praw(a, 'a0'); L.start()
    for i in range(50): k.send(eth6(ip6(b'z' * 500, 253)))
    return 50 - len(rx(r))

def pinger(v6):
    def g(L):
        a, b = L.pair(v6=v6)
        with ns(b): wr('/proc/sys/net/ipv4/ping_group_range', '0 2147483647')
        for n in (a, b):
            with ns(n): wr('/proc/sys/net/ipv4/icmp_ratelimit', 0)
        k = L.sock(b, AF6 if v6 else AF, DG, 58 if v6 else 1); k.setsockopt(1, 8, 1); k.setblocking(False)
        L.start(); n = 0
        for i in range(50):
            n += 1; k.sendto(struct.pack('!BBHHH', 128 if v6 else 8, 0, 0, 0, i) + b'q' * 500, ('fd77::1' if v6 else '10.77.0.1', 0))
        time.sleep(.05)
        return n - len(rx(k))
    return g
scenario('ping socket (IPPROTO_ICMP datagram) never read: 50 echo replies', 'ping_socket_rcvbuf')(pinger(False))
scenario('ping socket over IPv6 never read', 'v6_ping_socket_rcvbuf')(pinger(True))

@scenario('IPv6 fragment memory used up: the first fragments wait, the others are refused')
def v6_frag_mem(L):
    n, t = L.tap(v6=True)
    with ns(n): wr('/proc/sys/net/ipv6/ip6frag_low_thresh', 2000); wr('/proc/sys/net/ipv6/ip6frag_high_thresh', 6000); wr('/proc/sys/net/ipv6/ip6frag_time', 1)
    L.start(); b0 = stat(n, 'Ip6ReasmFails', 'snmp6')
    for i in range(30): t.inject(frag6(struct.pack('!HHHH', 1, 5000, 1008, 0) + b'f' * 1000, 0, True, 100 + i))
    time.sleep(1.5)
    L.notes.append('fails %d timeout %d' % (stat(n, 'Ip6ReasmFails', 'snmp6') - b0, stat(n, 'Ip6ReasmTimeout', 'snmp6')))
    return 30

@scenario('overlapping IPv6 fragments')
def v6_frag_overlap(L):
    n, t = L.tap(v6=True); L.start()
    for i in range(10):
        t.inject(frag6(struct.pack('!HHHH', 1, 5000, 208, 0) + b'f' * 96, 0, True, 300 + i))
        t.inject(frag6(b'g' * 104, 96, False, 300 + i))
    return 10

def routed6(name, how, cmd, n=20, frame=None, sz=100):
    @scenario(how, name)
    def g(L):
        a, r, b = L.fwd(v6=True); d = L.udp(b, 5000, 'fd72::2', v6=True, rcvbuf=1 << 20); s = L.udp(a, v6=True)
        if cmd: need(cmd, r)
        L.start()
        for i in range(n):
            for k in range(3):
                try: s.sendto(b'x' * sz, ('fd72::2', 5000)); break
                except OSError: pass
        return n - len(rx(d))
routed6('v6_unreachable_fwd', 'unreachable route on an IPv6 router', 'ip -6 route add unreachable fd72::2/128')
routed6('v6_blackhole_fwd', 'blackhole route on an IPv6 router', 'ip -6 route add blackhole fd72::2/128')
routed6('v6_prohibit_fwd', 'prohibit route on an IPv6 router', 'ip -6 route add prohibit fd72::2/128')
routed6('v6_noroute_fwd', 'no route on an IPv6 router', 'ip -6 route del fd72::/64')
routed6('v6_nft_forward', 'nft ip6 forward drop', 'nft add table ip6 t; nft add chain ip6 t c "{type filter hook forward priority 0;}"; nft add rule ip6 t c udp dport 5000 counter drop')
routed6('v6_ip6tables_reject_fwd', 'ip6tables-legacy FORWARD REJECT', 'ip6tables-legacy -A FORWARD -p udp --dport 5000 -j REJECT')

@scenario('sendto larger than the MTU with IPV6_MTU_DISCOVER=DO and IPV6_DONTFRAG (EMSGSIZE)')
def v6_local_emsgsize(L):
    a, b, r, s = path(L, True); s.setsockopt(41, 23, 2); s.setsockopt(41, 62, 1); L.start(); blast(s, 20, 3000, (V6, 5000))
    return 20 - len(rx(r))

def frames6(name, how, f, n=25, port=5000):
    @scenario(how, name)
    def g(L):
        a, b = L.pair(v6=True); r = L.udp(b, port, V6, v6=True); k = L.praw(a, 'a0'); L.start()
        for i in range(n): k.send(f(i))
        return n - len(rx(r))
frames6('v6_udp_zero_csum', 'UDP over IPv6 without a checksum', lambda i: udp6(dp=5000, zero=1))
frames6('v6_udp_bad_len', 'UDP over IPv6, length field too large', lambda i: udp6(dp=5000, ulen=900))
frames6('v6_mcast_source', 'multicast source address', lambda i: eth6(ip6(udp(b'x' * 50, dp=5000, src='ff02::5', dst=V6, v6=True), 17, src='ff02::5')))
frames6('v6_loopback_source', '::1 as source from outside', lambda i: eth6(ip6(udp(b'x' * 50, dp=5000, src='::1', dst=V6, v6=True), 17, src='::1')))
frames6('v6_unknown_proto', 'IPv6 next header 253 nobody handles', lambda i: eth6(ip6(b'z' * 60, 253)))
frames6('v6_bad_option', 'hop-by-hop option that must be discarded', lambda i: eth6(ip6(bytes([17, 0, 0x5e, 4, 0, 0, 0, 0]) + udp(b'x' * 50, dp=5000, src='fd77::1', dst=V6, v6=True), 0)))
frames6('v6_echo_unknown_info', 'ICMPv6 informational type nobody knows (200)', lambda i: eth6(ip6(icmp6(200), 58)))
def icmp6(t, p=b'\0' * 16):
    x = struct.pack('!BBH', t, 0, 0) + p; c = csum(ph6('fd77::1', V6, 58, len(x)) + x)
    return x[:2] + struct.pack('!H', c) + x[4:]

@scenario('TCP over IPv6 with a wrong checksum')
def v6_tcp_bad_csum(L):
    n, t = L.tap(v6=True); k = L.sock(n, AF6, ST); k.bind(('::', 9999)); k.listen(20); L.start()
    for i in range(20): t.inject(tcp6(sp=3000 + i, dp=9999, seq=1, fl=2, bad=1))
    return 20

@scenario('accept queue of an IPv6 listener full')
def v6_accept_overflow(L):
    n, t = L.tap(v6=True); k = L.sock(n, AF6, ST); k.bind(('::', 9999)); k.listen(0)
    with ns(n): wr('/proc/sys/net/ipv4/tcp_syncookies', 0)
    c = L.sock(n, AF6, ST); c.connect(('::1', 9999)); time.sleep(.05); L.start()
    for i in range(20): t.inject(tcp6(sp=3000 + i, dp=9999, seq=1, fl=2))
    return 20

@scenario('SYN queue of an IPv6 listener full, cookies off')
def v6_synflood(L):
    n, t = L.tap(v6=True); k = L.sock(n, AF6, ST); k.bind(('::', 9999)); k.listen(8)
    with ns(n): wr('/proc/sys/net/ipv4/tcp_syncookies', 0); wr('/proc/sys/net/ipv4/tcp_max_syn_backlog', 8); wr('/proc/sys/net/ipv4/tcp_synack_retries', 2)
    L.start(); b0 = stat(n, 'TcpExt.ListenDrops', 'netstat')
    for i in range(50): t.inject(tcp6(sp=3000 + i, dp=9999, seq=1, fl=2))
    time.sleep(.1); got = len({x for f in t.drain(.1) if f[12:14] == b'\x86\xdd' and f[20] == 6 and f[67] & 0x12 == 0x12 for x in [f[56:58]]})
    L.notes.append('synacks %d, ListenDrops %d' % (got, stat(n, 'TcpExt.ListenDrops', 'netstat') - b0))
    return 50 - got

@scenario('segments to an IPv6 port nobody listens on (answered by a reset)')
def v6_tcp_no_socket(L):
    n, t = L.tap(v6=True); L.start()
    for i in range(20): t.inject(tcp6(sp=3000 + i, dp=9998, seq=1, fl=2))
    return 20

@scenario('UDP over IPv6 behind a full tbf')
def v6_qdisc_tbf(L):
    a, b, r, s = path(L, True); inside(a, 'tc qdisc add dev a0 root tbf rate 80kbit burst 1600 limit 3000'); L.start()
    blast(s, 50, 500, (V6, 5000)); return 50 - len(rx(r, 1.0))

@scenario('UDP over IPv6, tiny SO_SNDBUF behind tbf: EAGAIN')
def v6_sndbuf_eagain(L):
    a, b, r, s = path(L, True); s.setsockopt(1, 7, 2304); inside(a, 'tc qdisc add dev a0 root tbf rate 80kbit burst 1600 limit 300000'); L.start()
    n = blast(s, 50, 500, (V6, 5000)); return 50 - n

lossy('v6_nft_output', 'nft ip6 output drop (EPERM)', a_cmd='nft add table ip6 t; nft add chain ip6 t c "{type filter hook output priority 0;}"; nft add rule ip6 t c udp dport 5000 counter drop', v6=True)
lossy('v6_nft_inet_input', 'nft inet input drop, IPv6 traffic', b_cmd='nft add table inet t; nft add chain inet t c "{type filter hook input priority 0;}"; nft add rule inet t c udp dport 5000 counter drop', v6=True)
lossy('v6_ip6tables_input', 'ip6tables-legacy INPUT DROP', b_cmd='ip6tables-legacy -A INPUT -p udp --dport 5000 -j DROP', v6=True)
lossy('v6_xfrm_in_block', 'xfrm policy blocks incoming IPv6', b_cmd='ip xfrm policy add dir in src fd77::1/128 dst fd77::2/128 action block', v6=True)
lossy('v6_xfrm_out_nostate', 'xfrm policy without a state for outgoing IPv6', a_cmd='ip xfrm policy add dir out src fd77::1/128 dst fd77::2/128 tmpl proto esp mode transport', v6=True)
lossy('v6_xfrm_out_block', 'xfrm policy blocks outgoing IPv6', a_cmd='ip xfrm policy add dir out src fd77::1/128 dst fd77::2/128 action block', v6=True)

@scenario('IPv6 neighbour table full (machine-wide, restored)')
def v6_neigh_table_full(L):
    a, b = L.pair(v6=True); s = L.udp(a, v6=True); L.start(); ok = 0
    for t, v in ((1, 1), (2, 1), (3, 1)): L.gsysctl(f'/proc/sys/net/ipv6/neigh/default/gc_thresh{t}', v)
    try: ok = sum(blast(s, 1, 100, (f'fd77::9:{i}', 5000)) for i in range(20))
    finally: L.ungs()
    L.notes.append(f'{ok} accepted'); return 20

@scenario('IPv6 multicast to three sockets, one of them full')
def v6_mcast_one_full(L):
    a, b = L.pair(v6=True)
    with ns(b): ib = socket.if_nametoindex('b0')
    with ns(a): ia = socket.if_nametoindex('a0')
    R = []
    for i in range(3):
        k = L.sock(b, AF6, DG); k.setsockopt(1, 2, 1); k.setsockopt(1, 15, 1); k.setsockopt(1, 8, 4096 if i == 1 else 1 << 20); k.bind(('::', 5000)); k.setblocking(False)
        k.setsockopt(41, 20, socket.inet_pton(10, 'ff05::77') + struct.pack('I', ib)); R.append(k)
    s = L.udp(a, v6=True); s.setsockopt(41, 17, ia); time.sleep(.3); L.start()
    n = blast(s, 50, 300, ('ff05::77', 5000)); time.sleep(.05); g = [len(rx(k)) for k in R]; L.notes.append(f'sent {n}, got {g}')
    return 3 * n - sum(g)

@scenario('link-local autoconf, DAD and neighbour discovery with a ping6: nothing lost')
def v6_autoconf_control(L):
    a = L.addns('a', True); b = L.addns('b', True); L.start()
    for n in (a, b):
        with ns(n):
            for k in ('default', 'all'): wr(f'/proc/sys/net/ipv6/conf/{k}/accept_dad', 1)
    L.veth(a, 'a0', '02:00:00:00:00:01', b, 'b0', '02:00:00:00:00:02'); sh(f'ip -n {a} link set a0 up; ip -n {b} link set b0 up'); time.sleep(3)
    with ns(a): sh('ping -6 -c 3 -i 0.2 fe80::ff:fe00:2%a0')
    return 0
