/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Packets lost between two reads of one interval. The details (sockets, rules, cards) are read before the last pass
 * over the cheap counters, because a total must not be older than its parts. So what is lost in between is a step of
 * the total now, and of its part only in the next interval: nothing unexplained, and no second loss.
 */
#include "ledger/book.h"

/* What a slot moved in the pass behind the details; 0 when there was none. */
static uint32_t late_step(const struct sample *s, uint32_t slot)
{
	const struct series *y = &s->series[slot];

	return s->last_pass && s->tick == s->last_pass && y->tick == s->tick ? y->step : 0;
}

static void note(struct book *b, struct hash *h, uint64_t key, uint64_t v)
{
	if (v)
		b->failed |= hash_put(h, key, v > UINT32_MAX ? UINT32_MAX : (uint32_t)v) != 0;
}

static uint32_t noted(const struct hash *h, uint64_t key)
{
	uint32_t v = 0;

	return h->used && hash_get(h, key, &v) ? v : 0;
}

static uint64_t known_key(const char *keys, uint32_t ns)
{
	return hash_pair((uintptr_t)keys, ns);
}

static bool named(struct slice keys, uint16_t counter)
{
	const char *key = counter_rows[counter].key;
	size_t n = strlen(key);

	for (const char *p = memmem(keys.p, keys.n, key, n); p;
	     p = memmem(p + 1, (size_t)(keys.p + keys.n - p - 1), key, n))
		if ((p == keys.p || p[-1] == '|') && (p + n == keys.p + keys.n || p[n] == '|'))
			return true;
	return false;
}

static void keep_known(struct book *b, const char *keys)
{
	const struct sample *s = b->s;

	for (uint32_t i = 0; i < s->count; i++) {
		uint64_t key = known_key(keys, s->series[i].place);

		if (late_step(s, i) && named(slice_str(keys), s->series[i].counter))
			note(b, &b->x->late, key, (uint64_t)noted(&b->x->late, key) + late_step(s, i));
	}
}

void late_begin(struct book *b)
{
	struct ledger_scratch *x = b->x;
	struct hash owes = x->owes;
	bool first = x->began_ns == 0;

	if (b->view != LEDGER_MOVED)
		return;
	if (x->began_ns != b->s->began_mono_ns) {
		x->began_ns = b->s->began_mono_ns;
		x->owes = x->owed;
		x->owed = owes;
		hash_clear(&x->late);
		for (size_t i = 0; !first && i < split_count; i++)
			if (split_rows[i].cond[0].when == WHEN_BEYOND)
				keep_known(b, split_rows[i].cond[0].arg);
	}
	hash_clear(&x->owes);
	hash_clear(&x->claimed);
}

uint64_t late_owed(const struct book *b, uint32_t slot)
{
	return b->view == LEDGER_MOVED ? noted(&b->x->owed, slot) : 0;
}

void late_claim(struct book *b, uint16_t part, uint32_t total)
{
	if (b->view == LEDGER_MOVED && late_step(b->s, total) && source_rows[counter_rows[part].from].flags & DETAIL)
		note(b, &b->x->claimed, total, 1);
}

uint64_t late_wait(struct book *b, uint32_t slot, uint64_t rest)
{
	uint64_t late = b->view == LEDGER_MOVED && noted(&b->x->claimed, slot) ? late_step(b->s, slot) : 0;

	late = late < rest ? late : rest;
	note(b, &b->x->owes, slot, late);
	return late;
}

uint64_t late_known(const struct book *b, const char *keys, uint32_t ns)
{
	return b->view == LEDGER_MOVED ? noted(&b->x->late, known_key(keys, ns)) : 0;
}
