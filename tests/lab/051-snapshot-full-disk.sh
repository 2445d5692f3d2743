#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# A snapshot that does not fit on the disk is one sentence and no half file; one that replaces a file leaves the old one.
. "$(dirname "$0")/lib.sh"
need_root
mkdir "$tmp/mnt"
mount -t tmpfs -o size=64k none "$tmp/mnt" 2>/dev/null || skip "may not mount a small disk"
rc=0
"$WHYDROP" snapshot "$tmp/mnt/x.tar" >"$tmp/out" 2>"$tmp/err" || rc=$?
[ "$rc" = 4 ] || fail "a full disk: exit status $rc"
[ ! -s "$tmp/out" ] && [ "$(wc -l <"$tmp/err")" = 1 ] && grep -q 'x.tar.*[Nn]o space' "$tmp/err" ||
	fail "not one sentence about the full disk: $(cat "$tmp/out" "$tmp/err")"
[ -z "$(ls -A "$tmp/mnt")" ] || fail "a half file was left: $(ls -lA "$tmp/mnt")"
echo precious >"$tmp/mnt/old.tar"
! "$WHYDROP" snapshot "$tmp/mnt/old.tar" 2>/dev/null || fail "no error"
[ "$(cat "$tmp/mnt/old.tar")" = precious ] || fail "the old file is gone"
rc=0
"$WHYDROP" snapshot "$tmp/none/x.tar" 2>"$tmp/err" || rc=$?
[ "$rc" != 0 ] && [ "$(wc -l <"$tmp/err")" = 1 ] || fail "no directory: exit status $rc: $(cat "$tmp/err")"
"$WHYDROP" snapshot "$tmp/good.tar"
[ "$(stat -c %a "$tmp/good.tar")" = 600 ] || fail "others may read it: $(stat -c %a "$tmp/good.tar")"
head -c 3000 "$tmp/good.tar" >"$tmp/short.tar"
rc=0
"$WHYDROP" look --root "$tmp/short.tar" >"$tmp/out" 2>"$tmp/err" || rc=$?
[ "$rc" -le 3 ] || fail "a torn snapshot: exit status $rc"
[ "$(wc -l <"$tmp/err")" -le 2 ] && grep -q "short.tar" "$tmp/err" || fail "a torn snapshot: $(cat "$tmp/err")"
