/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The report as one JSON object, schema 1: the contract of docs and of the lab's judge. Fields are only ever added.
 * Names are escaped by base/json and nowhere else. Only entries with packets are written, so the totals add up.
 */
#include "out/writer.h"

#include <string.h>
#include <sys/socket.h>

#include "base/json.h"
#include "tell/name.h"

static const struct place *place_at(const struct sample *s, uint32_t place, enum place_kind kind)
{
	return place < s->places && s->place[place].kind == kind && s->place[place].any ? &s->place[place] : NULL;
}

static void put_name(struct json *j, const char *name, const struct sample *s, uint32_t place)
{
	char text[240];
	struct fmt f;

	fmt_init(&f, text, sizeof(text));
	name_place(&f, s, place);
	json_str(j, name, text);
}

/* NULL instead of "". */
static void put_text(struct json *j, const char *name, const char *text)
{
	json_str(j, name, text && text[0] ? text : NULL);
}

static void put_namespace(struct json *j, const struct sample *s, uint32_t place)
{
	const struct place *p = place_at(s, place, PLACE_NETNS);
	char id[24];
	struct fmt f;

	if (!p) {
		json_null(j, "namespace");
		return;
	}
	fmt_init(&f, id, sizeof(id));
	fmt_add(&f, "%llu", (unsigned long long)(p->ns->cookie ? p->ns->cookie : p->ns->inode));
	json_object(j, "namespace");
	json_str(j, "id", id);
	if (p->ns->inode)
		json_u64(j, "inode", p->ns->inode);
	else
		json_null(j, "inode");
	put_text(j, "name", p->ns->name);
	put_text(j, "container", p->ns->container);
	json_bool(j, "own", p->ns->own);
	json_end_object(j);
}

static void put_owner(struct json *j, const struct finding *f, const struct sample *s)
{
	const struct place *p = place_at(s, f->entry->sock, PLACE_SOCKET);

	if (!p || p->sock->owner.pid <= 0) {
		json_null(j, "owner");
		return;
	}
	json_object(j, "owner");
	json_i64(j, "pid", p->sock->owner.pid);
	json_str(j, "comm", p->sock->owner.comm);
	put_text(j, "socket", f->socket);
	put_text(j, "unit", p->sock->owner.unit);
	json_end_object(j);
}

static bool has_port(const struct sock_fact *k)
{
	return k->kind == SOCK_KIND_UDP || k->kind == SOCK_KIND_TCP || k->kind == SOCK_KIND_TCP_LISTEN;
}

static void put_place(struct json *j, const struct finding *f, const struct sample *s)
{
	const struct place *k = place_at(s, f->entry->sock, PLACE_SOCKET);
	const struct place *rule = place_at(s, f->entry->rule, PLACE_RULE);

	json_object(j, "place");
	if (f->entry->cpu >= 0)
		json_i64(j, "cpu", f->entry->cpu);
	else
		json_null(j, "cpu");
	if (rule && rule->rule->verdict == RULE_QUEUE)
		json_u64(j, "queue", rule->rule->queue);
	else
		json_null(j, "queue");
	put_text(j, "rule", f->rule);
	if (k && has_port(k->sock))
		json_u64(j, "port", k->sock->port);
	else
		json_null(j, "port");
	put_text(j, "socket", f->socket);
	put_text(j, "where", f->where);
	json_end_object(j);
}

static const char *evidence_kind(const struct counter *c)
{
	return c->scope == SOCKET ? "socket" : "counter";
}

static void put_evidence(struct json *j, const struct entry *e, const struct sample *s)
{
	json_list(j, "evidence");
	for (unsigned i = 0; i < e->evidences && i < EVIDENCE_CAP; i++) {
		const struct evidence *v = &e->evidence[i];
		const struct counter *c = v->counter < counter_count ? &counter_rows[v->counter] : NULL;

		if (!c)
			continue;
		json_object(j, NULL);
		json_str(j, "kind", evidence_kind(c));
		json_str(j, "name", c->key);
		json_u64(j, "delta", v->delta);
		put_name(j, "at", s, v->place);
		json_str(j, "role", role_ids[c->is]);
		json_str(j, "source", source_rows[c->from].name);
		json_bool(j, "booked", v->booked);
		json_end_object(j);
	}
	json_end_list(j);
}

