/* SPDX-License-Identifier: BSD-2-Clause */
/* The heap sort: every small order, and a long one beside qsort. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/sort.c"

#include <stdlib.h>

static int by_number(const void *a, const void *b, const void *arg)
{
	int x = *(const int *)a, y = *(const int *)b, up = *(const int *)arg;

	return up * ((x > y) - (x < y));
}

static int for_qsort(const void *a, const void *b)
{
	return by_number(a, b, &(int){ 1 });
}

static void each_order_of_six_numbers_is_put_right(void **state)
{
	(void)state;
	for (unsigned code = 0; code < 46656; code++) { /* six digits to base six, equal ones among them */
		int v[6];
		unsigned c = code;

		for (unsigned i = 0; i < 6; i++, c /= 6)
			v[i] = (int)(c % 6);
		sort(v, 6, sizeof(*v), by_number, &(int){ 1 });
		for (unsigned i = 1; i < 6; i++)
			assert_true(v[i - 1] <= v[i]);
	}
}

static void nothing_and_one_are_sorted_already(void **state)
{
	int v = 3;

	(void)state;
	sort(NULL, 0, sizeof(v), by_number, &(int){ 1 });
	sort(&v, 1, sizeof(v), by_number, &(int){ 1 });
	assert_int_equal(v, 3);
}

static void a_long_list_is_the_same_as_with_qsort(void **state)
{
	static int a[5000], b[5000];
	uint32_t x = 1;

	(void)state;
	for (unsigned i = 0; i < 5000; i++) {
		x = x * 1664525 + 1013904223;
		a[i] = b[i] = (int)(x >> 20);
	}
	sort(a, 5000, sizeof(*a), by_number, &(int){ 1 });
	qsort(b, 5000, sizeof(*b), for_qsort);
	assert_memory_equal(a, b, sizeof(a));
	sort(a, 5000, sizeof(*a), by_number, &(int){ -1 });
	for (unsigned i = 1; i < 5000; i++)
		assert_true(a[i - 1] >= a[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_order_of_six_numbers_is_put_right),
		cmocka_unit_test(nothing_and_one_are_sorted_already),
		cmocka_unit_test(a_long_list_is_the_same_as_with_qsort),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
