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
	const unsigned char *b = p, *last;
	unsigned char little[32] = { 0 };
	uint64_t x0, x1, x2, x3;

	if (!seed[0])
		sow(seed);
	x0 = seed[0];
	x1 = seed[1];
	x2 = seed[2];
	x3 = seed[3];
	/* the last 32 bytes may overlap the ones before: that is cheaper than a rest of any length */
	if (n < 32) {
		if (n)
			memcpy(little, b, n);
		b = last = little;
	} else {
		last = b + n - 32;
	}
	/* four lanes side by side: one alone would wait for its own multiplication */
	for (; b < last; b += 32) {
		x0 = stir(x0, load(b));
		x1 = stir(x1, load(b + 8));
		x2 = stir(x2, load(b + 16));
		x3 = stir(x3, load(b + 24));
	}
	x0 = stir(x0, load(last));
	x1 = stir(x1, load(last + 8));
	x2 = stir(x2, load(last + 16));
	x3 = stir(x3, load(last + 24));
	x0 = hash_mix(stir(stir(x0, x1), stir(x2, x3)) ^ n);
	return x0 ? x0 : 1;
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

void hash_clear(struct hash *h)
{
	if (h->cap)
		memset(h->state, 0, h->cap);
	h->used = h->dead = 0;
}

void hash_free(struct hash *h)
{
	free(h->key);
	free(h->val);
	free(h->state);
	*h = (struct hash){ 0 };
}
