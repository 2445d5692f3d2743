/* SPDX-License-Identifier: BSD-2-Clause */
/* The conditions of table/split.c, asked of a sample: how the causes that share one counter are told apart. */
#include "ledger/book.h"

/* Takes the text up to the separator off *list; false when nothing is left. */
static bool part_of(struct slice *list, char sep, struct slice *ret)
{
	const char *p;

	if (list->n == 0)
		return false;
	p = memchr(list->p, sep, list->n);
	*ret = slice_of(list->p, p ? (size_t)(p - list->p) : list->n);
	list->p += ret->n + (p ? 1 : 0);
	list->n -= ret->n + (p ? 1 : 0);
	return true;
}

/* Amount of one counter as seen from place: at the place itself, its namespace, or the host. */
static uint64_t amount_near(const struct book *b, uint16_t counter, uint32_t place)
{
	uint32_t at[3] = { place, sample_ns_of(b->s, place), b->s->host };

	for (unsigned i = 0; i < ARRAY_SIZE(at); i++) {
		uint32_t slot = at[i] == PLACE_NONE ? SLOT_NONE : sample_lookup(b->s, counter, at[i]);

		if (slot != SLOT_NONE)
			return book_amount(b, slot);
	}
	return 0;
}

uint64_t when_sum(const struct book *b, struct slice keys, uint32_t place)
{
	struct slice plus, minus, key;
	uint64_t sum = 0, less = 0;

	if (!part_of(&keys, '-', &plus))
		return 0;
	minus = keys;
	while (part_of(&plus, '|', &key))
		sum += amount_near(b, table_counter(key), place);
	while (part_of(&minus, '|', &key))
		less += amount_near(b, table_counter(key), place);
	return sum > less ? sum - less : 0;
}

static bool listed(struct slice list, const char *word)
{
	struct slice one;

	while (part_of(&list, '|', &one))
		if (slice_eq(one, word))
			return true;
	return false;
}

static const struct setting *setting_of(struct slice key)
{
	for (size_t i = 0; i < setting_count; i++)
		if (slice_eq(key, setting_rows[i].key))
			return &setting_rows[i];
	return NULL;
}

static bool value_is(const struct book *b, const struct setting *row, uint32_t place, uint64_t want)
{
	const struct setting_value *v = sample_setting_at(b->s, row, place);

	return v && v->v[0] == want;
}

/* "net.ipv6.conf.*.disable_ipv6=1": the setting has that value at place, or at any device of its namespace. */
static bool setting_is(const struct book *b, const char *arg, uint32_t place)
{
	struct slice all = slice_str(arg), key;
	const struct setting *row;
	uint32_t ns = sample_ns_of(b->s, place);
	uint64_t want;

	if (!part_of(&all, '=', &key) || !slice_u64(all, &want))
		return false;
	row = setting_of(key);
	if (value_is(b, row, place, want) || value_is(b, row, ns, want) || value_is(b, row, b->s->host, want))
		return true;
	if (!row || !memchr(key.p, '*', key.n))
		return false;
	for (uint32_t i = sample_child(b->s, ns); i != PLACE_NONE; i = b->s->place[i].sibling)
		if (value_is(b, row, i, want))
			return true;
	return false;
}

static uint64_t peer_amount(const struct book *b, const struct link_fact *l)
{
	uint32_t slot = sample_lookup(b->s, table_counter(slice_str("dev.tx_dropped")), l->peer);

	return slot == SLOT_NONE ? 0 : book_amount(b, slot);
}

static uint64_t beyond(const struct book *b, const char *keys, uint16_t counter, uint32_t ns)
{
	uint64_t sum = 0, others = when_sum(b, slice_str(keys), ns);

	if (b->x->beyond.known && b->x->beyond.keys == keys && b->x->beyond.counter == counter && b->x->beyond.ns == ns)
		return b->x->beyond.sum;
	for (uint32_t i = b->x->first[counter]; i < b->x->first[counter + 1]; i++)
		if (sample_ns_of(b->s, b->s->series[b->x->active[i]].place) == ns)
			sum += book_amount(b, b->x->active[i]);
	others += late_known(b, keys, ns);
	sum = sum > others ? sum - others : 0;
	b->x->beyond.keys = keys;
	b->x->beyond.counter = counter;
	b->x->beyond.ns = ns;
	b->x->beyond.sum = sum;
	b->x->beyond.known = true;
	return sum;
}

