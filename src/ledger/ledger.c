/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Booking: every lost packet once. Parts are worked off before the totals that contain them (table_order). A part takes
 * its whole delta off its totals; the totals of one scope share one pool, because a packet ticks one chain of them.
 * What is left of a counter at a place is split by condition (when.c) and booked (entry.c).
 * long: one algorithm, to be read from top to bottom.
 */
#include "ledger/ledger.h"

#include "ledger/book.h"
#include "ledger/rider.h"

#include <errno.h>
#include <stdlib.h>

#define TOUCHED 12

/* The totals that one part was taken off, kept to become evidence and, for machine-wide parts, places. */
struct takeoff {
	struct {
		uint32_t slot;
		uint64_t took;
		bool any;
	} at[TOUCHED];
	unsigned n;
};

int ledger_init(struct ledger *l)
{
	struct ledger_scratch *x;

	*l = (struct ledger){ 0 };
	x = l->scratch = calloc(1, sizeof(*x));
	if (!x)
		return -ENOMEM;
	x->first = calloc(counter_count + 1, sizeof(*x->first));
	x->split_first = calloc(counter_count + 1, sizeof(*x->split_first));
	if (!x->first || !x->split_first) {
		ledger_free(l);
		return -ENOMEM;
	}
	for (size_t i = split_count; i > 0; i--) {
		uint16_t c = table_counter(slice_str(split_rows[i - 1].key));

		if (c != COUNTER_NONE)
			x->split_first[c] = (uint16_t)i;
	}
	return 0;
}

void ledger_free(struct ledger *l)
{
	if (l->scratch) {
		free(l->scratch->left);
		free(l->scratch->active);
		free(l->scratch->first);
		free(l->scratch->split_first);
		free(l->scratch->surplus);
		free(l->scratch->pick);
		free(l->scratch->rider);
		hash_free(&l->scratch->rider_index);
		hash_free(&l->scratch->surplus_index);
		hash_free(&l->scratch->late);
		hash_free(&l->scratch->owed);
		hash_free(&l->scratch->owes);
		hash_free(&l->scratch->claimed);
		hash_free(&l->scratch->entry_index);
		free(l->scratch);
	}
	free(l->entry);
	free(l->residue);
	free(l->contradiction);
	*l = (struct ledger){ 0 };
}

static bool counts(enum role is)
{
	return is == LEAF || is == PART || is == TOTAL || is == WITNESS;
}

/* Groups the slots that count by counter: active[first[c] .. first[c + 1]). */
static int group(struct book *b)
{
	struct ledger_scratch *x = b->x;
	const struct sample *s = b->s;
	uint32_t n = b->view == LEDGER_MOVED ? s->moved_count : s->count;
	uint32_t sum = 0;

	if (x->left_cap < s->count || x->active_cap < n) {
		uint64_t *left = realloc(x->left, (s->cap + 1) * sizeof(*left));
		uint32_t *active;

		if (!left)
			return -ENOMEM;
		x->left = left;
		active = realloc(x->active, (s->cap + 1) * sizeof(*active));
		if (!active)
			return -ENOMEM;
		x->active = active;
		x->left_cap = x->active_cap = s->cap;
	}
	memset(x->first, 0, (counter_count + 1) * sizeof(*x->first));
	for (uint32_t k = 0; k < n; k++) {
		uint32_t slot = b->view == LEDGER_MOVED ? s->moved[k] : k;

		x->left[slot] = book_amount(b, slot);
		if (x->left[slot] && counts(counter_rows[s->series[slot].counter].is))
			x->first[s->series[slot].counter]++;
	}
	for (size_t c = 0; c <= counter_count; c++) {
		uint32_t m = c < counter_count ? x->first[c] : 0;

		x->first[c] = sum += m;
	}
	for (uint32_t k = n; k > 0; k--) {
		uint32_t slot = b->view == LEDGER_MOVED ? s->moved[k - 1] : k - 1;

		if (x->left[slot] && counts(counter_rows[s->series[slot].counter].is))
			x->active[--x->first[s->series[slot].counter]] = slot;
		x->left[slot] += late_owed(b, slot);
	}
	return 0;
}

