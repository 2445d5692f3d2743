#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Two listeners, one of which does not accept: its process is named, the other is not.
. "$(dirname "$0")/lib.sh"
need_root
pair a b
start b python3 "$here/traffic.py" tcp-hold 10.78.0.2 8001 64; good=$said
start b python3 "$here/traffic.py" tcp-hold 10.78.0.2 8002 0; bad=$said
watch
traffic a tcp-connect 10.78.0.2 8001 3 0.1 >/dev/null
traffic a tcp-connect 10.78.0.2 8002 12 0.3 >/dev/null
verdict 0.3
over=$(counter b netstat TcpExt.ListenOverflows)
drops=$(counter b netstat TcpExt.ListenDrops)
[ "$over" -gt 0 ] && [ "$over" = "$drops" ] || fail "the kernel counted $over and $drops"
booked "tcp.accept_queue_full $over b pid=$bad"
[ "$good" != "$bad" ]
