/* SPDX-License-Identifier: BSD-2-Clause */
/* Send queues: root and clsact only, 32-bit counters added up over replaced queues, the kinds' own numbers. */
#include "source_fixture.h"

#include <linux/gen_stats.h>
#include <linux/pkt_sched.h>

struct queue_words {
	int index;
	uint32_t parent, handle;
	const char *kind;
	uint32_t drops, overlimits;
	const void *app;
	size_t app_n;
};

static void add_queue(struct answer *a, const struct queue_words *q)
{
	struct tcmsg m = { .tcm_ifindex = q->index, .tcm_parent = q->parent, .tcm_handle = q->handle };
	struct gnet_stats_queue g = { .qlen = 3, .backlog = 300, .drops = q->drops, .overlimits = q->overlimits };

	add_message(a, RTM_NEWQDISC, &m, sizeof(m));
	add_text(a, TCA_KIND, q->kind);
	begin_nest(a, TCA_STATS2);
	add_attr(a, TCA_STATS_QUEUE, &g, sizeof(g));
	if (q->app)
		add_attr(a, TCA_STATS_APP, q->app, q->app_n);
	end_nest(a);
}

static void put_queues(const struct queue_words *q, unsigned n)
{
	struct answer a = { 0 };

	for (unsigned i = 0; i < n; i++)
		add_queue(&a, &q[i]);
	put_answer("getqdisc", &a);
}

/* Devices 2 and 3, as netdev would have made them. */
static void devices(void)
{
	tick();
	for (uint64_t i = 2; i < 4; i++)
		sample_place(&s, PLACE_DEVICE, tree_own(tree)->place, i);
}

static void one(uint32_t handle, const char *kind, uint32_t drops)
{
	struct queue_words q = { 2, TC_H_ROOT, handle, kind, drops, 0, NULL, 0 };

	put_queues(&q, 1);
}

static void only_the_root_and_clsact_are_read(void **x)
{
	const struct queue_words q[] = {
		{ 2, TC_H_ROOT, 0x10000, "htb", 93, 5, NULL, 0 },
		{ 2, 0x10001, 0x100000, "pfifo", 93, 0, NULL, 0 },
		{ 2, TC_H_INGRESS, 0xffff0000, "clsact", 7, 0, NULL, 0 },
		{ 3, TC_H_ROOT, 0, "noqueue", 1, 0, NULL, 0 },
		{ 9, TC_H_ROOT, 0x10000, "pfifo", 50, 0, NULL, 0 },
	};

	(void)x;
	put_file("proc/net/snmp", "");
	devices();
	put_queues(q, ARRAY_SIZE(q));
	assert_int_equal(read_now(SRC_qdisc), 0);
	assert_int_equal(now_at("qdisc.drops", device(2)), 93);
	assert_int_equal(now_at("qdisc.overlimits", device(2)), 5);
	assert_int_equal(now_at("clsact.drops", device(2)), 7);
	assert_int_equal(now_at("qdisc.drops", device(3)), 1);
	assert_int_equal(now_at("qdisc.qlen", device(2)), 3);
	assert_int_equal(moved_at("qdisc.drops", device(2)), 0);
	assert_string_equal(s.place[device(2)].link->qdisc, "htb");
	assert_int_equal(device(9), PLACE_NONE);
}

static void a_replaced_queue_starts_from_zero_and_the_sum_goes_on(void **x)
{
	(void)x;
	put_file("proc/net/snmp", "");
	devices();
	one(0x10000, "pfifo", 1000);
	read_now(SRC_qdisc);
	one(0x10000, "pfifo", 1010);
	read_next(SRC_qdisc);
	one(0x20000, "pfifo", 4);
	read_next(SRC_qdisc);
	assert_int_equal(moved_at("qdisc.drops", device(2)), 14);
	one(0x30000, "fq", 5000);
	assert_int_equal(read_next(SRC_qdisc), 0);
	assert_int_equal(moved_at("qdisc.drops", device(2)), 5014);
	assert_string_equal(s.place[device(2)].link->qdisc, "fq");
	assert_int_equal(events(EVENT_RESET, ""), 0);
}

static void the_counter_wraps_at_32_bits(void **x)
{
	(void)x;
	put_file("proc/net/snmp", "");
	devices();
	one(0x10000, "pfifo", 0xfffffffe);
	read_now(SRC_qdisc);
	one(0x10000, "pfifo", 3);
	assert_int_equal(read_next(SRC_qdisc), 0);
	assert_int_equal(moved_at("qdisc.drops", device(2)), 5);
	one(0x10000, "pfifo", 0x70000000);
	read_next(SRC_qdisc);
	one(0x10000, "pfifo", 5);
	read_next(SRC_qdisc);
	assert_int_equal(moved_at("qdisc.drops", device(2)), 5u + 0x70000000 - 3);
	assert_int_equal(events(EVENT_RESET, "qdisc pfifo"), 1);
}

