/* SPDX-License-Identifier: BSD-2-Clause */
/* The rules of the ledger (ARCHITECTURE.md), each on the real tables: one loss is one entry, whatever else ticked.
 * long: one small test for each rule and each bug, over one fixture. */
#include "ledger/ledger.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define S 1000000000ULL

static struct sample s;
static struct ledger l;
static uint32_t ns, ns2, dev, dev2;

static int setup(void **state)
{
	(void)state;
	assert_int_equal(sample_init(&s), 0);
	assert_int_equal(ledger_init(&l), 0);
	sample_begin(&s, S, 1000 * S);
	ns = sample_place(&s, PLACE_NETNS, s.host, 1);
	ns2 = sample_place(&s, PLACE_NETNS, s.host, 2);
	dev = sample_place(&s, PLACE_DEVICE, ns, 2);
	dev2 = sample_place(&s, PLACE_DEVICE, ns2, 2);
	for (int i = 0; i < 2; i++) {
		struct link_fact *k = s.place[i ? dev2 : dev].link;

		k->have = k->up = k->carrier = true;
		k->mtu = 1500;
		k->ifindex = 2;
		slice_copy(slice_str("veth"), k->kind, sizeof(k->kind));
	}
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	ledger_free(&l);
	sample_free(&s);
	return 0;
}

/* The counter at place moves by n (in this tick). */
static void moves(const char *name, uint32_t place, uint64_t n)
{
	uint16_t c = table_counter(slice_str(name));
	uint32_t slot;

	if (c == COUNTER_NONE)
		fail_msg("no row %s", name);
	slot = sample_slot(&s, c, place);
	if (slot == SLOT_NONE)
		fail_msg("%s has another scope than this place", name);
	if (!(s.series[slot].flags & SERIES_BASED))
		sample_put(&s, slot, 100000);
	sample_put(&s, slot, s.series[slot].now + n);
}

static uint32_t socket_in(uint32_t where, uint64_t id, uint32_t rmem, uint32_t rcvbuf)
{
	uint32_t p = sample_place(&s, PLACE_SOCKET, where, id);

	s.place[p].sock->rmem = rmem;
	s.place[p].sock->rcvbuf = rcvbuf;
	s.place[p].sock->owner.pid = (pid_t)id;
	return p;
}

static uint32_t rule_in(uint32_t where, uint64_t id, bool output)
{
	uint32_t p = sample_place(&s, PLACE_RULE, where, id);

	s.place[p].rule->verdict = RULE_DROP;
	s.place[p].rule->output = output;
	return p;
}

static void book(void)
{
	assert_int_equal(ledger_book(&l, &s, LEDGER_MOVED), 0);
}

static uint64_t booked(enum cause c, uint32_t where)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < l.entries; i++)
		if (l.entry[i].cause == c && l.entry[i].ns == where)
			sum += l.entry[i].packets;
	return sum;
}

static const struct entry *entry_of(enum cause c)
{
	for (uint32_t i = 0; i < l.entries; i++)
		if (l.entry[i].cause == c)
			return &l.entry[i];
	fail_msg("no entry %s", cause_rows[c].id);
	return NULL;
}

/* Everything booked, whatever its verdict, and whatever stays unexplained. */
static void only(uint64_t packets)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < l.entries; i++)
		sum += l.entry[i].packets;
	for (uint32_t i = 0; i < l.residues; i++)
		sum += l.residue[i].packets;
	assert_int_equal(sum, packets);
	assert_int_equal(l.lost + l.policy + l.refused + l.benign, sum);
}

static void a_part_is_taken_from_its_total(void **state)
{
	(void)state;
	moves("Udp.InErrors", ns, 199);
	moves("Udp.RcvbufErrors", ns, 199);
	book();
	assert_int_equal(booked(SOCKET_UDP_RCVBUF_FULL, ns), 199);
	only(199);
}

static void a_total_books_only_what_no_part_explains(void **state)
{
	(void)state;
	moves("Ip.InHdrErrors", ns, 30);
	moves("IpExt.InCsumErrors", ns, 25);
	book();
	assert_int_equal(booked(IP_BAD_CHECKSUM, ns), 25);
	assert_int_equal(booked(IP_MALFORMED, ns), 5);
	only(30);
}

