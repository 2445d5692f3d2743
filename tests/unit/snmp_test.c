/* SPDX-License-Identifier: BSD-2-Clause */
/* Files made of pairs of lines (source/pairs.c), as /proc/net/snmp shows them. */
#include "source_fixture.h"

#define UDP "Udp: InDatagrams NoPorts InErrors RcvbufErrors\n"

static void values_go_under_their_names(void **x)
{
	(void)x;
	put_file("proc/net/snmp", "Ip: Forwarding InReceives\nIp: 2 100\n" UDP "Udp: 10 1 5 4\n");
	assert_int_equal(read_next(SRC_snmp), 0);
	assert_int_equal(now("Udp.InErrors"), 5);
	assert_int_equal(moved("Udp.InErrors"), 0);
	put_file("proc/net/snmp", "Ip: Forwarding InReceives\nIp: 2 150\n" UDP "Udp: 20 1 8 6\n");
	assert_int_equal(read_next(SRC_snmp), 0);
	assert_int_equal(moved("Udp.InErrors"), 3);
	assert_int_equal(moved("Udp.RcvbufErrors"), 2);
	assert_int_equal(moved("Udp.NoPorts"), 0);
	assert_int_equal(moved("Ip.InReceives"), 50);
}

static void another_order_of_the_columns_is_no_change(void **x)
{
	(void)x;
	put_file("proc/net/snmp", UDP "Udp: 10 1 5 4\n");
	read_next(SRC_snmp);
	put_file("proc/net/snmp", "Udp: RcvbufErrors InErrors SomethingNew NoPorts InDatagrams\nUdp: 4 6 900 1 11\n");
	assert_int_equal(read_next(SRC_snmp), 0);
	assert_int_equal(moved("Udp.InErrors"), 1);
	assert_int_equal(moved("Udp.RcvbufErrors"), 0);
	assert_int_equal(moved("Udp.InDatagrams"), 1);
}

/* The kernel shows all its columns from the start: one that was not there stood on a damaged line, with old numbers. */
static void a_column_that_comes_later_is_a_new_baseline(void **x)
{
	(void)x;
	put_file("proc/net/snmp", UDP "Udp: 10 1 5 4\n");
	read_next(SRC_snmp);
	assert_int_equal(moved("Udp.MemErrors"), UNREAD);
	put_file("proc/net/snmp", "Udp: InDatagrams NoPorts InErrors RcvbufErrors MemErrors\nUdp: 10 1 9 4 4\n");
	assert_int_equal(read_next(SRC_snmp), 0);
	assert_int_equal(moved("Udp.MemErrors"), 0);
	assert_int_equal(moved("Udp.InErrors"), 4);
	put_file("proc/net/snmp", "Udp: InDatagrams NoPorts InErrors RcvbufErrors MemErrors\nUdp: 10 1 9 4 6\n");
	read_next(SRC_snmp);
	assert_int_equal(moved("Udp.MemErrors"), 2);
}

static void too_few_or_too_many_values_are_not_shifted(void **x)
{
	static const char *const lines[] = { "Udp: 10 1 5\n",	"Udp: 10 1 5 4 7\n",
					     "Udp: 10 1 x 4\n", "Udp: 10 1 5 4x\n",
					     "Udp:\n",		"Udp: 10 1 99999999999999999999999 4\n" };

	(void)x;
	put_file("proc/net/snmp", UDP "Udp: 10 1 5 4\nTcp: InErrs\nTcp: 3\n");
	read_next(SRC_snmp);
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		char text[300];

		snprintf(text, sizeof(text), UDP "%sTcp: InErrs\nTcp: %zu\n", lines[i], 4 + i);
		put_file("proc/net/snmp", text);
		assert_int_equal(read_next(SRC_snmp), -EINVAL);
		assert_non_null(strstr(err.text, "snmp:2: "));
		assert_int_equal(now("Udp.InErrors"), 5);
		assert_int_equal(now("Udp.RcvbufErrors"), 4);
		assert_int_equal(moved("Tcp.InErrs"), 1 + i);
	}
}

