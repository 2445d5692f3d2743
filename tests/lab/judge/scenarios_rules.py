# SPDX-License-Identifier: BSD-2-Clause
"""Firewalls: families, hooks, named counters, jumps, sets, rules that change while we look, legacy beside nft"""
import os, sys; sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from extra import *

def tbl(rule, hook='input', f='ip', pre='', policy='', dev=''):
    return (f'nft add table {f} t; ' + pre + f'nft add chain {f} t c "{{type filter hook {hook} {dev} priority 0; {policy}}}"; ' +
            (f"nft '{rule}'" if rule.startswith('add') else f"nft 'add rule {f} t c {rule}'" if rule else 'true'))
U = 'udp dport 5000 '
lossy('fw_inet', 'nft inet input', b_cmd=tbl(U + 'counter drop', f='inet'))
lossy('fw_log_drop', 'counter, log, drop', b_cmd=tbl(U + 'counter log prefix "x" drop'))
lossy('fw_log_between', 'counter, then a comment and log level, then drop', b_cmd=tbl(U + 'counter log level debug drop comment "why"'))
lossy('fw_named_counter', 'named counter object', b_cmd=tbl(U + 'counter name "lost" drop', pre='nft add counter ip t lost; '))
lossy('fw_jump', 'drop in a chain that is jumped to', b_cmd=tbl(U + 'jump d', pre="nft add chain ip t d; nft 'add rule ip t d counter drop'; "))
lossy('fw_jump_counted', 'counters both before the jump and before the drop', b_cmd=tbl(U + 'counter jump d', pre="nft add chain ip t d; nft 'add rule ip t d counter drop'; "))
lossy('fw_set', 'named set', b_cmd=tbl('ip saddr @bad counter drop', pre="nft 'add set ip t bad { type ipv4_addr; elements = { 10.77.0.1, 10.77.0.9 } }'; "))
lossy('fw_set_counter', 'set whose elements count', b_cmd=tbl('ip saddr @bad drop', pre="nft 'add set ip t bad { type ipv4_addr; counter; elements = { 10.77.0.1 } }'; "))
lossy('fw_vmap', 'verdict map without a counter', b_cmd=tbl('udp dport vmap { 5000 : drop, 53 : accept }'))
lossy('fw_vmap_jump', 'verdict map that jumps to a counted drop', b_cmd=tbl('udp dport vmap { 5000 : jump d, 53 : accept }', pre="nft add chain ip t d; nft 'add rule ip t d counter drop'; "))
lossy('fw_policy_counted', 'policy drop, with a counting rule as the last one', b_cmd=tbl('counter', policy='policy drop;'))
lossy('fw_policy_accept_counted', 'counted accept rules: delivered', b_cmd=tbl(U + 'counter accept', policy='policy drop;'))
lossy('fw_counter_then_accept', 'a counter without a verdict counts, nothing is dropped', b_cmd=tbl(U + 'counter'))
lossy('fw_limit', 'limit: 10 at once, the rest is dropped', b_cmd=tbl(U + 'limit rate over 2/second burst 10 packets counter drop'))
lossy('fw_limit_accept', 'limit accept, the rest falls on a counted drop', b_cmd=tbl(U + 'limit rate 2/second burst 10 packets accept', pre='') + "; nft 'add rule ip t c udp dport 5000 counter drop'")
lossy('fw_quota', 'quota over 3000 bytes', b_cmd=tbl(U + 'quota over 3000 bytes counter drop'))
lossy('fw_counter_first', 'counter at the beginning, match behind it', b_cmd=tbl('counter ip saddr 10.77.0.1 udp dport 5000 drop') + "; true")
lossy('fw_counter_partial', 'counter before a match that only half of the packets meet', b_cmd=tbl('udp dport 5000 counter meta length > 150 drop'), n=40, sz=100)
lossy('fw_ct_new', 'ct state new drop', b_cmd=tbl('ct state new udp dport 5000 counter drop'))
lossy('fw_two_rules', 'two rules, each drops some', b_cmd=tbl(U + 'limit rate over 1/second burst 25 packets counter drop') + "; nft 'add rule ip t c udp dport 5000 limit rate over 1/second burst 10 packets counter drop'")
lossy('fw_two_tables', 'two tables on the same hook, the first drops', b_cmd=tbl(U + 'counter drop') + "; nft add table ip z; nft add chain ip z c '{type filter hook input priority 10;}'; nft 'add rule ip z c udp dport 5000 counter drop'")
lossy('fw_raw_notrack', 'drop in raw prerouting priority -300', b_cmd="nft add table ip t; nft add chain ip t c '{type filter hook prerouting priority -300;}'; nft 'add rule ip t c udp dport 5000 counter drop'")
lossy('fw_netdev_egress', 'netdev egress drop on the sender', a_cmd=tbl(U + 'counter drop', hook='egress', f='netdev', dev='device a0'))
lossy('fw_output_reject', 'nft reject in output', a_cmd=tbl(U + 'counter reject', hook='output'))
lossy('fw_postrouting_inet', 'inet postrouting drop', a_cmd=tbl(U + 'counter drop', hook='postrouting', f='inet'))
lossy('fw_ipt_nft', 'iptables-nft INPUT DROP', b_cmd='iptables-nft -A INPUT -p udp --dport 5000 -j DROP')
lossy('fw_ipt_nft_output', 'iptables-nft OUTPUT DROP', a_cmd='iptables-nft -A OUTPUT -p udp --dport 5000 -j DROP')
lossy('fw_ipt_reject_output', 'iptables-legacy OUTPUT REJECT', a_cmd='iptables-legacy -A OUTPUT -p udp --dport 5000 -j REJECT')
lossy('fw_ipt_policy', 'iptables-legacy policy DROP', b_cmd='iptables-legacy -P INPUT DROP')
lossy('fw_ipt_nft_policy', 'iptables-nft policy DROP', b_cmd='iptables-nft -P INPUT DROP')
lossy('fw_ipt_user_chain', 'iptables-legacy user chain', b_cmd='iptables-legacy -N BAD; iptables-legacy -A BAD -m limit --limit 1/s --limit-burst 8 -j RETURN; iptables-legacy -A BAD -j DROP; iptables-legacy -A INPUT -p udp --dport 5000 -j BAD')
lossy('fw_ipt_mangle', 'iptables-legacy mangle PREROUTING DROP', b_cmd='iptables-legacy -t mangle -A PREROUTING -p udp --dport 5000 -j DROP')
lossy('fw_ipt_raw', 'iptables-legacy raw PREROUTING DROP', b_cmd='iptables-legacy -t raw -A PREROUTING -p udp --dport 5000 -j DROP')
lossy('fw_ipt_both', 'iptables-legacy and iptables-nft rules in one namespace, each drops some', b_cmd='iptables-legacy -A INPUT -p udp --dport 5000 -m limit --limit 1/s --limit-burst 20 -j ACCEPT; iptables-legacy -A INPUT -p udp --dport 5000 -j DROP; iptables-nft -A INPUT -p udp --dport 5000 -m limit --limit 1/s --limit-burst 10 -j ACCEPT; iptables-nft -A INPUT -p udp --dport 5000 -j DROP')
lossy('fw_nfqueue_bypass_control', 'NFQUEUE bypass without a listener: delivered', b_cmd='iptables-legacy -A INPUT -p udp --dport 5000 -j NFQUEUE --queue-num 9 --queue-bypass')
lossy('fw_nft_queue_idle', 'nft queue without a listener', b_cmd=tbl(U + 'counter queue num 9'))
lossy('fw_nft_queue_bypass_control', 'nft queue bypass without a listener: delivered', b_cmd=tbl(U + 'counter queue num 9 bypass'))
lossy('fw_arp', 'nft arp family drops requests, so the neighbour stays unknown', a_cmd='ip neigh del 10.77.0.2 dev a0; sysctl -qw net.ipv4.neigh.a0.retrans_time_ms=100', b_cmd='nft add table arp t; nft add chain arp t c "{type filter hook input priority 0;}"; nft add rule arp t c counter drop', n=3, wait=1)
lossy('fw_added', 'rule added while we look', during=lambda L, a, b: inside(b, tbl(U + 'counter drop')))
lossy('fw_deleted', 'rule deleted while we look', b_cmd=tbl(U + 'counter drop'), during=lambda L, a, b: (time.sleep(1.3), inside(b, 'nft delete table ip t')))
lossy('fw_replaced', 'ruleset replaced by one of the same kind while we look', b_cmd=tbl(U + 'counter drop'), during=lambda L, a, b: (time.sleep(1.3), inside(b, 'nft -f - <<X\nflush ruleset\ntable ip t { chain c { type filter hook input priority 0; udp dport 5000 counter drop; }; }\nX')))
lossy('fw_reset', 'counters reset while we look', b_cmd=tbl(U + 'counter drop'), during=lambda L, a, b: (time.sleep(1.3), inside(b, 'iptables-nft -Z 2>/dev/null; nft reset rules 2>/dev/null || nft reset counters'), None))
lossy('fw_ipt_zeroed', 'iptables-legacy -Z while we look', b_cmd='iptables-legacy -A INPUT -p udp --dport 5000 -j DROP', during=lambda L, a, b: (time.sleep(1.3), inside(b, 'iptables-legacy -Z')))
lossy('fw_before', 'the rule has counted 30 before we look', b_cmd=tbl(U + 'counter drop'), prep=lambda L, a, b: blast(L.udp(a), 30, 100, ('10.77.0.2', 5000)))

