/* SPDX-License-Identifier: BSD-2-Clause */
/* Multicast memberships: what came or went between two reads is an event. */
#include "source_fixture.h"

#define HEAD "Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter\n"
#define ALL "\t\t\t\t010000E0     1 0:00000000\t\t0\n"
#define GROUP "\t\t\t\t010101EF     1 0:00000000\t\t0\n"

static void a_join_and_a_leave_are_events(void **x)
{
	(void)x;
	put_file("proc/net/igmp", HEAD "2\tb0        :     1      V3\n" ALL);
	assert_int_equal(read_next(SRC_mcast), 0);
	assert_int_equal(s.events, 0);
	put_file("proc/net/igmp", HEAD "2\tb0        :     2      V3\n" GROUP ALL);
	assert_int_equal(read_next(SRC_mcast), 0);
	assert_int_equal(events(EVENT_JOIN, "239.1.1.1"), 1);
	put_file("proc/net/igmp", HEAD "2\tb0        :     1      V3\n" ALL);
	assert_int_equal(read_next(SRC_mcast), 0);
	assert_int_equal(events(EVENT_LEAVE, "239.1.1.1"), 1);
	assert_int_equal(s.events, 2);
}

static void the_same_group_on_two_devices_is_two_memberships(void **x)
{
	(void)x;
	put_file("proc/net/igmp", HEAD "2\tb0        :     1      V3\n" GROUP "3\tb1        :     1      V3\n" GROUP);
	read_next(SRC_mcast);
	put_file("proc/net/igmp", HEAD "3\tb1        :     1      V3\n" GROUP);
	assert_int_equal(read_next(SRC_mcast), 0);
	assert_int_equal(s.events, 1);
	assert_int_equal(events(EVENT_LEAVE, "239.1.1.1 on interface 2"), 1);
}

static void ipv6_groups_are_told_apart_whole(void **x)
{
	(void)x;
	put_file("proc/net/igmp6", "2    b0              ff020000000000000000000000000001     1 0000000C 0\n");
	assert_int_equal(read_next(SRC_mcast), 0);
	put_file("proc/net/igmp6", "2    b0              ff020000000000000000000000000001     1 0000000C 0\n"
				   "2    b0              ff150000000000000000000000009876     1 00000004 0\n");
	assert_int_equal(read_next(SRC_mcast), 0);
	assert_int_equal(s.events, 1);
	assert_int_equal(events(EVENT_JOIN, "ff15::9876"), 1);
}

static void what_is_read_in_part_looks_like_nobodys_leaving(void **x)
{
	static const char *const lines[] = { "\t\t\t\tXX     1 0:00000000\t\t0\n", "x\tb0\n",
					     "\t\t\t\t0101010101EF 1\n" };

	(void)x;
	put_file("proc/net/igmp", HEAD "2\tb0        :     2      V3\n" GROUP ALL);
	read_next(SRC_mcast);
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		char text[300];

		snprintf(text, sizeof(text), HEAD "2\tb0        :     2      V3\n%s", lines[i]);
		put_file("proc/net/igmp", text);
		assert_int_equal(read_next(SRC_mcast), -EINVAL);
		assert_non_null(strstr(err.text, "igmp:3: "));
	}
	put_file("proc/net/igmp6", "2 b0 ff02\n");
	put_file("proc/net/igmp", HEAD "2\tb0        :     2      V3\n" GROUP ALL);
	assert_int_equal(read_next(SRC_mcast), -EINVAL);
	assert_non_null(strstr(err.text, "igmp6:1: "));
	no_file("proc/net/igmp6");
	assert_int_equal(read_next(SRC_mcast), 0);
	assert_int_equal(s.events, 0);
}

static void source_filters_and_link_addresses_are_memberships_too(void **x)
{
	(void)x;
	put_file("proc/net/igmp", HEAD "2\tb0        :     1      V3\n" ALL);
	put_file("proc/net/mcfilter", "Idx Device        MCA        SRC    INC    EXC\n");
	put_file("proc/net/dev_mcast", "2    b0              1     0     01005e000001\n");
	assert_int_equal(read_next(SRC_mcast), 0);
	put_file("proc/net/mcfilter", "Idx Device        MCA        SRC    INC    EXC\n"
				      "  2     b0 0xef010101 0x0a4d0001      1      0\n");
	put_file("proc/net/dev_mcast",
		 "2    b0              1     0     01005e000001\n2    b0              1     0     01005e010101\n");
	assert_int_equal(read_next(SRC_mcast), 0);
	assert_int_equal(events(EVENT_JOIN, "239.1.1.1 from 10.77.0.1"), 1);
	assert_int_equal(events(EVENT_JOIN, "link address 01:00:5e:01:01:01"), 1);
}

static void packets_by_the_wrong_interface_are_added_up(void **x)
{
	static const char head[] = "Group    Origin   Iif     Pkts    Bytes    Wrong Oifs\n";
	char text[400];

	(void)x;
	put_file("proc/net/igmp", HEAD);
	snprintf(text, sizeof(text), "%s010101EF 0100000A 0 10 1000 3\n020101EF 0100000A 1 10 1000 0\n", head);
	put_file("proc/net/ip_mr_cache", text);
	assert_int_equal(read_next(SRC_mcast), 0);
	snprintf(text, sizeof(text), "%s010101EF 0100000A 0 10 1000 5\n020101EF 0100000A 1 10 1000 2  0:1\n", head);
	put_file("proc/net/ip_mr_cache", text);
	assert_int_equal(read_next(SRC_mcast), 0);
	assert_int_equal(moved("ip_mr_cache.Wrong"), 4);
	snprintf(text, sizeof(text), "%s010101EF 0100000A 0 10 1000 6\n020101EF 0100000A 1 10 x y\n", head);
	put_file("proc/net/ip_mr_cache", text);
	assert_int_equal(read_next(SRC_mcast), -EINVAL);
	assert_string_equal(err.text, "ip_mr_cache:3: expected a number under \"Wrong\"");
}

static void a_namespace_without_any_of_the_files_has_none(void **x)
{
	(void)x;
	put_file("proc/net/snmp", "");
	assert_int_equal(read_next(SRC_mcast), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_join_and_a_leave_are_events, world_open, world_close),
		cmocka_unit_test_setup_teardown(the_same_group_on_two_devices_is_two_memberships, world_open,
						world_close),
		cmocka_unit_test_setup_teardown(ipv6_groups_are_told_apart_whole, world_open, world_close),
		cmocka_unit_test_setup_teardown(what_is_read_in_part_looks_like_nobodys_leaving, world_open,
						world_close),
		cmocka_unit_test_setup_teardown(source_filters_and_link_addresses_are_memberships_too, world_open,
						world_close),
		cmocka_unit_test_setup_teardown(packets_by_the_wrong_interface_are_added_up, world_open, world_close),
		cmocka_unit_test_setup_teardown(a_namespace_without_any_of_the_files_has_none, world_open, world_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