/* Which drop counter names the owner of a packet that died under this cause. */
static uint16_t owner_counter(enum cause c)
{
	return table_counter(slice_str(cause_rows[c].layer == LAYER_TCP ? "sk_drops.tcp_listen" : "sk_drops.udp"));
}

static void take(struct book *b, uint32_t target, uint64_t keep, uint64_t *rem, bool any, struct takeoff *t)
{
	uint64_t x = book_left(b, target);

	x = x > keep ? x - keep : 0;
	if (x > *rem)
		x = *rem;
	if (!x)
		return;
	b->x->left[target] -= x;
	*rem -= x;
	if (t->n < TOUCHED) {
		t->at[t->n].slot = target;
		t->at[t->n].took = x;
		t->at[t->n++].any = any;
	}
}

static bool is_virtual(const struct book *b, uint32_t slot)
{
	const struct place *p = &b->s->place[b->s->series[slot].place];

	return p->kind == PLACE_DEVICE && p->link->kind[0];
}

/* Machine-wide parts: the places with the largest rest first, virtual devices before hardware (only they go through
 * the per-CPU backlog unless RPS is on). Beyond the first few places their order no longer shows, but what they count
 * is taken off all the same. */
static void take_any(struct book *b, uint16_t total, uint64_t *rem, struct takeoff *t)
{
	uint32_t from = b->x->first[total], to = b->x->first[total + 1];

	while (*rem && t->n < TOUCHED) {
		uint32_t best = SLOT_NONE;
		uint64_t best_weight = 0;

		for (uint32_t i = from; i < to; i++) {
			uint64_t w = b->x->left[b->x->active[i]];

			if (w && is_virtual(b, b->x->active[i]))
				w += 1ULL << 60;
			if (w > best_weight) {
				best = b->x->active[i];
				best_weight = w;
			}
		}
		if (best == SLOT_NONE)
			return;
		take(b, best, 0, rem, true, t);
	}
	for (unsigned hardware = 0; hardware < 2; hardware++)
		for (uint32_t i = from; i < to && *rem; i++)
			if (is_virtual(b, b->x->active[i]) != (bool)hardware)
				take(b, b->x->active[i], 0, rem, true, t);
}

/* True when this device repeats the counter of the devices under it. */
static bool repeats(const struct link_fact *l, uint16_t counter)
{
	for (size_t i = 0; i < master_count; i++)
		if (strcmp(master_rows[i].kind, l->kind[0] ? l->kind : l->driver) == 0 &&
		    (!master_rows[i].key || strcmp(master_rows[i].key, counter_rows[counter].key) == 0))
			return true;
	return false;
}

struct over {
	uint16_t total;
	uint64_t *rem;
	struct takeoff *t;
};

static void take_rider(struct book *b, uint32_t rider, void *arg)
{
	const struct over *o = arg;

	if (*o->rem)
		take(b, sample_lookup(b->s, o->total, rider), 0, o->rem, false, o->t);
}

/* What sends through a device, or past an output rule, is told that its packet died and counts it once more. */
static void take_over(struct book *b, uint16_t total, uint64_t *rem, uint32_t place, struct takeoff *t)
{
	const struct place *p = &b->s->place[place];

	if (p->kind != PLACE_RULE || p->rule->output)
		rider_each(b, place, take_rider, &(struct over){ total, rem, t });
}

/* The slot where edge e of a part at `place` finds its total. */
static uint32_t target_of(const struct book *b, uint16_t total, enum reach reach, uint32_t place)
{
	const struct place *p = &b->s->place[place];
	uint32_t at = place;

	if (reach == MASTER || reach == PEER) {
		if (p->kind != PLACE_DEVICE)
			return SLOT_NONE;
		at = reach == PEER ? p->link->peer : p->link->master;
		if (reach == MASTER && at != PLACE_NONE && !repeats(b->s->place[at].link, total))
			return SLOT_NONE;
	} else if (counter_rows[total].scope == NETNS) {
		at = sample_ns_of(b->s, place);
		/* only where the sender was told does the IP layer count the packet of a rule, too, and only the egress hook
		 * of a device, behind the IP layer, looks to UDP like a full queue */
		if (p->kind == PLACE_RULE && (!p->rule->output || (counter_rows[total].cause == SOCKET_SNDBUF_FULL &&
								   strcmp(p->rule->hook, "egress") != 0)))
			return SLOT_NONE;
	} else if (counter_rows[total].scope == MACHINE) {
		at = b->s->host;
	}
	return at == PLACE_NONE ? SLOT_NONE : sample_lookup(b->s, total, at);
}

