/* SPDX-License-Identifier: BSD-2-Clause */
/* Heap sort: in proportion to n log n whatever the order was before, and without memory of its own. */
#include "base/sort.h"

#include <string.h>

struct heap {
	char *p;
	size_t size;
	int (*by)(const void *a, const void *b, const void *arg);
	const void *arg;
};

static void swap(char *a, char *b, size_t n)
{
	char held[64];

	for (size_t step; n > 0; n -= step, a += step, b += step) {
		step = n < sizeof(held) ? n : sizeof(held);
		memcpy(held, a, step);
		memcpy(a, b, step);
		memcpy(b, held, step);
	}
}

/* Lets the element at i sink until both below it come before it. */
static void sink(const struct heap *h, size_t i, size_t n)
{
	for (size_t k; (k = 2 * i + 1) < n; i = k) {
		if (k + 1 < n && h->by(h->p + k * h->size, h->p + (k + 1) * h->size, h->arg) < 0)
			k++;
		if (h->by(h->p + i * h->size, h->p + k * h->size, h->arg) >= 0)
			break;
		swap(h->p + i * h->size, h->p + k * h->size, h->size);
	}
}

void sort(void *base, size_t n, size_t size, int (*by)(const void *a, const void *b, const void *arg), const void *arg)
{
	const struct heap h = { base, size, by, arg };

	for (size_t i = n / 2; i-- > 0;)
		sink(&h, i, n);
	for (size_t i = n; i-- > 1;) {
		swap(h.p, h.p + i * size, size);
		sink(&h, 0, i);
	}
}
