/* SPDX-License-Identifier: BSD-2-Clause */
/* The tables as they are, how rows are found, and that each rule of the checker can fail on a small broken table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "table/check.h"

static void the_tables_obey_all_rules(void **state)
{
	struct err err = { 0 };
	int r = table_check(&err);

	(void)state;
	if (r)
		print_error("%s\n", err.text);
	assert_int_equal(r, 0);
}

static void every_key_is_found_in_one_piece_and_in_two(void **state)
{
	(void)state;
	for (size_t i = 0; i < counter_count; i++) {
		const char *key = counter_rows[i].key, *dot = strchr(key, '.');

		assert_int_equal(table_counter(slice_str(key)), i);
		if (dot)
			assert_int_equal(table_counter2(slice_of(key, (size_t)(dot - key)), slice_str(dot + 1)), i);
	}
}

static void a_strange_key_is_not_found(void **state)
{
	char longest[300];

	(void)state;
	memset(longest, 'x', sizeof(longest));
	assert_int_equal(table_counter(slice_str("Udp.RcvbufError")), COUNTER_NONE);
	assert_int_equal(table_counter(slice_str("Udp.RcvbufErrorsX")), COUNTER_NONE);
	assert_int_equal(table_counter(slice_str("")), COUNTER_NONE);
	assert_int_equal(table_counter(slice_of(longest, sizeof(longest))), COUNTER_NONE);
	assert_int_equal(table_counter2(slice_of(longest, sizeof(longest)), slice_str("x")), COUNTER_NONE);
	assert_int_equal(table_counter2(slice_str("Udp"), slice_of(longest, sizeof(longest))), COUNTER_NONE);
	assert_int_equal(table_counter2(slice_str("Udp"), slice_str("")), COUNTER_NONE);
}

static void parts_come_before_their_totals(void **state)
{
	const uint16_t *order = table_order();
	size_t *at = test_calloc(counter_count, sizeof(*at));

	(void)state;
	for (size_t i = 0; i < counter_count; i++)
		at[order[i]] = i + 1;
	for (size_t c = 0; c < counter_count; c++) {
		assert_true(at[c] > 0);
		for (unsigned e = 0; table_edge((uint16_t)c, e) != COUNTER_NONE; e++)
			if (table_edge((uint16_t)c, e) != c)
				assert_true(at[c] < at[table_edge((uint16_t)c, e)]);
	}
	test_free(at);
}

static void an_edge_names_the_row_it_points_at(void **state)
{
	uint16_t rcvbuf = table_counter(slice_str("Udp.RcvbufErrors"));
	uint16_t tx = table_counter(slice_str("dev.tx_dropped"));

	(void)state;
	assert_int_equal(table_edge(rcvbuf, 0), table_counter(slice_str("Udp.InErrors")));
	assert_int_equal(table_edge(rcvbuf, 1), COUNTER_NONE);
	assert_int_equal(table_edge(tx, 0), tx);
	/* past the last one there can be */
	assert_int_equal(table_edge(tx, EDGES), COUNTER_NONE);
	assert_int_equal(table_edge(COUNTER_NONE, 0), COUNTER_NONE);
}

static void every_cause_is_found_by_its_public_name(void **state)
{
	(void)state;
	for (unsigned c = CAUSE_NONE + 1; c < CAUSE_COUNT; c++)
		assert_int_equal(table_cause(slice_str(cause_rows[c].id)), c);
	assert_int_equal(table_cause(slice_str("socket.udp_rcvbuf")), CAUSE_NONE);
	assert_int_equal(table_cause(slice_str("none")), CAUSE_NONE);
}

static void a_setting_is_found_by_its_key(void **state)
{
	(void)state;
	assert_string_equal(table_setting("net.core.rmem_max")->key, "net.core.rmem_max");
	assert_null(table_setting("net.core.rmem"));
}