static void a_full_qdisc_is_one_loss_though_three_counters_tick(void **state)
{
	(void)state;
	moves("qdisc.drops", dev, 43);
	moves("Udp.SndbufErrors", ns, 43);
	moves("Ip.OutDiscards", ns, 43);
	book();
	assert_int_equal(booked(QDISC_OVERLIMIT, ns), 43);
	only(43);
}

static void tcp_and_forwarded_packets_in_a_full_qdisc_tick_nothing_else(void **state)
{
	(void)state;
	moves("qdisc.drops", dev, 43);
	moves("Udp.SndbufErrors", ns, 10);
	moves("Ip.OutDiscards", ns, 12);
	book();
	assert_int_equal(booked(QDISC_OVERLIMIT, ns), 43);
	only(43);
}

static void eagain_is_refused_and_not_lost(void **state)
{
	(void)state;
	moves("Udp.SndbufErrors", ns, 44);
	moves("Ip.OutDiscards", ns, 44);
	book();
	assert_int_equal(booked(SOCKET_SNDBUF_FULL, ns), 44);
	assert_int_equal(l.lost, 0);
	assert_int_equal(l.refused, 44);
	only(44);
}

static void a_qdisc_of_one_namespace_explains_nothing_in_another(void **state)
{
	(void)state;
	moves("qdisc.drops", dev, 43);
	moves("Ip.OutDiscards", ns2, 43);
	book();
	assert_int_equal(booked(QDISC_OVERLIMIT, ns), 43);
	assert_int_equal(booked(IP_DISCARDED, ns2), 43);
	only(86);
}

static void a_part_seen_before_its_total_is_not_unexplained(void **state)
{
	(void)state;
	moves("Udp.InErrors", ns, 0);
	moves("Udp.RcvbufErrors", ns, 10);
	book();
	assert_int_equal(booked(SOCKET_UDP_RCVBUF_FULL, ns), 10);
	only(10);
	sample_begin(&s, 2 * S, 1001 * S);
	moves("Udp.InErrors", ns, 10);
	book();
	assert_int_equal(booked(SOCKET_UDP_RCVBUF_FULL, ns), 10);
	only(10);
	assert_int_equal(l.contradictions, 0);
}

static void an_exact_part_that_keeps_exceeding_its_total_contradicts_the_table(void **state)
{
	(void)state;
	moves("Udp.InErrors", ns, 0);
	for (unsigned i = 0; i < 5; i++) {
		sample_begin(&s, (2 + i) * S, (1001 + i) * S);
		moves("Udp.RcvbufErrors", ns, 3);
		book();
	}
	assert_int_equal(l.contradictions, 1);
	assert_string_equal(counter_rows[l.contradiction[0].counter].key, "Udp.RcvbufErrors");
	only(15);
}

static void an_early_part_now_and_then_is_no_contradiction(void **state)
{
	(void)state;
	moves("Udp.InErrors", ns, 0);
	for (unsigned i = 0; i < 12; i++) {
		sample_begin(&s, (2 + i) * S, (1001 + i) * S);
		moves("Udp.RcvbufErrors", ns, i % 2 ? 0 : 3 + i);
		moves("Udp.InErrors", ns, i % 2 ? 2 + i : 0);
		book();
		assert_int_equal(l.contradictions, 0);
	}
}

static void a_contradiction_in_one_interval_after_the_other_is_told(void **state)
{
	(void)state;
	moves("Udp.InErrors", ns, 0);
	for (unsigned i = 0; i < 4; i++) {
		sample_begin(&s, (2 + i) * S, (1001 + i) * S);
		moves("Udp.RcvbufErrors", ns, 3);
		book();
		book();
		assert_int_equal(l.contradictions, i >= 2);
		sample_rebase(&s);
		book();
	}
}

/* The cheap counters are read once more, behind the details. */
static void last_pass(unsigned tick)
{
	sample_begin(&s, tick * S, (1000 + tick) * S);
	s.last_pass = s.tick;
}

static void next_interval(unsigned tick)
{
	sample_rebase(&s);
	book();
	sample_begin(&s, tick * S, (1000 + tick) * S);
}

static void what_a_total_counts_behind_its_details_is_not_unexplained(void **state)
{
	uint32_t rule = rule_in(ns, 7, true);

	(void)state;
	sample_begin(&s, 2 * S, 1002 * S);
	moves("rule.packets", rule, 900);
	moves("Ip.OutDiscards", ns, 900);
	last_pass(3);
	moves("Ip.OutDiscards", ns, 20);
	book();
	only(900);
	assert_int_equal(l.policy, 900);
	/* the rule shows them in the next interval */
	next_interval(4);
	moves("rule.packets", rule, 120);
	moves("Ip.OutDiscards", ns, 100);
	book();
	only(120);
	assert_int_equal(l.policy, 120);
}

