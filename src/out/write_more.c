/* SPDX-License-Identifier: BSD-2-Clause */
/* The pages behind the first screen (-v): evidence, events, health and cost of the sources. Judges nothing. */
#include "out/write_more.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "tell/name.h"

static const char *role_words(const struct evidence *v)
{
	if (v->booked)
		return "booked";
	return v->counter < counter_count ? role_ids[counter_rows[v->counter].is] : "?";
}

static void place_text(const struct report *r, uint32_t place, char *buf, size_t size)
{
	struct fmt f;

	fmt_init(&f, buf, size);
	name_place(&f, r->sample, place);
}

void more_evidence(struct page *p, const struct report *r, const struct entry *e)
{
	char at[200];

	for (unsigned i = 0; i < e->evidences && i < EVIDENCE_CAP; i++) {
		const struct evidence *v = &e->evidence[i];

		page_at(p, 3, 13);
		page_say(p, PLAIN, "%s", i ? "" : "proof");
		page_at(p, 11, 13);
		place_text(r, v->place, at, sizeof(at));
		page_say(p, PLAIN, "%s +%s at %s (%s)", v->counter < counter_count ? counter_rows[v->counter].key : "?",
			 page_number(v->delta).s, at, role_words(v));
	}
}

/* Drops on purpose, refusals and harmless ones, each with its place and proof. */
static void say_not_lost(struct page *p, const struct report *r)
{
	const struct ledger *l = r->ledger;

	for (uint32_t i = 0; i < l->entries; i++) {
		const struct finding *f = &r->finding[i];
		const struct cause_row *c = &cause_rows[l->entry[i].cause];

		if (verdict_is_loss(c->verdict) || !l->entry[i].packets)
			continue;
		page_blank(p);
		page_unit(p, BOLD, "%s", c->title);
		page_unit(p, PLAIN, "[%s] %s", c->id, verdict_ids[c->verdict]);
		page_right(p, BOLD, page_number(l->entry[i].packets).s);
		page_at(p, 3, 11);
		page_say(p, PLAIN, "where");
		page_at(p, 11, 11);
		page_say(p, PLAIN, "%s%s%s", f->where, f->where[0] && f->rule[0] ? ", " : "", f->rule);
		page_at(p, 3, 11);
		page_say(p, PLAIN, "why");
		page_at(p, 11, 11);
		page_say(p, PLAIN, "%s", f->why[0] ? f->why : c->what);
		more_evidence(p, r, f->entry);
	}
}

static void say_clock(struct page *p, uint64_t real_ns)
{
	time_t t = (time_t)(real_ns / 1000000000);
	char text[32] = "-";
	struct tm tm;

	if (real_ns && localtime_r(&t, &tm))
		strftime(text, sizeof(text), "%H:%M:%S", &tm);
	page_say(p, PLAIN, "%s", text);
}

static const char *event_words(enum event_kind kind)
{
	switch (kind) {
	case EVENT_JOIN:
		return "joined multicast";
	case EVENT_LEAVE:
		return "left multicast";
	case EVENT_NS_NEW:
		return "new namespace";
	case EVENT_NS_GONE:
		return "namespace gone";
	case EVENT_LINK_NEW:
		return "new device";
	case EVENT_LINK_GONE:
		return "device gone";
	case EVENT_RESET:
		return "counter reset";
	case EVENT_SETTING:
		return "setting changed";
	}
	return "event";
}

/* That a new namespace has devices needs no line of its own. */
static bool came_with_namespace(const struct sample *s, const struct event *e)
{
	if (e->kind != EVENT_LINK_NEW || e->place >= s->places)
		return false;
	for (uint32_t i = 0; i < s->events; i++)
		if (s->event[i].kind == EVENT_NS_NEW && s->event[i].place == sample_ns_of(s, e->place))
			return true;
	return false;
}

static void say_events(struct page *p, const struct report *r)
{
	const struct sample *s = r->sample;
	char at[200];

	if (!s->events)
		return;
	page_blank(p);
	page_say(p, BOLD, "What changed meanwhile");
	for (uint32_t i = 0; i < s->events; i++) {
		if (came_with_namespace(s, &s->event[i]))
			continue;
		page_at(p, 3, 13);
		say_clock(p, s->event[i].at_ns);
		place_text(r, s->event[i].place, at, sizeof(at));
		page_say(p, PLAIN, "%s: %s (%s)", event_words(s->event[i].kind), s->event[i].text, at);
	}
}

static void say_sources(struct page *p, const struct report *r)
{
	static const char *const state[] = { [SOURCE_OFF] = "off", [SOURCE_ON] = "on", [SOURCE_BLIND] = "blind" };

	page_blank(p);
	page_say(p, BOLD, "Sources");
	page_say(p, PLAIN, "(name, state, time used, failed reads)");
	for (unsigned i = 0; i < SRC_COUNT; i++) {
		const struct source_health *h = &r->sample->health[i];

		page_at(p, 3, 39);
		page_say(p, PLAIN, "%s", source_rows[i].name);
		page_at(p, 14, 39);
		page_say(p, PLAIN, "%s", h->state <= SOURCE_BLIND ? state[h->state] : "?");
		page_at(p, 21, 39);
		page_unit(p, PLAIN, "%8.2f ms", (double)h->cost_ns / 1e6);
		page_at(p, 34, 39);
		page_unit(p, PLAIN, "%u", h->failures);
		if (!h->why[0])
			continue;
		page_at(p, 39, 39);
		page_say(p, PLAIN, "%s", h->why);
	}
}

static void say_contradictions(struct page *p, const struct report *r)
{
	const struct ledger *l = r->ledger;
	char at[200];

	for (uint32_t i = 0; i < l->contradictions; i++) {
		const struct residue *c = &l->contradiction[i];

		page_at(p, 0, 5);
		place_text(r, c->place, at, sizeof(at));
		page_say(p, PLAIN, "Contradiction: %s at %s grew %s more than the total that should contain it.",
			 c->counter < counter_count ? counter_rows[c->counter].key : "?", at,
			 page_number(c->packets).s);
	}
}

void more_write(struct page *p, const struct report *r, bool healthy)
{
	say_not_lost(p, r);
	say_events(p, r);
	say_contradictions(p, r);
	say_sources(p, r);
	page_blank(p);
	if (!healthy)
		page_say(p, PLAIN, "Looked at %u namespaces, %u devices and %u CPUs of %s.", r->namespaces, r->devices,
			 r->cpus, r->host[0] ? r->host : "this host");
	page_say(p, PLAIN,
		 "Packets seen are those that cards, tun/tap and veth devices received and sent, a veth pair counted "
		 "once; what bridges, VLANs, tunnels and loopback pass on is not counted again.");
	page_at(p, 0, 0);
	page_say(p, PLAIN, "whydrop %s, Linux %s.", r->version, r->kernel[0] ? r->kernel : "of unknown version");
}
