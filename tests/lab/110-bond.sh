#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# A bond over two veths: what a lower device refuses is booked there, not again at the master.
. "$(dirname "$0")/lib.sh"
need_root
ns a
ns b
ip -n "$N-a" link add bond0 type bond mode active-backup miimon 100 2>/dev/null || skip "no bonding here"
for i in 1 2; do
	ip -n "$N-a" link add v$i type veth peer name w$i netns "$N-b"
	ip -n "$N-a" link set v$i master bond0
	ip -n "$N-b" link set w$i up
done
ip -n "$N-a" addr add 10.78.0.1/24 dev bond0
ip -n "$N-a" link set bond0 up
ip -n "$N-b" addr add 10.78.0.2/24 dev w1
reach a 10.78.0.2
ip -n "$N-b" link set w1 mtu 1000
watch
traffic a udp 10.78.0.2 7000 25 1200 >/dev/null
verdict
booked "device.mtu_mismatch 25 b device=w1"