static void what_waited_and_nothing_explains_is_booked_in_the_next_interval(void **state)
{
	uint32_t rule = rule_in(ns, 7, true);

	(void)state;
	sample_begin(&s, 2 * S, 1002 * S);
	moves("rule.packets", rule, 900);
	moves("Ip.OutDiscards", ns, 900);
	last_pass(3);
	moves("Ip.OutDiscards", ns, 20);
	book();
	next_interval(4);
	moves("rule.packets", rule, 100);
	moves("Ip.OutDiscards", ns, 100);
	book();
	only(120);
	assert_int_equal(l.policy, 100);
	assert_int_equal(booked(IP_DISCARDED, ns), 20);
}

static void without_details_nothing_waits(void **state)
{
	(void)state;
	last_pass(2);
	moves("Ip.OutDiscards", ns, 20);
	book();
	assert_int_equal(booked(IP_DISCARDED, ns), 20);
}

static void sockets_that_show_late_drops_lost_nothing_twice(void **state)
{
	uint32_t sock = socket_in(ns, 5000, 900, 1000);

	(void)state;
	sample_begin(&s, 2 * S, 1002 * S);
	moves("Udp.InErrors", ns, 100);
	moves("Udp.RcvbufErrors", ns, 100);
	moves("sk_drops.udp", sock, 100);
	book();
	last_pass(3);
	moves("Udp.InErrors", ns, 30);
	moves("Udp.RcvbufErrors", ns, 30);
	book();
	only(130);
	next_interval(4);
	moves("Udp.InErrors", ns, 100);
	moves("Udp.RcvbufErrors", ns, 100);
	moves("sk_drops.udp", sock, 130);
	book();
	only(100);
	/* but what goes beyond that is the memory limit as ever */
	moves("sk_drops.udp", sock, 7);
	book();
	only(107);
	assert_int_equal(booked(SOCKET_UDP_MEM_LIMIT, ns), 7);
}

static void softnet_drops_are_taken_off_however_many_devices_show_them(void **state)
{
	uint32_t cpu = sample_place(&s, PLACE_CPU, s.host, 1);

	(void)state;
	moves("softnet.dropped", cpu, 300);
	for (unsigned i = 0; i < 30; i++)
		moves("dev.rx_dropped", sample_place(&s, PLACE_DEVICE, ns, 100 + i), 10);
	book();
	for (uint32_t i = 0; i < l.entries; i++)
		assert_int_equal(l.entry[i].cause, SOFTIRQ_BACKLOG_FULL);
	only(300);
}

static void softnet_drops_are_booked_where_the_device_shows_them(void **state)
{
	uint32_t cpu = sample_place(&s, PLACE_CPU, s.host, 1);

	(void)state;
	moves("softnet.dropped", cpu, 290);
	moves("dev.rx_dropped", dev2, 290);
	book();
	assert_int_equal(booked(SOFTIRQ_BACKLOG_FULL, ns2), 290);
	assert_int_equal(entry_of(SOFTIRQ_BACKLOG_FULL)->device, dev2);
	assert_int_equal(entry_of(SOFTIRQ_BACKLOG_FULL)->sure, LIKELY);
	assert_int_equal(entry_of(SOFTIRQ_BACKLOG_FULL)->cpu, 1);
	only(290);
}

static void a_part_wider_than_its_total_leaves_no_carry(void **state)
{
	uint32_t cpu = sample_place(&s, PLACE_CPU, s.host, 0);

	(void)state;
	moves("softnet.dropped", cpu, 290);
	moves("dev.rx_dropped", dev, 100);
	book();
	assert_int_equal(booked(SOFTIRQ_BACKLOG_FULL, ns), 100);
	assert_int_equal(booked(SOFTIRQ_BACKLOG_FULL, PLACE_NONE), 190);
	assert_int_equal(l.contradictions, 0);
	only(290);
}

