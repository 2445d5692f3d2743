/* SPDX-License-Identifier: BSD-2-Clause */
/* What each entry of a ledger has lost since boot, from a second ledger of the same sample. Not here: any booking. */
#include "ledger/book.h"

#include <errno.h>
#include <stdlib.h>

#define ANY_SOCKET (PLACE_NONE - 1)

/* What each (cause, place) has lost since boot, with and without its socket: sums and where to find them. */
struct boot_sums {
	struct hash index;
	uint64_t *sum;
	uint32_t n;
};

static int boot_add(struct boot_sums *x, uint64_t key, uint64_t packets)
{
	uint32_t i;

	if (!hash_get(&x->index, key, &i)) {
		i = x->n;
		if (hash_put(&x->index, key, i))
			return -ENOMEM;
		x->sum[x->n++] = 0;
	}
	x->sum[i] += packets;
	return 0;
}

void ledger_compare(struct ledger *l, const struct ledger *boot)
{
	struct boot_sums x = { .sum = calloc(2 * (size_t)boot->entries + 1, sizeof(uint64_t)) };
	bool whole = x.sum != NULL;

	for (uint32_t k = 0; k < boot->entries && whole; k++) {
		const struct entry *f = &boot->entry[k];

		whole = boot_add(&x, book_key(f->cause, f->ns, f->device, f->sock, f->rule), f->packets) == 0 &&
			boot_add(&x, book_key(f->cause, f->ns, f->device, ANY_SOCKET, f->rule), f->packets) == 0;
	}
	for (uint32_t i = 0; i < l->entries; i++) {
		struct entry *e = &l->entry[i];
		uint32_t sock = e->sock == PLACE_NONE ? ANY_SOCKET : e->sock, at;

		e->since_boot = 0;
		if (whole && hash_get(&x.index, book_key(e->cause, e->ns, e->device, sock, e->rule), &at))
			e->since_boot = x.sum[at];
		/* sockets count from our baseline only, so their share since boot is not known */
		e->have_boot = whole && e->since_boot >= e->packets;
	}
	hash_free(&x.index);
	free(x.sum);
}
