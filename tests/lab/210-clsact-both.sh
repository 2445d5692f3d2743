#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# clsact with filters on both sides: what each dropped, told apart by what the IP layer counted; and one side alone.
. "$(dirname "$0")/lib.sh"
need_root
pair a b
in_ns b tc qdisc add dev b0 clsact 2>/dev/null || skip "no clsact here"
# classic BPF: the 16 bits at 36 (the UDP port behind Ethernet and IPv4) equal to the port? 2 is TC_ACT_SHOT
drop_port()
{
	in_ns b tc filter add dev b0 "$1" bpf da bytecode "4,40 0 0 36,21 0 1 $2,6 0 0 2,6 0 0 4294967295"
}
drop_port ingress 7001 2>/dev/null || skip "no BPF filter here"
watch
traffic a udp 10.78.0.2 7001 21 >/dev/null
verdict
booked "tc.ingress_program 21 b device=b0"
drop_port egress 7002
watch
traffic a udp 10.78.0.2 7001 8 >/dev/null
traffic b udp 10.78.0.1 7002 13 >/dev/null
verdict
booked "tc.ingress_program 8 b device=b0" "tc.egress_program 13 b device=b0"