static void parts_of_all_cpus_are_taken_from_the_sum(void **state)
{
	(void)state;
	for (uint64_t c = 0; c < 4; c++)
		moves("softnet.dropped", sample_place(&s, PLACE_CPU, s.host, c), 25);
	moves("dev.rx_dropped", dev, 60);
	moves("dev.rx_dropped", dev2, 40);
	book();
	assert_int_equal(booked(SOFTIRQ_BACKLOG_FULL, ns), 60);
	assert_int_equal(booked(SOFTIRQ_BACKLOG_FULL, ns2), 40);
	only(100);
}

static void a_bond_repeats_its_ports_and_is_not_added(void **state)
{
	uint32_t bond = sample_place(&s, PLACE_DEVICE, ns, 9), port = sample_place(&s, PLACE_DEVICE, ns, 10);

	(void)state;
	s.place[dev].link->master = s.place[port].link->master = bond;
	s.place[dev].link->kind[0] = 0;
	slice_copy(slice_str("bond"), s.place[bond].link->kind, 16);
	moves("dev.rx_missed_errors", bond, 75);
	moves("dev.rx_missed_errors", dev, 50);
	moves("dev.rx_missed_errors", port, 20);
	book();
	assert_int_equal(booked(NIC_RX_RING_FULL, ns), 75);
	only(75);
	for (uint32_t i = 0; i < l.entries; i++)
		if (l.entry[i].device == bond)
			assert_int_equal(l.entry[i].packets, 5);
}

static void a_bond_repeats_the_parts_of_its_ports_too(void **state)
{
	uint32_t bond = sample_place(&s, PLACE_DEVICE, ns, 9);

	(void)state;
	s.place[dev].link->master = bond;
	s.place[dev].link->kind[0] = 0;
	slice_copy(slice_str("bond"), s.place[bond].link->kind, 16);
	moves("dev.rx_missed_errors", dev, 10);
	moves("dev.rx_errors", dev, 10);
	moves("dev.rx_missed_errors", bond, 10);
	moves("dev.rx_errors", bond, 10);
	book();
	assert_int_equal(booked(NIC_RX_RING_FULL, ns), 10);
	only(10);
}

static void a_bridge_does_not_repeat_its_ports(void **state)
{
	uint32_t bridge = sample_place(&s, PLACE_DEVICE, ns, 9);

	(void)state;
	s.place[dev].link->master = bridge;
	slice_copy(slice_str("bridge"), s.place[bridge].link->kind, 16);
	moves("dev.rx_dropped", dev, 10);
	moves("dev.rx_dropped", bridge, 7);
	book();
	only(17);
}

static void a_veth_whose_peer_refuses_is_one_loss_in_four_counters(void **state)
{
	(void)state;
	s.place[dev].link->mtu = 9000;
	s.place[dev].link->peer = dev2;
	s.place[dev2].link->peer = dev;
	moves("dev.tx_dropped", dev, 30);
	moves("dev.rx_dropped", dev2, 30);
	moves("Ip.OutDiscards", ns, 30);
	moves("Udp.SndbufErrors", ns, 30);
	book();
	assert_int_equal(booked(DEVICE_MTU_MISMATCH, ns2), 30);
	only(30);
}

static void a_full_backlog_behind_a_veth_is_one_loss_at_both_ends(void **state)
{
	uint32_t cpu = sample_place(&s, PLACE_CPU, s.host, 0);

	(void)state;
	s.place[dev].link->peer = dev2;
	s.place[dev2].link->peer = dev;
	moves("softnet.dropped", cpu, 290);
	moves("dev.tx_dropped", dev, 290);
	moves("dev.rx_dropped", dev2, 290);
	book();
	assert_int_equal(booked(SOFTIRQ_BACKLOG_FULL, ns2), 290);
	only(290);
}

static void a_drop_at_the_egress_hook_looks_to_udp_like_a_full_queue(void **state)
{
	uint32_t r = rule_in(ns, 4, true);

	(void)state;
	slice_copy(slice_str("egress"), s.place[r].rule->hook, sizeof(s.place[r].rule->hook));
	moves("rule.packets", r, 40);
	moves("Ip.OutDiscards", ns, 40);
	moves("Udp.SndbufErrors", ns, 40);
	book();
	assert_int_equal(booked(NETFILTER_RULE, ns), 40);
	only(40);
}

static void a_device_without_carrier_explains_its_drops(void **state)
{
	(void)state;
	s.place[dev].link->carrier = false;
	moves("dev.tx_dropped", dev, 40);
	book();
	assert_int_equal(booked(DEVICE_LINK_DOWN, ns), 40);
	only(40);
}

