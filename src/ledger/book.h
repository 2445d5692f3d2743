/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of this room share while a sample is being booked. Private to ledger/. */
#ifndef LEDGER_BOOK_H
#define LEDGER_BOOK_H

#include "ledger/ledger.h"

struct surplus { uint32_t slot; uint32_t ticks; uint64_t amount, began_ns; };  /* began_ns: of the interval */

/* A device that sends through others, and the next in its two lists; rider.c. */
struct rider { uint32_t place, next[2]; };

struct ledger_scratch {
	uint64_t began_ns;       /* of the interval that was booked last */
	struct hash late, owed, owes, claimed;  /* late.c */
	uint64_t *left;          /* by slot: what of it no part has explained yet */
	uint32_t left_cap;
	uint32_t *active;        /* slots that count in this view, grouped by counter */
	uint32_t active_cap;
	uint32_t *first;         /* counter row -> first index into active; counter_count + 1 entries */
	uint16_t *split_first;   /* counter row -> first split row + 1, 0 none */
	struct hash entry_index;
	struct surplus *surplus; /* EXACT parts that exceed their totals, with how long */
	uint32_t surpluses, surplus_cap;
	struct hash surplus_index; /* slot -> position in surplus */
	uint32_t *pick;          /* losing sockets of one namespace, fullest first */
	uint32_t pick_cap;
	struct rider *rider;
	uint32_t riders, rider_cap;
	struct hash rider_index;
	bool riders_known;
	struct { const char *keys; uint16_t counter; uint32_t ns; uint64_t sum; bool known; } beyond;  /* the last answer: the next asks the same */
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

/* What of a slot no part has explained yet; 0 where there is no slot. */
static inline uint64_t book_left(const struct book *b, uint32_t slot)
{
	return slot == SLOT_NONE || !book_amount(b, slot) ? 0 : b->x->left[slot];
}

int book_grow(void **p, uint32_t *cap, uint32_t need, size_t size);  /* 0 or -ENOMEM */

/* Sum of the amounts of the counters named in keys ("A|B|C-D", '-' starts those subtracted) as seen from place. */
uint64_t when_sum(const struct book *b, struct slice keys, uint32_t place);
/* Opens a booking: what the one before it left to its next interval. */
void late_begin(struct book *b);
/* What the interval before owes to a total. */
uint64_t late_owed(const struct book *b, uint32_t slot);
/* A part of that row was taken off this total. */
void late_claim(struct book *b, uint16_t part, uint32_t total);
/* How much of a total's rest waits for the next interval, because its parts were read too early to know it. */
uint64_t late_wait(struct book *b, uint32_t slot, uint64_t rest);
/* What the counters named in keys (the arg of a WHEN_BEYOND) moved in a namespace behind the last details of the
 * interval before. */
uint64_t late_known(const struct book *b, const char *keys, uint32_t ns);
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
/* The key of (cause, namespace, device, socket, rule). */
uint64_t book_key(enum cause cause, uint32_t ns, uint32_t dev, uint32_t sock, uint32_t rule);
/* Adds to the entry of (cause, namespace, device, socket, rule); returns it, NULL when out of memory. */
struct entry *book_add(struct book *b, const struct booking *k);
/* Adds k at the losing sockets of its namespace, fullest first, by what is left of their counter; the rest without. */
void book_at_sockets(struct book *b, struct booking k, uint16_t socket_counter);
void book_evidence(struct entry *e, uint16_t counter, uint32_t place, uint64_t delta, bool booked);
void book_residue(struct book *b, uint16_t counter, uint32_t place, uint64_t packets);
/* Remembers that an EXACT part exceeds its totals; after some ticks it becomes a contradiction. */
void book_surplus(struct book *b, uint32_t slot, uint64_t amount);
/* An EXACT part that moved and stands in its totals: if it ever exceeded them, it was only early. */
void book_covered(struct book *b, uint32_t slot);
/* Sorts the entries and adds up the totals. */
void book_close(struct book *b);

#endif
