# SPDX-License-Identifier: BSD-2-Clause
"""Several losses behind one counter, losses of namespaces without a name, more firewall forms, odd places"""
import os, sys; sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from extra import *

def chain(rules, hook='input', f='ip', policy='', pre=''):
    return f'nft add table {f} t; {pre}nft add chain {f} t c "{{type filter hook {hook} priority 0; {policy}}}"; ' + '; '.join(f"nft 'add rule {f} t c {r}'" for r in rules)
U = 'udp dport 5000 '
lossy('mx_goto', 'goto a chain that drops', b_cmd=chain([U + 'goto d'], pre="nft add chain ip t d; nft 'add rule ip t d counter drop'; "))
lossy('mx_accept_some', 'counted accept of 15, counted drop of the rest', b_cmd=chain([U + 'limit rate 1/second burst 15 packets counter accept', U + 'counter drop']))
lossy('mx_mark_then_drop', 'counter and mark first, a counted drop of the mark later', b_cmd=chain([U + 'counter meta mark set 7', 'meta mark 7 counter drop']))
lossy('mx_numgen', 'every second packet', b_cmd=chain([U + 'numgen inc mod 2 0 counter drop']))
lossy('mx_dynset', 'dynamic set with a limit', b_cmd=chain(['udp dport 5000 add @m { ip saddr limit rate over 1/second burst 5 packets } counter drop'], pre="nft 'add set ip t m { type ipv4_addr; flags dynamic; timeout 60s; }'; "))
lossy('mx_reject_icmpx', 'inet reject with icmpx admin-prohibited', b_cmd=chain([U + 'counter reject with icmpx type admin-prohibited'], f='inet'))
lossy('mx_inet_ingress', 'inet ingress hook', b_cmd='nft add table inet t; nft add chain inet t c "{type filter hook ingress device b0 priority 0;}"; nft add rule inet t c udp dport 5000 counter drop')
lossy('mx_return_policy', 'return in a jumped chain, then the policy drops', b_cmd=chain([U + 'jump d'], policy='policy drop;', pre="nft add chain ip t d; nft 'add rule ip t d counter return'; "))
lossy('mx_ipt_log_drop', 'iptables LOG then DROP', b_cmd='iptables-legacy -A INPUT -p udp --dport 5000 -j LOG --log-level 7; iptables-legacy -A INPUT -p udp --dport 5000 -j DROP')
lossy('mx_ipt_accept_control', 'iptables rules that only count and accept', b_cmd='iptables-legacy -A INPUT -p udp --dport 5000; iptables-legacy -A INPUT -p udp --dport 5000 -j ACCEPT')
lossy('mx_ipt_goto', 'iptables -g', b_cmd='iptables-legacy -N G; iptables-legacy -A G -j DROP; iptables-legacy -A INPUT -p udp --dport 5000 -g G')
lossy('mx_ipt_return_policy', 'iptables RETURN at the top, policy DROP', b_cmd='iptables-legacy -A INPUT -p udp --dport 5000 -j RETURN; iptables-legacy -P INPUT DROP')
lossy('mx_ipt_security', 'iptables security table', b_cmd='iptables-legacy -t security -A INPUT -p udp --dport 5000 -j DROP')
lossy('mx_ipt_hashlimit', 'iptables hashlimit', b_cmd='iptables-legacy -A INPUT -p udp --dport 5000 -m hashlimit --hashlimit-above 1/sec --hashlimit-burst 6 --hashlimit-name x -j DROP')
lossy('mx_ipt_rpfilter', 'iptables rpfilter match', b_cmd='iptables-legacy -t raw -A PREROUTING -m rpfilter --invert -j DROP; ip route del 10.77.0.0/24 dev b0; ip route add 10.77.0.0/24 dev lo')
lossy('mx_ipt_nft_mangle', 'iptables-nft mangle FORWARD untouched, PREROUTING drops', b_cmd='iptables-nft -t mangle -A PREROUTING -p udp --dport 5000 -j DROP')
lossy('mx_ipt_nft_user', 'iptables-nft user chain with two drops', b_cmd='iptables-nft -N B; iptables-nft -A B -m limit --limit 1/s --limit-burst 12 -j DROP; iptables-nft -A B -j DROP; iptables-nft -A INPUT -p udp --dport 5000 -j B')
lossy('mx_ipt_nft_reject', 'iptables-nft REJECT', b_cmd='iptables-nft -A INPUT -p udp --dport 5000 -j REJECT')
lossy('mx_ip6t_nft', 'ip6tables-nft DROP', b_cmd='ip6tables-nft -A INPUT -p udp --dport 5000 -j DROP', v6=True)
lossy('mx_rule_prohibit', 'ip rule prohibit for local sends', a_cmd='ip rule add to 10.77.0.2 prohibit')
lossy('mx_lo_tbf', 'full tbf on the sender with a high and a low rate child', a_cmd='tc qdisc add dev a0 root handle 1: htb default 1; tc class add dev a0 parent 1: classid 1:1 htb rate 64kbit ceil 64kbit; tc qdisc add dev a0 parent 1:1 handle 2: htb default 1; tc class add dev a0 parent 2: classid 2:1 htb rate 64kbit; tc qdisc add dev a0 parent 2:1 bfifo limit 2500', sz=500, wait=1)

