# SPDX-License-Identifier: BSD-2-Clause
"""Devices, queues, tc, XDP, tunnels and namespaces, also while they come, go, move or change"""
import os, sys; sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from extra import *

SHOT = 'bpf da bytecode "1,6 0 0 2"'
def qd(n, dev='a0'): return sum(int(x) for x in re.findall(r'dropped (\d+)', inside(n, f'tc -s qdisc show dev {dev} root')))

lossy('ln_bfifo', 'bfifo under tbf', a_cmd='tc qdisc add dev a0 root handle 1: tbf rate 80kbit burst 1600 limit 1; tc qdisc replace dev a0 parent 1: bfifo limit 3000', sz=500, wait=1)
lossy('ln_pfifo_child', 'pfifo under tbf', a_cmd='tc qdisc add dev a0 root handle 1: tbf rate 80kbit burst 1600 limit 1; tc qdisc replace dev a0 parent 1: pfifo limit 4', sz=500, wait=1)
lossy('ln_htb_two_classes', 'htb, one class full, the other empty', a_cmd='tc qdisc add dev a0 root handle 1: htb default 10; tc class add dev a0 parent 1: classid 1:10 htb rate 80kbit; tc class add dev a0 parent 1: classid 1:20 htb rate 100mbit; tc qdisc add dev a0 parent 1:10 pfifo limit 3; tc qdisc add dev a0 parent 1:20 pfifo limit 300', sz=500, wait=1)
lossy('ln_htb_nested', 'htb above htb classes, leaf full', a_cmd='tc qdisc add dev a0 root handle 1: htb default 11; tc class add dev a0 parent 1: classid 1:1 htb rate 160kbit; tc class add dev a0 parent 1:1 classid 1:11 htb rate 80kbit; tc qdisc add dev a0 parent 1:11 handle 11: tbf rate 80kbit burst 1600 limit 2000', sz=500, wait=1)
lossy('ln_clsact_both_ends', 'clsact egress of the sender lets half pass, ingress of the receiver drops the rest', a_cmd='tc qdisc add dev a0 clsact; tc filter add dev a0 egress bpf da bytecode "4,48 0 0 27,69 0 1 1,6 0 0 2,6 0 0 4294967295"', b_cmd='tc qdisc add dev b0 clsact; tc filter add dev b0 ingress ' + SHOT)
lossy('ln_ingress_qdisc', 'old ingress qdisc with a dropping filter', b_cmd='tc qdisc add dev b0 handle ffff: ingress; tc filter add dev b0 parent ffff: ' + SHOT)
lossy('ln_tc_missing_dev', 'tc redirect to a device that is down', b_cmd='ip link add z0 type veth peer name z1; tc qdisc add dev b0 clsact; tc filter add dev b0 ingress u32 match u32 0 0 action mirred egress redirect dev z0')
lossy('ln_tc_redirect_gone', 'tc redirect to a device that was deleted', b_cmd='ip link add z0 type veth peer name z1; ip link set z0 up; tc qdisc add dev b0 clsact; tc filter add dev b0 ingress u32 match u32 0 0 action mirred egress redirect dev z0; ip link del z0')
lossy('ln_ifb_tbf', 'ingress redirected to an ifb with a full tbf', b_cmd='ip link add i0 type ifb; ip link set i0 up; tc qdisc add dev i0 root tbf rate 80kbit burst 1600 limit 3000; tc qdisc add dev b0 clsact; tc filter add dev b0 ingress u32 match u32 0 0 action mirred egress redirect dev i0', sz=500, wait=1.2)
lossy('ln_mirror_control', 'a mirror copy goes to a device that nobody reads: the original arrives', b_cmd='ip link add z0 type veth peer name z1; ip link set z0 up; ip link set z1 up; tc qdisc add dev b0 clsact; tc filter add dev b0 ingress u32 match u32 0 0 action mirred egress mirror dev z0')
@scenario('tc egress drops some, the tbf behind it drops of the rest')
def ln_tbf_and_shot(L):
    a, b, r, s = path(L); s2 = L.udp(a); inside(a, 'tc qdisc add dev a0 root tbf rate 80kbit burst 1600 limit 3000; tc qdisc add dev a0 clsact; tc filter add dev a0 egress bpf da bytecode "4,40 0 0 36,21 0 1 5001,6 0 0 2,6 0 0 4294967295"'); L.start()
    for i in range(30): blast(s2, 1, 300, ('10.77.0.2', 5001)); blast(s, 1, 500, ('10.77.0.2', 5000))
    return [30, 30 - len(rx(r, 1))]