@scenario('nft reject with tcp reset: 10 connection attempts')
def fw_reject_tcp(L):
    a, b = L.pair(); k = L.sock(b, AF, ST); k.bind(('0.0.0.0', 9999)); k.listen(50); inside(b, tbl('tcp dport 9999 counter reject with tcp reset')); L.start()
    for i in range(10):
        c = L.sock(a, AF, ST)
        try: c.connect(('10.77.0.2', 9999)); raise RuntimeError('connected')
        except ConnectionRefusedError: pass
    return 10

@scenario('iptables REJECT on a router')
def fw_reject_forward(L):
    a, r, b = L.fwd(); d = L.udp(b, 5000, '10.77.2.2'); inside(r, 'iptables-legacy -A FORWARD -p udp --dport 5000 -j REJECT'); L.start()
    fwdblast(L, a, 30, ('10.77.2.2', 5000)); return 30 - len(rx(d))

@scenario('a rule in each of three namespaces on one path')
def fw_three_namespaces(L):
    a, r, b = L.fwd(); d = L.udp(b, 5000, '10.77.2.2'); s = L.udp(a)
    inside(a, tbl(U + 'limit rate over 1/second burst 30 packets counter drop', hook='output')); inside(r, tbl(U + 'limit rate over 1/second burst 20 packets counter drop', hook='forward')); inside(b, tbl(U + 'limit rate over 1/second burst 10 packets counter drop'))
    L.start(); blast(s, 40, 100, ('10.77.2.2', 5000)); got = len(rx(d)); c = [nft_counter(x) for x in (a, r, b)]; L.notes.append(str(c)); return c

