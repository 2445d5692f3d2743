/* SPDX-License-Identifier: BSD-2-Clause */
/* The map: growth, deletes, keys that collide, and a random walk beside a plain array. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/hash.c"

#include <stdio.h>
#include <time.h>

static void an_empty_map_has_nothing_and_forgets_nothing(void **state)
{
	struct hash h = { 0 };
	uint32_t v = 9;

	(void)state;
	assert_false(hash_get(&h, 0, &v));
	hash_del(&h, 0);
	assert_int_equal(v, 9);
	hash_free(&h);
}

static void many_keys_survive_growth(void **state)
{
	struct hash h = { 0 };
	uint32_t v;

	(void)state;
	for (uint32_t i = 0; i < 100000; i++)
		assert_int_equal(hash_put(&h, (uint64_t)i << 32, i), 0);
	assert_int_equal(h.used, 100000);
	assert_true(h.used * 4 <= h.cap * 3);
	for (uint32_t i = 0; i < 100000; i++) {
		assert_true(hash_get(&h, (uint64_t)i << 32, &v));
		assert_int_equal(v, i);
	}
	assert_false(hash_get(&h, 1, &v));
	hash_free(&h);
}

static void putting_a_key_again_replaces_its_value(void **state)
{
	struct hash h = { 0 };
	uint32_t v;

	(void)state;
	assert_int_equal(hash_put(&h, 5, 1), 0);
	assert_int_equal(hash_put(&h, 5, 2), 0);
	assert_int_equal(h.used, 1);
	assert_true(hash_get(&h, 5, &v));
	assert_int_equal(v, 2);
	hash_free(&h);
}

/* The first n keys that all want the same bucket of a table of 16. */
static void colliding(uint64_t *key, unsigned n)
{
	for (uint64_t k = 1; n; k++)
		if ((hash_mix(k) & 15) == 7)
			key[--n] = k;
}

static void a_deleted_key_does_not_hide_the_keys_behind_it(void **state)
{
	struct hash h = { 0 };
	uint64_t key[6];
	uint32_t v;

	(void)state;
	colliding(key, 6);
	for (uint32_t i = 0; i < 6; i++)
		assert_int_equal(hash_put(&h, key[i], i), 0);
	hash_del(&h, key[0]);
	hash_del(&h, key[3]);
	assert_false(hash_get(&h, key[0], &v));
	assert_false(hash_get(&h, key[3], &v));
	for (uint32_t i = 1; i < 6; i++) {
		if (i == 3)
			continue;
		assert_true(hash_get(&h, key[i], &v));
		assert_int_equal(v, i);
	}
	/* replacing a key behind the hole must not make a second one in the hole */
	assert_int_equal(hash_put(&h, key[5], 55), 0);
	hash_del(&h, key[5]);
	assert_false(hash_get(&h, key[5], &v));
	hash_free(&h);
}

static void coming_and_going_does_not_grow_the_map(void **state)
{
	struct hash h = { 0 };
	uint32_t v;

	(void)state;
	for (uint32_t i = 0; i < 100000; i++) {
		assert_int_equal(hash_put(&h, i, i), 0);
		if (i >= 8)
			hash_del(&h, i - 8);
	}
	assert_int_equal(h.used, 8);
	assert_true(h.cap <= 64);
	for (uint32_t i = 100000 - 8; i < 100000; i++) {
		assert_true(hash_get(&h, i, &v));
		assert_int_equal(v, i);
	}
	hash_free(&h);
}

/* A look-up of an absent key in a map full of deleted ones must end. */
static void a_map_of_deleted_keys_still_answers_no(void **state)
{
	struct hash h = { 0 };
	uint32_t v;

	(void)state;
	for (uint64_t round = 0; round < 1000; round++) {
		for (uint64_t i = 0; i < 11; i++)
			assert_int_equal(hash_put(&h, round * 11 + i, 1), 0);
		for (uint64_t i = 0; i < 11; i++)
			hash_del(&h, round * 11 + i);
		assert_false(hash_get(&h, ~round, &v));
	}
	assert_int_equal(h.used, 0);
	hash_free(&h);
}

static void a_random_walk_agrees_with_an_array(void **state)
{
	const char *given = getenv("TEST_SEED");
	uint64_t x = given ? strtoull(given, NULL, 0) : (uint64_t)time(NULL) | 1;
	static bool have[512];
	static uint32_t want[512];
	struct hash h = { 0 };
	uint32_t v;

	(void)state;
	printf("TEST_SEED=%llu\n", (unsigned long long)x);
	for (uint32_t i = 0; i < 200000; i++) {
		uint32_t k;

		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		k = (uint32_t)(x >> 20) % 512;
		if (x & 1) {
			assert_int_equal(hash_put(&h, hash_pair(k, 3), i), 0);
			have[k] = true;
			want[k] = i;
		} else {
			hash_del(&h, hash_pair(k, 3));
			have[k] = false;
		}
		k = (uint32_t)(x >> 40) % 512;
		assert_int_equal(hash_get(&h, hash_pair(k, 3), &v), have[k]);
		if (have[k])
			assert_int_equal(v, want[k]);
	}
	hash_free(&h);
}

static void bytes_hash_by_content_and_length(void **state)
{
	(void)state;
	assert_true(hash_bytes("eth0", 4) == hash_bytes("eth0x", 4));
	assert_true(hash_bytes("eth0", 4) != hash_bytes("eth1", 4));
	assert_true(hash_bytes("a\0", 2) != hash_bytes("a", 1));
	assert_true(hash_pair(1, 2) != hash_pair(2, 1));
}

static void a_print_tells_apart_texts_that_differ_in_one_bit(void **state)
{
	unsigned char text[100] = { 0 };

	(void)state;
	for (size_t n = 1; n <= sizeof(text); n++) {
		uint64_t whole = hash_print(text, n);

		assert_true(whole != 0);
		assert_true(whole == hash_print(text, n));
		assert_true(whole != hash_print(text, n - 1));
		for (size_t bit = 0; bit < n * 8; bit++) {
			text[bit / 8] ^= (unsigned char)(1u << bit % 8);
			if (hash_print(text, n) == whole)
				fail_msg("bit %zu of %zu bytes does not count", bit, n);
			text[bit / 8] ^= (unsigned char)(1u << bit % 8);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_map_has_nothing_and_forgets_nothing),
		cmocka_unit_test(many_keys_survive_growth),
		cmocka_unit_test(putting_a_key_again_replaces_its_value),
		cmocka_unit_test(a_deleted_key_does_not_hide_the_keys_behind_it),
		cmocka_unit_test(coming_and_going_does_not_grow_the_map),
		cmocka_unit_test(a_map_of_deleted_keys_still_answers_no),
		cmocka_unit_test(a_random_walk_agrees_with_an_array),
		cmocka_unit_test(bytes_hash_by_content_and_length),
		cmocka_unit_test(a_print_tells_apart_texts_that_differ_in_one_bit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