/* What the totals named before edge e, which lie inside the total of e, will take off it themselves: their packets are
 * not there for the rest of this part (a full queue loses UDP, which Udp.SndbufErrors and Ip.OutDiscards count, and other
 * packets, which only the latter or its IPv6 twin counts). */
static uint64_t promised(const struct book *b, uint32_t slot, unsigned e)
{
	const struct series *y = &b->s->series[slot];
	uint16_t outer = table_edge(y->counter, e);
	uint64_t sum = 0;

	for (unsigned k = 0; k < e; k++) {
		uint16_t inner = table_edge(y->counter, k);
		uint32_t at;

		if (inner == COUNTER_NONE || counter_rows[y->counter].of[k].reach != HERE)
			continue;
		at = target_of(b, inner, HERE, y->place);
		for (unsigned i = 0; at != SLOT_NONE && i < EDGES && counter_rows[inner].of[i].total; i++)
			if (table_edge(inner, i) == outer && counter_rows[inner].of[i].reach == HERE)
				sum += book_amount(b, at);
	}
	return sum;
}

/* Takes a part's whole delta off its totals. */
static void take_off(struct book *b, uint32_t slot, struct takeoff *t)
{
	uint16_t c = b->s->series[slot].counter;
	/* by reach, too: what a master or the other end of a veth counts is the same packet once more */
	uint64_t rem[OVER + 1][SCOPE_COUNT], full = book_amount(b, slot);
	bool exact[SCOPE_COUNT] = { false };

	for (unsigned i = 0; i < (OVER + 1) * SCOPE_COUNT; i++)
		rem[i / SCOPE_COUNT][i % SCOPE_COUNT] = full;
	for (unsigned e = 0; e < EDGES && counter_rows[c].of[e].total; e++) {
		const struct edge *ed = &counter_rows[c].of[e];
		uint16_t total = table_edge(c, e);
		enum scope pool;

		if (total == COUNTER_NONE)
			continue;
		pool = counter_rows[total].scope;
		if (ed->reach == ANY)
			take_any(b, total, &rem[ANY][pool], t);
		else if (ed->reach == OVER)
			take_over(b, total, &rem[OVER][pool], b->s->series[slot].place, t);
		else
			take(b, target_of(b, total, ed->reach, b->s->series[slot].place), promised(b, slot, e),
			     &rem[ed->reach][pool], false, t);
		/* no surplus where the total itself cannot be read */
		exact[pool] |= ed->kind == EXACT && ed->reach == HERE &&
			       target_of(b, total, HERE, b->s->series[slot].place) != SLOT_NONE;
	}
	for (unsigned i = 0; i < SCOPE_COUNT && b->view == LEDGER_MOVED; i++) {
		if (exact[i] && rem[HERE][i])
			book_surplus(b, slot, rem[HERE][i]);
		else if (exact[i])
			book_covered(b, slot);
	}
}

static void add_evidence(struct book *b, struct entry *e, const struct takeoff *t)
{
	for (unsigned i = 0; e && i < t->n; i++) {
		const struct series *y = &b->s->series[t->at[i].slot];

		book_evidence(e, y->counter, y->place, book_amount(b, t->at[i].slot), false);
	}
}

static void add(struct book *b, const struct booking *k, const struct takeoff *t)
{
	const struct counter *row = &counter_rows[k->counter];
	struct entry *e;

	if (row->at_socket && row->scope == NETNS)
		book_at_sockets(b, *k, owner_counter(k->cause));
	else if ((e = book_add(b, k)))
		add_evidence(b, e, t);
}