static void header_errors_beside_time_exceeded_are_an_expired_ttl(void **state)
{
	(void)state;
	moves("Ip.InHdrErrors", ns, 20);
	moves("Icmp.OutTimeExcds", ns, 6);
	moves("Icmp.OutRateLimitHost", ns, 14);
	book();
	assert_int_equal(booked(IP_TTL_EXPIRED, ns), 20);
	assert_int_equal(entry_of(IP_TTL_EXPIRED)->sure, LIKELY);
	assert_int_equal(booked(IP_MALFORMED, ns), 0);
}

static void time_exceeded_for_reassembly_is_no_expired_ttl(void **state)
{
	(void)state;
	moves("Ip.InHdrErrors", ns, 5);
	moves("Icmp.OutTimeExcds", ns, 20);
	moves("Ip.ReasmTimeout", ns, 20);
	moves("Ip.ReasmFails", ns, 20);
	book();
	assert_int_equal(booked(IP_MALFORMED, ns), 5);
	assert_int_equal(booked(IP_REASSEMBLY_TIMEOUT, ns), 20);
	assert_int_equal(booked(IP_TTL_EXPIRED, ns), 0);
	only(25);
}

static void socket_drops_name_the_owner_and_add_nothing(void **state)
{
	uint32_t full = socket_in(ns, 4711, 212992, 212992), calm = socket_in(ns, 4712, 0, 212992);

	(void)state;
	moves("Udp.InErrors", ns, 100);
	moves("Udp.RcvbufErrors", ns, 100);
	moves("sk_drops.udp", full, 90);
	moves("sk_drops.udp", calm, 10);
	book();
	assert_int_equal(booked(SOCKET_UDP_RCVBUF_FULL, ns), 100);
	assert_int_equal(l.entries, 2);
	assert_int_equal(l.entry[0].sock, full);
	assert_int_equal(l.entry[0].packets, 90);
	only(100);
}

static void losses_of_sockets_closed_since_stay_booked_without_owner(void **state)
{
	uint32_t k = socket_in(ns, 4711, 212992, 212992);

	(void)state;
	moves("Udp.InErrors", ns, 100);
	moves("Udp.RcvbufErrors", ns, 100);
	moves("sk_drops.udp", k, 60);
	book();
	assert_int_equal(booked(SOCKET_UDP_RCVBUF_FULL, ns), 100);
	assert_int_equal(l.entry[1].sock, PLACE_NONE);
	assert_int_equal(l.entry[1].packets, 40);
}

static void udp_errors_beside_socket_drops_are_a_filter_and_without_them_malformed(void **state)
{
	uint32_t k = socket_in(ns, 4711, 0, 212992);

	(void)state;
	moves("Udp.InErrors", ns, 65);
	moves("sk_drops.udp", k, 40);
	book();
	assert_int_equal(booked(SOCKET_FILTER, ns), 40);
	assert_int_equal(entry_of(SOCKET_FILTER)->sock, k);
	assert_int_equal(booked(UDP_MALFORMED, ns), 25);
	only(65);
}

static void socket_drops_that_no_counter_shows_are_the_udp_memory_limit(void **state)
{
	uint32_t k = socket_in(ns, 4711, 0, 212992);

	(void)state;
	moves("sk_drops.udp", k, 309);
	book();
	assert_int_equal(booked(SOCKET_UDP_MEM_LIMIT, ns), 309);
	assert_int_equal(l.entry[0].sock, k);
	only(309);
}

static void late_checksum_failures_also_count_at_the_socket_and_are_one_loss(void **state)
{
	uint32_t k = socket_in(ns, 4711, 0, 212992);

	(void)state;
	moves("Udp.InErrors", ns, 25);
	moves("Udp.InCsumErrors", ns, 25);
	moves("sk_drops.udp", k, 25);
	book();
	assert_int_equal(booked(UDP_BAD_CHECKSUM, ns), 25);
	only(25);
}

static void a_raw_socket_explains_unknown_protocols(void **state)
{
	uint32_t k = socket_in(ns, 4711, 2304, 2304);

	(void)state;
	moves("Ip.InUnknownProtos", ns, 48);
	moves("sk_drops.raw", k, 48);
	book();
	assert_int_equal(booked(SOCKET_RAW_RCVBUF_FULL, ns), 48);
	assert_int_equal(l.entry[0].sock, k);
	only(48);
}

