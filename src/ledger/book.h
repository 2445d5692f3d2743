/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of this room share while a sample is being booked. Private to ledger/. */
#ifndef LEDGER_BOOK_H
#define LEDGER_BOOK_H

#include "ledger/ledger.h"

struct surplus { uint32_t slot; uint32_t ticks; uint64_t amount; };

struct ledger_scratch {
	uint64_t *left;          /* by slot: what of it no part has explained yet */
	uint32_t left_cap;
	uint32_t *active;        /* slots that count in this view, grouped by counter */
	uint32_t active_cap;
	uint32_t *first;         /* counter row -> first index into active; counter_count + 1 entries */
	uint16_t *split_first;   /* counter row -> first split row + 1, 0 none */
	struct hash entry_index;
	struct surplus *surplus; /* EXACT parts that exceed their totals, with how long */
	uint32_t surpluses, surplus_cap;
};

/* One booking in progress. */
struct book {
	struct ledger *l;
	struct ledger_scratch *x;
	const struct sample *s;
	enum ledger_view view;
	bool failed;             /* out of memory */
};

/* What a series counts in this view. */
static inline uint64_t book_amount(const struct book *b, uint32_t slot)
{
	const struct series *y = &b->s->series[slot];

	return b->view == LEDGER_MOVED ? y->sum : y->now;
}

/* Sum of the amounts of the counters named in keys ("A|B|C-D", '-' starts those subtracted) as seen from place. */
uint64_t when_sum(const struct book *b, struct slice keys, uint32_t place);
/* How much of `rest` packets of a slot the conditions of a split allow it to take. */
uint64_t when_allows(const struct book *b, const struct split *sp, uint32_t slot, uint64_t rest);
/* What is left of the drop counters of the losing sockets (counter row) in a namespace. */
uint64_t book_sockets_left(const struct book *b, uint16_t counter, uint32_t ns);

struct booking {
	enum cause cause;
	uint32_t place;          /* where: its namespace and device are taken from it */
	uint32_t sock;           /* or PLACE_NONE */
	int32_t cpu;
	uint64_t packets;
	enum sure sure;
	const char *why;
	uint16_t counter;        /* the counter that was booked */
	uint64_t delta;          /* what that counter moved there */
	bool by_witness;
};
/* Adds to the entry of (cause, namespace, device, socket, rule); returns it, NULL when out of memory. */
struct entry *book_add(struct book *b, const struct booking *k);
void book_evidence(struct entry *e, uint16_t counter, uint32_t place, uint64_t delta, bool booked);
void book_residue(struct book *b, uint16_t counter, uint32_t place, uint64_t packets);
/* Remembers that an EXACT part exceeds its totals; after some ticks it becomes a contradiction. */
void book_surplus(struct book *b, uint32_t slot, uint64_t amount);
/* Sorts the entries and adds up the totals. */
void book_close(struct book *b);

#endif
