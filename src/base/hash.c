/* SPDX-License-Identifier: BSD-2-Clause */
/* Open addressing with linear probing. Keys come from the kernel, so they are mixed before use. */
#include "base/hash.h"

#include <errno.h>
#include <stdlib.h>

enum { FREE, USED, DEAD };

uint64_t hash_bytes(const void *p, size_t n)
{
	const unsigned char *b = p;
	uint64_t h = 0xcbf29ce484222325ULL;

	for (size_t i = 0; i < n; i++)
		h = (h ^ b[i]) * 0x100000001b3ULL;
	return hash_mix(h);
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
