/* SPDX-License-Identifier: BSD-2-Clause */
/* Rules of the driver table that table_check() does not know, and how its wildcard is read. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "source/ethtool_feed.c"

static void a_wildcard_is_one_or_more_digits_and_nothing_else(void **x)
{
	(void)x;
	assert_true(name_match("rx_queue_*_drops", slice_str("rx_queue_0_drops")));
	assert_true(name_match("rx_queue_*_drops", slice_str("rx_queue_127_drops")));
	assert_false(name_match("rx_queue_*_drops", slice_str("rx_queue__drops")));
	assert_false(name_match("rx_queue_*_drops", slice_str("rx_queue_0_xdp_drops")));
	assert_false(name_match("rx_queue_*_drops", slice_str("rx_queue_a_drops")));
	assert_false(name_match("rx_queue_*_drops", slice_str("rx_queue_0_drops2")));
	assert_false(name_match("rx_queue_*_drops", slice_str("rx_queue_0_drop")));
	assert_false(name_match("rx*_xdp_drops", slice_str("rx_xdp_drops")));
	assert_true(name_match("rx_no_buffers_posted[*]", slice_str("rx_no_buffers_posted[3]")));
	assert_true(name_match("[*]: rx_discards", slice_str("[12]: rx_discards")));
	assert_false(name_match("*", slice_str("")));
}

static void no_row_has_a_digit_behind_its_wildcard(void **x)
{
	(void)x;
	for (size_t i = 0; i < driver_count; i++) {
		const char *star = driver_rows[i].name;

		while ((star = strchr(star, '*')))
			assert_false(*++star >= '0' && *star <= '9');
	}
}

static void rows_of_a_driver_stand_together_and_name_a_source_file(void **x)
{
	(void)x;
	for (size_t i = 0; i < driver_count; i++) {
		assert_non_null(strstr(driver_rows[i].cite, "drivers/net/"));
		assert_true(strlen(driver_rows[i].name) < 32);
		assert_true(strncmp(driver_rows[i].key, "ethtool.", 8) == 0);
		for (size_t k = i + 2; k < driver_count; k++) {
			if (strcmp(driver_rows[k].driver, driver_rows[i].driver) == 0)
				assert_string_equal(driver_rows[k - 1].driver, driver_rows[i].driver);
		}
	}
}

static void a_name_is_never_wanted_twice(void **x)
{
	(void)x;
	for (size_t i = 0; i < driver_count; i++) {
		for (size_t k = 0; k < driver_count; k++) {
			char text[64] = "";
			size_t n = 0;

			if (k == i || strcmp(driver_rows[k].driver, driver_rows[i].driver) != 0)
				continue;
			for (const char *p = driver_rows[k].name; *p; p++)
				text[n++] = *p == '*' ? '0' : *p;
			assert_false(name_match(driver_rows[i].name, slice_str(text)));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_wildcard_is_one_or_more_digits_and_nothing_else),
		cmocka_unit_test(no_row_has_a_digit_behind_its_wildcard),
		cmocka_unit_test(rows_of_a_driver_stand_together_and_name_a_source_file),
		cmocka_unit_test(a_name_is_never_wanted_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