/* Books what is left of one slot: splits first, then the counter's own cause. */
static void book_slot(struct book *b, uint32_t slot, const struct takeoff *t)
{
	const struct series *y = &b->s->series[slot];
	const struct counter *row = &counter_rows[y->counter];
	const struct place *p = &b->s->place[y->place];
	uint64_t rest = b->x->left[slot] - late_wait(b, slot, b->x->left[slot]);
	struct booking k = { .place = y->place,
			     .sock = PLACE_NONE,
			     .cpu = p->kind == PLACE_CPU ? (int32_t)p->id : -1,
			     .counter = y->counter,
			     .delta = book_amount(b, slot) };

	/* a machine-wide counter is booked where its packets are visible */
	for (unsigned i = 0; i < t->n && rest; i++) {
		if (!t->at[i].any || !row->cause)
			continue;
		k.place = b->s->series[t->at[i].slot].place;
		k.packets = t->at[i].took < rest ? t->at[i].took : rest;
		k.cause = row->cause;
		k.sure = LIKELY;
		rest -= k.packets;
		add(b, &k, t);
	}
	k.place = p->kind == PLACE_HOST || p->kind == PLACE_CPU ? PLACE_NONE : y->place;
	for (size_t i = b->x->split_first[y->counter]; i && i <= split_count && rest; i++) {
		const struct split *sp = &split_rows[i - 1];

		if (strcmp(sp->key, row->key) != 0)
			break;
		k.packets = when_allows(b, sp, slot, rest);
		if (!k.packets)
			continue;
		rest -= k.packets;
		k.cause = sp->cause;
		k.sure = sp->sure;
		k.why = sp->why;
		if (sp->cond[0].when == WHEN_SOCKET)
			book_at_sockets(b, k, owner_counter(sp->cause));
		else
			add(b, &k, t);
	}
	b->x->left[slot] = 0;
	if (!rest || (row->scope == SOCKET && row->at_socket))
		return;
	if (!row->cause) {
		book_residue(b, y->counter, y->place, rest);
		return;
	}
	k.packets = rest;
	k.cause = row->cause;
	k.why = NULL;
	k.sure = cause_rows[row->cause].verdict == UNKNOWN ? LOW : row->is == TOTAL ? LIKELY : SURE;
	add(b, &k, t);
}

/* Devices under a master come before it, and those that others send through before these. */
static unsigned depth(const struct sample *s, uint32_t place)
{
	unsigned n = s->place[place].kind == PLACE_DEVICE && !rider_is(s->place[place].link);

	while (place != PLACE_NONE && s->place[place].kind == PLACE_DEVICE && n < 8) {
		place = s->place[place].link->master;
		n++;
	}
	return n;
}

static void book_counter(struct book *b, uint16_t c)
{
	uint32_t from = b->x->first[c], to = b->x->first[c + 1];
	unsigned deepest = 0;

	for (uint32_t i = from; i < to && counter_rows[c].scope == DEVICE; i++) {
		unsigned d = depth(b->s, b->s->series[b->x->active[i]].place);

		deepest = d > deepest ? d : deepest;
	}
	for (unsigned level = deepest + 1; level > 0; level--) {
		for (uint32_t i = from; i < to; i++) {
			uint32_t slot = b->x->active[i];
			struct takeoff t = { .n = 0 };

			if (deepest && depth(b->s, b->s->series[slot].place) != level - 1)
				continue;
			take_off(b, slot, &t);
			for (unsigned k = 0; k < t.n; k++)
				late_claim(b, c, t.at[k].slot);
			if (b->x->left[slot])
				book_slot(b, slot, &t);
		}
	}
}

/* A witness books only where the counter it witnesses cannot be read. */
static void book_witness(struct book *b, uint16_t c)
{
	uint16_t booking = table_edge(c, 0);

	for (uint32_t i = b->x->first[c]; i < b->x->first[c + 1]; i++) {
		uint32_t slot = b->x->active[i];
		struct booking k = { .place = b->s->series[slot].place,
				     .sock = PLACE_NONE,
				     .cpu = -1,
				     .counter = c,
				     .packets = b->x->left[slot],
				     .delta = book_amount(b, slot),
				     .sure = LIKELY,
				     .by_witness = true,
				     .cause = counter_rows[c].cause };

		if (!k.packets || booking == COUNTER_NONE ||
		    target_of(b, booking, counter_rows[c].of[0].reach, k.place) != SLOT_NONE)
			continue;
		if (!k.cause)
			k.cause = counter_rows[booking].cause;
		if (k.cause)
			book_add(b, &k);
	}
}

