/* SPDX-License-Identifier: BSD-2-Clause */
/* Files of one "Name value" a line (source/lines.c): /proc/net/snmp6 and xfrm_stat. */
#include "source_fixture.h"

static void values_go_under_their_names_in_any_order(void **x)
{
	(void)x;
	put_file("proc/net/snmp6", "Ip6InReceives                   \t100\nUdp6InErrors\t5\nUdp6NoPorts 1\n");
	assert_int_equal(read_next(SRC_snmp6), 0);
	assert_int_equal(now("Ip6InReceives"), 100);
	put_file("proc/net/snmp6", "Udp6NoPorts 4\nIp6InReceives 120\nUdp6InErrors\t5\n");
	assert_int_equal(read_next(SRC_snmp6), 0);
	assert_int_equal(moved("Udp6NoPorts"), 3);
	assert_int_equal(moved("Ip6InReceives"), 20);
	assert_int_equal(moved("Udp6InErrors"), 0);
}

static void a_row_that_appears_in_the_middle_shifts_nothing(void **x)
{
	(void)x;
	put_file("proc/net/snmp6", "Ip6InReceives 100\nUdp6NoPorts 1\nUdp6RcvbufErrors 9\n");
	read_next(SRC_snmp6);
	put_file("proc/net/snmp6", "Ip6InReceives 100\nIp6InNoRoutes 2\nUdp6NoPorts 1\nUdp6RcvbufErrors 10\n");
	assert_int_equal(read_next(SRC_snmp6), 0);
	assert_int_equal(moved("Ip6InNoRoutes"), 0);
	assert_int_equal(moved("Udp6NoPorts"), 0);
	assert_int_equal(moved("Udp6RcvbufErrors"), 1);
	put_file("proc/net/snmp6", "Ip6InReceives 100\nIp6InNoRoutes 5\nUdp6NoPorts 1\nUdp6RcvbufErrors 10\n");
	read_next(SRC_snmp6);
	assert_int_equal(moved("Ip6InNoRoutes"), 3);
}

static void a_row_that_goes_and_comes_back_is_counted_once(void **x)
{
	(void)x;
	put_file("proc/net/snmp6", "Ip6InNoRoutes 2\nUdp6NoPorts 1\n");
	read_next(SRC_snmp6);
	put_file("proc/net/snmp6", "Udp6NoPorts 1\n");
	read_next(SRC_snmp6);
	put_file("proc/net/snmp6", "Ip6InNoRoutes 5\nUdp6NoPorts 1\n");
	assert_int_equal(read_next(SRC_snmp6), 0);
	assert_int_equal(moved("Ip6InNoRoutes"), 3);
	assert_int_equal(moved("Udp6NoPorts"), 0);
}

static void a_damaged_line_is_named_and_the_rest_read(void **x)
{
	static const char *const lines[] = { "Ip6InNoRoutes\n",	   "Ip6InNoRoutes x\n",
					     "Ip6InNoRoutes 5x\n", "Ip6InNoRoutes 99999999999999999999999\n",
					     "Ip6InNoRoutes -3\n", " 5\n" };

	(void)x;
	put_file("proc/net/snmp6", "Ip6InReceives 100\nIp6InNoRoutes 1\nUdp6NoPorts 0\n");
	read_next(SRC_snmp6);
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		char text[200];

		snprintf(text, sizeof(text), "Ip6InReceives 100\n%sUdp6NoPorts %zu\n", lines[i], i + 1);
		put_file("proc/net/snmp6", text);
		assert_int_equal(read_next(SRC_snmp6), -EINVAL);
		assert_string_equal(err.text, "snmp6:2: expected a name and a number");
		assert_int_equal(moved("Udp6NoPorts"), i + 1);
		assert_int_equal(moved("Ip6InNoRoutes"), 0);
	}
}

static void names_the_table_does_not_know_and_empty_lines_do_no_harm(void **x)
{
	(void)x;
	put_file("proc/net/snmp6", "\nIp6Unheard 7\r\n\n\nUdp6NoPorts 3\r\nIp6InReceives 4");
	assert_int_equal(read_next(SRC_snmp6), 0);
	assert_int_equal(now("Udp6NoPorts"), 3);
	assert_int_equal(now("Ip6InReceives"), 4);
}

static void xfrm_stat_is_read_the_same_way(void **x)
{
	(void)x;
	put_file("proc/net/xfrm_stat", "XfrmInError                     \t0\nXfrmOutNoStates                 \t3\n");
	assert_int_equal(read_next(SRC_xfrm), 0);
	put_file("proc/net/xfrm_stat", "XfrmInError                     \t1\nXfrmOutNoStates                 \t8\n");
	assert_int_equal(read_next(SRC_xfrm), 0);
	assert_int_equal(moved("XfrmInError"), 1);
	assert_int_equal(moved("XfrmOutNoStates"), 5);
	no_file("proc/net/xfrm_stat");
	assert_int_equal(read_next(SRC_xfrm), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(values_go_under_their_names_in_any_order, world_open, world_close),
		cmocka_unit_test_setup_teardown(a_row_that_appears_in_the_middle_shifts_nothing, world_open,
						world_close),
		cmocka_unit_test_setup_teardown(a_row_that_goes_and_comes_back_is_counted_once, world_open,
						world_close),
		cmocka_unit_test_setup_teardown(a_damaged_line_is_named_and_the_rest_read, world_open, world_close),
		cmocka_unit_test_setup_teardown(names_the_table_does_not_know_and_empty_lines_do_no_harm, world_open,
						world_close),
		cmocka_unit_test_setup_teardown(xfrm_stat_is_read_the_same_way, world_open, world_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
