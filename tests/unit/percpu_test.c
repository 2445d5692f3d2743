/* SPDX-License-Identifier: BSD-2-Clause */
/* Files of /proc/net/stat (source/percpu.c): a line of names, then a row a CPU; read by neigh and conntrack. */
#include "source_fixture.h"

#define ARP "entries  allocs table_fulls unresolved_discards\n"

static void rows_are_added_up_but_gauges_are_taken_once(void **x)
{
	(void)x;
	put_file("proc/net/stat/arp_cache", ARP "00000400 1 00000001 00000000\n00000400 2 00000002 0000000a\n");
	assert_int_equal(read_next(SRC_neigh), 0);
	assert_int_equal(now("arp_cache.entries"), 0x400);
	assert_int_equal(now("arp_cache.table_fulls"), 3);
	put_file("proc/net/stat/arp_cache", ARP "00000401 1 00000004 00000000\n00000401 2 00000002 0000000f\n");
	assert_int_equal(read_next(SRC_neigh), 0);
	assert_int_equal(moved("arp_cache.table_fulls"), 3);
	assert_int_equal(moved("arp_cache.unresolved_discards"), 5);
	assert_int_equal(now("arp_cache.entries"), 0x401);
}

static void each_row_wraps_by_itself(void **x)
{
	(void)x;
	put_file("proc/net/stat/nf_conntrack", "entries drop\n00000007 fffffffe\n00000007 00000005\n");
	assert_int_equal(read_next(SRC_conntrack), 0);
	put_file("proc/net/stat/nf_conntrack", "entries drop\n00000007 00000001\n00000007 00000006\n");
	assert_int_equal(read_next(SRC_conntrack), 0);
	assert_int_equal(moved("nf_conntrack.drop"), 4);
	assert_int_equal(events(EVENT_RESET, ""), 0);
}

static void a_column_may_be_called_by_its_old_name(void **x)
{
	(void)x;
	put_file("proc/net/stat/nf_conntrack",
		 "entries searched found chainlength insert_failed\n0 9 0 00000001 00000002\n");
	assert_int_equal(read_next(SRC_conntrack), 0);
	put_file("proc/net/stat/nf_conntrack",
		 "entries searched found chainlength insert_failed\n0 9 0 00000003 00000005\n");
	assert_int_equal(read_next(SRC_conntrack), 0);
	assert_int_equal(moved("nf_conntrack.chaintoolong"), 2);
	assert_int_equal(moved("nf_conntrack.insert_failed"), 3);
}

static void a_damaged_row_is_named_and_the_others_read(void **x)
{
	static const char *const rows[] = { "0 0 0\n", "0 0 0 0 0\n", "0 0 x 0\n", "\n", "0 0 fffffffffffffffff 0\n" };

	(void)x;
	put_file("proc/net/stat/arp_cache", ARP "0 0 1 0\n0 0 2 0\n0 0 3 0\n");
	read_next(SRC_neigh);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char text[300];

		snprintf(text, sizeof(text), ARP "0 0 1 0\n%s0 0 %zu 0\n", rows[i], 4 + i);
		put_file("proc/net/stat/arp_cache", text);
		assert_int_equal(read_next(SRC_neigh), -EINVAL);
		assert_string_equal(err.text, "stat/arp_cache:3: expected 4 hexadecimal columns");
		assert_int_equal(moved("arp_cache.table_fulls"), 1 + i);
	}
}

/* What neigh.c reads are three files, of which two exist in the first namespace only. */
static void what_is_wrong_with_one_file_is_not_hidden_by_the_absence_of_the_next(void **x)
{
	(void)x;
	put_file("proc/net/stat/arp_cache", ARP "0 0 1\n");
	assert_int_equal(read_next(SRC_neigh), -EINVAL);
	assert_non_null(strstr(err.text, "arp_cache:2"));
	put_file("proc/net/stat/arp_cache", ARP "0 0 1 0\n");
	put_file("proc/net/stat/rt_cache", "entries in_no_route\n0\n");
	assert_int_equal(read_next(SRC_neigh), -EINVAL);
	assert_non_null(strstr(err.text, "rt_cache:2"));
	no_file("proc/net/stat/rt_cache");
	assert_int_equal(read_next(SRC_neigh), 0);
	assert_string_equal(err.text, "");
	no_file("proc/net/stat/arp_cache");
	assert_int_equal(read_next(SRC_neigh), -ENOENT);
}

static void hostile_headers_are_survived(void **x)
{
	char text[8000];
	struct fmt f;

	(void)x;
	put_file("proc/net/stat/arp_cache", "");
	assert_int_equal(read_next(SRC_neigh), -EINVAL);
	put_file("proc/net/stat/arp_cache", "\n0 0\n");
	assert_int_equal(read_next(SRC_neigh), -EINVAL);
	for (unsigned n = 60; n < 1000; n *= 4) {
		fmt_init(&f, text, sizeof(text));
		for (unsigned i = 0; i < n; i++)
			fmt_add(&f, "c%u ", i);
		fmt_add(&f, "\n0 0 0\n");
		put_file("proc/net/stat/arp_cache", text);
		assert_int_equal(read_next(SRC_neigh), -EINVAL);
		assert_non_null(strstr(err.text, "stat/arp_cache:"));
	}
	put_file("proc/net/stat/arp_cache", ARP "0 0 1 0\n");
	assert_int_equal(read_next(SRC_neigh), 0);
}

static void another_header_in_between_neither_loses_nor_invents(void **x)
{
	(void)x;
	put_file("proc/net/stat/arp_cache", ARP "0 0 5 0\n");
	read_next(SRC_neigh);
	put_file("proc/net/stat/arp_cache", "entries table_fulls new_one\n0 7 9\n");
	assert_int_equal(read_next(SRC_neigh), 0);
	assert_true(moved("arp_cache.table_fulls") <= 7);
	put_file("proc/net/stat/arp_cache", "entries table_fulls new_one\n0 9 9\n");
	assert_int_equal(read_next(SRC_neigh), 0);
	assert_int_equal(now("arp_cache.table_fulls"), 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(rows_are_added_up_but_gauges_are_taken_once, world_open, world_close),
		cmocka_unit_test_setup_teardown(each_row_wraps_by_itself, world_open, world_close),
		cmocka_unit_test_setup_teardown(a_column_may_be_called_by_its_old_name, world_open, world_close),
		cmocka_unit_test_setup_teardown(a_damaged_row_is_named_and_the_others_read, world_open, world_close),
		cmocka_unit_test_setup_teardown(what_is_wrong_with_one_file_is_not_hidden_by_the_absence_of_the_next,
						world_open, world_close),
		cmocka_unit_test_setup_teardown(hostile_headers_are_survived, world_open, world_close),
		cmocka_unit_test_setup_teardown(another_header_in_between_neither_loses_nor_invents, world_open,
						world_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
