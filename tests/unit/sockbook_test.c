/* SPDX-License-Identifier: BSD-2-Clause */
/* What counts as lost since the baseline, told from cumulative counters of sockets that come and go. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "source/sockbook.c"

struct bench {
	struct sample s;
	struct netns ns;
	struct probe p;
	struct sockbook b;
	uint16_t counter;
};

static void start(struct bench *x)
{
	*x = (struct bench){ 0 };
	assert_int_equal(sample_init(&x->s), 0);
	x->ns.place = sample_place(&x->s, PLACE_NETNS, x->s.host, 1);
	x->p = (struct probe){ .sample = &x->s };
	x->counter = table_counter(slice_str("sk_drops.udp"));
}

static void stop(struct bench *x)
{
	sockbook_free(&x->b);
	sample_free(&x->s);
}

static void begin(struct bench *x)
{
	sample_begin(&x->s, (x->s.tick + 1) * 1000000000ULL, (x->s.tick + 1) * 1000000000ULL);
	sockbook_begin(&x->b);
}

static struct sock_fact *see(struct bench *x, uint64_t key, uint32_t drops)
{
	return sockbook_see(&x->b, &x->p, &x->ns, x->counter, key, &drops);
}

static void end(struct bench *x)
{
	sockbook_end(&x->b, &x->s, true);
}

/* One whole read of one socket. */
static void read_one(struct bench *x, uint64_t key, uint32_t drops)
{
	begin(x);
	see(x, key, drops);
	end(x);
}

static uint64_t lost(struct bench *x, uint64_t key)
{
	uint64_t sum = 0;

	sample_sum(&x->s, x->counter, sample_find(&x->s, PLACE_SOCKET, x->ns.place, key), &sum);
	return sum;
}

static void only_what_is_lost_after_the_baseline_counts(void **state)
{
	struct bench x;

	(void)state;
	start(&x);
	read_one(&x, 7, 10);
	assert_int_equal(x.s.places, x.ns.place + 1);
	read_one(&x, 7, 13);
	read_one(&x, 7, 13);
	read_one(&x, 7, 14);
	assert_int_equal(lost(&x, 7), 4);
	stop(&x);
}

static void a_socket_that_appeared_later_counts_from_zero(void **state)
{
	struct bench x;

	(void)state;
	start(&x);
	read_one(&x, 1, 0);
	read_one(&x, 7, 10);
	assert_int_equal(lost(&x, 7), 10);
	stop(&x);
}

static void a_new_namespace_and_totals_since_boot_count_from_zero(void **state)
{
	struct bench x;

	(void)state;
	start(&x);
	x.s.place[x.ns.place].born = true;
	read_one(&x, 7, 10);
	assert_int_equal(lost(&x, 7), 10);
	stop(&x);

	start(&x);
	x.s.zero_base = true;
	read_one(&x, 7, 10);
	assert_int_equal(lost(&x, 7), 10);
	stop(&x);
}

static void the_counter_wraps_at_32_bits(void **state)
{
	struct bench x;

	(void)state;
	start(&x);
	read_one(&x, 7, 0xfffffff0);
	read_one(&x, 7, 5);
	assert_int_equal(lost(&x, 7), 21);
	stop(&x);

	start(&x);
	read_one(&x, 7, 0xffffffff);
	read_one(&x, 7, 0);
	assert_int_equal(lost(&x, 7), 1);
	stop(&x);
}

static void a_counter_that_went_down_far_is_another_socket_under_the_same_number(void **state)
{
	struct bench x;
	uint32_t old;

	(void)state;
	start(&x);
	read_one(&x, 7, 1000);
	read_one(&x, 7, 1001);
	old = sample_find(&x.s, PLACE_SOCKET, x.ns.place, 7);
	read_one(&x, 7, 2);
	assert_true(x.s.place[old].gone);
	assert_int_equal(lost(&x, 7), 2);
	stop(&x);
}

static void a_read_cut_short_buries_nobody_and_counts_nobody_twice(void **state)
{
	struct bench x;

	(void)state;
	start(&x);
	begin(&x);
	see(&x, 7, 10);
	see(&x, 8, 10);
	end(&x);
	begin(&x);
	see(&x, 7, 11);
	see(&x, 8, 12);
	end(&x);
	begin(&x);
	see(&x, 7, 15);
	sockbook_end(&x.b, &x.s, false);
	assert_int_not_equal(sample_find(&x.s, PLACE_SOCKET, x.ns.place, 8), PLACE_NONE);
	begin(&x);
	see(&x, 7, 15);
	see(&x, 8, 14);
	end(&x);
	assert_int_equal(lost(&x, 7), 5);
	assert_int_equal(lost(&x, 8), 4);
	stop(&x);
}

