/* SPDX-License-Identifier: BSD-2-Clause */
/* The lower part of the screen: losses by layer, what was dropped on purpose, the unexplained, the unseen. */
#include "out/write_foot.h"

#include "tell/name.h"

/* From the wire to the application. A layer that nobody could look at is "-": unknown is never zero. */
void foot_stack(struct page *p, const struct report *r)
{
	bool unseen = false, partly = false;

	page_blank(p);
	page_at(p, 0, 5);
	page_say(p, PLAIN, "wire >");
	for (enum layer i = 0; i < LAYER_COUNT; i++) {
		uint64_t n = r->layer_lost[i];
		enum layer_view v = report_layer_view(r, i);

		if (i == LAYER_SELF && !n)
			continue;
		if (i == LAYER_QDISC)
			page_say(p, PLAIN, "> application;  sending:");
		if (n) {
			page_unit(p, BOLD, "%s %s", layer_rows[i].id, page_number(n).s);
			continue;
		}
		page_unit(p, PLAIN, "%s %s", layer_rows[i].id, v == LAYER_SEEN ? "." : v == LAYER_PARTLY ? "0?" : "-");
		unseen |= v == LAYER_UNSEEN;
		partly |= v == LAYER_PARTLY;
	}
	page_at(p, 5, 5);
	page_say(p, PLAIN, "(. nothing lost%s%s)", partly ? "; 0? only partly visible" : "",
		 unseen ? "; - not here or not visible" : "");
}

static void say_verdict_sum(struct page *p, const struct report *r, enum verdict v, uint64_t sum, const char *words)
{
	const struct ledger *l = r->ledger;
	unsigned n = 0;

	if (!sum)
		return;
	page_say(p, BOLD, "%s %s", words, page_number(sum).s);
	for (uint32_t i = 0; i < l->entries; i++) {
		const struct entry *e = &l->entry[i];
		const struct finding *f = &r->finding[i];

		if (cause_rows[e->cause].verdict != v || !e->packets || ++n > 3)
			continue;
		page_glue(p);
		page_say(p, PLAIN, "%s %s%s%s", n == 1 ? ":" : ",", cause_rows[e->cause].title,
			 f->rule[0] || f->where[0] ? ", " : "", f->rule[0] ? f->rule : f->where);
		if (e->packets < sum)
			page_unit(p, PLAIN, "(%s)", page_number(e->packets).s);
	}
	if (n > 3)
		page_say(p, PLAIN, "and %u more", n - 3);
	page_glue(p);
	page_say(p, PLAIN, ".");
}

/* What did not get lost although it vanished: on purpose, with an error to the sender, or harmlessly. */
static void say_others(struct page *p, const struct report *r)
{
	const struct ledger *l = r->ledger;

	if (!l->policy && !l->refused && !l->benign)
		return;
	page_at(p, 0, 5);
	page_say(p, PLAIN, "Not counted as lost:");
	say_verdict_sum(p, r, POLICY, l->policy, "Dropped on purpose (policy)");
	say_verdict_sum(p, r, REFUSED, l->refused, "Refused with an error to the sender");
	say_verdict_sum(p, r, BENIGN, l->benign, "Harmless (benign)");
}

static void say_residues(struct page *p, const struct report *r, int verbose)
{
	const struct ledger *l = r->ledger;
	uint32_t shown = verbose ? l->residues : l->residues < 4 ? l->residues : 4;

	if (!l->residues)
		return;
	page_at(p, 0, 5);
	page_say(p, PLAIN, "Not explained:");
	for (uint32_t i = 0; i < shown; i++) {
		const struct residue *x = &l->residue[i];
		char name[160];
		struct fmt f;

		fmt_init(&f, name, sizeof(name));
		name_place(&f, r->sample, x->place);
		page_say(p, PLAIN, "%s %s in %s%s", x->counter < counter_count ? counter_rows[x->counter].key : "?",
			 page_number(x->packets).s, name, i + 1 < l->residues ? "," : "");
	}
	if (shown < l->residues)
		page_say(p, PLAIN, "and %u more", l->residues - shown);
}

/* A group that was left loses its traffic from then on, and no counter shows that. */
static void say_left(struct page *p, const struct report *r)
{
	const struct sample *s = r->sample;
	unsigned n = 0;

	for (uint32_t i = 0; i < s->events; i++) {
		const struct event *e = &s->event[i];
		char name[160];
		struct fmt f;

		/* what left together with its device or namespace is no surprise */
		if (e->kind != EVENT_LEAVE || e->place >= s->places || s->place[e->place].gone || ++n > 3)
			continue;
		if (n == 1) {
			page_at(p, 0, 5);
			page_say(p, PLAIN, "Multicast left meanwhile (no counter shows what is missed since):");
		}
		fmt_init(&f, name, sizeof(name));
		name_place(&f, s, sample_ns_of(s, e->place));
		page_say(p, PLAIN, "%s (%s)", e->text, name);
	}
	if (n > 3)
		page_say(p, PLAIN, "and %u more (-v)", n - 3);
}

static void say_unseen(struct page *p, const struct report *r)
{
	if (!r->unseens)
		return;
	page_at(p, 0, 5);
	page_say(p, PLAIN, "Could not be seen:");
	for (uint32_t i = 0; i < r->unseens; i++) {
		page_at(p, 3, 5);
		page_say(p, PLAIN, "- %s", r->unseen[i]);
	}
}

void foot_write(struct page *p, const struct report *r, int verbose, bool unseen)
{
	say_others(p, r);
	say_residues(p, r, verbose);
	say_left(p, r);
	if (unseen)
		say_unseen(p, r);
}