static void the_kinds_own_numbers_stand_where_the_kernel_puts_them(void **x)
{
	const struct tc_fq_codel_xstats fq_codel = {
		.qdisc_stats = { .drop_overlimit = 11, .ecn_mark = 12, .new_flow_count = 13 }
	};
	const struct tc_codel_xstats codel = { .drop_overlimit = 21 };
	const struct tc_red_xstats red = { .early = 31, .pdrop = 32, .other = 33, .marked = 34 };
	const struct tc_fq_qd_stats fq = { .flows_plimit = 41, .horizon_drops = 42 };
	const struct queue_words a[] = { { 2, TC_H_ROOT, 0x10000, "fq_codel", 50, 0, &fq_codel, sizeof(fq_codel) },
					 { 3, TC_H_ROOT, 0x10000, "codel", 50, 0, &codel, sizeof(codel) } };
	const struct queue_words b[] = { { 2, TC_H_ROOT, 0x20000, "red", 50, 0, &red, sizeof(red) },
					 { 3, TC_H_ROOT, 0x20000, "fq", 50, 0, &fq, sizeof(fq) } };

	(void)x;
	put_file("proc/net/snmp", "");
	devices();
	put_queues(a, 2);
	assert_int_equal(read_now(SRC_qdisc), 0);
	assert_int_equal(now_at("qdisc.fq_codel.drop_overlimit", device(2)), 11);
	assert_int_equal(now_at("qdisc.fq_codel.ecn_mark", device(2)), 12);
	assert_int_equal(now_at("qdisc.fq_codel.new_flow_count", device(2)), 13);
	assert_int_equal(now_at("qdisc.codel.drop_overlimit", device(3)), 21);
	put_queues(b, 2);
	assert_int_equal(read_next(SRC_qdisc), 0);
	assert_int_equal(moved_at("qdisc.red.early", device(2)), 31);
	assert_int_equal(moved_at("qdisc.red.pdrop", device(2)), 32);
	assert_int_equal(moved_at("qdisc.red.marked", device(2)), 34);
	assert_int_equal(moved_at("qdisc.fq.flows_plimit", device(3)), 41);
	assert_int_equal(moved_at("qdisc.fq.horizon_drops", device(3)), 42);
}

static void a_shorter_struct_of_an_older_kernel_is_not_overrun(void **x)
{
	const uint32_t words[] = { 0, 0, 0, 0, 9 };
	struct queue_words q = { 2, TC_H_ROOT, 0x10000, "codel", 50, 0, words, sizeof(words) };

	(void)x;
	put_file("proc/net/snmp", "");
	devices();
	put_queues(&q, 1);
	assert_int_equal(read_now(SRC_qdisc), 0);
	assert_int_equal(now_at("qdisc.codel.drop_overlimit", device(2)), UNREAD);
	assert_int_equal(now_at("qdisc.drops", device(2)), 50);
}

static void a_queue_put_there_while_we_watch_has_lost_all_it_shows(void **x)
{
	(void)x;
	put_file("proc/net/snmp", "");
	devices();
	one(0x10000, "pfifo", 5);
	read_now(SRC_qdisc);
	put_queues((const struct queue_words[]){ { 2, TC_H_ROOT, 0x10000, "pfifo", 5, 0, NULL, 0 },
						 { 3, TC_H_ROOT, 0x10000, "tbf", 8, 0, NULL, 0 },
						 { 3, TC_H_INGRESS, 0xffff0000, "clsact", 6, 0, NULL, 0 } },
		   3);
	assert_int_equal(read_next(SRC_qdisc), 0);
	assert_int_equal(moved_at("qdisc.drops", device(3)), 8);
	assert_int_equal(moved_at("clsact.drops", device(3)), 6);
}

static void what_a_removed_queue_had_lost_stays(void **x)
{
	(void)x;
	put_file("proc/net/snmp", "");
	devices();
	one(0x10000, "pfifo", 5);
	read_now(SRC_qdisc);
	one(0x10000, "pfifo", 9);
	read_next(SRC_qdisc);
	put_queues(NULL, 0);
	assert_int_equal(read_next(SRC_qdisc), 0);
	assert_int_equal(moved_at("qdisc.drops", device(2)), 4);
	one(0x10000, "pfifo", 3);
	assert_int_equal(read_next(SRC_qdisc), 0);
	assert_int_equal(moved_at("qdisc.drops", device(2)), 7);
	sample_gone(&s, device(2));
	put_queues(NULL, 0);
	assert_int_equal(read_next(SRC_qdisc), 0);
}

/* Both answers, of which one may be empty; without them nothing is known. */
static void filters(bool ingress, bool egress)
{
	static const char *const names[] = { "gettfilter-ingress-2", "gettfilter-egress-2" };
	const bool there[] = { ingress, egress };

	for (unsigned i = 0; i < 2; i++) {
		struct tcmsg m = { .tcm_ifindex = 2 };
		struct answer a = { 0 };

		if (there[i])
			add_message(&a, RTM_NEWTFILTER, &m, sizeof(m));
		put_answer(names[i], &a);
	}
}