/* Counters whose packets died at a socket name the owners before any rest may claim those sockets. */
static bool first_pass(const struct counter *c)
{
	return c->at_socket && c->scope == NETNS && c->is != TOTAL;
}

static bool last_pass(const struct counter *c)
{
	return c->at_socket && c->scope == SOCKET;
}

int ledger_book(struct ledger *l, const struct sample *s, enum ledger_view view)
{
	struct book b = { .l = l, .x = l->scratch, .s = s, .view = view };
	const uint16_t *order = table_order();

	l->entries = l->residues = l->contradictions = 0;
	b.x->beyond.known = b.x->riders_known = false;
	hash_clear(&b.x->entry_index);
	late_begin(&b);
	if (group(&b))
		return -ENOMEM;
	for (unsigned pass = 0; pass < 3; pass++) {
		for (size_t i = 0; i < counter_count; i++) {
			const struct counter *row = &counter_rows[order[i]];

			if (b.x->first[order[i]] == b.x->first[order[i] + 1])
				continue; /* most: their rows are not even touched */
			if (row->is != WITNESS && pass == (first_pass(row) ? 0 : last_pass(row) ? 2 : 1))
				book_counter(&b, order[i]);
		}
	}
	for (size_t i = 0; i < counter_count; i++)
		if (b.x->first[i] != b.x->first[i + 1] && counter_rows[i].is == WITNESS)
			book_witness(&b, (uint16_t)i);
	book_close(&b);
	return b.failed ? -ENOMEM : 0;
}

/* What went well, by layer: the denominator of a loss. */
static const char *const traffic_keys[LAYER_COUNT] = {
	[LAYER_NIC] = "dev.rx_packets",
	[LAYER_XDP] = "dev.rx_packets",
	[LAYER_TC] = "dev.rx_packets",
	[LAYER_SOFTIRQ] = "dev.rx_packets",
	[LAYER_BRIDGE] = "dev.rx_packets",
	[LAYER_DEVICE] = "dev.rx_packets|dev.tx_packets",
	[LAYER_NETFILTER] = "Ip.InReceives|Ip6InReceives",
	[LAYER_CONNTRACK] = "Ip.InReceives|Ip6InReceives",
	[LAYER_XFRM] = "Ip.InReceives|Ip6InReceives",
	[LAYER_TUNNEL] = "dev.rx_packets|dev.tx_packets",
	[LAYER_NEIGHBOUR] = "Ip.OutRequests|Ip6OutRequests",
	[LAYER_IP] = "Ip.InReceives|Ip6InReceives",
	[LAYER_MULTICAST] = "IpExt.InMcastPkts|Ip6InMcastPkts",
	[LAYER_ICMP] = "Icmp.InMsgs|Icmp6InMsgs",
	[LAYER_UDP] = "Udp.InDatagrams|Udp6InDatagrams",
	[LAYER_TCP] = "Tcp.InSegs",
	[LAYER_SOCKET] = "Udp.InDatagrams|Udp6InDatagrams",
	[LAYER_QDISC] = "dev.tx_packets",
};

bool ledger_traffic(const struct sample *s, const struct entry *e, uint64_t *ret_packets)
{
	const char *keys = traffic_keys[cause_rows[e->cause].layer];
	struct book b = { .s = s, .view = LEDGER_MOVED };
	uint32_t place = e->device != PLACE_NONE ? e->device : e->ns;

	if (!keys || place == PLACE_NONE || (strncmp(keys, "dev.", 4) == 0) != (s->place[place].kind == PLACE_DEVICE))
		return false;
	*ret_packets = when_sum(&b, slice_str(keys), place);
	return true;
}