@scenario('clsact with filters on both sides of one device: ingress and egress drops')
def ln_clsact_both_sides(L):
    a, b, r, s = path(L); ra = L.udp(a, 5000, '10.77.0.1', rcvbuf=1 << 20); sb = L.udp(b); inside(b, 'tc qdisc add dev b0 clsact; tc filter add dev b0 ingress %s; tc filter add dev b0 egress %s' % (SHOT, SHOT)); L.start()
    blast(s, 30, 200, ('10.77.0.2', 5000)); blast(sb, 20, 200, ('10.77.0.1', 5000)); return [30 - len(rx(r)), 20 - len(rx(ra))]

@scenario('tbf replaced by another tbf while we look')
def ln_qdisc_replaced(L):
    a, b, r, s = path(L); inside(a, 'tc qdisc add dev a0 root handle 5: tbf rate 80kbit burst 1600 limit 3000'); L.start()
    blast(s, 30, 500, ('10.77.0.2', 5000)); time.sleep(1.3); n1 = qd(a); inside(a, 'tc qdisc del dev a0 root; tc qdisc add dev a0 root handle 6: tbf rate 80kbit burst 1600 limit 3000')
    blast(s, 30, 500, ('10.77.0.2', 5000)); L.notes.append('first %d' % n1); time.sleep(.1); return n1 + qd(a)

@scenario('tbf deleted right after it dropped, while we look')
def ln_qdisc_deleted(L):
    a, b, r, s = path(L); inside(a, 'tc qdisc add dev a0 root tbf rate 80kbit burst 1600 limit 3000'); L.start()
    blast(s, 30, 500, ('10.77.0.2', 5000)); n = qd(a); inside(a, 'tc qdisc del dev a0 root'); return n

@scenario('tbf changed (limit and rate) while we look')
def ln_qdisc_changed(L):
    a, b, r, s = path(L); inside(a, 'tc qdisc add dev a0 root tbf rate 80kbit burst 1600 limit 3000'); L.start()
    blast(s, 30, 500, ('10.77.0.2', 5000)); inside(a, 'tc qdisc change dev a0 root tbf rate 160kbit burst 1600 limit 2000'); blast(s, 30, 500, ('10.77.0.2', 5000)); time.sleep(.05); return qd(a)

@scenario('a device that has dropped is deleted while we look')
def ln_device_deleted(L):
    a, b, r, s = path(L); inside(a, 'ip link set a0 mtu 9000'); L.start(); n = 0
    blast(s, 30, 4000, ('10.77.0.2', 5000)); got = len(rx(r)); inside(a, 'ip link del a0'); return 30 - got

@scenario('a device that dropped 30 before the look moves to another namespace, then drops 20')
def ln_device_moved(L):
    a, b, r, s = path(L); c = L.addns('c'); inside(a, 'ip link set a0 mtu 9000'); blast(s, 30, 4000, ('10.77.0.2', 5000)); time.sleep(.1); L.start(); time.sleep(1.2)
    inside(a, f'ip link set a0 netns {c}'); inside(c, 'ip link set a0 up; ip addr add 10.77.0.1/24 dev a0; ip neigh add 10.77.0.2 lladdr 02:00:00:00:00:02 dev a0 nud permanent')
    k = L.udp(c); rx(r); time.sleep(.2); blast(k, 20, 4000, ('10.77.0.2', 5000)); time.sleep(.05); return 20 - len(rx(r))

@scenario('the receiving end moves to another namespace while we look; nothing is lost')
def ln_device_moved_control(L):
    a, b, r, s = path(L); c = L.addns('c'); L.start(); blast(s, 20, 200, ('10.77.0.2', 5000)); got = len(rx(r)); time.sleep(1.1)
    inside(b, f'ip link set b0 netns {c}'); inside(c, 'ip link set b0 up; ip addr add 10.77.0.2/24 dev b0'); k = L.udp(c, 5000, rcvbuf=1 << 20); wait_oper(c, 'b0', 'up'); wait_oper(a, 'a0', 'up')
    blast(s, 20, 200, ('10.77.0.2', 5000)); return 40 - got - len(rx(k))

