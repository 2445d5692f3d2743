/* SPDX-License-Identifier: BSD-2-Clause */
/* Open addressing with linear probing. Keys come from the kernel, so they are mixed before use. */
#include "base/hash.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

enum { FREE, USED, DEAD };

uint64_t hash_bytes(const void *p, size_t n)
{
	const unsigned char *b = p;
	uint64_t h = 0xcbf29ce484222325ULL;

	for (size_t i = 0; i < n; i++)
		h = (h ^ b[i]) * 0x100000001b3ULL;
	return hash_mix(h);
}

static uint64_t load(const unsigned char *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* Another word into one lane: nothing is lost on the way, so one word that differs is never missed. */
static uint64_t stir(uint64_t lane, uint64_t word)
{
	lane = (lane ^ word) * 0x9e3779b97f4a7c15ULL;
	return lane ^ lane >> 32;
}

/* From the 16 random bytes that the kernel gives each program. */
static void sow(uint64_t seed[4])
{
	const unsigned char *random = (const unsigned char *)getauxval(AT_RANDOM);

	for (unsigned i = 0; i < 4; i++)
		seed[i] = hash_mix((random ? load(random + i % 2 * 8) : i) + i) | 1;
}

uint64_t hash_print(const void *p, size_t n)
{
	static uint64_t seed[4];
	const unsigned char *b = p;
	unsigned char tail[32] = { 0 };
	uint64_t x[4];

	if (!seed[0])
		sow(seed);
	memcpy(x, seed, sizeof(x));
	/* four lanes side by side: one alone would wait for its own multiplication */
	for (size_t left = n; left >= 32; left -= 32, b += 32)
		for (unsigned i = 0; i < 4; i++)
			x[i] = stir(x[i], load(b + i * 8));
	if (n % 32)
		memcpy(tail, b, n % 32);
	for (unsigned i = 0; i < 4; i++)
		x[i] = stir(x[i], load(tail + i * 8));
	x[0] = hash_pair(hash_pair(x[0], x[1]), hash_pair(x[2], x[3])) ^ hash_mix(n);
	return x[0] ? x[0] : 1;
}

bool hash_get(const struct hash *h, uint64_t key, uint32_t *ret_val)
{
	uint32_t i;

	if (!h->cap)
		return false;
	for (i = (uint32_t)hash_mix(key) & (h->cap - 1); h->state[i] != FREE; i = (i + 1) & (h->cap - 1)) {
		if (h->state[i] == USED && h->key[i] == key) {
			*ret_val = h->val[i];
			return true;
		}
	}
	return false;
}

static int rehash(struct hash *h, uint32_t cap)
{
	struct hash n = { .cap = cap };

	n.key = malloc(cap * sizeof(*n.key));
	n.val = malloc(cap * sizeof(*n.val));
	n.state = calloc(cap, 1);
	if (!n.key || !n.val || !n.state) {
		hash_free(&n);
		return -ENOMEM;
	}
	for (uint32_t k = 0; k < h->cap; k++) {
		uint32_t i;

		if (h->state[k] != USED)
			continue;
		for (i = (uint32_t)hash_mix(h->key[k]) & (cap - 1); n.state[i] == USED;)
			i = (i + 1) & (cap - 1);
		n.state[i] = USED;
		n.key[i] = h->key[k];
		n.val[i] = h->val[k];
		n.used++;
	}
	hash_free(h);
	*h = n;
	return 0;
}

int hash_put(struct hash *h, uint64_t key, uint32_t val)
{
	uint32_t i, dead = UINT32_MAX;

	if ((h->used + h->dead + 1) * 4 > h->cap * 3) {
		int r = rehash(h, h->cap ? (h->used * 2 > h->cap ? h->cap * 2 : h->cap) : 16);

		if (r)
			return r;
	}
	for (i = (uint32_t)hash_mix(key) & (h->cap - 1); h->state[i] != FREE; i = (i + 1) & (h->cap - 1)) {
		if (h->state[i] == USED && h->key[i] == key) {
			h->val[i] = val;
			return 0;
		}
		if (h->state[i] == DEAD && dead == UINT32_MAX)
			dead = i;
	}
	if (dead != UINT32_MAX) {
		i = dead;
		h->dead--;
	}
	h->state[i] = USED;
	h->key[i] = key;
	h->val[i] = val;
	h->used++;
	return 0;
}

void hash_del(struct hash *h, uint64_t key)
{
	uint32_t i;

	if (!h->cap)
		return;
	for (i = (uint32_t)hash_mix(key) & (h->cap - 1); h->state[i] != FREE; i = (i + 1) & (h->cap - 1)) {
		if (h->state[i] == USED && h->key[i] == key) {
			h->state[i] = DEAD;
			h->used--;
			h->dead++;
			return;
		}
	}
}

void hash_free(struct hash *h)
{
	free(h->key);
	free(h->val);
	free(h->state);
	*h = (struct hash){ 0 };
}
