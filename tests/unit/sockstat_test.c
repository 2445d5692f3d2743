/* SPDX-License-Identifier: BSD-2-Clause */
/* /proc/net/sockstat and sockstat6: memory and numbers of sockets, none of them a loss. */
#include "source_fixture.h"

static void names_are_found_by_protocol_and_word(void **x)
{
	(void)x;
	put_file("proc/net/sockstat",
		 "sockets: used 113\nTCP: inuse 3 orphan 0 tw 4 alloc 5 mem 1\nUDP: inuse 2 mem 9\n"
		 "FRAG: inuse 1 memory 4096\n");
	put_file("proc/net/sockstat6", "TCP6: inuse 7\nFRAG6: inuse 0 memory 12\n");
	assert_int_equal(read_next(SRC_sockstat), 0);
	assert_int_equal(now("sockstat.TCP.mem"), 1);
	assert_int_equal(now("sockstat.UDP.mem"), 9);
	assert_int_equal(now("sockstat.FRAG.memory"), 4096);
	assert_int_equal(now("sockstat6.FRAG6.memory"), 12);
	put_file("proc/net/sockstat", "UDP: inuse 2 mem 3\nTCP: mem 2 orphan 6\n");
	assert_int_equal(read_next(SRC_sockstat), 0);
	assert_int_equal(now("sockstat.TCP.mem"), 2);
	assert_int_equal(now("sockstat.UDP.mem"), 3);
	assert_int_equal(now("sockstat.TCP.orphan"), 6);
}

static void less_memory_in_use_is_not_a_reset(void **x)
{
	(void)x;
	put_file("proc/net/sockstat", "TCP: inuse 3 orphan 9 tw 4 alloc 5 mem 900\n");
	read_next(SRC_sockstat);
	put_file("proc/net/sockstat", "TCP: inuse 1 orphan 0 tw 0 alloc 1 mem 2\n");
	assert_int_equal(read_next(SRC_sockstat), 0);
	assert_int_equal(events(EVENT_RESET, ""), 0);
	assert_int_equal(now("sockstat.TCP.mem"), 2);
}

static void the_same_text_again_is_the_same_and_another_one_is_read(void **x)
{
	(void)x;
	put_file("proc/net/sockstat", "TCP: inuse 3 orphan 0 tw 4 alloc 5 mem 1\n");
	read_next(SRC_sockstat);
	assert_int_equal(read_next(SRC_sockstat), 0);
	put_file("proc/net/sockstat", "TCP: inuse 3 orphan 0 tw 4 alloc 5 mem 2\n");
	assert_int_equal(read_next(SRC_sockstat), 0);
	assert_int_equal(now("sockstat.TCP.mem"), 2);
}

static void a_damaged_line_is_named_also_where_there_is_no_ipv6(void **x)
{
	static const char *const lines[] = { "TCP: inuse 3 orphan\n", "TCP: inuse x\n", "TCP: inuse -3\n",
					     "TCP: inuse 99999999999999999999999\n" };

	(void)x;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		char text[200];

		snprintf(text, sizeof(text), "sockets: used 5\n%sUDP: inuse 2 mem %zu\n", lines[i], i + 3);
		put_file("proc/net/sockstat", text);
		assert_int_equal(read_next(SRC_sockstat), -EINVAL);
		assert_string_equal(err.text, "sockstat:2: expected pairs of name and number");
		assert_int_equal(now("sockstat.UDP.mem"), i + 3);
		/* the same damage again is told again */
		assert_int_equal(read_next(SRC_sockstat), -EINVAL);
	}
}

static void long_names_and_many_pairs_are_survived(void **x)
{
	char text[8000];
	struct fmt f;

	(void)x;
	fmt_init(&f, text, sizeof(text));
	fmt_add(&f, "TCP: inuse 3 mem 1\n:\n \nP%0200d: mem 1\nTCP: %0200d 1\n", 7, 7);
	for (unsigned i = 0; i < 300; i++)
		fmt_add(&f, "P%u: a 1 b 2\n", i);
	put_file("proc/net/sockstat", text);
	read_next(SRC_sockstat);
	assert_int_equal(now("sockstat.TCP.mem"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(names_are_found_by_protocol_and_word, world_open, world_close),
		cmocka_unit_test_setup_teardown(less_memory_in_use_is_not_a_reset, world_open, world_close),
		cmocka_unit_test_setup_teardown(the_same_text_again_is_the_same_and_another_one_is_read, world_open,
						world_close),
		cmocka_unit_test_setup_teardown(a_damaged_line_is_named_also_where_there_is_no_ipv6, world_open,
						world_close),
		cmocka_unit_test_setup_teardown(long_names_and_many_pairs_are_survived, world_open, world_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
