/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines of nfnetlink_queue go in, sums come out that only grow while queues come and go. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "source/tree.h"

#define tree_net fake_net
static int fake_net(struct netns *ns, enum net_file f, struct slice *ret, struct err *err);
#include "source/nfqueue.c"

static const char *text;

static int fake_net(struct netns *ns, enum net_file f, struct slice *ret, struct err *err)
{
	(void)ns;
	(void)err;
	assert_int_equal(f, NET_NFQUEUE);
	if (!text)
		return -ENOENT;
	*ret = slice_str(text);
	return 0;
}

static struct sample s;
static struct netns ns;
static struct nfqueue_state st;
static struct err err;

static int setup(void **state)
{
	(void)state;
	assert_int_equal(sample_init(&s), 0);
	sample_begin(&s, 1, 1);
	ns = (struct netns){ .place = sample_place(&s, PLACE_NETNS, s.host, 1) };
	err = (struct err){ 0 };
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	source_nfqueue.forget(&st);
	sample_free(&s);
	return 0;
}

static int look(const char *lines)
{
	struct probe p = { .sample = &s };
	int r;

	text = lines;
	r = source_nfqueue.read(&p, &ns, &st, &err);
	sample_begin(&s, s.mono_ns + 1000000000, s.real_ns + 1000000000);
	return r;
}

static uint64_t sum(const char *key)
{
	uint64_t v;

	assert_true(sample_sum(&s, table_counter(slice_str(key)), ns.place, &v));
	return v;
}

static void losses_are_summed_over_the_queues_of_a_namespace(void **state)
{
	(void)state;
	assert_int_equal(look("    7   4242     10 2 65531    40     3       52  1\n"
			      "    8  -4242      0 1     0     5     0        0  1\n"),
			 0);
	assert_int_equal(sum("nfqueue.queue_dropped"), 0);
	assert_int_equal(look("    7   4242     10 2 65531    50     4       62  1\n"
			      "    8  -4242      0 1     0     6     0        0  1\n"),
			 0);
	assert_int_equal(sum("nfqueue.queue_dropped"), 11);
	assert_int_equal(sum("nfqueue.queue_user_dropped"), 1);
}

static void a_queue_that_goes_away_and_comes_back_is_no_reset(void **state)
{
	(void)state;
	assert_int_equal(look("7 4242 10 2 65531 40 3 52 1\n"), 0);
	assert_int_equal(look(""), 0);
	assert_int_equal(sum("nfqueue.queue_dropped"), 0);
	assert_int_equal(look("7 4242 10 2 65531 6 0 8 1\n"), 0);
	assert_int_equal(sum("nfqueue.queue_dropped"), 6);
	assert_int_equal(s.resets, 0);
}

static void another_listener_of_the_same_queue_starts_from_zero(void **state)
{
	(void)state;
	assert_int_equal(look("7 4242 10 2 65531 40 3 52 1\n"), 0);
	assert_int_equal(look("7 4243 10 2 65531 41 0 52 1\n"), 0);
	assert_int_equal(sum("nfqueue.queue_dropped"), 41);
	assert_int_equal(look("7 4243 10 2 65531 2 0 52 1\n"), 0);
	assert_int_equal(sum("nfqueue.queue_dropped"), 43);
	assert_int_equal(s.resets, 0);
}

static void a_kernel_without_the_file_has_no_numbers_at_all(void **state)
{
	uint64_t v;

	(void)state;
	assert_int_equal(look(NULL), -ENOENT);
	assert_false(sample_sum(&s, table_counter(slice_str("nfqueue.queue_dropped")), ns.place, &v));
}

static void a_damaged_line_is_named_and_the_others_are_read(void **state)
{
	(void)state;
	assert_int_equal(look("7 4242 10 2 65531 40 3 52 1\n"), 0);
	assert_int_equal(look("7 4242 10 2 65531 -40 3 52 1\n8 1 10 2 65531 9 3 52 1\n"), -EPROTO);
	assert_string_equal(err.text, "net/netfilter/nfnetlink_queue:1: expected 9 numbers");
	assert_int_equal(sum("nfqueue.queue_dropped"), 9);
	assert_int_equal(look("7 4242 10 2\n"), -EPROTO);
	assert_int_equal(look("7 4242 10 2 65531 99999999999999999999999 3 52 1\n"), -EPROTO);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(losses_are_summed_over_the_queues_of_a_namespace),
		T(a_queue_that_goes_away_and_comes_back_is_no_reset),
		T(another_listener_of_the_same_queue_starts_from_zero),
		T(a_kernel_without_the_file_has_no_numbers_at_all),
		T(a_damaged_line_is_named_and_the_others_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
