#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""
Compares what a look booked in the namespaces of one test with what was lost there.

usage: check.py [-s] FILE PREFIX EXPECTATION...      "CAUSE PACKETS NS [device=D] [pid=P] [comm=C] [socket=S]"
NS is without the prefix, "-" for no namespace. PACKETS may be LO-HI. Benign entries that nobody expects are allowed.
-s: these must be there, others may be.
"""
import json
import sys


def main():
    some = sys.argv[1] == '-s'
    if some:
        del sys.argv[1]
    path, prefix = sys.argv[1:3]
    with open(path, 'rb') as f:
        raw = f.read()
    got = json.loads(raw.decode('utf-8'))
    bad = [b for b in raw if b < 0x20 and b not in (9, 10, 13)]
    wrong = ['control bytes in the output'] if bad else []
    sums = {'lost': 0, 'policy': 0, 'refused': 0, 'benign': 0}
    left = []
    for e in got['entries']:
        v = e['verdict']
        sums[v if v in sums else 'lost'] += e['packets']
        name = (e['namespace'] or {}).get('name') or ('-' if not e['namespace'] else '')
        if name == '-' or name.startswith(prefix + '-'):
            left.append((name if name == '-' else name[len(prefix) + 1:], e))
    for k, v in sums.items():
        if got['totals'][k] != v:
            wrong.append(f'totals.{k} is {got["totals"][k]}, the entries add up to {v}')
    for want in sys.argv[3:]:
        cause, packets, ns, *keys = want.split()
        keys = dict(k.split('=', 1) for k in keys)
        lo, _, hi = packets.partition('-')
        hits = []
        for item in left:
            n, e = item
            owner = e['owner'] or {}
            seen = {'device': e['device'] or '', 'pid': str(owner.get('pid', '')), 'comm': owner.get('comm', ''),
                    'socket': (e.get('place') or {}).get('socket') or ''}
            if n == ns and e['cause'] == cause and all(seen[k] == v for k, v in keys.items()):
                hits.append(item)
        n = sum(e['packets'] for _, e in hits)
        if not int(lo) <= n <= int(hi or lo):
            wrong.append(f'{want}: booked {n}')
        left = [i for i in left if i not in hits]
    for n, e in left:
        if not some and n != '-' and e['verdict'] != 'benign':
            wrong.append(f'nobody lost this: {e["cause"]} {e["packets"]} in {n} at {e["device"]}')
    if wrong:
        print('\n'.join(wrong))
        for e in got['entries']:
            print('  booked:', e['cause'], e['packets'], (e['namespace'] or {}).get('name'), e['device'], e['owner'],
                  [(v['name'], v['delta']) for v in e['evidence']])
        print('  unexplained:', got['unexplained'])
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