static void listen_overflows_are_listen_drops_too(void **state)
{
	uint32_t k = socket_in(ns, 4711, 0, 0);

	(void)state;
	s.place[k].sock->kind = SOCK_KIND_TCP_LISTEN;
	moves("TcpExt.ListenOverflows", ns, 20);
	moves("TcpExt.ListenDrops", ns, 20);
	moves("sk_drops.tcp_listen", k, 20);
	book();
	assert_int_equal(booked(TCP_ACCEPT_QUEUE_FULL, ns), 20);
	assert_int_equal(l.entry[0].sock, k);
	only(20);
}

static void an_mptcp_join_is_a_listen_drop_too(void **state)
{
	(void)state;
	moves("MPTcpExt.MPJoinNoTokenFound", ns, 15);
	moves("TcpExt.ListenDrops", ns, 15);
	book();
	assert_int_equal(booked(TCP_MPTCP_REFUSED, ns), 15);
	only(15);
}

static void an_output_rule_is_an_output_discard_too(void **state)
{
	(void)state;
	moves("rule.packets", rule_in(ns, 4, true), 40);
	moves("Ip.OutDiscards", ns, 40);
	book();
	assert_int_equal(booked(NETFILTER_RULE, ns), 40);
	assert_int_equal(l.lost, 0);
	only(40);
}

static void an_input_rule_explains_no_output_discard(void **state)
{
	(void)state;
	moves("rule.packets", rule_in(ns, 4, false), 40);
	moves("Ip.OutDiscards", ns, 40);
	book();
	assert_int_equal(booked(NETFILTER_RULE, ns), 40);
	assert_int_equal(booked(IP_DISCARDED, ns), 40);
	only(80);
}

static void an_nfqueue_rule_nobody_listens_to_is_a_misconfiguration(void **state)
{
	uint32_t r = rule_in(ns, 4, false);

	(void)state;
	s.place[r].rule->verdict = RULE_QUEUE;
	s.place[r].rule->queue_idle = true;
	moves("rule.packets", r, 40);
	book();
	assert_int_equal(booked(NETFILTER_NFQUEUE_NO_LISTENER, ns), 40);
	only(40);
}

static void the_neighbour_table_is_machine_wide_and_the_discards_say_where(void **state)
{
	(void)state;
	moves("arp_cache.table_fulls", s.host, 20);
	moves("Ip.OutDiscards", ns, 20);
	moves("Udp.SndbufErrors", ns, 20);
	book();
	assert_int_equal(booked(NEIGHBOUR_TABLE_FULL, ns), 20);
	only(20);
}

static void too_big_for_the_next_link_counts_twice_in_ipv6(void **state)
{
	(void)state;
	moves("Ip6InTooBigErrors", ns, 20);
	moves("Ip6FragFails", ns, 20);
	book();
	assert_int_equal(booked(IP_MTU_EXCEEDED, ns), 20);
	only(20);
}

static void a_witness_books_only_where_the_counter_cannot_be_read(void **state)
{
	uint32_t k = socket_in(ns, 4711, 0, 0);

	(void)state;
	s.place[k].sock->kind = SOCK_KIND_TCP_LISTEN;
	moves("sk_drops.tcp_listen", k, 7);
	book();
	only(7);
	assert_true(l.entry[0].by_witness);
	moves("TcpExt.ListenDrops", ns, 7);
	moves("TcpExt.ListenOverflows", ns, 7);
	book();
	only(7);
	assert_false(l.entry[0].by_witness);
}

static void the_same_loss_in_two_namespaces_is_two_entries(void **state)
{
	(void)state;
	moves("Udp.InErrors", ns, 47);
	moves("Udp.RcvbufErrors", ns, 47);
	moves("Udp.InErrors", ns2, 78);
	moves("Udp.RcvbufErrors", ns2, 78);
	book();
	assert_int_equal(booked(SOCKET_UDP_RCVBUF_FULL, ns), 47);
	assert_int_equal(booked(SOCKET_UDP_RCVBUF_FULL, ns2), 78);
	only(125);
}

static void pressure_and_symptoms_are_never_booked(void **state)
{
	(void)state;
	moves("softnet.time_squeeze", sample_place(&s, PLACE_CPU, s.host, 0), 1000);
	moves("Tcp.RetransSegs", ns, 50);
	moves("TcpExt.PruneCalled", ns, 50);
	moves("Icmp.InErrors", ns, 50);
	moves("qdisc.overlimits", dev, 50);
	book();
	only(0);
}