@scenario('a namespace is born, loses and is deleted while we look')
def ln_ns_born_and_gone(L):
    a, b = L.pair(); L.start(); c = L.addns('c')
    k = L.udp(c, 5000, '127.0.0.1', rcvbuf=4096); s = L.udp(c); n = blast(s, 100, 300, ('127.0.0.1', 5000)) - len(rx(k)); time.sleep(1.5); k.close(); s.close(); L.delns(c); return n

@scenario('30 namespaces come and go, nothing is lost')
def ln_ns_churn_control(L):
    L.addns('a'); L.start()
    for i in range(30):
        n = PREFIX + 'c'; sh(f'ip netns add {n}; ip -n {n} link set lo up; ip -n {n} link add v0 type veth peer name v1; ip -n {n} link set v0 up; ip -n {n} link set v1 up; ip netns del {n}')
    return 0

@scenario('veth up and down 10 times, nothing is sent')
def ln_veth_flap_control(L):
    a, b = L.pair(); L.start()
    for i in range(10): inside(a, 'ip link set a0 down; sleep .02; ip link set a0 up')
    return 0

@scenario('three pairs whose devices have equal ifindexes, each loses another number by MTU')
def ln_equal_ifindex(L):
    N = [L.addns(x) for x in 'abrcde']; P = []
    for i in range(3):
        x, y = N[2 * i], N[2 * i + 1]
        L.veth(x, 'v0', f'02:00:00:00:0{i}:01', y, 'v0', f'02:00:00:00:0{i}:02')
        inside(x, f'ip link set v0 mtu 9000 up; ip addr add 10.77.{i}.1/24 dev v0; ip neigh add 10.77.{i}.2 lladdr 02:00:00:00:0{i}:02 dev v0 nud permanent'); inside(y, f'ip link set v0 up; ip addr add 10.77.{i}.2/24 dev v0')
        P.append(L.udp(x))
    time.sleep(.2); L.start()
    for i in range(3): blast(P[i], 10 + i * 7, 4000, (f'10.77.{i}.2', 5000))
    return [10, 17, 24]

@scenario('both ends of a veth in one namespace, one has the smaller MTU')
def ln_veth_same_ns(L):
    a = L.addns('a'); inside(a, 'ip link add v0 address 02:00:00:00:00:01 type veth peer name v1 address 02:00:00:00:00:02; ip link set v0 mtu 9000 up; ip link set v1 up; ip addr add 10.77.0.1/24 dev v0; ip neigh add 10.77.0.2 lladdr 02:00:00:00:00:02 dev v0 nud permanent'); s = L.udp(a); time.sleep(.2); L.start()
    return blast(s, 30, 4000, ('10.77.0.2', 5000))

@scenario('MTU mismatch in one direction, healthy traffic in the other')
def ln_mtu_one_way(L):
    a, b, r, s = path(L); ra = L.udp(a, 5000, '10.77.0.1', rcvbuf=1 << 20); sb = L.udp(b); inside(b, 'ip link set b0 mtu 9000'); L.start()
    blast(s, 40, 1000, ('10.77.0.2', 5000)); blast(sb, 25, 4000, ('10.77.0.1', 5000)); assert len(rx(r)) == 40; return 25 - len(rx(ra))

@scenario('two losses on one device: too big for the peer, and a full tbf before it')
def ln_tbf_and_mtu(L):
    a, b, r, s = path(L); k = L.praw(a, 'a0'); inside(a, 'ip link set a0 mtu 9000; ethtool -K a0 tso off gso off; tc qdisc add dev a0 root tbf rate 800kbit burst 9100 limit 12000', check=False); L.start()
    for i in range(10): k.send(fudp(b'm' * 3000, dp=5000)); time.sleep(.04)
    time.sleep(.2); blast(s, 60, 500, ('10.77.0.2', 5000)); time.sleep(.6); q = qd(a); L.notes.append(f'tbf {q}'); return [q, 70 - q - len(rx(r, .2))]

