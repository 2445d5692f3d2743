/* SPDX-License-Identifier: BSD-2-Clause */
/* The pages of the ledger: entries, their evidence, what stays unexplained, and the sums. */
#include "ledger/book.h"

#include "base/sort.h"

#include <errno.h>
#include <stdlib.h>

/* A contradiction is believed when an EXACT part has exceeded its totals, and grown, for so many ticks. */
#define PATIENCE 3

int book_grow(void **p, uint32_t *cap, uint32_t need, size_t size)
{
	uint32_t n = *cap ? *cap : 16;
	void *q;

	if (need <= *cap)
		return 0;
	while (n < need)
		n *= 2;
	q = realloc(*p, n * size);
	if (!q)
		return -ENOMEM;
	*p = q;
	*cap = n;
	return 0;
}

void book_evidence(struct entry *e, uint16_t counter, uint32_t place, uint64_t delta, bool booked)
{
	if (!delta)
		return;
	for (unsigned i = 0; i < e->evidences; i++)
		if (e->evidence[i].counter == counter && e->evidence[i].place == place)
			return;
	if (e->evidences < EVIDENCE_CAP)
		e->evidence[e->evidences++] = (struct evidence){ counter, place, delta, booked };
}

uint64_t book_key(enum cause cause, uint32_t ns, uint32_t dev, uint32_t sock, uint32_t rule)
{
	return hash_pair(hash_pair(hash_pair((uint64_t)cause << 32 | ns, dev), sock), rule);
}

struct entry *book_add(struct book *b, const struct booking *k)
{
	const struct place *p = k->place == PLACE_NONE ? NULL : &b->s->place[k->place];
	uint32_t ns = p ? sample_ns_of(b->s, k->place) : PLACE_NONE;
	uint32_t dev = p && p->kind == PLACE_DEVICE ? k->place : PLACE_NONE;
	uint32_t rule = p && p->kind == PLACE_RULE ? k->place : PLACE_NONE;
	uint32_t sock = p && p->kind == PLACE_SOCKET ? k->place : k->sock;
	uint64_t key = book_key(k->cause, ns, dev, sock, rule);
	struct ledger *l = b->l;
	struct entry *e;
	uint32_t i;

	if (hash_get(&b->x->entry_index, key, &i)) {
		e = &l->entry[i];
		if (k->sure > e->sure)
			e->sure = k->sure;
		e->packets += k->packets;
		e->by_witness |= k->by_witness;
	} else {
		if (book_grow((void **)&l->entry, &l->entry_cap, l->entries + 1, sizeof(*l->entry)) ||
		    hash_put(&b->x->entry_index, key, l->entries)) {
			b->failed = true;
			return NULL;
		}
		e = &l->entry[l->entries++];
		*e = (struct entry){ .cause = k->cause,
				     .ns = ns,
				     .device = dev,
				     .sock = sock,
				     .rule = rule,
				     .cpu = k->cpu,
				     .packets = k->packets,
				     .unit = counter_rows[k->counter].unit,
				     .sure = k->sure,
				     .why = k->why,
				     .by_witness = k->by_witness };
	}
	book_evidence(e, k->counter, k->place, k->delta, true);
	return e;
}

void book_residue(struct book *b, uint16_t counter, uint32_t place, uint64_t packets)
{
	struct ledger *l = b->l;

	if (book_grow((void **)&l->residue, &l->residue_cap, l->residues + 1, sizeof(*l->residue)))
		b->failed = true;
	else
		l->residue[l->residues++] = (struct residue){ counter, place, packets };
}

void book_surplus(struct book *b, uint32_t slot, uint64_t amount)
{
	struct ledger_scratch *x = b->x;
	struct surplus *u;
	uint32_t i;

	if (!hash_get(&x->surplus_index, slot, &i)) {
		i = x->surpluses;
		if (book_grow((void **)&x->surplus, &x->surplus_cap, i + 1, sizeof(*u)) ||
		    hash_put(&x->surplus_index, slot, i)) {
			b->failed = true;
			return;
		}
		x->surplus[x->surpluses++] = (struct surplus){ .slot = slot };
	}
	u = &x->surplus[i];
	if (amount > u->amount || u->began_ns != b->s->began_mono_ns)
		u->ticks++;
	u->amount = amount;
	u->began_ns = b->s->began_mono_ns;
	if (u->ticks < PATIENCE)
		return;
	if (book_grow((void **)&b->l->contradiction, &b->l->contradiction_cap, b->l->contradictions + 1,
		      sizeof(*b->l->contradiction)))
		b->failed = true;
	else
		b->l->contradiction[b->l->contradictions++] =
			(struct residue){ b->s->series[slot].counter, b->s->series[slot].place, amount };
}

void book_covered(struct book *b, uint32_t slot)
{
	uint32_t i;

	if (b->x->surpluses && hash_get(&b->x->surplus_index, slot, &i))
		b->x->surplus[i].ticks = 0, b->x->surplus[i].amount = 0;
}

/* Losses before policy before refused before benign. */
static int rank(enum verdict v)
{
	switch (v) {
	case OVERLOAD:
	case MISCONFIG:
	case FAULT:
	case UNKNOWN:
		return 0;
	case POLICY:
		return 1;
	case REFUSED:
		return 2;
	case BENIGN:
	case VERDICT_COUNT:
		break;
	}
	return 3;
}

/* No two are equal: the same host gives the same report. */
static int by_weight(const void *pa, const void *pb, const void *arg)
{
	const struct entry *a = pa, *b = pb;
	const uint32_t x[] = { a->ns, a->device, a->sock, a->rule }, y[] = { b->ns, b->device, b->sock, b->rule };
	int ra = rank(cause_rows[a->cause].verdict), rb = rank(cause_rows[b->cause].verdict);

	if (ra != rb)
		return ra - rb;
	if (a->packets != b->packets)
		return a->packets < b->packets ? 1 : -1;
	if (a->cause != b->cause)
		return (int)a->cause - (int)b->cause;
	(void)arg;
	for (unsigned i = 0; i < ARRAY_SIZE(x); i++)
		if (x[i] != y[i])
			return x[i] < y[i] ? -1 : 1;
	return 0;
}

void book_close(struct book *b)
{
	struct ledger *l = b->l;

	sort(l->entry, l->entries, sizeof(*l->entry), by_weight, NULL);
	l->lost = l->policy = l->refused = l->benign = 0;
	for (uint32_t i = 0; i < l->entries; i++) {
		uint64_t *sum[] = { &l->lost, &l->policy, &l->refused, &l->benign };

		*sum[rank(cause_rows[l->entry[i].cause].verdict)] += l->entry[i].packets;
	}
}
