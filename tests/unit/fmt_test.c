/* SPDX-License-Identifier: BSD-2-Clause */
/* The formatter: bounds, growth, and above all that no hostile name reaches a terminal as it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/fmt.c"

/* What fmt_safe makes of s. */
static const char *safe(const char *s)
{
	static char buf[256];
	struct fmt f;

	fmt_init(&f, buf, sizeof(buf));
	fmt_safe(&f, s);
	assert_false(f.cut);
	assert_int_equal(f.len, strlen(buf));
	return buf;
}

static void text_that_fits_is_whole_and_text_that_does_not_is_marked_cut(void **state)
{
	char buf[8] = "xxxxxxx";
	struct fmt f;

	(void)state;
	fmt_init(&f, buf, sizeof(buf));
	assert_string_equal(buf, "");
	fmt_add(&f, "%s", "1234567");
	assert_false(f.cut);
	assert_string_equal(buf, "1234567");
	fmt_add(&f, "%c", '8');
	assert_true(f.cut);
	assert_string_equal(buf, "1234567");
	fmt_reset(&f);
	assert_false(f.cut);
	fmt_bytes(&f, "12345678", 8);
	assert_true(f.cut);
	assert_string_equal(buf, "");
}

static void a_buffer_of_no_bytes_takes_nothing(void **state)
{
	char guard = 'g';
	struct fmt f;

	(void)state;
	fmt_init(&f, &guard, 0);
	fmt_add(&f, "x");
	assert_true(f.cut);
	assert_int_equal(guard, 'g');
	assert_int_equal(f.len, 0);
}

static void a_growing_formatter_keeps_all_that_was_added(void **state)
{
	struct fmt f;

	(void)state;
	fmt_grow(&f);
	for (int i = 0; i < 10000; i++)
		fmt_add(&f, "%05d", i);
	assert_false(f.cut);
	assert_int_equal(f.len, 50000);
	assert_memory_equal(f.p, "0000000001", 10);
	assert_string_equal(f.p + 49995, "09999");
	fmt_free(&f);
	assert_null(f.p);
}

static void a_reset_keeps_the_memory_and_drops_the_text(void **state)
{
	struct fmt f;
	char *p;

	(void)state;
	fmt_grow(&f);
	fmt_add(&f, "something");
	p = f.p;
	fmt_reset(&f);
	assert_int_equal(f.len, 0);
	assert_string_equal(f.p, "");
	fmt_add(&f, "else");
	assert_ptr_equal(f.p, p);
	assert_string_equal(f.p, "else");
	fmt_free(&f);
}

static void bytes_may_contain_nul(void **state)
{
	struct fmt f;

	(void)state;
	fmt_grow(&f);
	fmt_bytes(&f, "a\0b", 3);
	fmt_bytes(&f, NULL, 0);
	assert_int_equal(f.len, 3);
	assert_memory_equal(f.p, "a\0b", 4);
	fmt_free(&f);
}

static void escape_and_newline_in_a_name_are_shown_not_sent(void **state)
{
	(void)state;
	assert_string_equal(safe("a\033[31mb"), "a\\x1b[31mb");
	assert_string_equal(safe("a\nb\tc\rd"), "a\\x0ab\\x09c\\x0dd");
	assert_string_equal(safe("\x7f\x08"), "\\x7f\\x08");
}

static void c1_controls_in_utf8_are_shown_not_sent(void **state)
{
	(void)state;
	/* U+009B is CSI to a terminal: the same as ESC [ */
	assert_string_equal(safe("\xc2\x9b"
				 "31m"),
			    "\\xc2\\x9b31m");
	assert_string_equal(safe("\xc2\x80\xc2\x9f\xc2\xa0"), "\\xc2\\x80\\xc2\\x9f\xc2\xa0");
}