static void put_fixes(struct json *j, const struct finding *f)
{
	json_list(j, "fix");
	for (unsigned i = 0; i < f->fixes && i < FIX_CAP; i++) {
		const struct fix *x = &f->fix[i];

		json_object(j, NULL);
		put_text(j, "command", x->command);
		put_text(j, "why", x->why);
		put_text(j, "risk", x->risk);
		put_text(j, "undo", x->undo);
		put_text(j, "persist", x->persist);
		json_end_object(j);
	}
	json_end_list(j);
}

static void put_numbers(struct json *j, const struct report *r, const struct finding *f)
{
	const struct entry *e = f->entry;

	json_u64(j, "packets", e->packets);
	json_str(j, "unit", unit_ids[e->unit]);
	if (r->since_boot)
		json_null(j, "rate");
	else
		json_real(j, "rate", f->rate);
	if (f->have_traffic)
		json_u64(j, "traffic", f->traffic);
	else
		json_null(j, "traffic");
	if (r->since_boot || e->have_boot)
		json_u64(j, "since_boot", r->since_boot ? e->packets : e->since_boot);
	else
		json_null(j, "since_boot");
}

static void put_entry(struct json *j, const struct report *r, const struct finding *f)
{
	const struct entry *e = f->entry;
	const struct cause_row *c = &cause_rows[e->cause];
	const struct place *dev = place_at(r->sample, e->device, PLACE_DEVICE);

	json_object(j, NULL);
	json_str(j, "cause", c->id);
	json_str(j, "layer", layer_rows[c->layer].id);
	json_str(j, "verdict", verdict_ids[c->verdict]);
	put_numbers(j, r, f);
	json_str(j, "title", c->title);
	put_namespace(j, r->sample, e->ns);
	put_text(j, "device", dev ? dev->link->name : NULL);
	put_owner(j, f, r->sample);
	put_place(j, f, r->sample);
	json_str(j, "sure", sure_ids[e->sure]);
	json_bool(j, "by_witness", e->by_witness);
	put_text(j, "why", f->why);
	put_text(j, "ordinary", f->ordinary);
	put_text(j, "look", f->look);
	put_text(j, "nothing_to_do", f->nothing);
	put_evidence(j, e, r->sample);
	put_fixes(j, f);
	json_end_object(j);
}

/* The sums are taken over what is written, not from the ledger: they must add up in the reader's hands. */
static void put_totals(struct json *j, const struct report *r)
{
	uint64_t lost = 0, policy = 0, refused = 0, benign = 0;

	for (uint32_t i = 0; i < r->findings; i++) {
		const struct entry *e = r->finding[i].entry;
		enum verdict v = cause_rows[e->cause].verdict;

		if (verdict_is_loss(v))
			lost += e->packets;
		policy += v == POLICY ? e->packets : 0;
		refused += v == REFUSED ? e->packets : 0;
		benign += v == BENIGN ? e->packets : 0;
	}
	json_object(j, "totals");
	json_u64(j, "lost", lost);
	json_u64(j, "policy", policy);
	json_u64(j, "refused", refused);
	json_u64(j, "benign", benign);
	if (r->have_packets_seen)
		json_u64(j, "packets_seen", r->packets_seen);
	else
		json_null(j, "packets_seen");
	json_end_object(j);
}

static void put_residues(struct json *j, const char *name, const struct residue *x, uint32_t n, const struct sample *s)
{
	json_list(j, name);
	for (uint32_t i = 0; i < n; i++) {
		if (x[i].counter >= counter_count)
			continue;
		json_object(j, NULL);
		json_str(j, "counter", counter_rows[x[i].counter].key);
		json_u64(j, "packets", x[i].packets);
		put_name(j, "at", s, x[i].place);
		json_end_object(j);
	}
	json_end_list(j);
}

static void put_source(struct json *j, const char *name, const char *state, const char *why)
{
	json_object(j, NULL);
	json_str(j, "name", name);
	json_str(j, "state", state);
	json_str(j, "why", why);
}

