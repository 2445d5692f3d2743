/* SPDX-License-Identifier: BSD-2-Clause */
/* /proc/net/softnet_stat: rows by CPU, 9 to 15 columns, 32 bits. */
#include "source_fixture.h"

/* processed, dropped, squeezed of a CPU, in the 15 columns of recent kernels */
#define ROW \
	"%08x %08x %08x 00000000 00000000 00000000 00000000 00000000 00000000 00000000 %08x 00000000 %08x 00000000 00000000\n"

static void a_row_belongs_to_the_cpu_it_names(void **x)
{
	char text[400];

	(void)x;
	snprintf(text, sizeof(text), ROW ROW, 100, 1, 2, 0, 0, 200, 5, 0, 0, 3);
	put_file("proc/net/softnet_stat", text);
	assert_int_equal(read_next(SRC_softnet), 0);
	assert_int_equal(now_at("softnet.dropped", cpu(3)), 5);
	assert_int_equal(now_at("softnet.time_squeeze", cpu(0)), 2);
	assert_int_equal(cpu(1), PLACE_NONE);
}

static void a_cpu_that_goes_offline_takes_nothing_along_and_brings_nothing_new(void **x)
{
	char text[400];

	(void)x;
	snprintf(text, sizeof(text), ROW ROW, 100, 1, 2, 0, 0, 200, 5, 0, 0, 1);
	put_file("proc/net/softnet_stat", text);
	read_next(SRC_softnet);
	snprintf(text, sizeof(text), ROW, 100, 4, 2, 0, 0);
	put_file("proc/net/softnet_stat", text);
	assert_int_equal(read_next(SRC_softnet), 0);
	snprintf(text, sizeof(text), ROW ROW ROW, 100, 4, 2, 0, 0, 200, 7, 0, 0, 1, 900, 300, 0, 0, 2);
	put_file("proc/net/softnet_stat", text);
	assert_int_equal(read_next(SRC_softnet), 0);
	assert_int_equal(moved_at("softnet.dropped", cpu(0)), 3);
	assert_int_equal(moved_at("softnet.dropped", cpu(1)), 2);
	assert_int_equal(moved_at("softnet.dropped", cpu(2)), 0);
	assert_int_equal(events(EVENT_RESET, ""), 0);
}

static void a_counter_wraps_at_32_bits(void **x)
{
	char text[400];

	(void)x;
	snprintf(text, sizeof(text), ROW, 0xfffffff0, 0xfffffffe, 0, 0xffffffff, 0);
	put_file("proc/net/softnet_stat", text);
	read_next(SRC_softnet);
	snprintf(text, sizeof(text), ROW, 0x10, 1, 0, 0, 0);
	put_file("proc/net/softnet_stat", text);
	assert_int_equal(read_next(SRC_softnet), 0);
	assert_int_equal(moved_at("softnet.processed", cpu(0)), 0x20);
	assert_int_equal(moved_at("softnet.dropped", cpu(0)), 3);
	assert_int_equal(moved_at("softnet.flow_limit_count", cpu(0)), 1);
}

static void old_kernels_rows_belong_to_the_online_cpus(void **x)
{
	static const char nine[] = "00000064 00000001 00000000 00000000 00000000 00000000 00000000 00000000 00000000\n"
				   "00000064 00000002 00000000 00000000 00000000 00000000 00000000 00000000 00000000\n"
				   "00000064 00000003 00000000 00000000 00000000 00000000 00000000 00000000 00000000\n";

	(void)x;
	put_file("proc/net/softnet_stat", nine);
	put_file("sys/devices/system/cpu/online", "0,2-3\n");
	assert_int_equal(read_next(SRC_softnet), 0);
	assert_int_equal(now_at("softnet.dropped", cpu(0)), 1);
	assert_int_equal(now_at("softnet.dropped", cpu(2)), 2);
	assert_int_equal(now_at("softnet.dropped", cpu(3)), 3);
	assert_int_equal(now_at("softnet.flow_limit_count", cpu(0)), UNREAD);
}

static void without_the_list_of_cpus_rows_count_from_zero(void **x)
{
	(void)x;
	put_file("proc/net/softnet_stat", "00000064 00000001 0 0 0 0 0 0 0\n00000064 00000002 0 0 0 0 0 0 0\n");
	assert_int_equal(read_next(SRC_softnet), 0);
	assert_int_equal(now_at("softnet.dropped", cpu(1)), 2);
}

static void a_damaged_row_is_named_and_the_others_read(void **x)
{
	static const char *const rows[] = { "00000001 00000002\n", "zz 0 0 0 0 0 0 0 0\n", "\n",
					    "1 100000000 0 0 0 0 0 0 0\n", "1 2 0 0 0 0 0 0 0 0 0 0 ffffffff 0 0\n" };

	(void)x;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char text[600];

		snprintf(text, sizeof(text), ROW "%s" ROW, 100, 1, 2, 0, 0, rows[i], 200, 5, 0, 0, 2);
		put_file("proc/net/softnet_stat", text);
		assert_int_equal(read_next(SRC_softnet), -EINVAL);
		assert_string_equal(err.text, "softnet_stat:2: expected 9 to 15 hexadecimal columns");
		assert_int_equal(now_at("softnet.dropped", cpu(2)), 5);
	}
}

static void columns_of_newer_kernels_do_no_harm(void **x)
{
	(void)x;
	put_file("proc/net/softnet_stat", "64 1 0 0 0 0 0 0 0 0 7 0 5 0 0 99 98 97\n");
	assert_int_equal(read_next(SRC_softnet), 0);
	assert_int_equal(now_at("softnet.flow_limit_count", cpu(5)), 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_row_belongs_to_the_cpu_it_names, world_open, world_close),
		cmocka_unit_test_setup_teardown(a_cpu_that_goes_offline_takes_nothing_along_and_brings_nothing_new,
						world_open, world_close),
		cmocka_unit_test_setup_teardown(a_counter_wraps_at_32_bits, world_open, world_close),
		cmocka_unit_test_setup_teardown(old_kernels_rows_belong_to_the_online_cpus, world_open, world_close),
		cmocka_unit_test_setup_teardown(without_the_list_of_cpus_rows_count_from_zero, world_open, world_close),
		cmocka_unit_test_setup_teardown(a_damaged_row_is_named_and_the_others_read, world_open, world_close),
		cmocka_unit_test_setup_teardown(columns_of_newer_kernels_do_no_harm, world_open, world_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
