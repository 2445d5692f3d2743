/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ledger books each lost packet once, under one cause, at one place. It is a pure function of a sample: from what
 * every counter moved it takes the parts off their totals, tells shared counters apart (table/split.c), spreads
 * machine-wide counters over the places where they are visible, and names the losing sockets. ARCHITECTURE.md has the
 * rules. It does not explain and does not advise.
 */
#ifndef LEDGER_LEDGER_H
#define LEDGER_LEDGER_H

#include "sample/sample.h"

/* How one number of the evidence bears on its entry. */
struct evidence {
	uint16_t counter;     /* row of counter.c */
	uint32_t place;
	uint64_t delta;
	bool booked;          /* this is the number that was booked; else seen beside it */
};

#define EVIDENCE_CAP 8
struct entry {
	enum cause cause;
	uint32_t ns;          /* namespace place, PLACE_NONE where the kernel gives none */
	uint32_t device;      /* device place or PLACE_NONE */
	uint32_t sock;        /* socket place (owner) or PLACE_NONE */
	uint32_t rule;        /* rule place or PLACE_NONE */
	int32_t cpu;          /* the CPU with most of it, -1 */
	uint64_t packets;
	enum unit unit;       /* what the counter's step stands for: connections are "at least" */
	enum sure sure;
	bool by_witness;      /* the booking counter could not be read; a witness booked instead */
	const char *why;      /* the split's sentence, NULL when the counter means one thing only */
	uint64_t since_boot;  /* same key in the totals since boot; 0 and have_boot false when unknown */
	bool have_boot;
	struct evidence evidence[EVIDENCE_CAP];
	unsigned evidences;
};
/* A counter that moved and that nothing explains (a TOTAL without a cause of its own). */
struct residue { uint16_t counter; uint32_t place; uint64_t packets; };

struct ledger_scratch;
struct ledger {
	struct entry *entry;  /* losses first, then policy, refused, benign; most packets first */
	uint32_t entries, entry_cap;
	struct residue *residue;
	uint32_t residues, residue_cap;
	uint64_t lost, policy, refused, benign;   /* sums over entries by verdict */
	struct residue *contradiction;            /* EXACT parts that have exceeded their totals for several ticks */
	uint32_t contradictions, contradiction_cap;
	struct ledger_scratch *scratch;           /* kept between runs, so that a tick allocates nothing */
};

enum ledger_view { LEDGER_MOVED, LEDGER_SINCE_BOOT };  /* book series.sum, or series.now */

int ledger_init(struct ledger *l);
void ledger_free(struct ledger *l);
/* Books the sample anew; 0 or -ENOMEM. */
int ledger_book(struct ledger *l, const struct sample *s, enum ledger_view view);
/* Fills since_boot of every entry of l from a ledger booked with LEDGER_SINCE_BOOT. */
void ledger_compare(struct ledger *l, const struct ledger *boot);
/* Packets of the same kind that went well in that namespace (the denominator); false when unknown. */
bool ledger_traffic(const struct sample *s, const struct entry *e, uint64_t *ret_packets);

#endif
