/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which devices send through a device or out of a namespace. They are listed once in a booking, by the number of the
 * device below and by namespace: looking through all devices for each that lost is quadratic. Not here: what is taken
 * off them.
 */
#include "ledger/rider.h"

/* How a list is found: riders on the device with this number, in this namespace tied to some device, or to none. */
enum { ON_NUMBER, TIED, FREE };

static uint64_t key_of(unsigned list, uint32_t id)
{
	return (uint64_t)list << 32 | id;
}

bool rider_is(const struct link_fact *l)
{
	for (size_t i = 0; i < upper_count; i++)
		if (strcmp(upper_rows[i].kind, l->kind) == 0)
			return true;
	return false;
}

static bool sends_through(const struct sample *s, uint32_t up, uint32_t place)
{
	const struct place *u = &s->place[up], *p = &s->place[place];
	const struct link_fact *l = u->link;

	if (up == place)
		return false;
	if (p->kind == PLACE_DEVICE && l->peer_ifindex)
		return l->peer_ifindex == p->link->ifindex && (u->parent == p->parent) == (l->peer_nsid < 0);
	return u->parent == p->parent;
}

/* Puts a rider at the head of one list; `which` is 0 for the list by number, 1 for that of its namespace. */
static void enlist(struct book *b, uint32_t i, unsigned which, uint64_t key)
{
	struct ledger_scratch *x = b->x;

	x->rider[i].next[which] = UINT32_MAX;
	hash_get(&x->rider_index, key, &x->rider[i].next[which]);
	if (hash_put(&x->rider_index, key, i))
		b->failed = true;
}

static void list_all(struct book *b)
{
	struct ledger_scratch *x = b->x;

	x->riders_known = true;
	x->riders = 0;
	hash_clear(&x->rider_index);
	for (uint32_t i = 0; i < b->s->places; i++) {
		const struct place *p = &b->s->place[i];

		if (p->kind != PLACE_DEVICE || !rider_is(p->link))
			continue;
		if (book_grow((void **)&x->rider, &x->rider_cap, x->riders + 1, sizeof(*x->rider))) {
			b->failed = true;
			return;
		}
		x->rider[x->riders].place = i;
		if (p->link->peer_ifindex)
			enlist(b, x->riders, 0, key_of(ON_NUMBER, (uint32_t)p->link->peer_ifindex));
		enlist(b, x->riders, 1, key_of(p->link->peer_ifindex ? TIED : FREE, p->parent));
		x->riders++;
	}
}

static void walk(struct book *b, uint32_t place, unsigned which, uint64_t key,
		 void (*each)(struct book *b, uint32_t rider, void *arg), void *arg)
{
	uint32_t i;

	if (!hash_get(&b->x->rider_index, key, &i))
		return;
	for (; i != UINT32_MAX; i = b->x->rider[i].next[which])
		if (sends_through(b->s, b->x->rider[i].place, place))
			each(b, b->x->rider[i].place, arg);
}

void rider_each(struct book *b, uint32_t place, void (*each)(struct book *b, uint32_t rider, void *arg), void *arg)
{
	const struct place *p = &b->s->place[place];

	if (!b->x->riders_known)
		list_all(b);
	if (p->kind == PLACE_DEVICE)
		walk(b, place, 0, key_of(ON_NUMBER, (uint32_t)p->link->ifindex), each, arg);
	else
		walk(b, place, 1, key_of(TIED, p->parent), each, arg);
	walk(b, place, 1, key_of(FREE, p->parent), each, arg);
}
