/* SPDX-License-Identifier: BSD-2-Clause */
/* Header lines become slots here, once per text and namespace; no strcmp is left for the loop. */
#include "source/names.h"

#include <errno.h>
#include <stdlib.h>

static struct names *known; /* every header text met so far; a handful, never freed */

static struct names *names_make(struct slice prefix, struct slice header)
{
	struct slice rest = header, word;
	struct names *n = calloc(1, sizeof(*n) + prefix.n + header.n + 1);

	if (!n)
		return NULL;
	while (slice_word(&rest, &word))
		n->n++;
	n->counter = calloc(n->n + 1, sizeof(*n->counter));
	if (!n->counter) {
		free(n);
		return NULL;
	}
	rest = header;
	for (uint32_t i = 0; slice_word(&rest, &word); i++)
		n->counter[i] = prefix.n ? table_counter2(prefix, word) : table_counter(word);
	memcpy(n->text, prefix.p, prefix.n);
	memcpy(n->text + prefix.n, header.p, header.n);
	n->prefix_len = (uint32_t)prefix.n;
	n->text_len = (uint32_t)header.n;
	n->next = known;
	known = n;
	return n;
}

static bool same(const struct names *n, struct slice prefix, struct slice header)
{
	return slice_same(slice_of(n->text + n->prefix_len, n->text_len), header) &&
	       slice_same(slice_of(n->text, n->prefix_len), prefix);
}

int names_bind(struct bound *b, struct sample *s, uint32_t ns, struct slice prefix, struct slice header)
{
	const struct names *n = b->names;
	uint32_t *slot;

	if (n && same(n, prefix, header))
		return 0;
	for (n = known; n && !same(n, prefix, header);)
		n = n->next;
	if (!n)
		n = names_make(prefix, header);
	slot = n ? malloc((n->n + 1) * sizeof(*slot)) : NULL;
	if (!slot)
		return -ENOMEM;
	for (uint32_t i = 0; i < n->n; i++) {
		uint32_t place = sample_place_of(s, n->counter[i], ns);

		/* the kernel shows all columns from the start: one that was not there before stood on a damaged line */
		slot[i] = sample_slot(s, n->counter[i], place);
	}
	free(b->slot);
	b->slot = slot;
	b->names = n;
	return 0;
}

void names_unbind(struct bound *b)
{
	free(b->slot);
	*b = (struct bound){ 0 };
}