@scenario('unknown ethertypes and a full backlog at one device')
def ln_lldp_and_backlog(L):
    a, b, r, s = path(L); k = L.praw(a, 'a0'); inside(a, 'ethtool -K a0 tx-udp-segmentation off gso off tso off', check=False); s.setsockopt(17, 103, 200); L.start()
    for i in range(20): k.send(eth(b'l' * 100, dst=mac('01:80:c2:00:00:0e'), t=0x88cc))
    L.gsysctl('/proc/sys/net/core/netdev_max_backlog', '10')
    try:
        for i in range(10): s.sendto(b'y' * 8000, ('10.77.0.2', 5000))
    finally: L.ungs()
    return 400 - len(rx(r, .1))

@scenario('LLDP frames that nobody takes')
def ln_lldp_control(L):
    a, b = L.pair(); k = L.praw(a, 'a0'); L.start()
    for i in range(20): k.send(eth(b'l' * 100, dst=mac('01:80:c2:00:00:0e'), t=0x88cc))
    return 0

@scenario('ARP questions for other hosts')
def ln_arp_others_control(L):
    n, t = L.tap(); L.start()
    for i in range(30): t.inject(b'\xff' * 6 + M1 + struct.pack('!HHHBBH', 0x806, 1, 0x800, 6, 4, 1) + M1 + socket.inet_aton('10.77.0.1') + b'\0' * 6 + socket.inet_aton(f'10.77.0.{100 + i}'))
    return 0

@scenario('bridge learns and floods: frames for unknown stations leave by every port')
def ln_bridge_learning_control(L):
    a, r, b = L.bridge(); d = L.udp(b, 5000, rcvbuf=1 << 20); s = L.udp(a); inside(r, 'bridge fdb del 02:00:00:00:00:02 dev r1 master; bridge fdb del 02:00:00:00:00:01 dev r0 master'); L.start()
    blast(s, 40, 100, ('10.77.0.2', 5000)); return 40 - len(rx(d))

@scenario('bridge port with a full tbf')
def ln_bridge_port_tbf(L):
    a, r, b = L.bridge(); d = L.udp(b, 5000, rcvbuf=1 << 20); s = L.udp(a); inside(r, 'tc qdisc add dev r1 root tbf rate 80kbit burst 1600 limit 3000'); L.start()
    blast(s, 40, 500, ('10.77.0.2', 5000)); return 40 - len(rx(d, 1))

@scenario('bridge device itself with a full tbf, local sender')
def ln_bridge_dev_tbf(L):
    a, r, b = L.bridge(); d = L.udp(b, 5000, rcvbuf=1 << 20); inside(r, 'ip addr add 10.77.0.3/24 dev br0; ip neigh add 10.77.0.2 lladdr 02:00:00:00:00:02 dev br0 nud permanent; tc qdisc add dev br0 root tbf rate 80kbit burst 1600 limit 3000'); s = L.udp(r); L.start()
    blast(s, 40, 500, ('10.77.0.2', 5000)); return 40 - len(rx(d, 1))

@scenario('port under a bridge whose peer has the smaller MTU')
def ln_bridge_peer_mtu(L):
    a, r, b = L.bridge(); d = L.udp(b, 5000, rcvbuf=1 << 20); inside(a, 'ip link set a0 mtu 9000'); s = L.udp(a); inside(r, 'ip link set r0 mtu 9000; ip link set r1 mtu 9000; ip link set br0 mtu 9000'); L.start()
    blast(s, 25, 4000, ('10.77.0.2', 5000)); return 25 - len(rx(d))

for mode in ('private', 'vepa'):
    lossy(f'ln_macvlan_{mode}_control', f'macvlan {mode}: traffic to its own address arrives', a_cmd='ip neigh replace 10.77.0.9 lladdr 02:00:00:00:00:33 dev a0 nud permanent', b_cmd=f'ip link add mv0 link b0 address 02:00:00:00:00:33 type macvlan mode {mode}; ip link set mv0 up')

@scenario('macvlan source mode: a sender that is not on the list')
def ln_macvlan_source(L):
    a, b = L.pair(); inside(b, 'ip link add mv0 link b0 address 02:00:00:00:00:33 type macvlan mode source; ip link set mv0 up; ip addr add 10.77.0.9/24 dev mv0; ip link set link dev mv0 type macvlan macaddr add 02:00:00:00:00:77', check=False); inside(a, 'ip neigh replace 10.77.0.9 lladdr 02:00:00:00:00:33 dev a0 nud permanent'); r = L.udp(b, 5000, '10.77.0.9'); s = L.udp(a); L.start()
    blast(s, 30, 100, ('10.77.0.9', 5000)); return 30 - len(rx(r))