static void only_what_nobody_chose_or_was_told_is_a_loss(void **state)
{
	(void)state;
	assert_true(verdict_is_loss(OVERLOAD) && verdict_is_loss(MISCONFIG) && verdict_is_loss(FAULT) &&
		    verdict_is_loss(UNKNOWN));
	assert_false(verdict_is_loss(POLICY) || verdict_is_loss(REFUSED) || verdict_is_loss(BENIGN));
}

/* What people get wrong most: these must stay as they are. */
static void the_well_known_double_counts_are_parts(void **state)
{
	static const char *const pairs[][2] = {
		{ "Udp.RcvbufErrors", "Udp.InErrors" },
		{ "Udp6InCsumErrors", "Udp6InErrors" },
		{ "TcpExt.ListenOverflows", "TcpExt.ListenDrops" },
		{ "softnet.dropped", "dev.rx_dropped" },
		{ "softnet.flow_limit_count", "softnet.dropped" },
		{ "IpExt.InCsumErrors", "Ip.InHdrErrors" },
		{ "Ip.ReasmTimeout", "Ip.ReasmFails" },
		{ "Tcp.InCsumErrors", "Tcp.InErrs" },
		{ "nf_conntrack.chaintoolong", "nf_conntrack.insert_failed" },
		{ "qdisc.drops", "Udp.SndbufErrors" },
		{ "Udp.SndbufErrors", "Ip.OutDiscards" },
		{ "Ip6InTooBigErrors", "Ip6FragFails" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
		uint16_t total = table_counter(slice_str(pairs[i][1]));
		bool found = false;

		assert_int_not_equal(total, COUNTER_NONE);
		for (unsigned e = 0; e < EDGES; e++)
			found |= table_edge(table_counter(slice_str(pairs[i][0])), e) == total;
		assert_true(found);
	}
}

static void what_loses_nothing_is_never_booked(void **state)
{
	static const char *const keys[] = { "softnet.time_squeeze", "TcpExt.PruneCalled", "qdisc.overlimits",
					    "qdisc.requeues",	    "Tcp.RetransSegs",	  "nf_conntrack.invalid",
					    "dev.multicast",	    "Icmp.InErrors",	  "TcpExt.TCPOFOQueue",
					    "sockstat.UDP.mem",	    "dev.collisions",	  "qstats.rx-csum-bad" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		uint16_t c = table_counter(slice_str(keys[i]));

		assert_int_not_equal(c, COUNTER_NONE);
		assert_true(counter_rows[c].is > WITNESS);
	}
}

/* --- small tables, sound until a test breaks one thing --- */

static struct counter counters[5];
static struct split splits[2];
static struct reason reasons[3];
static struct driver_stat drivers[2];
static struct setting settings[2];
static struct advice advices[2];
static struct cause_row causes[3];
static struct tables small;

static int sound(void **state)
{
	const struct counter inner = { .key = "Udp.Snd",
				       .is = TOTAL,
				       .cause = 1,
				       .scope = NETNS,
				       .unit = DATAGRAMS,
				       .of = { { "Ip.Out", WIDE, HERE } },
				       .help = "h",
				       .cite = "c" };

	(void)state;
	counters[0] = (struct counter){ .key = "q.drops",
					.is = PART,
					.cause = 1,
					.scope = DEVICE,
					.unit = PACKETS,
					.of = { { "Udp.Snd", WIDE, HERE }, { "Ip.Out", WIDE, HERE } },
					.help = "h",
					.cite = "c" };
	counters[1] = inner;
	counters[2] =
		(struct counter){ .key = "Ip.Out", .is = TOTAL, .cause = 2, .scope = NETNS, .help = "h", .cite = "c" };
	counters[3] = (struct counter){ .key = "ethtool.x",
					.is = LEAF,
					.cause = 1,
					.scope = DEVICE,
					.help = "h",
					.cite = "c",
					.from = SRC_ethtool };
	counters[4] = (struct counter){ .key = "sk.x",
					.is = WITNESS,
					.scope = SOCKET,
					.help = "h",
					.cite = "c",
					.of = { { "Ip.Out", EXACT, HERE } } };
	splits[0] = (struct split){ .key = "q.drops", .cause = 1, .cond = { { WHEN_KIND, "netem" } }, .why = "w" };
	splits[1] = (struct split){
		.key = "q.drops", .cause = 2, .cond = { { WHEN_MOVED, "Ip.Out|Udp.Snd" } }, .why = "w"
	};
	reasons[0] = (struct reason){ "A", "tcp_x", 1, "h", NULL, NULL };
	reasons[1] = (struct reason){ "A", NULL, 2, "h", NULL, NULL };
	reasons[2] = (struct reason){ "B_*", NULL, 2, "h", NULL, NULL };
	drivers[0] = (struct driver_stat){ "veth", "rx_*", "ethtool.x", "c" };
	drivers[1] = (struct driver_stat){ "ena", "rx_*", "ethtool.x", "c" };
	settings[0] = (struct setting){ .key = "a.b", .kind = SET_SYSCTL, .path = "p", .values = 1, .help = "h" };
	settings[1] = (struct setting){ .key = "ring.rx", .kind = SET_RING, .values = 1, .help = "h" };
	advices[0] = (struct advice){ .cause = 1, .why = "w", .setting = "a.b" };
	advices[1] = (struct advice){ .cause = 2, .why = "w" };
	causes[1] = (struct cause_row){ "qdisc.one", LAYER_QDISC, OVERLOAD, "t", "w" };
	causes[2] = (struct cause_row){ "ip.two", LAYER_IP, UNKNOWN, "t", "w" };
	small = (struct tables){ counters, 5, splits, 2, reasons, 3, drivers, 2, settings, 2, advices, 2, causes, 3 };
	return 0;
}

static void breaks(const char *word)
{
	struct err err = { 0 };

	assert_int_equal(table_check_rows(&small, &err), -22);
	if (!strstr(err.text, word))
		fail_msg("expected a complaint with \"%s\", got \"%s\"", word, err.text);
	sound(NULL);
}

static void a_sound_small_table_passes(void **state)
{
	struct err err = { 0 };

	(void)state;
	if (table_check_rows(&small, &err))
		fail_msg("%s", err.text);
}

static void a_broken_counter_row_is_named(void **state)
{
	(void)state;
	counters[3].key = "q.drops", breaks("counter q.drops: the key is there twice");
	counters[3].key = NULL, breaks("counter row 3: no key");
	counters[3].help = "", breaks("counter ethtool.x: help is empty");
	counters[3].cite = NULL, breaks("counter ethtool.x: cite is empty");
	counters[3].cause = CAUSE_NONE, breaks("counter ethtool.x: a leaf needs a cause");
	counters[3].cause = (enum cause)99, breaks("counter ethtool.x: cause out of range");
	counters[0].cause = CAUSE_NONE, breaks("counter q.drops: a part needs a cause");
	counters[3].is = PART, breaks("counter ethtool.x: a part needs the totals");
	counters[3].unit = EVENTS, breaks("counter ethtool.x: events cannot be booked");
	counters[3].bits = 31, breaks("counter ethtool.x: bits");
	counters[4].of[0].total = NULL, breaks("counter sk.x: a witness has exactly one");
	counters[4].of[1] = (struct edge){ "Udp.Snd", EXACT, HERE }, breaks("counter sk.x: a witness has exactly one");
	counters[4].is = SYMPTOM, breaks("counter sk.x: a symptom is part of nothing");
}

static void a_broken_edge_is_named(void **state)
{
	(void)state;
	counters[0].of[0].total = "Udp.Sn", breaks("counter q.drops: is part of Udp.Sn, which is no counter");
	counters[0].of[1].total = "ethtool.x", breaks("ethtool.x is a leaf and has no parts");
	counters[0].of[0].kind = 0, breaks("neither EXACT nor WIDE");
	counters[0].of[1] = counters[0].of[0], breaks("Udp.Snd is there twice");
	counters[0].of[1].reach = MASTER, breaks("by MASTER");
	counters[1].of[0].total = "Udp.Snd", breaks("by MASTER");
	counters[0].scope = CPU, breaks("counter q.drops: its place has no place of Udp.Snd");
	counters[2].scope = DEVICE, breaks("counter Udp.Snd: its place has no place of Ip.Out");
	counters[0].of[0].reach = PEER, breaks("its place has no place of Udp.Snd");
}

static void a_machine_wide_part_needs_the_reach_any(void **state)
{
	struct err err = { 0 };

	(void)state;
	counters[0].scope = CPU;
	counters[0].of[0].reach = counters[0].of[1].reach = ANY;
	/* the split on a device kind no longer applies to it */
	small.splits = 0;
	assert_int_equal(table_check_rows(&small, &err), 0);
}

static void an_outer_total_before_its_inner_one_is_named(void **state)
{
	struct edge first = counters[0].of[0];

	(void)state;
	counters[0].of[0] = counters[0].of[1];
	counters[0].of[1] = first;
	breaks("counter q.drops: Udp.Snd lies inside Ip.Out and must stand before it");
}

static void a_ring_of_totals_is_named_but_a_master_is_none(void **state)
{
	struct err err = { 0 };

	(void)state;
	counters[2].of[0] = (struct edge){ "Udp.Snd", WIDE, HERE };
	breaks("is part of itself in a ring");
	counters[0].is = TOTAL;
	counters[0].of[2] = (struct edge){ "q.drops", WIDE, MASTER };
	assert_int_equal(table_check_rows(&small, &err), 0);
}

static void a_broken_split_is_named(void **state)
{
	(void)state;
	splits[0].key = "q.drop", breaks("split row 0: q.drop is no counter");
	splits[0].key = NULL, breaks("split row 0: (null) is no counter");
	splits[0].key = "sk.x", breaks("split of sk.x: a witness is never booked");
	splits[0].cause = CAUSE_NONE, breaks("split of q.drops: no cause");
	splits[0].why = NULL, breaks("split of q.drops: why is empty");
	splits[0].cond[0].arg = NULL, breaks("condition 0 cannot use");
	splits[1].cond[0].arg = "Ip.Out|Ip.Nix", breaks("condition 0 cannot use \"Ip.Out|Ip.Nix\"");
	splits[1].cond[0].when = WHEN_MOVED_LESS, splits[1].cond[0].arg = "Ip.Out-Ip.Nix", breaks("cannot use");
	splits[0].cond[1].when = WHEN_DOWN, splits[0].cond[1].arg = "x", breaks("condition 1 cannot use \"x\"");
	splits[0].cond[1].when = WHEN_RULE, splits[0].cond[1].arg = "policy", breaks("condition 1 does not apply");
	splits[0].cond[0].when = WHEN_FILTER, breaks("cannot use \"netem\"");
	splits[0].cond[0].when = WHEN_SETTING, splits[0].cond[0].arg = "a.c=1", breaks("cannot use \"a.c=1\"");
	splits[0].cond[0].when = WHEN_SETTING, splits[0].cond[0].arg = "a.b=x", breaks("cannot use \"a.b=x\"");
	splits[0].cond[0].when = WHEN_ALWAYS, splits[0].cond[0].arg = NULL, breaks("never reached");
}

static void split_rows_of_one_counter_stand_together(void **state)
{
	static struct split apart[3];

	(void)state;
	apart[0] = apart[2] = splits[0];
	apart[1] = (struct split){ .key = "Ip.Out", .cause = 1, .why = "w" };
	small.split = apart;
	small.splits = 3;
	breaks("split of q.drops: its rows do not stand together");
}

static void a_broken_reason_is_named(void **state)
{
	(void)state;
	reasons[0].location = NULL, breaks("reason A: the row without location stands last");
	reasons[2].name = "A", reasons[1].location = "tcp_x", breaks("reason A: location tcp_x is hidden by tcp_x");
	reasons[2].name = "A", reasons[1].location = "tcp_xyz", breaks("location tcp_xyz is hidden by tcp_x");
	reasons[1].location = "udp", breaks("reason A: no row without location");
	reasons[0].location = "", breaks("reason A: an empty location");
	reasons[2].name = "B*C", breaks("reason B*C: '*' is only allowed at the end");
	reasons[2].help = NULL, breaks("reason row 2 (B_*): help is empty");
	reasons[2].cause = (enum cause)77, breaks("reason B_*: cause out of range");
}

static void a_broken_driver_row_is_named(void **state)
{
	(void)state;
	drivers[0].key = "ethtool.y", breaks("driver veth rx_*: ethtool.y is no counter");
	drivers[0].key = "Ip.Out", breaks("driver veth rx_*: Ip.Out is not fed by ethtool");
	drivers[1].driver = "veth", breaks("driver veth rx_*: is there twice");
	drivers[1].cite = "", breaks("driver row 1: an empty field");
}

static void a_broken_setting_or_advice_is_named(void **state)
{
	(void)state;
	settings[1].key = "a.b", breaks("setting a.b: is there twice");
	settings[0].path = NULL, breaks("setting a.b: a sysctl needs a path");
	settings[0].values = 4, breaks("setting a.b: has 1 to 3 values");
	settings[0].help = NULL, breaks("setting row 0 (a.b): help is empty");
	advices[0].setting = "a.c", breaks("advice for qdisc.one: a.c is no setting");
	advices[0].cause = CAUSE_NONE, breaks("advice row 0: no cause");
	advices[0].why = "", breaks("advice for qdisc.one: why is empty");
	advices[0].least = 2, advices[0].most = 1, breaks("advice for qdisc.one: least is more than most");
}

static void a_broken_cause_is_named(void **state)
{
	(void)state;
	causes[1].title = "", breaks("cause qdisc.one: title is empty");
	causes[1].what = NULL, breaks("cause qdisc.one: what is empty");
	causes[1].layer = LAYER_IP, breaks("cause qdisc.one: the id does not begin with its layer");
	causes[2] = causes[1], breaks("cause qdisc.one: is there twice");
	advices[1].cause = 1, breaks("cause ip.two: no advice");
	causes[2].id = NULL, breaks("cause ?: id is empty");
	counters[2].cause = splits[1].cause = reasons[1].cause = reasons[2].cause = 1;
	breaks("cause ip.two: no counter, split or reason leads to it");
}

static void a_cause_of_our_own_needs_no_counter(void **state)
{
	struct err err = { 0 };

	(void)state;
	causes[2] = (struct cause_row){ "self.two", LAYER_SELF, UNKNOWN, "t", "w" };
	counters[2].cause = splits[1].cause = reasons[1].cause = reasons[2].cause = 1;
	assert_int_equal(table_check_rows(&small, &err), 0);
}

#define SMALL(test) cmocka_unit_test_setup(test, sound)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_tables_obey_all_rules),
		cmocka_unit_test(every_key_is_found_in_one_piece_and_in_two),
		cmocka_unit_test(a_strange_key_is_not_found),
		cmocka_unit_test(parts_come_before_their_totals),
		cmocka_unit_test(an_edge_names_the_row_it_points_at),
		cmocka_unit_test(every_cause_is_found_by_its_public_name),
		cmocka_unit_test(a_setting_is_found_by_its_key),
		cmocka_unit_test(only_what_nobody_chose_or_was_told_is_a_loss),
		cmocka_unit_test(the_well_known_double_counts_are_parts),
		cmocka_unit_test(what_loses_nothing_is_never_booked),
		SMALL(a_sound_small_table_passes),
		SMALL(a_broken_counter_row_is_named),
		SMALL(a_broken_edge_is_named),
		SMALL(a_machine_wide_part_needs_the_reach_any),
		SMALL(an_outer_total_before_its_inner_one_is_named),
		SMALL(a_ring_of_totals_is_named_but_a_master_is_none),
		SMALL(a_broken_split_is_named),
		SMALL(split_rows_of_one_counter_stand_together),
		SMALL(a_broken_reason_is_named),
		SMALL(a_broken_driver_row_is_named),
		SMALL(a_broken_setting_or_advice_is_named),
		SMALL(a_broken_cause_is_named),
		SMALL(a_cause_of_our_own_needs_no_counter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
