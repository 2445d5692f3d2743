#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""
Makes traffic and losses for the lab tests, inside the namespace it is run in.

    traffic.py udp ADDR PORT COUNT [SIZE]       sends datagrams and prints how many were accepted by send()
    traffic.py udp-slowly ADDR PORT COUNT PAUSE
    traffic.py udp-nonblock ADDR PORT COUNT     the same without waiting; prints sent and refused
    traffic.py udp-hold ADDR PORT RCVBUF [NAME] a socket that nobody reads; prints its pid, waits to be killed
    traffic.py tcp-hold ADDR PORT BACKLOG       a listener that never accepts; prints its pid
    traffic.py tcp-connect ADDR PORT COUNT SECS tries to connect, waits
    traffic.py sleep                            prints its pid, waits
    traffic.py counter FILE NAME                one number of /proc/net/FILE
"""
import ctypes
import errno
import os
import socket
import sys
import time


def family(addr):
    return socket.AF_INET6 if ':' in addr else socket.AF_INET


def wait_here(*what):
    print(*(what or (os.getpid(),)), flush=True)
    while True:
        time.sleep(60)


def udp(addr, port, count, size='100'):
    s = socket.socket(family(addr), socket.SOCK_DGRAM)
    data, sent = b'x' * int(size), 0
    for _ in range(int(count)):
        try:
            s.sendto(data, (addr, int(port)))
            sent += 1
        except OSError as e:
            if e.errno not in (errno.ECONNREFUSED, errno.EPERM, errno.ENOBUFS, errno.ENETUNREACH, errno.EHOSTUNREACH):
                raise
    print(sent)


def udp_slowly(addr, port, count, pause):
    for _ in range(int(count)):
        udp(addr, port, 1)
        time.sleep(float(pause))


def udp_nonblock(addr, port, count):
    s = socket.socket(family(addr), socket.SOCK_DGRAM)
    s.setblocking(False)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4608)
    sent = refused = 0
    for _ in range(int(count)):
        try:
            s.sendto(b'x' * 1000, (addr, int(port)))
            sent += 1
        except BlockingIOError:
            refused += 1
    print(sent, refused)


def udp_hold(addr, port, rcvbuf, name=None):
    if name is not None:
        ctypes.CDLL(None).prctl(15, os.fsencode(name.encode().decode('unicode_escape').encode('latin-1')), 0, 0, 0)
    s = socket.socket(family(addr), socket.SOCK_DGRAM)
    if addr.startswith('224.') or addr == '::':
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, int(rcvbuf))
    s.bind((addr, int(port)))
    wait_here()


def tcp_hold(addr, port, backlog):
    s = socket.socket(family(addr), socket.SOCK_STREAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind((addr, int(port)))
    s.listen(int(backlog))
    wait_here()


def tcp_connect(addr, port, count, secs):
    keep = []
    for _ in range(int(count)):
        s = socket.socket(family(addr), socket.SOCK_STREAM)
        s.setblocking(False)
        s.connect_ex((addr, int(port)))
        keep.append(s)
    time.sleep(float(secs))
    print(len(keep))


def counter(file, name):
    with open(f'/proc/net/{file}', encoding='ascii') as f:
        lines = f.read().splitlines()
    if file in ('snmp', 'netstat'):
        proto, _, want = name.partition('.')
        rows = [line.split() for line in lines if line.startswith(proto + ':')]
        print(dict(zip(rows[0], rows[1]))[want])
        return
    print(dict(line.split() for line in lines)[name])


if __name__ == '__main__':
    {'udp': udp, 'udp-slowly': udp_slowly, 'udp-nonblock': udp_nonblock, 'udp-hold': udp_hold, 'tcp-hold': tcp_hold, 'tcp-connect': tcp_connect,
     'sleep': wait_here, 'counter': counter}[sys.argv[1]](*sys.argv[2:])
