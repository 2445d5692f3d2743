#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""
`whydrop explain` knows everything the tables hold, by the kernel's spelling: each counter, cause, drop reason and setting,
each driver's statistics name. Counts as one test a table.
"""
import concurrent.futures
import glob
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
WHYDROP = os.environ.get('WHYDROP', os.path.join(TOP, 'build', 'whydrop'))


def text(*names):
    out = ''
    for name in names:
        for path in sorted(glob.glob(os.path.join(TOP, 'src/table', name))):
            with open(path, encoding='utf-8') as f:
                out += f.read()
    return out


def words():
    yield 'counters', re.findall(r'\.key = "([^"]+)"', text('counter.c', 'counter_*.inc'))
    yield 'causes', re.findall(r'^CAUSE\(\w+, "([^"]+)"', text('cause.def'), re.M)
    yield 'reasons', sorted(set(re.findall(r'^\t\{ "([A-Z][A-Z0-9_]+)",', text('reason.c'), re.M)))
    yield 'settings', re.findall(r'^\t\{ "([a-z][^"%]*)", SET_', text('setting.c'), re.M)
    yield 'driver names', sorted({n.replace('*', '3') for n in re.findall(r'^\t\{ "\w+", "([^"]+)"', text('driver.c'), re.M)})


def ask(name):
    r = subprocess.run([WHYDROP, 'explain', name], capture_output=True, text=True, timeout=60, check=False)
    wide = [line for line in r.stdout.splitlines() if len(line) > 160]
    if r.returncode or r.stderr or not r.stdout or wide or '(null)' in r.stdout:
        return f'{name}: exit status {r.returncode}: {r.stderr.strip() or wide[:1] or r.stdout[:200]}'
    return None


def main():
    passed = failed = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for table, names in words():
            wrong = [w for w in pool.map(ask, names) if w]
            if len(names) < 10:
                wrong.append(f'only {len(names)} {table} found in the source')
            for w in wrong[:10]:
                print(f'FAILED: {table}: {w}')
            passed, failed = passed + (not wrong), failed + bool(wrong)
    print(f'{passed} passed, {failed} failed')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
