/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets that died at sockets: which of the losing sockets of a namespace take them. Not here: what died there. */
#include "ledger/book.h"

#include "base/sort.h"

uint64_t book_sockets_left(const struct book *b, uint16_t counter, uint32_t ns)
{
	uint64_t sum = 0;

	if (counter == COUNTER_NONE)
		return 0;
	for (uint32_t i = sample_child(b->s, ns); i != PLACE_NONE; i = b->s->place[i].sibling)
		if (b->s->place[i].kind == PLACE_SOCKET)
			sum += book_left(b, sample_lookup(b->s, counter, i));
	return sum;
}

/* How full a socket is, in thousandths: the fullest one is the likeliest to have lost. */
static uint32_t fullness(const struct sock_fact *k)
{
	if (k->kind == SOCK_KIND_TCP_LISTEN)
		return k->queue_max ? (uint32_t)((uint64_t)k->queue * 1000 / k->queue_max) : k->queue * 1000;
	return k->rcvbuf ? (uint32_t)((uint64_t)k->rmem * 1000 / k->rcvbuf) : 0;
}

static int fullest_first(const void *pa, const void *pb, const void *arg)
{
	const struct sample *s = arg;
	uint32_t a = *(const uint32_t *)pa, b = *(const uint32_t *)pb;
	uint32_t fa = fullness(s->place[s->series[a].place].sock), fb = fullness(s->place[s->series[b].place].sock);

	return fa != fb ? (fa > fb ? -1 : 1) : a < b ? -1 : a > b;
}

/* The sockets of a namespace that have lost something nobody claimed yet, into scratch; their number. */
static uint32_t pick_sockets(struct book *b, uint16_t counter, uint32_t ns)
{
	struct ledger_scratch *x = b->x;
	uint32_t n = 0;

	if (counter == COUNTER_NONE)
		return 0;
	for (uint32_t i = sample_child(b->s, ns); i != PLACE_NONE; i = b->s->place[i].sibling) {
		uint32_t slot = b->s->place[i].kind == PLACE_SOCKET ? sample_lookup(b->s, counter, i) : SLOT_NONE;

		if (!book_left(b, slot))
			continue;
		if (book_grow((void **)&x->pick, &x->pick_cap, n + 1, sizeof(*x->pick))) {
			b->failed = true;
			break;
		}
		x->pick[n++] = slot;
	}
	sort(x->pick, n, sizeof(*x->pick), fullest_first, b->s);
	return n;
}

/* Books packets that died at sockets: names the losing sockets, fullest first, by what is left of their counters. */
void book_at_sockets(struct book *b, struct booking k, uint16_t socket_counter)
{
	const struct sample *s = b->s;
	uint32_t ns = sample_ns_of(s, k.place);
	uint64_t rest = k.packets;
	uint32_t n;

	n = rest ? pick_sockets(b, socket_counter, ns) : 0;
	for (uint32_t i = 0; i < n && rest; i++) {
		uint32_t best = b->x->pick[i];

		k.packets = rest < b->x->left[best] ? rest : b->x->left[best];
		k.sock = s->series[best].place;
		b->x->left[best] -= k.packets;
		rest -= k.packets;
		{
			struct entry *e = book_add(b, &k);

			if (e)
				book_evidence(e, socket_counter, k.sock, book_amount(b, best), false);
		}
	}
	if (rest) {
		k.packets = rest;
		k.sock = PLACE_NONE;
		book_add(b, &k);
	}
}
