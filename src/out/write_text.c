/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The first screen: what was lost, the cause that explains most of it, what to do, and what could not be seen; in that
 * order, for a person at 3 a.m. The lower part of the screen is write_foot.c, the pages
 * of -v are write_more.c.
 */
#include "out/writer.h"

#include <stdio.h>
#include <string.h>

#include "out/page.h"
#include "out/write_foot.h"
#include "out/write_more.h"
#include "tell/name.h"

#define CARDS 5
#define TEXT 11 /* column where the text of a card begins */

/* All entries of one cause. */
struct group {
	enum cause cause;
	uint64_t packets, boot;
	uint32_t first, entries; /* first: the biggest entry */
	bool have_boot;
	enum unit unit;
};

struct groups {
	struct group g[CAUSE_COUNT];
	unsigned n;
	uint64_t lost;
};

static void group_entry(struct groups *gs, const struct entry *e, uint32_t i)
{
	struct group *g = gs->g;

	while (g < gs->g + gs->n && g->cause != e->cause)
		g++;
	if (g == gs->g + gs->n) {
		*g = (struct group){ .cause = e->cause, .first = i, .unit = e->unit };
		gs->n++;
	}
	g->entries++;
	g->packets += e->packets;
	g->have_boot |= e->have_boot;
	g->boot += e->have_boot ? e->since_boot : 0;
	gs->lost += e->packets;
}

/* The losses by cause, biggest first. */
static void group_losses(struct groups *gs, const struct ledger *l)
{
	gs->n = 0;
	gs->lost = 0;
	for (uint32_t i = 0; i < l->entries; i++)
		if (l->entry[i].packets && verdict_is_loss(cause_rows[l->entry[i].cause].verdict))
			group_entry(gs, &l->entry[i], i);
	for (unsigned i = 1; i < gs->n; i++) {
		struct group g = gs->g[i];
		unsigned k = i;

		for (; k && gs->g[k - 1].packets < g.packets; k--)
			gs->g[k] = gs->g[k - 1];
		gs->g[k] = g;
	}
}

static struct number duration(const struct report *r)
{
	struct number n;
	unsigned long s = r->seconds > 0 && r->seconds < 1e9 ? (unsigned long)r->seconds : 0;

	if (r->since_boot)
		snprintf(n.s, sizeof(n.s), "since boot");
	else if (r->recorded && r->seconds <= 0)
		snprintf(n.s, sizeof(n.s), "between the two recordings");
	else if (s < 100)
		snprintf(n.s, sizeof(n.s), "in %.1f s", r->seconds);
	else if (s < 7200)
		snprintf(n.s, sizeof(n.s), "in %lu min %lu s", s / 60, s % 60);
	else
		snprintf(n.s, sizeof(n.s), "in %lu h %lu min", s / 3600, s / 60 % 60);
	return n;
}

static struct number percent(uint64_t part, uint64_t whole)
{
	struct number n;
	double v = whole ? 100.0 * (double)part / (double)whole : 0;

	if (v < 0.01)
		snprintf(n.s, sizeof(n.s), "less than 0.01 %%");
	else if (part < whole && v > 99)
		snprintf(n.s, sizeof(n.s), "more than 99 %%");
	else
		snprintf(n.s, sizeof(n.s), v < 1 ? "%.2f %%" : v < 10 ? "%.1f %%" : "%.0f %%", v);
	return n;
}

/* The sentence of the cause, with the program's name where the sentence says "The program". */
static void say_cause(struct page *p, const struct report *r, const struct group *g)
{
	const struct finding *f = &r->finding[g->first];
	const struct sample *s = r->sample;
	const char *what = cause_rows[g->cause].what, *start = "The program ";
	const struct place *at = f->entry->sock < s->places ? &s->place[f->entry->sock] : NULL;
	const struct sock_fact *k = at && at->kind == PLACE_SOCKET ? at->sock : NULL;
	size_t n = strlen(what);

	if (k && k->owner.pid > 0 && k->owner.comm[0] && strncmp(what, start, strlen(start)) == 0) {
		page_say(p, BOLD, "%s", k->owner.comm);
		what += strlen(start);
		n -= strlen(start);
	}
	if (n && what[n - 1] == '.')
		n--;
	page_say(p, PLAIN, "%.*s", (int)n, what);
	if (f->socket[0])
		page_unit(p, PLAIN, "(%s)", f->socket);
	else if (f->where[0])
		page_say(p, PLAIN, "(%s)", f->where);
	page_glue(p);
	page_say(p, PLAIN, ".");
}