static void a_first_read_cut_short_is_no_baseline(void **state)
{
	struct bench x;

	(void)state;
	start(&x);
	begin(&x);
	see(&x, 7, 10);
	sockbook_end(&x.b, &x.s, false);
	begin(&x);
	see(&x, 7, 12);
	see(&x, 8, 1000);
	end(&x);
	assert_int_equal(lost(&x, 7), 2);
	assert_int_equal(lost(&x, 8), 0);
	stop(&x);
}

static void a_closed_socket_is_gone_and_keeps_its_losses(void **state)
{
	struct bench x;
	uint32_t place;
	uint64_t sum = 0;

	(void)state;
	start(&x);
	read_one(&x, 1, 0);
	read_one(&x, 7, 10);
	place = sample_find(&x.s, PLACE_SOCKET, x.ns.place, 7);
	read_one(&x, 1, 0);
	assert_true(x.s.place[place].gone);
	assert_true(sample_sum(&x.s, x.counter, place, &sum));
	assert_int_equal(sum, 10);
	assert_int_equal(x.b.drops.used, 0);
	assert_int_equal(x.b.place.used, 0);
	stop(&x);
}

static void a_socket_seen_twice_in_one_read_is_counted_once(void **state)
{
	struct bench x;

	(void)state;
	start(&x);
	read_one(&x, 7, 10);
	begin(&x);
	see(&x, 7, 15);
	see(&x, 7, 16);
	end(&x);
	assert_int_equal(lost(&x, 7), 6);
	stop(&x);
}

static void a_count_that_is_missing_once_is_not_zero(void **state)
{
	struct bench x;

	(void)state;
	start(&x);
	read_one(&x, 7, 10);
	begin(&x);
	assert_null(sockbook_see(&x.b, &x.p, &x.ns, x.counter, 7, NULL));
	end(&x);
	read_one(&x, 7, 12);
	assert_int_equal(lost(&x, 7), 2);
	stop(&x);
}

/* 1000 quiet sockets, 100 that lost before the baseline, 10 that go on losing. */
static void read_many(struct bench *x, uint32_t more)
{
	begin(x);
	for (uint32_t i = 0; i < 1110; i++)
		see(x, i + 1, i < 1000 ? 0 : i < 1100 ? 5 : 5 + more);
	end(x);
}

/* After an even number of reads the tables have swapped back. */
static void where_tables_are(const struct sockbook *b, const void **ret_p, uint32_t *ret_cap)
{
	const struct hash *h[] = { &b->drops, &b->next_drops, &b->place, &b->next_place };

	for (unsigned i = 0; i < 4; i++) {
		ret_p[i] = h[i]->key;
		ret_cap[i] = h[i]->cap;
	}
}

static void memory_is_for_losing_sockets_only_and_a_steady_state_allocates_nothing(void **state)
{
	struct bench x;
	const void *tables[4], *now[4];
	uint32_t caps[4], now_caps[4];

	(void)state;
	start(&x);
	for (uint32_t i = 0; i < 4; i++)
		read_many(&x, i);
	assert_int_equal(x.b.drops.used, 110);
	assert_int_equal(x.b.place.used, 10);
	assert_true(x.b.drops.cap <= 256);
	where_tables_are(&x.b, tables, caps);
	for (uint32_t i = 4; i < 100; i++)
		read_many(&x, i);
	where_tables_are(&x.b, now, now_caps);
	assert_memory_equal(now, tables, sizeof(now));
	assert_memory_equal(now_caps, caps, sizeof(now_caps));
	assert_int_equal(lost(&x, 1101), 99);
	stop(&x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_is_lost_after_the_baseline_counts),
		cmocka_unit_test(a_socket_that_appeared_later_counts_from_zero),
		cmocka_unit_test(a_new_namespace_and_totals_since_boot_count_from_zero),
		cmocka_unit_test(the_counter_wraps_at_32_bits),
		cmocka_unit_test(a_counter_that_went_down_far_is_another_socket_under_the_same_number),
		cmocka_unit_test(a_read_cut_short_buries_nobody_and_counts_nobody_twice),
		cmocka_unit_test(a_first_read_cut_short_is_no_baseline),
		cmocka_unit_test(a_closed_socket_is_gone_and_keeps_its_losses),
		cmocka_unit_test(a_socket_seen_twice_in_one_read_is_counted_once),
		cmocka_unit_test(a_count_that_is_missing_once_is_not_zero),
		cmocka_unit_test(memory_is_for_losing_sockets_only_and_a_steady_state_allocates_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
