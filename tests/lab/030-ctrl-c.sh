#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Ctrl-C and SIGTERM end a look early with the verdict; the exit status is 1 with losses and 0 without. A second look of
# one namespace without losses is 0 whatever the rest of the machine does.
. "$(dirname "$0")/lib.sh"
need_root
pair a b
watch --netns "$N-b"
began=$(date +%s)
verdict 0.3
[ "$status" = 0 ] || fail "nothing was lost in $N-b, but exit status $status"
[ $(($(date +%s) - began)) -lt 5 ] || fail "Ctrl-C took long"
booked
watch --netns "$N-b"
traffic a udp 10.78.0.2 5999 4 >/dev/null
verdict 0.3
[ "$status" = 1 ] || fail "losses, but exit status $status"
booked "udp.no_socket 4 b" "icmp.rate_limited 0-4 b"
watch --netns "$N-b"
kill -TERM "$look"
wait "$look" || fail "SIGTERM: exit status $?"
look=
booked
"$WHYDROP" look --for 200ms --netns "$N-b" >"$tmp/text" 2>/dev/null || fail "a quiet look: exit status $?"
grep -qi 'nothing' "$tmp/text" || fail "a healthy namespace is not called so: $(cat "$tmp/text")"
