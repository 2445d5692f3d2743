/* SPDX-License-Identifier: BSD-2-Clause */
/* A map from 64-bit keys to 32-bit values: open addressing, grows by doubling, forgets one key at a time. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hash {
	uint64_t *key;
	uint32_t *val;
	uint8_t *state;  /* 0 free, 1 used, 2 deleted */
	uint32_t cap, used, dead;
};

static inline uint64_t hash_mix(uint64_t x)
{
	x ^= x >> 33;
	x *= 0xff51afd7ed558ccdULL;
	x ^= x >> 33;
	x *= 0xc4ceb9fe1a85ec53ULL;
	return x ^ x >> 33;
}

/* Combines two numbers into one key. */
static inline uint64_t hash_pair(uint64_t a, uint64_t b)
{
	return hash_mix(a * 0x9e3779b97f4a7c15ULL + b);
}

uint64_t hash_bytes(const void *p, size_t n);
/* The print of a long text, never 0, made at ten bytes a nanosecond with a seed of this process: the same text has the
 * same print, and nobody outside can make another text that has it, too. */
uint64_t hash_print(const void *p, size_t n);
bool hash_get(const struct hash *h, uint64_t key, uint32_t *ret_val);
/* Adds or replaces; 0 or -ENOMEM. */
int hash_put(struct hash *h, uint64_t key, uint32_t val);
void hash_del(struct hash *h, uint64_t key);
void hash_clear(struct hash *h);  /* empty, its memory kept */
void hash_free(struct hash *h);

#endif