@scenario('full tbf on a macvlan, local sender')
def ln_macvlan_tbf(L):
    a, b, r, s0 = path(L); inside(a, 'ip addr del 10.77.0.1/24 dev a0; ip link add mv0 link a0 address 02:00:00:00:00:44 type macvlan mode bridge; ip link set mv0 up; ip addr add 10.77.0.1/24 dev mv0; ip neigh add 10.77.0.2 lladdr 02:00:00:00:00:02 dev mv0 nud permanent; tc qdisc add dev mv0 root tbf rate 80kbit burst 1600 limit 3000'); s = L.udp(a); L.start()
    blast(s, 40, 500, ('10.77.0.2', 5000)); return 40 - len(rx(r, 1))

def vx(name, how, ca, cb, n=30, sz=100, wait=.2):
    @scenario(how, name)
    def g(L):
        a, b = L.pair(v6=True)
        need(ca + '; ip link set vx0 address 02:00:00:00:09:01 up; ip addr add 10.9.0.1/24 dev vx0; ip neigh add 10.9.0.2 lladdr 02:00:00:00:09:02 dev vx0 nud permanent', a)
        need(cb + '; ip link set vx0 address 02:00:00:00:09:02 up; ip addr add 10.9.0.2/24 dev vx0; ip neigh add 10.9.0.1 lladdr 02:00:00:00:09:01 dev vx0 nud permanent', b)
        r = L.udp(b, 5000, '10.9.0.2', rcvbuf=1 << 20); s = L.udp(a); time.sleep(.4); L.start(); blast(s, n, sz, ('10.9.0.2', 5000)); return n - len(rx(r, wait))
vx('ln_vxlan6_control', 'vxlan over IPv6', 'ip link add vx0 type vxlan id 5 remote fd77::2 dstport 4789 dev a0', 'ip link add vx0 type vxlan id 5 remote fd77::1 dstport 4789 dev b0')
vx('ln_vxlan_no_remote', 'vxlan without a destination for the station', 'ip link add vx0 type vxlan id 5 dstport 4789 dev a0', 'ip link add vx0 type vxlan id 5 dstport 4789 dev b0')
vx('ln_vxlan_no_route', 'vxlan whose remote has no route', 'ip link add vx0 type vxlan id 5 remote 192.0.2.9 dstport 4789 nolearning', 'ip link add vx0 type vxlan id 5 remote 10.77.0.1 dstport 4789 dev b0')
vx('ln_vxlan_wrong_port', 'vxlan: the other end listens on another port', 'ip link add vx0 type vxlan id 5 remote 10.77.0.2 dstport 4789 dev a0', 'ip link add vx0 type vxlan id 5 remote 10.77.0.1 dstport 4790 dev b0')
vx('ln_vxlan_tbf', 'vxlan over a full tbf of the lower device', 'tc qdisc add dev a0 root tbf rate 80kbit burst 1600 limit 3000; ip link add vx0 type vxlan id 5 remote 10.77.0.2 dstport 4789 dev a0', 'ip link add vx0 type vxlan id 5 remote 10.77.0.1 dstport 4789 dev b0', sz=500, wait=1)

def xdp_body(name, how, body, n=40):
    @scenario(how, name)
    def g(L):
        a, b, r, s = path(L); L.link(b, bpf_prog('xdp', body=body), 'b0', 37, 4); L.start(); blast(s, n, 200, ('10.77.0.2', 5000)); return n - len(rx(r))
xdp_body('ln_xdp_aborted', 'XDP_ABORTED native', insn(0xb7, 0, 0, 0, 0))
xdp_body('ln_xdp_redirect_nowhere', 'XDP redirect to an ifindex that does not exist', insn(0xb7, 1, 0, 0, 9999) + insn(0xb7, 2, 0, 0, 0) + insn(0x85, 0, 0, 0, 23))
xdp_body('ln_xdp_bad_code', 'XDP returns a code that does not exist', insn(0xb7, 0, 0, 0, 77))