/* How much of it the first cause explains; on the first line when that fits, else before the cause on the second. */
static void say_share(struct page *p, const struct report *r, const struct groups *gs)
{
	const struct group *top = &gs->g[0];
	const char *likely = r->finding[top->first].entry->sure == SURE ? "" : "probably ";
	bool most = top->packets >= gs->lost - gs->lost / 2, fits;
	struct number part = percent(top->packets, gs->lost);
	char text[100];
	int n;

	if (gs->n == 1)
		n = snprintf(text, sizeof(text), "One cause %sexplains all of it:", likely);
	else if (most)
		n = snprintf(text, sizeof(text), "One cause %sexplains %s of it:", likely, part.s);
	else
		n = snprintf(text, sizeof(text), "%u causes; the biggest %sexplains %s:", gs->n, likely, part.s);
	fits = page_column(p) + 1 + n <= p->width;
	if (!fits)
		page_at(p, 0, 0);
	page_say(p, PLAIN, "%s", text);
	if (fits)
		page_at(p, 0, 0);
}

static void say_verdict(struct page *p, const struct report *r, const struct groups *gs)
{
	bool share = r->have_packets_seen && gs->lost < r->packets_seen, least = false;

	for (unsigned i = 0; i < gs->n; i++)
		least |= gs->g[i].unit == CONNECTIONS;
	page_say(p, ALARM, "LOST");
	page_unit(p, BOLD, "%s%s", least ? "at least " : "", page_number(gs->lost).s);
	if (share)
		page_unit(p, PLAIN, "of %s", page_number(r->packets_seen).s);
	page_say(p, PLAIN, "packet%s %s", gs->lost == 1 && !share ? "" : "s", duration(r).s);
	if (share)
		page_unit(p, PLAIN, "(%s)", percent(gs->lost, r->packets_seen).s);
	if (r->recorded)
		page_say(p, PLAIN, "on %s, as recorded", r->host[0] ? r->host : "a host");
	page_glue(p);
	page_say(p, PLAIN, ".");
	say_share(p, r, gs);
	say_cause(p, r, &gs->g[0]);
}

static void label(struct page *p, const char *word)
{
	page_at(p, 3, TEXT);
	page_say(p, PLAIN, "%s", word);
	page_at(p, TEXT, TEXT);
}

/* "908 lost  90.8/s  since boot 90 210". */
static struct number numbers(const struct report *r, const struct group *g, const struct entry *one)
{
	uint64_t n = one ? one->packets : g->packets, boot = one ? one->since_boot : g->boot;
	bool have = one ? one->have_boot : g->have_boot;
	struct number ret;
	struct fmt f;

	fmt_init(&f, ret.s, sizeof(ret.s));
	fmt_add(&f, "%s%s lost", g->unit == CONNECTIONS ? "at least " : "", page_number(n).s);
	if (r->since_boot)
		fmt_add(&f, " since boot");
	else if (r->seconds > 0)
		fmt_add(&f, "  %s/s", page_real((double)n / r->seconds).s);
	if (have && !r->since_boot)
		fmt_add(&f, "  since boot %s", page_number(boot).s);
	return ret;
}

/* The public name of the cause stands in the title line where there is room, else on a line of its own. */
static void say_title(struct page *p, const struct report *r, const struct group *g, unsigned no)
{
	const struct cause_row *c = &cause_rows[g->cause];
	struct number right = numbers(r, g, NULL);
	bool fits;

	page_unit(p, BOLD, "%u. %s", no, c->title);
	fits = page_column(p) + strlen(c->id) + 5 + strlen(right.s) <= (size_t)p->width;
	if (fits)
		page_unit(p, PLAIN, "[%s]", c->id);
	page_right(p, BOLD, right.s);
	if (fits)
		return;
	label(p, "cause");
	page_say(p, PLAIN, "%s", c->id);
}

/* What is to be pasted must not be wrapped: a line break behind '>' would cut a file name off. */
static void say_step(struct page *p, const char *lead, const char *text)
{
	if (!text[0])
		return;
	if (strstr(text, " > /")) {
		page_command(p, 7, lead, text);
		return;
	}
	page_at(p, 7, 13);
	page_say(p, PLAIN, "%s%s", lead, text);
}

static void say_fix(struct page *p, const struct fix *x)
{
	if (x->command[0]) {
		page_command(p, 5, "$ ", x->command);
		page_at(p, 7, 7);
	} else {
		label(p, "fix");
	}
	page_say(p, PLAIN, "%s", x->why);
	if (x->risk[0])
		page_say(p, PLAIN, "Risk: %s", x->risk);
	say_step(p, "undo: ", x->undo);
	say_step(p, "keep: ", x->persist);
}