static void a_lost_line_costs_one_pair_only(void **x)
{
	(void)x;
	put_file("proc/net/snmp", "Ip: InReceives\n" UDP "Udp: 10 1 5 4\nTcp: InErrs\nTcp: 3\n");
	assert_int_equal(read_next(SRC_snmp), -EINVAL);
	assert_string_equal(err.text, "snmp:1: expected two lines of the same protocol");
	assert_int_equal(now("Udp.InErrors"), 5);
	assert_int_equal(now("Tcp.InErrs"), 3);
	put_file("proc/net/snmp", UDP "Udp: 10 1 5 4\nTcp: InErrs\n");
	assert_int_equal(read_next(SRC_snmp), -EINVAL);
	assert_string_equal(err.text, "snmp:3: names without a line of values");
}

static void text_without_colons_and_an_empty_file_are_survived(void **x)
{
	(void)x;
	put_file("proc/net/snmp", "");
	assert_int_equal(read_next(SRC_snmp), 0);
	put_file("proc/net/snmp", "nonsense\n\n\n: 1 2\n" UDP "Udp: 10 1 5 4\n");
	assert_int_equal(read_next(SRC_snmp), -EINVAL);
	assert_int_equal(now("Udp.InErrors"), 5);
}

static void a_negative_value_is_not_a_huge_one(void **x)
{
	(void)x;
	put_file("proc/net/snmp", "Tcp: RtoMin MaxConn InErrs\nTcp: 200 -1 3\r\n");
	assert_int_equal(read_next(SRC_snmp), 0);
	assert_int_equal(now("Tcp.InErrs"), 3);
	assert_true(now("Tcp.MaxConn") == UNREAD || now("Tcp.MaxConn") == 0);
}

static void unknown_icmp_types_are_added_up_and_start_from_zero(void **x)
{
	(void)x;
	put_file("proc/net/snmp", UDP "Udp: 10 1 5 4\n");
	read_next(SRC_snmp);
	put_file("proc/net/snmp", "IcmpMsg: InType3 InType8 InType200 OutType0\nIcmpMsg: 7 8 5 8\n"
				  "IcmpMsg: InType253 OutType200\nIcmpMsg: 2 9\n" UDP "Udp: 10 1 5 4\n");
	assert_int_equal(read_next(SRC_snmp), 0);
	assert_int_equal(moved("IcmpMsg.InTypeUnknown"), 7);
	put_file("proc/net/snmp", "IcmpMsg: InType200 InType42 InType43\nIcmpMsg: 9 50 60\n" UDP "Udp: 10 1 5 4\n");
	read_next(SRC_snmp);
	assert_int_equal(moved("IcmpMsg.InTypeUnknown"), 9);
}

static void no_file_is_not_a_failure(void **x)
{
	(void)x;
	put_file("proc/net/netstat", "");
	assert_int_equal(read_next(SRC_snmp), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(values_go_under_their_names, world_open, world_close),
		cmocka_unit_test_setup_teardown(another_order_of_the_columns_is_no_change, world_open, world_close),
		cmocka_unit_test_setup_teardown(a_column_that_comes_later_is_a_new_baseline, world_open, world_close),
		cmocka_unit_test_setup_teardown(too_few_or_too_many_values_are_not_shifted, world_open, world_close),
		cmocka_unit_test_setup_teardown(a_lost_line_costs_one_pair_only, world_open, world_close),
		cmocka_unit_test_setup_teardown(text_without_colons_and_an_empty_file_are_survived, world_open,
						world_close),
		cmocka_unit_test_setup_teardown(a_negative_value_is_not_a_huge_one, world_open, world_close),
		cmocka_unit_test_setup_teardown(unknown_icmp_types_are_added_up_and_start_from_zero, world_open,
						world_close),
		cmocka_unit_test_setup_teardown(no_file_is_not_a_failure, world_open, world_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