@scenario('XDP_DROP native and a full socket in the same namespace')
def ln_xdp_and_socket(L):
    a, b, r, s = path(L, rcvbuf=4096); c = L.addns('c'); L.veth(a, 'a1', '02:00:00:00:03:01', b, 'b1', '02:00:00:00:03:02')
    inside(a, 'ip link set a1 up; ip addr add 10.78.0.1/24 dev a1; ip neigh add 10.78.0.2 lladdr 02:00:00:00:03:02 dev a1 nud permanent'); inside(b, 'ip link set b1 up; ip addr add 10.78.0.2/24 dev b1'); L.link(b, bpf_prog('xdp', 1), 'b1', 37, 4); time.sleep(.2); L.start()
    blast(s, 25, 200, ('10.78.0.2', 5000)); n = blast(s, 60, 300, ('10.77.0.2', 5000)); return [25, n - len(rx(r))]

@scenario('ping flood under the rate limit')
def ln_ping_control(L):
    a, b = L.pair(); L.start(); o = inside(a, 'ping -q -c 200 -i 0.002 10.77.0.2'); assert ' 0% packet loss' in o; return 0

@scenario('tap down for local sends: link down')
def ln_tap_down_send(L):
    n, t = L.tap(); inside(n, 'ip route add 10.99.0.0/24 dev t0; ip neigh add 10.99.0.1 lladdr 02:00:00:00:00:01 dev t0 nud permanent'); fcntl.ioctl(t.fd, 0x400454e2, struct.pack('i', 0)); wait_oper(n, 't0', 'down', 'lowerlayerdown'); s = L.udp(n); L.start()
    blast(s, 20, 100, ('10.77.0.1', 5000)); return 20

@scenario('multiqueue tap with a full queue, TCP and UDP senders')
def ln_tap_full_twice(L):
    n, t = L.tap(); inside(n, 'ip link set t0 txqueuelen 5'); s = L.udp(n); q = L.udp(n); L.start(); k = blast(s, 20, 100, ('10.77.0.1', 5000)) + blast(q, 20, 100, ('10.77.0.1', 5001)); return k - len(t.drain(.1))

@scenario('loopback with MTU 1000 and IP_MTU_DISCOVER off: fragments, nothing is lost')
def ln_fragment_control(L):
    a, b, r, s = path(L); s.setsockopt(0, 10, 0); inside(a, 'ip link set a0 mtu 1000'); L.start(); blast(s, 30, 5000, ('10.77.0.2', 5000)); return 30 - len(rx(r))

vx('ln_vxlan_output_rule', 'an output rule drops what the vxlan wrapped', 'ip link add vx0 type vxlan id 5 remote 10.77.0.2 dstport 4789 dev a0; nft add table ip t; nft add chain ip t c "{type filter hook output priority 0;}"; nft add rule ip t c udp dport 4789 counter drop', 'ip link add vx0 type vxlan id 5 remote 10.77.0.1 dstport 4789 dev b0')

@scenario('macvlan in another namespace over a device with a full tbf')
def ln_macvlan_lower_tbf(L):
    a, b, r, s0 = path(L); c = L.addns('c'); inside(a, f'ip addr del 10.77.0.1/24 dev a0; ip link add mv0 link a0 address 02:00:00:00:00:44 netns {c} type macvlan mode bridge; tc qdisc add dev a0 root tbf rate 80kbit burst 1600 limit 3000')
    inside(c, 'ip link set mv0 up; ip addr add 10.77.0.1/24 dev mv0; ip neigh add 10.77.0.2 lladdr 02:00:00:00:00:02 dev mv0 nud permanent'); s = L.udp(c); L.start()
    blast(s, 40, 500, ('10.77.0.2', 5000)); return 40 - len(rx(r, 1))

@scenario('macvlan over a device that is administratively down')
def ln_macvlan_lower_down(L):
    a, b, r, s0 = path(L); inside(a, 'ip addr del 10.77.0.1/24 dev a0; ip link add mv0 link a0 address 02:00:00:00:00:44 type macvlan mode bridge; ip link set mv0 up; ip addr add 10.77.0.1/24 dev mv0; ip neigh add 10.77.0.2 lladdr 02:00:00:00:00:02 dev mv0 nud permanent'); inside(b, 'ip link set b0 down'); wait_oper(a, 'a0', 'down', 'lowerlayerdown'); time.sleep(.2); s = L.udp(a); L.start()
    blast(s, 40, 200, ('10.77.0.2', 5000)); return 40 - len(rx(r, .1))