static void invalid_utf8_is_shown_byte_by_byte(void **state)
{
	(void)state;
	assert_string_equal(safe("\xff"), "\\xff");
	assert_string_equal(safe("\x9b"), "\\x9b");
	assert_string_equal(safe("a\xc3"), "a\\xc3");
	assert_string_equal(safe("\xc3("), "\\xc3(");
	assert_string_equal(safe("\xe2\x82"), "\\xe2\\x82");
	assert_string_equal(safe("\xc0\xaf"), "\\xc0\\xaf");
	assert_string_equal(safe("\xe0\x80\xaf"), "\\xe0\\x80\\xaf");
	assert_string_equal(safe("\xed\xa0\x80"), "\\xed\\xa0\\x80");
	assert_string_equal(safe("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");
	assert_string_equal(safe("\xf0\x80\x80\x80"), "\\xf0\\x80\\x80\\x80");
	assert_string_equal(safe("\xf8\x88\x80\x80\x80"), "\\xf8\\x88\\x80\\x80\\x80");
}

static void good_utf8_passes_unchanged(void **state)
{
	static const char good[] =
		"eth0 \"{}\\ z\xc3\xbcrich \xe2\x82\xac \xef\xbf\xbd \xf0\x9f\x93\xa6 \xf4\x8f\xbf\xbf";

	(void)state;
	assert_string_equal(safe(good), good);
}

/* For every string of two bytes: what comes out is printable, and valid UTF-8. */
static void no_two_bytes_whatever_reach_the_terminal_as_control(void **state)
{
	(void)state;
	for (unsigned a = 1; a < 256; a++) {
		for (unsigned b = 0; b < 256; b++) {
			char in[3] = { (char)a, (char)b, 0 };
			const unsigned char *p = (const unsigned char *)safe(in);
			size_t len;

			for (; *p; p += len) {
				len = fmt_utf8(p, strlen((const char *)p));
				if (len == 0 || *p < 0x20 || *p == 0x7f || (*p == 0xc2 && p[1] < 0xa0))
					fail_msg("%02x %02x came through", a, b);
			}
		}
	}
}

static void a_sequence_is_not_read_past_its_end(void **state)
{
	static const unsigned char euro[] = { 0xe2, 0x82, 0xac };

	(void)state;
	assert_int_equal(fmt_utf8(euro, 3), 3);
	assert_int_equal(fmt_utf8(euro, 2), 0);
	assert_int_equal(fmt_utf8(euro, 1), 0);
}

static void counts_are_grouped_by_three(void **state)
{
	char buf[64];
	struct fmt f;

	(void)state;
	fmt_init(&f, buf, sizeof(buf));
	fmt_count(&f, 0);
	fmt_bytes(&f, ",", 1);
	fmt_count(&f, 999);
	fmt_bytes(&f, ",", 1);
	fmt_count(&f, 90210);
	fmt_bytes(&f, ",", 1);
	fmt_count(&f, UINT64_MAX);
	assert_string_equal(buf, "0,999,90 210,18 446 744 073 709 551 615");
}

static void padding_counts_characters_of_the_present_line_only(void **state)
{
	char buf[64];
	struct fmt f;

	(void)state;
	fmt_init(&f, buf, sizeof(buf));
	fmt_add(&f, "a long line\nz\xc3\xbc");
	fmt_pad(&f, 5);
	fmt_add(&f, "|");
	assert_string_equal(buf, "a long line\nz\xc3\xbc   |");
	fmt_pad(&f, 2);
	fmt_add(&f, "|");
	assert_string_equal(buf, "a long line\nz\xc3\xbc   | |");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_that_fits_is_whole_and_text_that_does_not_is_marked_cut),
		cmocka_unit_test(a_buffer_of_no_bytes_takes_nothing),
		cmocka_unit_test(a_growing_formatter_keeps_all_that_was_added),
		cmocka_unit_test(a_reset_keeps_the_memory_and_drops_the_text),
		cmocka_unit_test(bytes_may_contain_nul),
		cmocka_unit_test(escape_and_newline_in_a_name_are_shown_not_sent),
		cmocka_unit_test(c1_controls_in_utf8_are_shown_not_sent),
		cmocka_unit_test(invalid_utf8_is_shown_byte_by_byte),
		cmocka_unit_test(good_utf8_passes_unchanged),
		cmocka_unit_test(no_two_bytes_whatever_reach_the_terminal_as_control),
		cmocka_unit_test(a_sequence_is_not_read_past_its_end),
		cmocka_unit_test(counts_are_grouped_by_three),
		cmocka_unit_test(padding_counts_characters_of_the_present_line_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
