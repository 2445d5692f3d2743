/* SPDX-License-Identifier: BSD-2-Clause */
/* Parsing in place: lines, words and numbers, at the edges where parsers go wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/slice.c"

#define S(text) slice_of(text, sizeof(text) - 1)

static void assert_slice(struct slice s, const char *want)
{
	assert_int_equal(s.n, strlen(want));
	assert_memory_equal(s.p, want, s.n);
}

static void lines_come_one_by_one_and_the_last_needs_no_newline(void **state)
{
	struct slice rest = S("one\n\nthree"), line;

	(void)state;
	assert_true(slice_line(&rest, &line));
	assert_slice(line, "one");
	assert_true(slice_line(&rest, &line));
	assert_slice(line, "");
	assert_true(slice_line(&rest, &line));
	assert_slice(line, "three");
	assert_int_equal(rest.n, 0);
	assert_false(slice_line(&rest, &line));
}

static void a_final_newline_does_not_make_an_empty_line(void **state)
{
	struct slice rest = S("one\n"), line;

	(void)state;
	assert_true(slice_line(&rest, &line));
	assert_slice(line, "one");
	assert_false(slice_line(&rest, &line));
}

static void a_nul_byte_does_not_end_a_line(void **state)
{
	struct slice rest = S("a\0b\nc"), line;

	(void)state;
	assert_true(slice_line(&rest, &line));
	assert_int_equal(line.n, 3);
	assert_memory_equal(line.p, "a\0b", 3);
	assert_true(slice_line(&rest, &line));
	assert_slice(line, "c");
}

static void words_are_separated_by_any_run_of_blanks(void **state)
{
	struct slice rest = S("  Udp:\t 12  x\r"), word;

	(void)state;
	assert_true(slice_word(&rest, &word));
	assert_slice(word, "Udp:");
	assert_true(slice_word(&rest, &word));
	assert_slice(word, "12");
	assert_true(slice_word(&rest, &word));
	assert_slice(word, "x");
	assert_false(slice_word(&rest, &word));
	assert_int_equal(word.n, 0);
	assert_int_equal(rest.n, 0);
}

static void a_line_of_blanks_has_no_word(void **state)
{
	struct slice rest = S(" \t "), word;

	(void)state;
	assert_false(slice_word(&rest, &word));
	assert_false(slice_word(&rest, &word));
}

static void unsigned_numbers_reach_exactly_to_64_bits(void **state)
{
	uint64_t v = 1;

	(void)state;
	assert_true(slice_u64(S("0"), &v));
	assert_int_equal(v, 0);
	assert_true(slice_u64(S("18446744073709551615"), &v));
	assert_true(v == UINT64_MAX);
	assert_false(slice_u64(S("18446744073709551616"), &v));
	assert_false(slice_u64(S("99999999999999999999"), &v));
	assert_false(slice_u64(S("100000000000000000000"), &v));
	assert_true(v == UINT64_MAX);
}

static void what_is_not_all_digits_is_no_unsigned_number(void **state)
{
	static const char *const bad[] = { "", "-1", "+1", " 1", "1 ", "0x10", "1.0", "12a", "\xd9\xa1", "1e3" };
	uint64_t v = 77;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (slice_u64(slice_str(bad[i]), &v))
			fail_msg("\"%s\" was taken for a number", bad[i]);
	assert_false(slice_u64(slice_of("1\0002", 3), &v));
	assert_int_equal(v, 77);
}

static void a_number_ends_where_the_slice_ends(void **state)
{
	uint64_t v;

	(void)state;
	assert_true(slice_u64(slice_of("12345", 2), &v));
	assert_int_equal(v, 12);
}

static void signed_numbers_keep_their_sign_and_their_bounds(void **state)
{
	int64_t v = 5;

	(void)state;
	assert_true(slice_i64(S("-1"), &v));
	assert_int_equal(v, -1);
	assert_true(slice_i64(S("9223372036854775807"), &v));
	assert_true(v == INT64_MAX);
	assert_true(slice_i64(S("-9223372036854775807"), &v));
	assert_true(v == -INT64_MAX);
	v = 5;
	assert_false(slice_i64(S("9223372036854775808"), &v));
	assert_false(slice_i64(S("--1"), &v));
	assert_false(slice_i64(S("-"), &v));
	assert_false(slice_i64(S(""), &v));
	assert_int_equal(v, 5);
}

static void hexadecimal_takes_both_cases_and_at_most_16_digits(void **state)
{
	uint64_t v = 3;

	(void)state;
	assert_true(slice_hex(S("00fF"), &v));
	assert_int_equal(v, 255);
	assert_true(slice_hex(S("ffffffffffffffff"), &v));
	assert_true(v == UINT64_MAX);
	v = 3;
	assert_false(slice_hex(S("0ffffffffffffffff"), &v));
	assert_false(slice_hex(S("0x1"), &v));
	assert_false(slice_hex(S("fg"), &v));
	assert_false(slice_hex(S(""), &v));
	assert_int_equal(v, 3);
}

static void copying_cuts_to_the_size_and_always_ends_with_nul(void **state)
{
	char dst[5] = "....";

	(void)state;
	slice_copy(S("longer than that"), dst, sizeof(dst));
	assert_string_equal(dst, "long");
	slice_copy(S("a\0b"), dst, sizeof(dst));
	assert_string_equal(dst, "a?b");
	slice_copy(S(""), dst, sizeof(dst));
	assert_string_equal(dst, "");
	dst[0] = 'x';
	slice_copy(S("abc"), dst, 1);
	assert_string_equal(dst, "");
}

static void comparing_looks_at_length_before_bytes(void **state)
{
	(void)state;
	assert_true(slice_eq(S("Udp"), "Udp"));
	assert_false(slice_eq(S("Udp"), "UdpLite"));
	assert_false(slice_eq(S("UdpLite"), "Udp"));
	assert_true(slice_starts(S("UdpLite"), "Udp"));
	assert_false(slice_starts(S("Ud"), "Udp"));
	assert_true(slice_starts(S(""), ""));
	assert_true(slice_same(slice_of(NULL, 0), S("")));
	assert_false(slice_same(S("a"), S("b")));
	assert_false(slice_same(S("a"), S("aa")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_come_one_by_one_and_the_last_needs_no_newline),
		cmocka_unit_test(a_final_newline_does_not_make_an_empty_line),
		cmocka_unit_test(a_nul_byte_does_not_end_a_line),
		cmocka_unit_test(words_are_separated_by_any_run_of_blanks),
		cmocka_unit_test(a_line_of_blanks_has_no_word),
		cmocka_unit_test(unsigned_numbers_reach_exactly_to_64_bits),
		cmocka_unit_test(what_is_not_all_digits_is_no_unsigned_number),
		cmocka_unit_test(a_number_ends_where_the_slice_ends),
		cmocka_unit_test(signed_numbers_keep_their_sign_and_their_bounds),
		cmocka_unit_test(hexadecimal_takes_both_cases_and_at_most_16_digits),
		cmocka_unit_test(copying_cuts_to_the_size_and_always_ends_with_nul),
		cmocka_unit_test(comparing_looks_at_length_before_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