static void say_where(struct page *p, const struct report *r, const struct finding *f)
{
	const struct entry *e = f->entry;
	char name[160];
	struct fmt n;

	label(p, "where");
	fmt_init(&n, name, sizeof(name));
	name_place(&n, r->sample, e->device != PLACE_NONE ? e->device : e->ns);
	page_say(p, PLAIN, "%s", f->where[0] ? f->where : name);
	if (e->cpu >= 0 && !strstr(f->where, "CPU")) {
		page_glue(p);
		page_say(p, PLAIN, ", most on CPU %d", e->cpu);
	}
}

/* The reasons for being sure or not are part of "why"; here one word, and what to compare the loss with. */
static void say_sure(struct page *p, const struct finding *f)
{
	static const char *const words[] = { [SURE] = "yes", [LIKELY] = "likely", [LOW] = "a guess" };

	label(p, "sure");
	page_say(p, PLAIN, "%s", f->entry->by_witness ? "likely" : words[f->entry->sure > LOW ? LOW : f->entry->sure]);
	if (!f->have_traffic)
		return;
	page_glue(p);
	page_say(p, PLAIN, "; meanwhile %s got through", f->traffic ? page_number(f->traffic).s : "none");
}

/* The sentence of the cause is not said again where the verdict has just said it. */
static const char *why_words(const struct finding *f, bool said)
{
	const char *what = cause_rows[f->entry->cause].what;
	size_t n = strlen(what);

	if (!f->why[0])
		return what;
	return said && strncmp(f->why, what, n) == 0 && f->why[n] == ' ' ? f->why + n + 1 : f->why;
}

static void say_finding(struct page *p, const struct report *r, const struct finding *f, bool said, int verbose)
{
	const struct entry *e = f->entry;

	say_where(p, r, f);
	if (f->owner[0]) {
		label(p, "who");
		page_say(p, PLAIN, "%s", f->owner);
	}
	label(p, "why");
	page_say(p, PLAIN, "%s", why_words(f, said));
	say_sure(p, f);
	label(p, "tools");
	page_say(p, PLAIN, "%s", f->ordinary);
	if (f->look[0])
		page_command(p, 3, "check   ", f->look);
	if (f->nothing[0] || !f->fixes) {
		label(p, "fix");
		page_say(p, PLAIN, "%s", f->nothing[0] ? f->nothing : "no safe command is known for this one");
	}
	for (unsigned i = 0; i < f->fixes && i < FIX_CAP; i++)
		say_fix(p, &f->fix[i]);
	if (verbose)
		more_evidence(p, r, e);
}

/* One card for all entries of a cause: the biggest in full, the others by name and number. */
static void say_card(struct page *p, const struct report *r, const struct group *g, unsigned no, int verbose)
{
	const struct ledger *l = r->ledger;
	unsigned others = 0;

	page_blank(p);
	say_title(p, r, g, no);
	say_finding(p, r, &r->finding[g->first], no == 1, verbose);
	for (uint32_t i = g->first + 1; g->entries > 1 && i < l->entries; i++) {
		const struct finding *f = &r->finding[i];

		if (l->entry[i].cause != g->cause || !l->entry[i].packets)
			continue;
		if (verbose) {
			page_at(p, 3, TEXT);
			page_say(p, BOLD, "also");
			page_right(p, BOLD, numbers(r, g, &l->entry[i]).s);
			say_finding(p, r, f, true, verbose);
		} else if (++others <= 3) {
			label(p, "also");
			page_unit(p, BOLD, "%s:", page_number(l->entry[i].packets).s);
			page_say(p, PLAIN, "%s%s%s", f->where, f->owner[0] ? ", " : "", f->owner);
		}
	}
	if (others > 3) {
		page_at(p, TEXT, TEXT);
		page_say(p, PLAIN, "and %u more places; -v shows all", others - 3);
	}
}

static void say_rest(struct page *p, const struct groups *gs)
{
	page_blank(p);
	page_say(p, PLAIN, "and %u more; -v shows all:", gs->n - CARDS);
	for (unsigned i = CARDS; i < gs->n && i < CARDS + 10; i++) {
		page_at(p, 3, 5);
		page_say(p, PLAIN, "%s [%s]", cause_rows[gs->g[i].cause].title, cause_rows[gs->g[i].cause].id);
		page_right(p, PLAIN, page_number(gs->g[i].packets).s);
	}
	if (gs->n > CARDS + 10) {
		page_at(p, 3, 3);
		page_say(p, PLAIN, "and %u smaller ones", gs->n - CARDS - 10);
	}
}

