/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The conditions of table/advice.c, asked of one finding. Comparisons: "{backlog} >= net.core.somaxconn & {dev}", terms
 * joined by " & ", '!' in front turns a term round. What is not known makes a term false, hence "!a = b" also holds
 * where a is not known: "unless we know that it is so".
 */
#include "tell/facts.h"

#include <stdlib.h>

/* Takes the text up to sep off *list; false when nothing is left. */
static bool cut_at(struct slice *list, const char *sep, struct slice *ret)
{
	const char *p;

	if (list->n == 0)
		return false;
	p = memmem(list->p, list->n, sep, strlen(sep));
	*ret = slice_of(list->p, p ? (size_t)(p - list->p) : list->n);
	list->p += ret->n + (p ? strlen(sep) : 0);
	list->n -= ret->n + (p ? strlen(sep) : 0);
	return true;
}

static bool listed(const char *list, const char *word)
{
	struct slice rest = slice_str(list), one;

	while (cut_at(&rest, "|", &one))
		if (slice_eq(one, word))
			return true;
	return false;
}

static bool moved_at(const struct sample *s, uint16_t c, uint32_t place)
{
	uint64_t sum;

	return sample_sum(s, c, place, &sum) && sum;
}

static bool moved_below(const struct sample *s, uint16_t c, uint32_t parent)
{
	for (uint32_t i = sample_child(s, parent); i != PLACE_NONE; i = s->place[i].sibling)
		if (moved_at(s, c, i))
			return true;
	return false;
}

/* A counter moved at the finding's device, in its namespace, or anywhere on the machine where it belongs to neither. */
static bool moved_key(const struct facts *x, struct slice key)
{
	uint16_t c = table_counter(key);

	if (c == COUNTER_NONE)
		return false;
	if (moved_at(x->s, c, x->dev) || moved_at(x->s, c, x->s->host) || moved_at(x->s, c, x->ns))
		return true;
	return (counter_rows[c].scope == CPU && moved_below(x->s, c, x->s->host)) ||
	       (counter_rows[c].scope != NETNS && x->dev == PLACE_NONE && moved_below(x->s, c, x->ns));
}

static bool moved(const struct facts *x, const char *arg)
{
	struct slice rest = slice_str(arg), key;

	while (cut_at(&rest, "|", &key))
		if (moved_key(x, key))
			return true;
	return false;
}

/* One side of a comparison: a word in text, and a number where it is one. */
struct side {
	char text[128];
	uint64_t v;
	bool number;
};

static bool setting_side(const struct facts *x, struct slice w, struct side *ret)
{
	uint64_t v[SETTING_VALUES];

	for (size_t i = 0; i < setting_count; i++) {
		const struct setting *row = &setting_rows[i];

		if (!slice_eq(w, row->key))
			continue;
		/* a device setting is not known without a device: the namespace has many */
		if (strchr(row->key, '*') && !x->link)
			return false;
		ret->number = facts_setting(x, row, v);
		ret->v = v[row->values - 1];
		return ret->number;
	}
	return false;
}

static bool read_side(const struct facts *x, struct slice w, struct side *ret)
{
	uint64_t times = 1;
	struct slice rest = w, first;

	*ret = (struct side){ 0 };
	if (memchr(w.p, '*', w.n) && cut_at(&rest, "*", &first) && slice_u64(first, &times))
		w = rest;
	else
		times = 1;
	if (w.n > 2 && w.p[0] == '{') {
		if (!facts_get(x, slice_of(w.p + 1, w.n - 2), ret->text, sizeof(ret->text)))
			return false;
		ret->number = slice_u64(slice_str(ret->text), &ret->v);
	} else if (slice_u64(w, &ret->v)) {
		ret->number = true;
	} else if (!setting_side(x, w, ret)) {
		if (memchr(w.p, '.', w.n))
			return false;
		slice_copy(w, ret->text, sizeof(ret->text));
	}
	ret->v *= times;
	return true;
}

static bool compare(const struct side *a, struct slice op, const struct side *b)
{
	if (a->number != b->number)
		return false;
	if (!a->number)
		return slice_eq(op, "=") ? strcmp(a->text, b->text) == 0 :
					   slice_eq(op, "!=") && strcmp(a->text, b->text);
	return slice_eq(op, "=")  ? a->v == b->v :
	       slice_eq(op, "!=") ? a->v != b->v :
	       slice_eq(op, "<")  ? a->v < b->v :
	       slice_eq(op, "<=") ? a->v <= b->v :
	       slice_eq(op, ">")  ? a->v > b->v :
				    slice_eq(op, ">=") && a->v >= b->v;
}

static bool term(const struct facts *x, struct slice t)
{
	bool negated = t.n && t.p[0] == '!', holds;
	struct slice left, op, right;
	struct side a, b;

	if (negated)
		t = slice_of(t.p + 1, t.n - 1);
	holds = slice_word(&t, &left) && read_side(x, left, &a);
	if (holds && slice_word(&t, &op))
		holds = slice_word(&t, &right) && read_side(x, right, &b) && compare(&a, op, &b);
	return holds != negated;
}

static bool settings_hold(const struct facts *x, const char *arg)
{
	struct slice rest = slice_str(arg), t;

	while (cut_at(&rest, " & ", &t))
		if (!term(x, t))
			return false;
	return true;
}

static bool rule_holds(const struct rule_fact *r, const char *arg)
{
	if (!r)
		return false;
	if (strcmp(arg, "nft") == 0)
		return strcmp(r->tool, "nft") == 0;
	if (strcmp(arg, "iptables") == 0)
		return strcmp(r->tool, "iptables") == 0 || strcmp(r->tool, "ip6tables") == 0;
	return (strcmp(arg, "ct_invalid") == 0 && r->ct_invalid) || (strcmp(arg, "queue_idle") == 0 && r->queue_idle) ||
	       (strcmp(arg, "policy") == 0 && r->verdict == RULE_POLICY);
}

bool facts_hold(const struct facts *x, enum when when, const char *arg)
{
	const struct link_fact *l = x->link, *peer = x->peer;

	switch (when) {
	case WHEN_ALWAYS:
		return true;
	case WHEN_KIND:
		return l && (listed(arg, l->kind) || listed(arg, l->qdisc));
	case WHEN_DOWN:
		return l && l->have && !l->up;
	case WHEN_NO_CARRIER:
		return l && l->have && l->up && !l->carrier;
	case WHEN_XDP:
		return l && l->xdp;
	case WHEN_PEER_MTU:
		return peer && peer->have && l->have && peer->mtu < l->mtu;
	case WHEN_PEER_DOWN:
		return peer && peer->have && !peer->up;
	case WHEN_MOVED:
	case WHEN_MOVED_LESS:
	case WHEN_BEYOND:
		return moved(x, arg);
	case WHEN_SETTING:
		return settings_hold(x, arg);
	case WHEN_SOCKET:
		return x->sock;
	case WHEN_FILTER:
		return l && l->filters_known && (arg[0] == 'i' ? l->filter_ingress : l->filter_egress);
	case WHEN_FULL:
	case WHEN_LINK_UP:
		return false; /* they tell causes apart and say nothing about cures */
	case WHEN_RULE:
		return rule_holds(x->rule, arg);
	}
	return false;
}
