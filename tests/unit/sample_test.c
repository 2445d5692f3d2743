/* SPDX-License-Identifier: BSD-2-Clause */
/* The arithmetic of the sample: baselines, steps, wraps, resets, places that come and go. */
#include "sample/sample.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define S 1000000000ULL

static struct sample s;
static uint32_t ns;

static uint16_t key(const char *name)
{
	uint16_t c = table_counter(slice_str(name));

	assert_int_not_equal(c, COUNTER_NONE);
	return c;
}

static int setup(void **state)
{
	(void)state;
	assert_int_equal(sample_init(&s), 0);
	sample_begin(&s, S, 1000 * S);
	ns = sample_place(&s, PLACE_NETNS, s.host, 4026531840);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	sample_free(&s);
	return 0;
}

static uint64_t sum_of(uint32_t slot)
{
	return s.series[slot].sum;
}

static void the_first_value_is_the_baseline(void **state)
{
	uint32_t slot = sample_slot(&s, key("Udp.NoPorts"), ns);

	(void)state;
	sample_put(&s, slot, 90210);
	assert_int_equal(sum_of(slot), 0);
	sample_begin(&s, 2 * S, 1001 * S);
	sample_put(&s, slot, 90240);
	assert_int_equal(sum_of(slot), 30);
	assert_int_equal(s.moved_count, 1);
}

static void a_new_interval_asks_for_settings_anew(void **state)
{
	uint64_t v = 212992, got = 0;

	(void)state;
	sample_setting(&s, "net.core.rmem_max", s.host, &v, 1);
	assert_true(sample_setting_get(&s, "net.core.rmem_max", ns, 0, &got));
	assert_int_equal(got, v);
	sample_rebase(&s);
	assert_false(sample_setting_get(&s, "net.core.rmem_max", ns, 0, &got));
	sample_setting(&s, "net.core.rmem_max", s.host, &v, 1);
	assert_int_equal(s.settings, 1);
}

static void a_place_that_came_later_starts_from_zero(void **state)
{
	uint32_t late, slot;

	(void)state;
	sample_begin(&s, 2 * S, 1001 * S);
	late = sample_place(&s, PLACE_NETNS, s.host, 7);
	slot = sample_slot(&s, key("Udp.NoPorts"), late);
	sample_put(&s, slot, 12);
	assert_int_equal(sum_of(slot), 12);
}

static void a_column_shown_only_when_not_zero_starts_from_zero(void **state)
{
	uint32_t slot;

	(void)state;
	sample_begin(&s, 2 * S, 1001 * S);
	slot = sample_slot_born(&s, key("IcmpMsg.InTypeUnknown"), ns);
	sample_put(&s, slot, 3);
	assert_int_equal(sum_of(slot), 3);
}

static void a_32_bit_counter_wraps(void **state)
{
	uint32_t cpu = sample_place(&s, PLACE_CPU, s.host, 0), slot = sample_slot(&s, key("softnet.dropped"), cpu);

	(void)state;
	sample_put(&s, slot, 0xfffffff0);
	sample_begin(&s, 2 * S, 1001 * S);
	sample_put(&s, slot, 5);
	assert_int_equal(sum_of(slot), 21);
	assert_int_equal(s.resets, 0);
}

static void a_32_bit_counter_that_fell_far_was_reset(void **state)
{
	uint32_t cpu = sample_place(&s, PLACE_CPU, s.host, 0), slot = sample_slot(&s, key("softnet.dropped"), cpu);

	(void)state;
	sample_put(&s, slot, 1000000);
	sample_begin(&s, 2 * S, 1001 * S);
	sample_put(&s, slot, 5);
	assert_int_equal(sum_of(slot), 0);
	assert_int_equal(s.resets, 1);
	assert_int_equal(s.event[0].kind, EVENT_RESET);
}

static void after_a_long_gap_a_fall_is_never_called_a_wrap(void **state)
{
	uint32_t cpu = sample_place(&s, PLACE_CPU, s.host, 0), slot = sample_slot(&s, key("softnet.dropped"), cpu);

	(void)state;
	sample_put(&s, slot, 0xfffffff0);
	sample_begin(&s, 3600 * S, 4600 * S);
	sample_put(&s, slot, 5);
	assert_int_equal(sum_of(slot), 0);
	assert_int_equal(s.resets, 1);
}

