/* SPDX-License-Identifier: BSD-2-Clause */
/* The JSON writer: what it writes is JSON whatever it is given. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/json.c"

#include <stdio.h>

/* A list of one string, as it is written. */
static const char *listed(const char *s)
{
	static char buf[256];
	struct fmt f;
	struct json j;

	fmt_init(&f, buf, sizeof(buf));
	json_init(&j, &f);
	json_list(&j, NULL);
	json_str(&j, NULL, s);
	json_end_list(&j);
	assert_false(f.cut);
	return buf;
}

/* Layout may change; blanks outside strings are not looked at. No string here holds a blank. */
static void assert_json(const char *got, const char *want)
{
	char buf[512];
	size_t n = 0;

	for (; *got; got++)
		if (*got != ' ' && *got != '\n') {
			assert_true(n < sizeof(buf) - 1);
			buf[n++] = *got;
		}
	buf[n] = 0;
	assert_string_equal(buf, want);
}

static void quotes_backslashes_and_controls_are_escaped(void **state)
{
	(void)state;
	assert_string_equal(listed("a\"b\\c"), "[\"a\\\"b\\\\c\"]");
	assert_string_equal(listed("\n\t\033\x01"), "[\"\\u000a\\u0009\\u001b\\u0001\"]");
	assert_string_equal(listed("\x7f"), "[\"\\u007f\"]");
	assert_string_equal(listed(""), "[\"\"]");
	assert_string_equal(listed("</script>"), "[\"</script>\"]");
}

static void invalid_utf8_becomes_one_replacement_per_byte(void **state)
{
	(void)state;
	assert_string_equal(listed("a\xff"
				   "b"),
			    "[\"a\xef\xbf\xbd"
			    "b\"]");
	assert_string_equal(listed("\xc3"), "[\"\xef\xbf\xbd\"]");
	assert_string_equal(listed("\xe2\x82"), "[\"\xef\xbf\xbd\xef\xbf\xbd\"]");
	assert_string_equal(listed("\xed\xa0\x80"), "[\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"]");
	assert_string_equal(listed("\xc3\""), "[\"\xef\xbf\xbd\\\"\"]");
}

static void valid_utf8_is_kept(void **state)
{
	(void)state;
	assert_string_equal(listed("\xc3\xbc\xe2\x82\xac\xf0\x9f\x93\xa6"),
			    "[\"\xc3\xbc\xe2\x82\xac\xf0\x9f\x93\xa6\"]");
}

static void no_string_is_null_and_not_an_empty_string(void **state)
{
	(void)state;
	assert_string_equal(listed(NULL), "[null]");
}

static void names_are_escaped_like_values(void **state)
{
	char buf[128];
	struct fmt f;
	struct json j;

	(void)state;
	fmt_init(&f, buf, sizeof(buf));
	json_init(&j, &f);
	json_object(&j, NULL);
	json_u64(&j, "a\"\xff\n", 1);
	json_end_object(&j);
	assert_json(buf, "{\"a\\\"\xef\xbf\xbd\\u000a\":1}");
}

static void nesting_puts_commas_between_values_and_nowhere_else(void **state)
{
	char buf[512];
	struct fmt f;
	struct json j;

	(void)state;
	fmt_init(&f, buf, sizeof(buf));
	json_init(&j, &f);
	json_object(&j, NULL);
	json_list(&j, "empty");
	json_end_list(&j);
	json_list(&j, "list");
	for (int i = 0; i < 3; i++) {
		json_object(&j, NULL);
		json_i64(&j, "i", -i);
		json_object(&j, "in");
		json_end_object(&j);
		json_bool(&j, "b", i == 1);
		json_end_object(&j);
	}
	json_end_list(&j);
	json_null(&j, "last");
	json_end_object(&j);
	assert_int_equal(j.depth, 0);
	assert_json(buf, "{\"empty\":[],\"list\":[{\"i\":0,\"in\":{},\"b\":false},{\"i\":-1,\"in\":{},\"b\":true},"
			 "{\"i\":-2,\"in\":{},\"b\":false}],\"last\":null}");
	assert_int_equal(buf[strlen(buf) - 1], '\n');
}

static void the_deepest_nesting_allowed_is_fifteen(void **state)
{
	struct fmt f;
	struct json j;

	(void)state;
	fmt_grow(&f);
	json_init(&j, &f);
	for (int i = 0; i < 15; i++)
		json_list(&j, NULL);
	json_u64(&j, NULL, 1);
	for (int i = 0; i < 15; i++)
		json_end_list(&j);
	assert_json(f.p, "[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]");
	fmt_free(&f);
}

static void integers_keep_all_64_bits(void **state)
{
	char buf[128];
	struct fmt f;
	struct json j;

	(void)state;
	fmt_init(&f, buf, sizeof(buf));
	json_init(&j, &f);
	json_list(&j, NULL);
	json_u64(&j, NULL, UINT64_MAX);
	json_i64(&j, NULL, INT64_MIN);
	json_end_list(&j);
	assert_json(buf, "[18446744073709551615,-9223372036854775808]");
}

static void a_real_that_is_no_number_is_null(void **state)
{
	char buf[128];
	struct fmt f;
	struct json j;

	(void)state;
	fmt_init(&f, buf, sizeof(buf));
	json_init(&j, &f);
	json_list(&j, NULL);
	json_real(&j, NULL, (double)NAN);
	json_real(&j, NULL, (double)INFINITY);
	json_real(&j, NULL, -(double)INFINITY);
	json_real(&j, NULL, 2.5);
	json_end_list(&j);
	assert_json(buf, "[null,null,null,2.5]");
}

static void a_full_buffer_is_told(void **state)
{
	char buf[8];
	struct fmt f;
	struct json j;

	(void)state;
	fmt_init(&f, buf, sizeof(buf));
	json_init(&j, &f);
	json_str(&j, NULL, "does not fit");
	assert_true(f.cut);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quotes_backslashes_and_controls_are_escaped),
		cmocka_unit_test(invalid_utf8_becomes_one_replacement_per_byte),
		cmocka_unit_test(valid_utf8_is_kept),
		cmocka_unit_test(no_string_is_null_and_not_an_empty_string),
		cmocka_unit_test(names_are_escaped_like_values),
		cmocka_unit_test(nesting_puts_commas_between_values_and_nowhere_else),
		cmocka_unit_test(the_deepest_nesting_allowed_is_fifteen),
		cmocka_unit_test(integers_keep_all_64_bits),
		cmocka_unit_test(a_real_that_is_no_number_is_null),
		cmocka_unit_test(a_full_buffer_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