/* Counters and sources that answered. */
static void count_answers(const struct report *r, uint32_t *ret_counters, uint32_t *ret_sources)
{
	*ret_sources = 0;
	for (unsigned i = 0; i < SRC_COUNT; i++)
		*ret_sources += r->sample->health[i].state == SOURCE_ON;
	*ret_counters = r->sample->count;
}

static void say_checked(struct page *p, const struct report *r)
{
	uint32_t counters, sources;

	count_answers(r, &counters, &sources);
	page_at(p, 0, 0);
	page_say(p, PLAIN, "Looked at %u namespace%s, %u device%s, %u CPU%s: %s counters of %u sources.", r->namespaces,
		 r->namespaces == 1 ? "" : "s", r->devices, r->devices == 1 ? "" : "s", r->cpus,
		 r->cpus == 1 ? "" : "s", page_number(counters).s, sources);
}

static void past_words(struct fmt *f, const struct ledger *boot, bool brief)
{
	if (!boot)
		return;
	if (!boot->lost)
		fmt_add(f, "Nothing lost since boot. ");
	else if (brief || !boot->entries)
		fmt_add(f, "Since boot %s lost. ", page_number(boot->lost).s);
	else
		fmt_add(f, "Since boot %s lost, most: %s. ", page_number(boot->lost).s,
			cause_rows[boot->entry[0].cause].title);
}

static void unseen_words(struct fmt *f, const struct report *r, bool brief)
{
	if (r->unseens == 1)
		fmt_add(f, brief ? "Blind spots: -v." : "Not seen: what no counter shows (-v).");
	else if (brief && r->unseens)
		fmt_add(f, "Not seen: %u things, -v names them%s.", r->unseens,
			r->sample->half_ns || r->sample->hidden_ns ? "; root sees more" : "");
	else if (r->unseens)
		fmt_add(f, "Not seen: %s; %u more with -v.", r->unseen[0], r->unseens - 1);
}

/* One line that always fits: what was lost since boot, and how much of the host could not be seen. */
static void say_past(struct page *p, const struct report *r)
{
	char text[400];
	struct fmt f;

	/*
	 * The wordiest pair that fits; what cannot be seen now matters more than which cause was first before,
	 * unless it is the one thing that no host shows.
	 */
	for (unsigned i = 0; i < 4; i++) {
		unsigned brief = r->unseens == 1 && (i == 1 || i == 2) ? 3 - i : i;

		fmt_init(&f, text, sizeof(text));
		past_words(&f, r->boot, brief & 1);
		unseen_words(&f, r, brief & 2);
		if (!f.cut && page_columns(text, f.len) <= p->width)
			break;
	}
	page_at(p, 0, 0);
	page_say(p, PLAIN, "%s", text);
}

static void say_healthy(struct page *p, const struct report *r)
{
	page_say(p, BOLD, "Nothing lost %s", duration(r).s);
	if (r->have_packets_seen) {
		page_glue(p);
		page_say(p, PLAIN, ": %s packets seen by the devices", page_number(r->packets_seen).s);
	}
	page_glue(p);
	page_say(p, PLAIN, ".");
	say_checked(p, r);
	say_past(p, r);
}

static void say_losses(struct page *p, const struct report *r, const struct groups *gs, int verbose)
{
	unsigned cards = verbose || gs->n < CARDS ? gs->n : CARDS;

	say_verdict(p, r, gs);
	for (unsigned i = 0; i < cards; i++)
		say_card(p, r, &gs->g[i], i + 1, verbose);
	if (cards < gs->n)
		say_rest(p, gs);
	foot_stack(p, r);
}

/* Where the screen is shorter than the page, what came first has scrolled away: it is said again. */
static bool scrolled_away(const struct fmt *out, size_t from, int rows)
{
	int lines = 2; /* the prompt, and the line that is not ended yet */

	for (size_t i = from; i < out->len; i++)
		lines += out->p[i] == '\n';
	return rows && lines > rows;
}

static void text_write(const struct report *r, const struct writer_opts *o, struct fmt *out)
{
	size_t from = out->len;
	struct groups gs;
	struct page p;

	group_losses(&gs, r->ledger);
	page_begin(&p, o, out);
	if (gs.n)
		say_losses(&p, r, &gs, o->verbose);
	else
		say_healthy(&p, r);
	foot_write(&p, r, o->verbose, gs.n || o->verbose);
	if (o->verbose)
		more_write(&p, r, gs.n == 0);
	if (gs.n && scrolled_away(out, from, o->rows)) {
		page_blank(&p);
		say_verdict(&p, r, &gs);
	}
	page_end(&p);
}

const struct writer write_text = { .name = "text", .write = text_write };