static void clsact(uint32_t drops, const char *kind)
{
	struct queue_words q = { 2, TC_H_INGRESS, 0xffff0000, kind, drops, 0, NULL, 0 };

	put_queues(&q, 1);
}

static void the_side_of_the_filters_is_asked_once_drops_move(void **x)
{
	const struct link_fact *l;

	(void)x;
	put_file("proc/net/snmp", "");
	devices();
	l = s.place[device(2)].link;
	clsact(5, "clsact");
	read_now(SRC_qdisc);
	clsact(6, "clsact");
	assert_int_equal(read_next(SRC_qdisc), 0);
	assert_false(l->filters_known);
	filters(false, true);
	clsact(7, "clsact");
	read_next(SRC_qdisc);
	assert_true(l->filters_known && l->filter_egress && !l->filter_ingress);
	filters(true, true);
	read_next(SRC_qdisc);
	assert_false(l->filter_ingress);
	clsact(8, "clsact");
	read_next(SRC_qdisc);
	assert_true(l->filter_ingress && l->filter_egress);
}

static void the_old_ingress_qdisc_has_one_side_only(void **x)
{
	const struct link_fact *l;

	(void)x;
	put_file("proc/net/snmp", "");
	devices();
	l = s.place[device(2)].link;
	filters(true, false);
	clsact(5, "ingress");
	read_now(SRC_qdisc);
	clsact(6, "ingress");
	assert_int_equal(read_next(SRC_qdisc), 0);
	assert_int_equal(moved_at("clsact.drops", device(2)), 1);
	assert_true(l->filter_ingress && !l->filter_egress);
}

static void many_devices_in_any_order_keep_their_numbers(void **x)
{
	struct answer a = { 0 };

	(void)x;
	put_file("proc/net/snmp", "");
	tick();
	for (uint64_t i = 2; i < 42; i++)
		sample_place(&s, PLACE_DEVICE, tree_own(tree)->place, i);
	for (int i = 2; i < 42; i++)
		add_queue(&a, &(struct queue_words){ i, TC_H_ROOT, 0x10000, "pfifo", (uint32_t)i, 0, NULL, 0 });
	put_answer("getqdisc", &a);
	read_now(SRC_qdisc);
	a = (struct answer){ 0 };
	for (int i = 41; i >= 2; i--)
		add_queue(&a, &(struct queue_words){ i, TC_H_ROOT, 0x10000, "pfifo", (uint32_t)i * 2, 0, NULL, 0 });
	put_answer("getqdisc", &a);
	assert_int_equal(read_next(SRC_qdisc), 0);
	for (int i = 2; i < 42; i++)
		assert_int_equal(moved_at("qdisc.drops", device(i)), i);
}

static void damaged_messages_are_survived(void **x)
{
	struct answer a = { 0 };
	const uint32_t words[] = { 1, 2, 3, 4, 5, 6 };

	(void)x;
	put_file("proc/net/snmp", "");
	devices();
	add_message(&a, RTM_NEWQDISC, "xx", 2);
	add_queue(&a, &(struct queue_words){ 2, TC_H_ROOT, 0x10000, "fq_codel", 5, 0, words, sizeof(words) });
	add_bytes(&a, (const uint16_t[]){ 4000, TCA_KIND }, 4);
	for (size_t n = 0; n <= a.n; n++) {
		put_bytes("netlink/getqdisc", a.b, n);
		if (n)
			tick();
		read_now(SRC_qdisc);
	}
	assert_int_equal(now_at("qdisc.drops", device(2)), 5);
	no_file("netlink/getqdisc");
	assert_int_equal(read_next(SRC_qdisc), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(only_the_root_and_clsact_are_read, world_open, world_close),
		cmocka_unit_test_setup_teardown(a_replaced_queue_starts_from_zero_and_the_sum_goes_on, world_open,
						world_close),
		cmocka_unit_test_setup_teardown(the_counter_wraps_at_32_bits, world_open, world_close),
		cmocka_unit_test_setup_teardown(the_kinds_own_numbers_stand_where_the_kernel_puts_them, world_open,
						world_close),
		cmocka_unit_test_setup_teardown(a_shorter_struct_of_an_older_kernel_is_not_overrun, world_open,
						world_close),
		cmocka_unit_test_setup_teardown(a_queue_put_there_while_we_watch_has_lost_all_it_shows, world_open,
						world_close),
		cmocka_unit_test_setup_teardown(what_a_removed_queue_had_lost_stays, world_open, world_close),
		cmocka_unit_test_setup_teardown(the_side_of_the_filters_is_asked_once_drops_move, world_open,
						world_close),
		cmocka_unit_test_setup_teardown(the_old_ingress_qdisc_has_one_side_only, world_open, world_close),
		cmocka_unit_test_setup_teardown(many_devices_in_any_order_keep_their_numbers, world_open, world_close),
		cmocka_unit_test_setup_teardown(damaged_messages_are_survived, world_open, world_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