/* "sockstat6.FRAG6.memory|net.ipv6.ip6frag_high_thresh": the state stands near its limit now. */
static bool full(const struct book *b, const char *arg, uint32_t place)
{
	struct slice limit = slice_str(arg), state;
	const struct setting_value *v;
	uint32_t ns = sample_ns_of(b->s, place), slot;

	if (!part_of(&limit, '|', &state))
		return false;
	slot = ns == PLACE_NONE ? SLOT_NONE : sample_lookup(b->s, table_counter(state), ns);
	v = sample_setting_at(b->s, setting_of(limit), ns);
	if (!v)
		v = sample_setting_at(b->s, setting_of(limit), b->s->host);
	return v && slot != SLOT_NONE && b->s->series[slot].now >= v->v[0] - v->v[0] / 4;
}

/* What a neighbour says by itself when a link starts (duplicate address check, group reports, router question). */
#define LINK_START 4

/* How many packets the start of links of this namespace may have cost; 0 when none came up while watching. */
static uint64_t link_starts(const struct book *b, uint32_t ns)
{
	uint16_t changes = table_counter(slice_str("dev.carrier_changes"));
	uint64_t n = 0;

	for (uint32_t i = sample_child(b->s, ns); b->view == LEDGER_MOVED && i != PLACE_NONE;
	     i = b->s->place[i].sibling) {
		uint32_t slot = sample_lookup(b->s, changes, i);

		n += slot != SLOT_NONE && b->s->series[slot].sum ? LINK_START : 0;
	}
	return n;
}

static bool rule_is(const struct rule_fact *r, const char *arg)
{
	return (strcmp(arg, "ct_invalid") == 0 && r->ct_invalid) || (strcmp(arg, "queue_idle") == 0 && r->queue_idle) ||
	       (strcmp(arg, "policy") == 0 && r->verdict == RULE_POLICY);
}

static bool link_is(const struct book *b, enum when when, const char *arg, const struct link_fact *l, uint16_t counter)
{
	const struct link_fact *peer = l->peer == PLACE_NONE ? NULL : b->s->place[l->peer].link;

	switch (when) {
	case WHEN_KIND:
		return listed(slice_str(arg), counter_rows[counter].from == SRC_qdisc ? l->qdisc : l->kind);
	case WHEN_DOWN:
		return l->have && !l->up;
	case WHEN_NO_CARRIER:
		return l->have && l->up && !l->carrier;
	case WHEN_XDP:
		return l->xdp != 0;
	case WHEN_PEER_MTU:
		return peer && peer->have && peer->mtu > l->mtu && peer_amount(b, l);
	case WHEN_PEER_DOWN:
		return peer && peer->have && !peer->up;
	case WHEN_FILTER:
		return l->filters_known && (arg[0] == 'i' ? l->filter_ingress && !l->filter_egress :
							    l->filter_egress && !l->filter_ingress);
	default:
		return false;
	}
}

/* How many packets a condition can vouch for: 0 when it does not hold, UINT64_MAX when it does not count. */
static uint64_t cap(const struct book *b, enum when when, const char *arg, uint32_t slot)
{
	const struct series *y = &b->s->series[slot];
	const struct place *p = &b->s->place[y->place];
	uint32_t ns = sample_ns_of(b->s, y->place);

	switch (when) {
	case WHEN_ALWAYS:
		return UINT64_MAX;
	case WHEN_MOVED:
	case WHEN_MOVED_LESS:
		return when_sum(b, slice_str(arg), y->place);
	case WHEN_SETTING:
		return setting_is(b, arg, y->place) ? UINT64_MAX : 0;
	case WHEN_SOCKET:
		return book_sockets_left(b, table_counter(slice_str("sk_drops.udp")), ns);
	case WHEN_RULE:
		return p->kind == PLACE_RULE && rule_is(p->rule, arg) ? UINT64_MAX : 0;
	case WHEN_BEYOND:
		return beyond(b, arg, y->counter, ns);
	case WHEN_FULL:
		return full(b, arg, y->place) ? UINT64_MAX : 0;
	case WHEN_LINK_UP:
		return link_starts(b, ns) >= book_amount(b, slot) ? UINT64_MAX : 0;
	case WHEN_KIND:
	case WHEN_DOWN:
	case WHEN_NO_CARRIER:
	case WHEN_XDP:
	case WHEN_PEER_MTU:
	case WHEN_PEER_DOWN:
	case WHEN_FILTER:
		return p->kind == PLACE_DEVICE && link_is(b, when, arg, p->link, y->counter) ? UINT64_MAX : 0;
	}
	return 0;
}

uint64_t when_allows(const struct book *b, const struct split *sp, uint32_t slot, uint64_t rest)
{
	uint64_t most = cap(b, sp->cond[0].when, sp->cond[0].arg, slot);

	for (unsigned i = 1; i < ARRAY_SIZE(sp->cond); i++)
		if (sp->cond[i].when != WHEN_ALWAYS && !cap(b, sp->cond[i].when, sp->cond[i].arg, slot))
			return 0;
	return most < rest ? most : rest;
}