static void totals_since_boot_are_booked_by_the_same_rules(void **state)
{
	(void)state;
	s.zero_base = true;
	moves("qdisc.drops", dev, 43);
	assert_int_equal(ledger_book(&l, &s, LEDGER_SINCE_BOOT), 0);
	assert_int_equal(booked(QDISC_OVERLIMIT, ns), 100043);
	only(100043);
}

static void booking_twice_gives_the_same(void **state)
{
	(void)state;
	moves("qdisc.drops", dev, 43);
	moves("Udp.SndbufErrors", ns, 43);
	moves("Ip.OutDiscards", ns, 43);
	book();
	book();
	only(43);
	assert_int_equal(l.entries, 1);
}

/* The send queue of the lower device refused what a tunnel, or a macvlan of a container, sent through it. */
static uint32_t upper_of(uint32_t where, const char *kind, int lower, int nsid)
{
	uint32_t p = sample_place(&s, PLACE_DEVICE, where, 7);
	struct link_fact *k = s.place[p].link;

	k->have = k->up = k->carrier = true;
	k->ifindex = 7;
	k->peer_ifindex = lower;
	k->peer_nsid = nsid;
	slice_copy(slice_str(kind), k->kind, sizeof(k->kind));
	return p;
}

static void what_a_queue_under_a_tunnel_drops_is_not_also_the_tunnels(void **state)
{
	uint32_t vx = upper_of(ns, "vxlan", 0, -1);

	(void)state;
	moves("qdisc.drops", dev, 23);
	moves("dev.tx_dropped", vx, 23);
	book();
	assert_int_equal(booked(QDISC_OVERLIMIT, ns), 23);
	only(23);
}

static void what_an_output_rule_drops_of_a_tunnel_is_not_also_the_tunnels(void **state)
{
	uint32_t vx = upper_of(ns, "vxlan", 0, -1), in = rule_in(ns, 4, false), out = rule_in(ns, 5, true);

	(void)state;
	moves("rule.packets", in, 10);
	moves("rule.packets", out, 30);
	moves("dev.tx_dropped", vx, 37);
	book();
	assert_int_equal(booked(NETFILTER_RULE, ns), 40);
	assert_int_equal(booked(TUNNEL_NO_REMOTE, ns), 7);
	only(47);
}

static void a_macvlan_in_a_container_repeats_the_device_it_sends_through(void **state)
{
	uint32_t mv = upper_of(ns2, "macvlan", 2, 0);

	(void)state;
	moves("qdisc.drops", dev, 33);
	moves("dev.tx_dropped", mv, 33);
	moves("Ip.OutDiscards", ns2, 33);
	moves("Udp.SndbufErrors", ns2, 33);
	book();
	assert_int_equal(booked(QDISC_OVERLIMIT, ns), 33);
	only(33);
}

static void another_device_than_that_under_the_macvlan_explains_nothing_of_it(void **state)
{
	uint32_t mv = upper_of(ns2, "macvlan", 3, 0);

	(void)state;
	moves("qdisc.drops", dev, 33);
	moves("dev.tx_dropped", mv, 33);
	book();
	only(66);
}

static void a_full_ipv6_neighbour_table_is_no_missing_route(void **state)
{
	(void)state;
	moves("ndisc_cache.table_fulls", s.host, 20);
	moves("Ip6OutNoRoutes", ns, 20);
	moves("Ip6OutDiscards", ns, 19);
	book();
	assert_int_equal(booked(NEIGHBOUR_TABLE_FULL, ns), 20);
	only(20);
}

static void ipv6_fragments_are_malformed_where_no_memory_was_short(void **state)
{
	uint64_t limit = 6000;
	uint16_t memory = table_counter(slice_str("sockstat6.FRAG6.memory"));

	(void)state;
	moves("Ip6ReasmFails", ns, 10);
	sample_setting(&s, "net.ipv6.ip6frag_high_thresh", ns, &limit, 1);
	sample_put(&s, sample_slot(&s, memory, ns), 4499);
	book();
	assert_int_equal(booked(IP_MALFORMED, ns), 10);
	sample_put(&s, sample_slot(&s, memory, ns), 4500);
	book();
	assert_int_equal(booked(IP_REASSEMBLY_MEMORY, ns), 10);
	sample_put(&s, sample_slot(&s, memory, ns), 0);
	moves("Ip6ReasmTimeout", ns, 4); /* what filled the memory is gone, but it was there */
	book();
	assert_int_equal(booked(IP_REASSEMBLY_MEMORY, ns), 6);
	only(10);
}

