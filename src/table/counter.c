/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One row per kernel counter: who reads it, what it means, and who else counts the same packet. The rows stand in
 * counter_*.inc by origin. docs/not-booked.tsv names the counters that have no row, and why.
 *
 * Adding one: ask first "who else counts this packet?", then choose LEAF, PART (with .of), TOTAL or WITNESS. In .of an
 * inner total stands before the outer one that contains it: a full send queue makes one local UDP packet tick
 * qdisc.drops, Udp.SndbufErrors and Ip.OutDiscards, so the parts of Udp.SndbufErrors never reach for Ip.OutDiscards.
 * A row that is TOTAL and has .of takes its whole count off its own totals. table_check() knows the rules.
 */
#include "table/table.h"

const struct counter counter_rows[] = {
#include "table/counter_ip.inc"
#include "table/counter_icmp.inc"
#include "table/counter_udp.inc"
#include "table/counter_tcp.inc"
#include "table/counter_mptcp.inc"
#include "table/counter_device.inc"
#include "table/counter_nic.inc"
#include "table/counter_filter.inc"
#include "table/counter_neigh.inc"
#include "table/counter_socket.inc"
};

const size_t counter_count = ARRAY_SIZE(counter_rows);
