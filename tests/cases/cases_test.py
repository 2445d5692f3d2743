#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""
Runs the examples of *.case: what the command says and how it ends. A case is a sentence and, below it, indented lines:

    a typo gets the nearest names
      given proc/net/snmp               a file of a recorded host, its lines follow with a bar
      | Udp: InErrors
      | Udp: 5
      when explain ListenOverflow       the words behind "whydrop"; {root} is the recorded host, {esc} that character; quotes as in a shell
      then exit 2
      then err has TcpExt.ListenOverflows
      then out is empty

"then" knows: exit N; out|err has TEXT, hasn't TEXT, is TEXT, is empty, lines N, fits N (columns), is json.
A case may have several when, each with the then lines behind it. usage: cases_test.py [FILE.case...]; WHYDROP is the program.
"""
import glob
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
WHYDROP = os.environ.get('WHYDROP', os.path.join(HERE, '../../build/whydrop'))


def cases(path):
    """ yields (sentence, [(line number, words)]) """
    name, lines = None, []
    with open(path, encoding='utf-8') as f:
        for nr, line in enumerate(f, 1):
            line = line.rstrip('\n')
            if not line.strip() or line.startswith('#'):
                continue
            if not line[0].isspace():
                if name:
                    yield name, lines
                name, lines = line, []
            else:
                lines.append((nr, line.strip()))
    if name:
        yield name, lines


def holds(check, result):
    """ what is wrong, or None """
    what, _, rest = check.partition(' ')
    if what == 'exit':
        return None if result.returncode == int(rest) else f'exit status {result.returncode}'
    text = {'out': result.stdout, 'err': result.stderr}[what]
    verb, _, arg = rest.partition(' ')
    good = {
        'has': lambda: arg in text,
        "hasn't": lambda: arg not in text,
        'is': lambda: text.strip() == '' if arg == 'empty' else bool(json.loads(text)) if arg == 'json' else text == arg + '\n',
        'lines': lambda: text.count('\n') == int(arg),
        'fits': lambda: max((len(line) for line in text.splitlines()), default=0) <= int(arg),
    }[verb]
    try:
        ok = good()
    except ValueError as e:
        return f'{e}: {text[:300]!r}'
    return None if ok else f'{what} is {text[:600]!r}'


def run(lines):
    """ yields (line number, what is wrong) """
    root = tempfile.mkdtemp(prefix='whydrop-case-')
    file, result = None, None
    try:
        for nr, line in lines:
            word, _, rest = line.partition(' ')
            if word == 'given':
                file = os.path.join(root, rest)
                os.makedirs(os.path.dirname(file), exist_ok=True)
                with open(file, 'w', encoding='utf-8'):
                    pass
            elif word == '|':
                with open(file, 'a', encoding='utf-8') as f:
                    f.write(rest + '\n')
            elif word == 'when':
                words = [w.replace('{root}', root).replace('{esc}', '\x1b') for w in shlex.split(rest)]
                result = subprocess.run([WHYDROP] + words, capture_output=True, text=True, timeout=60, check=False,
                                        stdin=subprocess.DEVNULL)
            elif word == 'then':
                wrong = holds(rest.replace('{root}', root).replace('{esc}', '\x1b'), result)
                if wrong:
                    yield nr, f'{rest}: {wrong}'
            else:
                yield nr, f'no such word: {word}'
    finally:
        shutil.rmtree(root)


def main():
    passed = failed = 0
    for path in sys.argv[1:] or sorted(glob.glob(os.path.join(HERE, '*.case'))):
        for name, lines in cases(path):
            wrong = list(run(lines))
            for nr, what in wrong:
                print(f'FAILED: {os.path.basename(path)}:{nr}: {name}: {what}')
            passed, failed = passed + (not wrong), failed + bool(wrong)
    print(f'{passed} passed, {failed} failed')
    return 1 if failed or not passed else 0


if __name__ == '__main__':
    sys.exit(main())