static void a_neighbours_first_words_on_a_fresh_link_are_no_missing_route(void **state)
{
	(void)state;
	moves("Ip6InNoRoutes", ns, 4);
	book();
	assert_int_equal(booked(IP_NO_ROUTE, ns), 4);
	moves("dev.carrier_changes", dev, 1);
	book();
	assert_int_equal(booked(MULTICAST_NOT_JOINED, ns), 4);
	moves("Ip6InNoRoutes", ns, 1);
	book();
	assert_int_equal(booked(IP_NO_ROUTE, ns), 5);
	only(5);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(a_part_is_taken_from_its_total),
		T(a_total_books_only_what_no_part_explains),
		T(a_full_qdisc_is_one_loss_though_three_counters_tick),
		T(tcp_and_forwarded_packets_in_a_full_qdisc_tick_nothing_else),
		T(eagain_is_refused_and_not_lost),
		T(a_qdisc_of_one_namespace_explains_nothing_in_another),
		T(a_part_seen_before_its_total_is_not_unexplained),
		T(an_exact_part_that_keeps_exceeding_its_total_contradicts_the_table),
		T(an_early_part_now_and_then_is_no_contradiction),
		T(a_contradiction_in_one_interval_after_the_other_is_told),
		T(softnet_drops_are_taken_off_however_many_devices_show_them),
		T(what_a_total_counts_behind_its_details_is_not_unexplained),
		T(what_waited_and_nothing_explains_is_booked_in_the_next_interval),
		T(without_details_nothing_waits),
		T(sockets_that_show_late_drops_lost_nothing_twice),
		T(softnet_drops_are_booked_where_the_device_shows_them),
		T(a_part_wider_than_its_total_leaves_no_carry),
		T(parts_of_all_cpus_are_taken_from_the_sum),
		T(a_bond_repeats_its_ports_and_is_not_added),
		T(a_bond_repeats_the_parts_of_its_ports_too),
		T(a_bridge_does_not_repeat_its_ports),
		T(a_veth_whose_peer_refuses_is_one_loss_in_four_counters),
		T(a_full_backlog_behind_a_veth_is_one_loss_at_both_ends),
		T(a_drop_at_the_egress_hook_looks_to_udp_like_a_full_queue),
		T(a_device_without_carrier_explains_its_drops),
		T(header_errors_beside_time_exceeded_are_an_expired_ttl),
		T(time_exceeded_for_reassembly_is_no_expired_ttl),
		T(socket_drops_name_the_owner_and_add_nothing),
		T(losses_of_sockets_closed_since_stay_booked_without_owner),
		T(udp_errors_beside_socket_drops_are_a_filter_and_without_them_malformed),
		T(socket_drops_that_no_counter_shows_are_the_udp_memory_limit),
		T(late_checksum_failures_also_count_at_the_socket_and_are_one_loss),
		T(a_raw_socket_explains_unknown_protocols),
		T(listen_overflows_are_listen_drops_too),
		T(an_mptcp_join_is_a_listen_drop_too),
		T(an_output_rule_is_an_output_discard_too),
		T(an_input_rule_explains_no_output_discard),
		T(an_nfqueue_rule_nobody_listens_to_is_a_misconfiguration),
		T(the_neighbour_table_is_machine_wide_and_the_discards_say_where),
		T(too_big_for_the_next_link_counts_twice_in_ipv6),
		T(a_witness_books_only_where_the_counter_cannot_be_read),
		T(the_same_loss_in_two_namespaces_is_two_entries),
		T(pressure_and_symptoms_are_never_booked),
		T(what_a_queue_under_a_tunnel_drops_is_not_also_the_tunnels),
		T(what_an_output_rule_drops_of_a_tunnel_is_not_also_the_tunnels),
		T(a_macvlan_in_a_container_repeats_the_device_it_sends_through),
		T(another_device_than_that_under_the_macvlan_explains_nothing_of_it),
		T(a_full_ipv6_neighbour_table_is_no_missing_route),
		T(ipv6_fragments_are_malformed_where_no_memory_was_short),
		T(a_neighbours_first_words_on_a_fresh_link_are_no_missing_route),
		T(totals_since_boot_are_booked_by_the_same_rules),
		T(booking_twice_gives_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
