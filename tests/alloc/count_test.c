/* SPDX-License-Identifier: BSD-2-Clause */
/* That the counter of allocations counts: without this, "no allocation" might only mean "not seen". */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "count.h"

#include "base/fmt.h"

#include <dirent.h>
#include <stdlib.h>

static void what_our_code_allocates_is_counted(void **state)
{
	struct fmt f;

	(void)state;
	if (!count_works())
		skip();
	fmt_grow(&f);
	count_begin();
	fmt_add(&f, "makes the buffer");
	fmt_add(&f, "uses the buffer");
	assert_int_equal(count_end(), 1);
	fmt_free(&f);
}

static void what_libc_allocates_for_us_is_counted(void **state)
{
	DIR *d;

	(void)state;
	if (!count_works())
		skip();
	count_begin();
	d = opendir("/");
	assert_true(count_end() > 0);
	assert_non_null(d);
	closedir(d);
}

static void nothing_allocated_counts_nothing(void **state)
{
	char buf[64];
	struct fmt f;

	(void)state;
	if (!count_works())
		skip();
	count_begin();
	fmt_init(&f, buf, sizeof(buf));
	fmt_add(&f, "%d", 12);
	assert_int_equal(count_end(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_our_code_allocates_is_counted),
		cmocka_unit_test(what_libc_allocates_for_us_is_counted),
		cmocka_unit_test(nothing_allocated_counts_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