static void put_sources(struct json *j, const struct sample *s)
{
	static const char *const state[] = { [SOURCE_OFF] = "off", [SOURCE_ON] = "on", [SOURCE_BLIND] = "blind" };

	json_list(j, "sources");
	for (unsigned i = 0; i < SRC_COUNT; i++) {
		const struct source_health *h = &s->health[i];

		put_source(j, source_rows[i].name, state[h->state], h->why);
		json_u64(j, "failures", h->failures);
		json_u64(j, "cost_ns", h->cost_ns);
		json_end_object(j);
	}
	put_source(j, "kfree_skb", "off", "kernel drop events are not used in this version");
	json_end_object(j);
	json_end_list(j);
}

static void put_layers(struct json *j, const struct report *r)
{
	static const char *const view[] = { [LAYER_UNSEEN] = "none", [LAYER_PARTLY] = "part", [LAYER_SEEN] = "full" };

	json_list(j, "layers");
	for (enum layer i = 0; i < LAYER_COUNT; i++) {
		enum layer_view v = report_layer_view(r, i);

		json_object(j, NULL);
		json_str(j, "layer", layer_rows[i].id);
		if (v == LAYER_UNSEEN && !r->layer_lost[i])
			json_null(j, "lost");
		else
			json_u64(j, "lost", r->layer_lost[i]);
		json_str(j, "seen", view[v]);
		json_end_object(j);
	}
	json_end_list(j);
}

static void put_events(struct json *j, const struct sample *s)
{
	static const char *const kind[] = {
		[EVENT_JOIN] = "join",
		[EVENT_LEAVE] = "leave",
		[EVENT_NS_NEW] = "namespace_new",
		[EVENT_NS_GONE] = "namespace_gone",
		[EVENT_LINK_NEW] = "device_new",
		[EVENT_LINK_GONE] = "device_gone",
		[EVENT_RESET] = "reset",
		[EVENT_SETTING] = "setting",
	};

	json_list(j, "events");
	for (uint32_t i = 0; i < s->events; i++) {
		const struct event *e = &s->event[i];

		json_object(j, NULL);
		json_str(j, "kind", e->kind < ARRAY_SIZE(kind) ? kind[e->kind] : "other");
		json_u64(j, "at_ns", e->at_ns);
		put_name(j, "at", s, e->place);
		json_str(j, "text", e->text);
		json_end_object(j);
	}
	json_end_list(j);
}

static void put_head(struct json *j, const struct report *r)
{
	json_u64(j, "schema", 1);
	json_str(j, "version", r->version);
	json_str(j, "host", r->host);
	json_str(j, "kernel", r->kernel);
	json_real(j, "seconds", r->seconds);
	json_u64(j, "time_ns", r->sample->real_ns);
	json_bool(j, "recorded", r->recorded);
	json_bool(j, "since_boot", r->since_boot);
	json_bool(j, "container", r->container);
	json_u64(j, "namespaces", r->namespaces);
	json_u64(j, "devices", r->devices);
	json_u64(j, "cpus", r->cpus);
	json_u64(j, "counters", r->sample->count);
}

static void json_write(const struct report *r, const struct writer_opts *o, struct fmt *out)
{
	struct json j;

	(void)o;
	json_init(&j, out);
	json_object(&j, NULL);
	put_head(&j, r);
	put_totals(&j, r);
	json_list(&j, "entries");
	for (uint32_t i = 0; i < r->findings; i++)
		if (r->finding[i].entry->packets)
			put_entry(&j, r, &r->finding[i]);
	json_end_list(&j);
	put_residues(&j, "unexplained", r->ledger->residue, r->ledger->residues, r->sample);
	put_residues(&j, "contradictions", r->ledger->contradiction, r->ledger->contradictions, r->sample);
	put_layers(&j, r);
	json_list(&j, "unseen");
	for (uint32_t i = 0; i < r->unseens; i++)
		json_str(&j, NULL, r->unseen[i]);
	json_end_list(&j);
	put_events(&j, r->sample);
	put_sources(&j, r->sample);
	json_end_object(&j);
}

const struct writer write_json = { .name = "json", .write = json_write };