@scenario('bridge family drop by ebtables')
def mx_ebtables(L):
    a, r, b = L.bridge(); d = L.udp(b, 5000, rcvbuf=1 << 20); s = L.udp(a); need('ebtables -A FORWARD -p ip --ip-proto udp --ip-dport 5000 -j DROP', r); L.start()
    blast(s, 40, 100, ('10.77.0.2', 5000)); return 40 - len(rx(d))

@scenario('TTL expires on a router while damaged headers arrive too')
def mx_ttl_and_bad_header(L):
    a, r, b = L.fwd(); s = L.udp(a); k = L.praw(a, 'a0'); sysctl(r, 'net.ipv4.icmp_ratelimit', 0); L.start()
    s.setsockopt(0, 2, 1); blast(s, 20, 100, ('10.77.2.2', 5000)); D = mac('02:00:00:00:01:fe')
    for i in range(10): k.send(eth(ip4(udp(b'x' * 50, dp=5000, src='10.77.1.1', dst='10.77.2.2'), 17, src='10.77.1.1', dst='10.77.2.2', ver=5), dst=D))
    for i in range(7): k.send(eth(ip4(udp(b'x' * 50, dp=5000, src='10.77.1.1', dst='10.77.2.2'), 17, src='10.77.1.1', dst='10.77.2.2', badck=1), dst=D))
    time.sleep(.05); return [20, 10, 7]

@scenario('hop limit expires on an IPv6 router')
def mx_hoplimit_limited(L):
    a, r, b = L.fwd(v6=True); s = L.udp(a, v6=True); s.setsockopt(41, 16, 1); L.start()
    fwd = 0
    for i in range(40):
        for t in range(3):
            try: s.sendto(b'x' * 100, ('fd72::2', 5000)); break
            except OSError: pass
    return 40

@scenario('too big and DF on a router, TCP-like raw segments')
def mx_mtu_raw(L):
    a, r, b = L.fwd(); inside(r, 'ip link set r1 mtu 1200'); k = L.praw(a, 'a0'); L.start(); D = mac('02:00:00:00:01:fe')
    for i in range(15): k.send(eth(ip4(tcp(b'x' * 1300, sp=i + 1, dp=80, src='10.77.1.1', dst='10.77.2.2'), 6, src='10.77.1.1', dst='10.77.2.2', df=1), dst=D))
    time.sleep(.05); return 15

@scenario('closed port, full buffer and wrong checksum of both families at once')
def mx_both_families(L):
    a, b, r, s = path(L, True, rcvbuf=4096); r4 = L.udp(b, 5000, '10.77.0.2', rcvbuf=4096); s4 = L.udp(a); k = L.praw(a, 'a0'); c = L.udp(b, 5003, V6, v6=True); L.start()
    n6 = blast(s, 60, 300, (V6, 5000)); n4 = blast(s4, 50, 300, ('10.77.0.2', 5000))
    for i in range(12): k.send(udp6(b'x' * 40, dp=5003, bad=1))
    for i in range(9): blast(s4, 1, 50, ('10.77.0.2', 5999)); blast(L.udp(a, v6=True), 1, 50, (V6, 5999))
    return [n6 - len(rx(r)) + n4 - len(rx(r4)), 12, 18]

@scenario('broadcast to a port nobody listens on')
def mx_broadcast_ignored(L):
    a, b = L.pair(); s = L.udp(a); s.setsockopt(1, 6, 1); L.start(); return blast(s, 20, 50, ('10.77.0.255', 5999))

@scenario('broadcast to two sockets, one full')
def mx_broadcast_one_full(L):
    a, b = L.pair(); R = []
    for i in range(2):
        k = L.sock(b, AF, DG); k.setsockopt(1, 2, 1); k.setsockopt(1, 6, 1); k.setsockopt(1, 8, 4096 if i else 1 << 20); k.bind(('0.0.0.0', 5000)); k.setblocking(False); R.append(k)
    s = L.udp(a); s.setsockopt(1, 6, 1); L.start(); n = blast(s, 50, 300, ('10.77.0.255', 5000)); g = [len(rx(k)) for k in R]; return 2 * n - sum(g)

def unnamed(L, code):
    """a child in a namespace of its own that has no name; its inode becomes lab-c"""
    p = child(L, "ctypes.CDLL(None,use_errno=True).unshare(0x40000000); os.system('ip link set lo up')\n" + code, 'unnamed')
    L.inodes[PREFIX + 'c'] = os.stat(f'/proc/{p.pid}/ns/net').st_ino; L.owner = p.pid; return p

@scenario('a namespace without a name: its only process loses')
def mx_unnamed(L):
    L.addns('a'); p = unnamed(L, "r=socket.socket(2,2); r.setsockopt(1,8,4096); r.bind(('127.0.0.1',5000)); s=socket.socket(2,2); print('ok',flush=True); sys.stdin.readline()\nfor i in range(100): s.sendto(b'x'*300,('127.0.0.1',5000))\nr.setblocking(0); n=0\ntry:\n  while 1: r.recv(999); n+=1\nexcept OSError: print(n,flush=True)\nsys.stdin.read()\n")
    L.start(); p.stdin.write('\n'); p.stdin.flush(); return 100 - int(p.stdout.readline())

