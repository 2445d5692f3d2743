/* SPDX-License-Identifier: BSD-2-Clause */
/* /proc/net/protocols: memory and pressure by protocol, columns by name. */
#include "source_fixture.h"

#define HEAD "protocol  size sockets  memory press maxhdr  slab module     cl co\n"

static void memory_and_pressure_are_found_by_their_columns(void **x)
{
	(void)x;
	put_file("proc/net/protocols", HEAD "TCP       2432      3       7   no       0   yes  kernel      y  y\n"
					    "UDP       1344      2      -1   NI       0   yes  kernel      y  y\n");
	assert_int_equal(read_next(SRC_protocols), 0);
	assert_int_equal(now("protocols.TCP.memory"), 7);
	assert_int_equal(now("protocols.TCP.press"), 0);
	assert_int_equal(now("protocols.UDP.memory"), UNREAD);
	put_file("proc/net/protocols", "protocol press memory\nTCP yes 900\n");
	assert_int_equal(read_next(SRC_protocols), 0);
	assert_int_equal(now("protocols.TCP.memory"), 900);
	assert_int_equal(now("protocols.TCP.press"), 1);
}

static void a_damaged_line_is_named_and_the_rest_read(void **x)
{
	(void)x;
	put_file("proc/net/protocols", HEAD "PACKET 2432 3 x no 0 yes kernel y y\nRAW 12\n"
					    "TCP       2432      3       7   no       0   yes  kernel      y  y\n");
	assert_int_equal(read_next(SRC_protocols), -EINVAL);
	assert_string_equal(err.text, "protocols:3: expected a number under \"memory\"");
	assert_int_equal(now("protocols.TCP.memory"), 7);
}

static void without_its_header_it_is_not_guessed(void **x)
{
	(void)x;
	put_file("proc/net/protocols", "TCP       2432      3       7   no\n");
	assert_int_equal(read_next(SRC_protocols), -EINVAL);
	assert_string_equal(err.text, "protocols:1: expected a header with \"memory\"");
	put_file("proc/net/protocols", "");
	assert_int_equal(read_next(SRC_protocols), -EINVAL);
	assert_int_equal(now("protocols.TCP.memory"), UNREAD);
}

static void a_name_of_any_length_is_survived(void **x)
{
	char text[400];

	(void)x;
	snprintf(text, sizeof(text), HEAD "%0200d 1 1 1 no 0 yes kernel y\n\n   \nTCP 1 1 4 no 0 yes kernel y\n", 1);
	put_file("proc/net/protocols", text);
	assert_int_equal(read_next(SRC_protocols), 0);
	assert_int_equal(now("protocols.TCP.memory"), 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(memory_and_pressure_are_found_by_their_columns, world_open,
						world_close),
		cmocka_unit_test_setup_teardown(a_damaged_line_is_named_and_the_rest_read, world_open, world_close),
		cmocka_unit_test_setup_teardown(without_its_header_it_is_not_guessed, world_open, world_close),
		cmocka_unit_test_setup_teardown(a_name_of_any_length_is_survived, world_open, world_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
