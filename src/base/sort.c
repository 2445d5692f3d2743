/* SPDX-License-Identifier: BSD-2-Clause */
/* Heap sort: in proportion to n log n whatever the order was before, and without memory of its own. */
#include "base/sort.h"

#include <stdlib.h>
#include <string.h>

struct heap {
	char *p;
	size_t size;
	int (*by)(const void *a, const void *b, const void *arg);
	const void *arg;
};

/* Lets the element at i sink until both below it come before it. */
static void sink(const struct heap *h, size_t i, size_t n)
{
	char held[SORT_ELEMENT];

	memcpy(held, h->p + i * h->size, h->size);
	for (size_t k; (k = 2 * i + 1) < n; i = k) {
		if (k + 1 < n && h->by(h->p + k * h->size, h->p + (k + 1) * h->size, h->arg) < 0)
			k++;
		if (h->by(held, h->p + k * h->size, h->arg) >= 0)
			break;
		memcpy(h->p + i * h->size, h->p + k * h->size, h->size);
	}
	memcpy(h->p + i * h->size, held, h->size);
}

void sort(void *base, size_t n, size_t size, int (*by)(const void *a, const void *b, const void *arg), const void *arg)
{
	const struct heap h = { base, size, by, arg };
	char held[SORT_ELEMENT];

	if (size > SORT_ELEMENT)
		abort();
	for (size_t i = n / 2; i-- > 0;)
		sink(&h, i, n);
	for (size_t i = n; i-- > 1;) {
		memcpy(held, h.p, size);
		memcpy(h.p, h.p + i * size, size);
		memcpy(h.p + i * size, held, size);
		sink(&h, 0, i);
	}
}