@scenario('conntrack: nf_conntrack_max 20, UDP flows without an answer make room (early drop)')
def fw_ct_early_drop(L):
    a, b = L.pair(); r = L.udp(b, 5000, rcvbuf=1 << 20); inside(b, tbl('ct state new counter accept', hook='prerouting')); ss = [L.udp(a) for i in range(60)]; L.start()
    L.gsysctl('/proc/sys/net/netfilter/nf_conntrack_max', '20')
    try:
        for s in ss: s.sendto(b'x' * 50, ('10.77.0.2', 5000))
        time.sleep(.02)
    finally: L.ungs()
    return 60 - len(rx(r))

@scenario('conntrack full for local sends: the sender is told')
def fw_ct_full_local(L):
    a, b = L.pair(); r = L.udp(b, 5000, rcvbuf=1 << 20); inside(a, tbl('ct state new counter accept', hook='output')); ss = [L.udp(a) for i in range(40)]; L.start()
    L.gsysctl('/proc/sys/net/netfilter/nf_conntrack_max', '5')
    try:
        for s in ss: blast(s, 1, 50, ('10.77.0.2', 5000))
    finally: L.ungs()
    return 40 - len(rx(r))

@scenario('ct state invalid drop in inet beside a plain drop')
def fw_ct_invalid_and_drop(L):
    n, t = L.tap(); inside(n, tbl('ct state invalid counter drop', f='inet') + "; nft 'add rule inet t c udp dport 5000 counter drop'; sysctl -qw net.netfilter.nf_conntrack_tcp_loose=0"); L.start()
    for i in range(20): t.inject(ftcp(sp=40000 + i, dp=9999, seq=1, ack=1, fl=0x10))
    for i in range(30): t.inject(fudp(dp=5000))
    return [20, 30]

@scenario('bridge family prerouting drop')
def fw_bridge_prerouting(L):
    a, r, b = L.bridge(); d = L.udp(b, 5000, rcvbuf=1 << 20); s = L.udp(a); inside(r, tbl(U + 'counter drop', hook='prerouting', f='bridge')); L.start()
    blast(s, 40, 100, ('10.77.0.2', 5000)); return 40 - len(rx(d))

@scenario('legacy iptables FORWARD sees bridged traffic (br_netfilter)')
def fw_bridge_ipt(L):
    a, r, b = L.bridge(); d = L.udp(b, 5000, rcvbuf=1 << 20); s = L.udp(a)
    try: sysctl(r, 'net/bridge/bridge-nf-call-iptables', 1)
    except OSError: raise Skip('no br_netfilter')
    inside(r, 'iptables-legacy -A FORWARD -p udp --dport 5000 -j DROP'); L.start(); blast(s, 40, 100, ('10.77.0.2', 5000)); return 40 - len(rx(d))

@scenario('TCP sender meets an output drop: connect() is told nothing and tries again')
def fw_tcp_output(L):
    a, b = L.pair(); k = L.sock(b, AF, ST); k.bind(('0.0.0.0', 9999)); k.listen(5); inside(a, tbl('tcp dport 9999 counter drop', hook='output')); c = L.sock(a, AF, ST); c.settimeout(1.5); L.start()
    try: c.connect(('10.77.0.2', 9999))
    except (socket.timeout, OSError): pass
    c.close(); return nft_counter(a)

@scenario('output drop of UDP while another sender gets EAGAIN behind a tbf')
def fw_output_and_eagain(L):
    a, b, r, s = path(L); inside(a, tbl('udp dport 5001 counter drop', hook='output') + '; tc qdisc add dev a0 root tbf rate 80kbit burst 1600 limit 300000'); s2 = L.udp(a); s2.setsockopt(1, 7, 2304); L.start()
    n = 30 - blast(s, 30, 200, ('10.77.0.2', 5001)); m = 40 - blast(s2, 40, 500, ('10.77.0.2', 5000)); L.notes.append(f'{n} EPERM, {m} EAGAIN'); return [n, m]