static void a_64_bit_counter_that_falls_is_a_reset_and_goes_on_from_there(void **state)
{
	uint32_t slot = sample_slot(&s, key("Udp.NoPorts"), ns);

	(void)state;
	sample_put(&s, slot, 0xfffffff0);
	sample_begin(&s, 2 * S, 1001 * S);
	sample_put(&s, slot, 5);
	assert_int_equal(sum_of(slot), 0);
	sample_begin(&s, 3 * S, 1002 * S);
	sample_put(&s, slot, 9);
	assert_int_equal(sum_of(slot), 4);
	assert_true(s.series[slot].flags & SERIES_RESET);
}

static void a_gauge_may_fall_without_a_word(void **state)
{
	uint16_t c = key("sockstat.TCP.inuse");
	uint32_t slot = sample_slot(&s, c, sample_place_of(&s, c, ns));

	(void)state;
	sample_put(&s, slot, 100);
	sample_begin(&s, 2 * S, 1001 * S);
	sample_put(&s, slot, 5);
	assert_int_equal(s.resets, 0);
}

static void a_reused_inode_is_a_new_place(void **state)
{
	uint32_t a = sample_place(&s, PLACE_NETNS, s.host, 99), dev = sample_place(&s, PLACE_DEVICE, a, 2), b;

	(void)state;
	sample_gone(&s, a);
	assert_true(s.place[dev].gone);
	sample_begin(&s, 2 * S, 1001 * S);
	b = sample_place(&s, PLACE_NETNS, s.host, 99);
	assert_int_not_equal(a, b);
	assert_true(s.place[b].born);
	assert_false(s.place[a].born);
}

static void a_counter_has_no_slot_at_a_place_of_another_scope(void **state)
{
	(void)state;
	assert_int_equal(sample_slot(&s, key("softnet.dropped"), ns), SLOT_NONE);
	assert_int_equal(sample_slot(&s, COUNTER_NONE, ns), SLOT_NONE);
	sample_put(&s, SLOT_NONE, 7);
}

static void a_new_interval_forgets_what_moved_but_not_the_values(void **state)
{
	uint32_t slot = sample_slot(&s, key("Udp.NoPorts"), ns);

	(void)state;
	sample_put(&s, slot, 10);
	sample_begin(&s, 2 * S, 1001 * S);
	sample_put(&s, slot, 15);
	sample_rebase(&s);
	assert_int_equal(s.moved_count, 0);
	sample_begin(&s, 3 * S, 1002 * S);
	sample_put(&s, slot, 17);
	assert_int_equal(sum_of(slot), 2);
	assert_int_equal(s.moved_count, 1);
}

static void a_setting_is_found_at_its_place_its_namespace_or_the_host(void **state)
{
	uint32_t dev = sample_place(&s, PLACE_DEVICE, ns, 2);
	uint64_t v = 0, big[] = { 8388608 }, three[] = { 4096, 131072, 6291456 };

	(void)state;
	assert_false(sample_setting_get(&s, "net.core.rmem_max", dev, 0, &v));
	sample_setting(&s, "net.core.rmem_max", s.host, big, 1);
	sample_setting(&s, "net.ipv4.tcp_rmem", ns, three, 3);
	assert_true(sample_setting_get(&s, "net.core.rmem_max", dev, 0, &v));
	assert_int_equal(v, 8388608);
	assert_true(sample_setting_get(&s, "net.ipv4.tcp_rmem", dev, 2, &v));
	assert_int_equal(v, 6291456);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(the_first_value_is_the_baseline),
		T(a_new_interval_asks_for_settings_anew),
		T(a_place_that_came_later_starts_from_zero),
		T(a_column_shown_only_when_not_zero_starts_from_zero),
		T(a_32_bit_counter_wraps),
		T(a_32_bit_counter_that_fell_far_was_reset),
		T(after_a_long_gap_a_fall_is_never_called_a_wrap),
		T(a_64_bit_counter_that_falls_is_a_reset_and_goes_on_from_there),
		T(a_gauge_may_fall_without_a_word),
		T(a_reused_inode_is_a_new_place),
		T(a_counter_has_no_slot_at_a_place_of_another_scope),
		T(a_new_interval_forgets_what_moved_but_not_the_values),
		T(a_setting_is_found_at_its_place_its_namespace_or_the_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
