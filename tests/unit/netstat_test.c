/* SPDX-License-Identifier: BSD-2-Clause */
/* /proc/net/netstat: the three protocols of it, and that no two of them share a name by accident. */
#include "source_fixture.h"

static void the_protocol_belongs_to_the_name(void **x)
{
	(void)x;
	put_file("proc/net/netstat",
		 "TcpExt: ListenDrops RcvPruned\nTcpExt: 4 1\nIpExt: InNoRoutes InCsumErrors\nIpExt: 2 3\n"
		 "MPTcpExt: MPJoinNoTokenFound RcvPruned\nMPTcpExt: 7 8\n");
	assert_int_equal(read_next(SRC_netstat), 0);
	assert_int_equal(now("TcpExt.ListenDrops"), 4);
	assert_int_equal(now("TcpExt.RcvPruned"), 1);
	assert_int_equal(now("IpExt.InNoRoutes"), 2);
	assert_int_equal(now("MPTcpExt.MPJoinNoTokenFound"), 7);
	assert_int_equal(now("MPTcpExt.RcvPruned"), 8);
	assert_int_equal(moved("MPTcpExt.RcvPruned"), 0);
}

static void a_counter_that_went_back_is_a_reset_and_books_nothing(void **x)
{
	(void)x;
	put_file("proc/net/netstat", "TcpExt: ListenDrops\nTcpExt: 400\n");
	read_next(SRC_netstat);
	put_file("proc/net/netstat", "TcpExt: ListenDrops\nTcpExt: 5\n");
	assert_int_equal(read_next(SRC_netstat), 0);
	assert_int_equal(moved("TcpExt.ListenDrops"), 0);
	assert_int_equal(events(EVENT_RESET, "TcpExt.ListenDrops"), 1);
	put_file("proc/net/netstat", "TcpExt: ListenDrops\nTcpExt: 8\n");
	read_next(SRC_netstat);
	assert_int_equal(moved("TcpExt.ListenDrops"), 3);
}

static void a_protocol_that_comes_later_is_not_lost(void **x)
{
	(void)x;
	put_file("proc/net/netstat", "TcpExt: ListenDrops\nTcpExt: 4\n");
	read_next(SRC_netstat);
	put_file("proc/net/netstat", "TcpExt: ListenDrops\nTcpExt: 4\nIpExt: InNoRoutes\nIpExt: 2\n");
	assert_int_equal(read_next(SRC_netstat), 0);
	assert_int_equal(now("IpExt.InNoRoutes"), 2);
	put_file("proc/net/netstat", "IpExt: InNoRoutes\nIpExt: 6\nTcpExt: ListenDrops\nTcpExt: 5\n");
	assert_int_equal(read_next(SRC_netstat), 0);
	assert_true(moved("IpExt.InNoRoutes") >= 4);
	assert_int_equal(moved("TcpExt.ListenDrops"), 1);
}

static void more_protocols_than_we_know_are_left_out(void **x)
{
	char text[2000];
	struct fmt f;

	(void)x;
	fmt_init(&f, text, sizeof(text));
	fmt_add(&f, "TcpExt: ListenDrops\nTcpExt: 4\n");
	for (unsigned i = 0; i < 30; i++)
		fmt_add(&f, "New%u: A B\nNew%u: 1 2\n", i, i);
	put_file("proc/net/netstat", text);
	assert_int_equal(read_next(SRC_netstat), 0);
	assert_int_equal(now("TcpExt.ListenDrops"), 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_protocol_belongs_to_the_name, world_open, world_close),
		cmocka_unit_test_setup_teardown(a_counter_that_went_back_is_a_reset_and_books_nothing, world_open,
						world_close),
		cmocka_unit_test_setup_teardown(a_protocol_that_comes_later_is_not_lost, world_open, world_close),
		cmocka_unit_test_setup_teardown(more_protocols_than_we_know_are_left_out, world_open, world_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