@scenario('a namespace without a name, born while we look; its process ends after the loss')
def mx_unnamed_gone(L):
    L.addns('a'); L.start(); p = unnamed(L, "r=socket.socket(2,2); r.setsockopt(1,8,4096); r.bind(('127.0.0.1',5000)); s=socket.socket(2,2)\nfor i in range(100): s.sendto(b'x'*300,('127.0.0.1',5000))\nr.setblocking(0); n=0\ntry:\n  while 1: r.recv(999); n+=1\nexcept OSError: print(n,flush=True)\nsys.stdin.read()\n")
    n = 100
    p2 = p.poll(); time.sleep(1.6); p.kill(); p.wait(); time.sleep(.3); return 94

@scenario('a namespace that was there before loses and is deleted at once')
def mx_ns_deleted_at_once(L):
    a, b = L.pair(); c = L.addns('c'); k = L.udp(c, 5000, '127.0.0.1', rcvbuf=4096); s = L.udp(c); L.start(); n = blast(s, 100, 300, ('127.0.0.1', 5000)) - len(rx(k)); k.close(); s.close(); L.delns(c); return n

@scenario('the socket was handed to another process (SCM_RIGHTS), its maker has closed it')
def mx_passed_socket(L):
    a, b = L.pair(); s = L.udp(a)
    with ns(b): k = socket.socket(AF, DG); k.setsockopt(1, 8, 4096); k.bind(('10.77.0.2', 5000))
    os.set_inheritable(k.fileno(), True)
    p = subprocess.Popen([sys.executable, '-c', 'import sys; sys.stdin.read()'], stdin=subprocess.PIPE, pass_fds=[k.fileno()]); L.undo.append(lambda: (p.kill(), p.wait(), p.stdin.close()))
    k.close(); L.owner = p.pid; L.start(); blast(s, 100, 300, ('10.77.0.2', 5000)); time.sleep(.05); return drops_of(b, 'udp', 5000)

@scenario('XDP redirect into a veth whose other end cannot take it: no counter says so')
def mx_xdp_redirect_refused(L):
    a, b, r, s = path(L); inside(b, 'ip link add z0 type veth peer name z1; ip link set z0 up; ip link set z1 up')
    with ns(b): idx = socket.if_nametoindex('z0')
    L.link(b, bpf_prog('xdp', body=insn(0xb7, 1, 0, 0, idx) + insn(0xb7, 2, 0, 0, 0) + insn(0x85, 0, 0, 0, 23)), 'b0', 37, 4); L.start(); blast(s, 40, 200, ('10.77.0.2', 5000)); return 40 - len(rx(r))

@scenario('XDP pass: nothing lost')
def mx_xdp_pass_control(L):
    a, b, r, s = path(L); L.link(b, bpf_prog('xdp', 2), 'b0', 37, 4); L.start(); blast(s, 200, 200, ('10.77.0.2', 5000)); return 200 - len(rx(r))

@scenario('next hop of a router does not answer ARP')
def mx_neigh_forward(L):
    a, r, b = L.fwd(); inside(r, 'ip neigh del 10.77.2.2 dev r1'); inside(b, 'ip link set b0 arp off'); L.fastneigh(r, 'r1'); s = L.udp(a); L.start()
    for i in range(3): blast(s, 1, 100, ('10.77.2.2', 5000))
    time.sleep(1); return 3

@scenario('TCP to a host that does not answer ARP')
def mx_neigh_tcp(L):
    a, b = L.pair(); inside(a, 'ip neigh del 10.77.0.2 dev a0'); inside(b, 'ip link set b0 arp off'); L.fastneigh(a, 'a0'); c = L.sock(a, AF, ST); c.settimeout(1); L.start()
    try: c.connect(('10.77.0.2', 80))
    except OSError: pass
    time.sleep(.3); return 1

@scenario('fragments for which the rest never comes, beside a full buffer')
def mx_frag_and_rcvbuf(L):
    n, t = L.tap(); r = L.udp(n, 5000, rcvbuf=4096)
    with ns(n): wr('/proc/sys/net/ipv4/ipfrag_time', 1)
    L.start(); got = 0
    for i in range(10): t.inject(eth(ip4(udp(b'f' * 800, dp=5001)[:408], 17, id=500 + i, mf=1)))
    for i in range(60): t.inject(fudp(b'u' * 300, dp=5000))
    time.sleep(1.4); return [10, 60 - len(rx(r))]

@scenario('3000 connections through a listener with a small backlog that accepts at once')
def mx_accept_control(L):
    a = L.addns('a'); k = L.sock(a, AF, ST); k.bind(('127.0.0.1', 9999)); k.listen(5); L.start()
    for i in range(1000):
        c = L.sock(a, AF, ST); c.connect(('127.0.0.1', 9999)); x, _ = k.accept(); x.close(); c.recv(1); c.close(); L.keep.pop()
    return 0
