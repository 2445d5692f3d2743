# SPDX-License-Identifier: BSD-2-Clause
"""What our scenarios share on top of the judge's core.py: more addresses, children, and a plain send-and-count."""
from core import *

V6 = 'fd77::2'

def need(cmd, n=None):
    """run a command that not every kernel can do; SKIP instead of FAIL"""
    try:
        if n:
            with ns(n): return sh(cmd)
        return sh(cmd)
    except RuntimeError as e: raise Skip(str(e)[:160])

def inside(n, cmd, check=True):
    with ns(n): return sh(cmd, check=check)

def path(L, v6=False, ip=None, port=5000, rcvbuf=1 << 20):
    """pair, a receiver in lab-b that takes everything, a sender in lab-a"""
    a, b = L.pair(v6=v6)
    r = L.udp(b, port, ip or (V6 if v6 else '10.77.0.2'), v6=v6, rcvbuf=rcvbuf)
    if rcvbuf > 1 << 17: r.setsockopt(1, 33, rcvbuf)
    return a, b, r, L.udp(a, v6=v6)

def lossy(name, how, a_cmd=None, b_cmd=None, v6=False, n=40, sz=200, prep=None, wait=.05, during=None):
    """n datagrams lab-a -> lab-b after commands in either namespace; N = n - received"""
    @scenario(how, name)
    def g(L):
        a, b, r, s = path(L, v6)
        for x, c in ((a, a_cmd), (b, b_cmd)):
            if c: need(c, x)
        if prep: prep(L, a, b)
        L.start()
        to = (V6 if v6 else '10.77.0.2', 5000)
        if during:
            blast(s, n // 2, sz, to); during(L, a, b); blast(s, n - n // 2, sz, to)
        else: blast(s, n, sz, to)
        return n - len(rx(r, wait))
    return g

def reader(L, n, port, ip='10.77.0.2', rcvbuf=4096, fam='AF_INET', comm='labreader', more=''):
    """a child process that holds a UDP socket and never reads it"""
    return child(L, f"""
fd=os.open('/run/netns/{n}',os.O_RDONLY); ctypes.CDLL(None,use_errno=True).setns(fd,0x40000000); os.close(fd)
k=socket.socket(socket.{fam},socket.SOCK_DGRAM); k.setsockopt(1,8,{rcvbuf}); k.setsockopt(1,15,1); k.bind(({ip!r},{port}))
{more}
print('ok',flush=True); sys.stdin.read()
""", comm)

def drops_of(n, f, port):
    """drops column of one local port in /proc/net/udp and its kin"""
    with ns(n): t = rd('/proc/thread-self/net/' + f)
    return sum(int(l.split()[-1]) for l in t.splitlines()[1:] if int(l.split()[1].split(':')[1], 16) == port)

def stat(n, key, f='snmp'):
    if f in ('snmp6', 'xfrm_stat'):
        with ns(n): t = rd('/proc/thread-self/net/' + f)
        return dict((l.split()[0], int(l.split()[1])) for l in t.splitlines()).get(key, 0)
    return proc_net(n, f).get(key, 0)

def tcp6(p=b'', **k):
    return eth6(ip6(tcp(p, src='fd77::1', dst='fd77::2', v6=True, **k), 6))

def udp6(p=b'x' * 100, **k):
    return eth6(ip6(udp(p, src='fd77::1', dst='fd77::2', v6=True, **k), 17))

def frag6(data, off, more, id, nh=17):
    return eth6(ip6(struct.pack('!BBHI', nh, 0, off | (1 if more else 0), id) + data, 44))
