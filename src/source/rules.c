/* SPDX-License-Identifier: BSD-2-Clause */
/* Keeps the losing rules of a namespace from one reading to the next. Knows nothing about how rules are read. */
#include "source/rules.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int rules_room(void **array, uint32_t *cap, uint32_t n, size_t size)
{
	uint32_t want = *cap ? *cap : 16;
	void *p;

	if (n < *cap)
		return 0;
	while (want <= n) {
		if (want > PLACE_CAP)
			return -ENOMEM;
		want *= 2;
	}
	p = realloc(*array, want * size);
	if (!p)
		return -ENOMEM;
	*array = p;
	*cap = want;
	return 0;
}

void rules_clear(struct hash *h)
{
	if (h->state)
		memset(h->state, 0, h->cap);
	h->used = 0;
	h->dead = 0;
}

uint64_t rules_hash(uint64_t h, struct slice s)
{
	return hash_pair(h, hash_bytes(s.p, s.n) ^ s.n);
}

void rules_queues(struct slice text, struct queue_list *ret)
{
	struct slice line, word;
	uint64_t num;

	*ret = (struct queue_list){ .known = true };
	while (slice_line(&text, &line)) {
		if (!slice_word(&line, &word))
			continue;
		if (!slice_u64(word, &num) || num > UINT16_MAX || ret->count == QUEUES_KNOWN) {
			ret->known = false;
			return;
		}
		ret->num[ret->count++] = (uint16_t)num;
	}
}

void rules_begin(struct rules *r, struct netns *ns)
{
	struct slice text;
	int err = tree_net(ns, NET_NFQUEUE, &text, NULL);

	r->round++;
	r->counter = table_counter(slice_str("rule.packets"));
	r->queues = (struct queue_list){ .known = false };
	if (!err)
		rules_queues(text, &r->queues);
	else if (err == -ENOENT) /* a kernel without nfnetlink_queue: nobody can listen */
		r->queues.known = true;
}

/* Of a group of queues (fanout) one listener is enough to make "lost" a guess. */
static bool nobody_listens(const struct queue_list *q, uint16_t first, uint16_t total)
{
	if (!q->known)
		return false;
	for (unsigned i = 0; i < q->count; i++) {
		if (q->num[i] >= first && q->num[i] - first < (total ? total : 1))
			return false;
	}
	return true;
}

uint32_t rules_find(struct rules *r, uint64_t id)
{
	uint32_t i;

	if (!hash_get(&r->index, id, &i) || i >= r->count || r->ref[i].id != id)
		return RULE_NONE;
	r->ref[i].round = r->round;
	return i;
}

uint32_t rules_add(struct rules *r, struct probe *p, struct netns *ns, uint64_t id, const struct rule_fact *fact,
		   bool accrued)
{
	struct sample *s = p->sample;
	struct rule_ref *ref;
	uint32_t place;
	bool late;

	if (rules_room((void **)&r->ref, &r->cap, r->count, sizeof(*r->ref)))
		goto full;
	place = sample_place(s, PLACE_RULE, ns->place, id);
	if (place == PLACE_NONE)
		return RULE_NONE;
	if (!s->place[place].rule || hash_put(&r->index, id, r->count))
		goto full;
	/* At the first complete look at a namespace that is older than our baseline nothing is new. */
	late = s->tick > 0 && !r->based && !s->place[ns->place].born;
	if (late || accrued)
		s->place[place].born = false;
	*s->place[place].rule = *fact;
	ref = &r->ref[r->count];
	*ref = (struct rule_ref){ .id = id,
				  .place = place,
				  .slot = SLOT_NONE,
				  .round = r->round,
				  .fresh = true,
				  .verdict = (uint8_t)fact->verdict,
				  .old = !s->place[place].born };
	return r->count++;
full:
	s->no_room++;
	return RULE_NONE;
}

static void put(struct rules *r, struct probe *p, struct rule_ref *ref, uint64_t value)
{
	if (ref->slot == SLOT_NONE)
		ref->slot = sample_slot(p->sample, r->counter, ref->place);
	if (ref->slot != SLOT_NONE)
		sample_put(p->sample, ref->slot, value);
}

/* The interval counts only when the queue was idle at both its ends: what a listener got is not lost. */
static void put_queue(struct rules *r, struct probe *p, struct rule_ref *ref, uint64_t packets)
{
	struct rule_fact *f = p->sample->place[ref->place].rule;
	bool idle = !f->queue_bypass && nobody_listens(&r->queues, f->queue, ref->queue_total);
	bool was_idle = ref->fresh ? idle : ref->idle;
	uint64_t last = ref->fresh && ref->old ? packets : ref->last;

	if (idle && was_idle && packets > last)
		ref->lost += packets - last;
	ref->last = packets;
	ref->idle = idle;
	ref->fresh = false;
	f->queue_idle = idle || ref->lost > 0;
	if (f->queue_idle)
		put(r, p, ref, ref->lost);
}

void rules_put(struct rules *r, struct probe *p, uint32_t i, uint64_t packets)
{
	struct rule_ref *ref = &r->ref[i];

	if (ref->verdict == RULE_QUEUE)
		put_queue(r, p, ref, packets);
	else
		put(r, p, ref, packets);
}

void rules_hook_names(const char *const *names, uint16_t mask, char *dst, size_t size)
{
	struct fmt f;

	fmt_init(&f, dst, size);
	for (unsigned bit = 0; bit < 8 && mask >> bit; bit++) {
		if (mask >> bit & 1)
			fmt_add(&f, "%s%s", f.len ? "," : "", names[bit] ? names[bit] : "?");
	}
	if (f.cut) {
		fmt_init(&f, dst, size);
		fmt_add(&f, "several");
	}
}

void rules_hooks(struct rules *r, struct probe *p, uint32_t i, const char *const *names, uint16_t mask, bool output)
{
	struct rule_fact *f = p->sample->place[r->ref[i].place].rule;

	/* Without a listener the kernel frees the packet and tells the sender nothing. */
	f->output = output && f->verdict != RULE_QUEUE;
	if (r->ref[i].hooks == mask)
		return;
	r->ref[i].hooks = mask;
	rules_hook_names(names, mask, f->hook, sizeof(f->hook));
}

static void forget(struct rules *r, struct probe *p, uint32_t i)
{
	sample_gone(p->sample, r->ref[i].place);
	hash_del(&r->index, r->ref[i].id);
	r->ref[i] = r->ref[--r->count];
	if (i < r->count)
		hash_put(&r->index, r->ref[i].id, i); /* if this fails, rules_find notices */
}

void rules_end(struct rules *r, struct probe *p, bool complete)
{
	uint32_t i = 0;

	if (!complete)
		return;
	while (i < r->count) {
		if (r->ref[i].round != r->round)
			forget(r, p, i);
		else
			i++;
	}
	r->based = true;
}

void rules_free(struct rules *r)
{
	free(r->ref);
	hash_free(&r->index);
	*r = (struct rules){ 0 };
}
