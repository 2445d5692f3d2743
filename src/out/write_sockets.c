/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of `whydrop sockets`: who loses at a socket, or is about to. One line of numbers per socket and one line
 * that names the number that is wrong. Books nothing: drops are the socket's own counter since it was opened.
 */
#include "out/writer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "out/page.h"
#include "tell/name.h"

#define NEAR 80 /* percent full from which a socket is called about to lose */

struct row {
	const struct place *place;
	uint32_t drops;
	unsigned fill, send_fill;
	bool have_fill;
};

static unsigned share(uint64_t part, uint64_t whole)
{
	uint64_t v = whole ? part * 100 / whole : 0;

	return v > 999 ? 999 : (unsigned)v;
}

static struct row make_row(const struct place *p)
{
	const struct sock_fact *k = p->sock;
	struct row r = { .place = p, .drops = k->drops };

	if (k->kind == SOCK_KIND_TCP_LISTEN) {
		r.have_fill = true;
		r.fill = k->queue_max ? share(k->queue, k->queue_max) : k->queue ? 999 : 0;
	} else if (k->have_mem && k->rcvbuf) {
		r.have_fill = true;
		r.fill = share(k->rmem, k->rcvbuf);
		r.send_fill = share(k->wmem, k->sndbuf);
	}
	return r;
}

static bool worth(const struct row *r)
{
	return r->drops || r->fill >= NEAR || r->send_fill >= NEAR;
}

static int worse(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->drops != y->drops)
		return x->drops < y->drops ? 1 : -1;
	if (x->fill != y->fill)
		return x->fill < y->fill ? 1 : -1;
	if (x->send_fill != y->send_fill)
		return x->send_fill < y->send_fill ? 1 : -1;
	return x->place < y->place ? -1 : x->place > y->place;
}

static void say_listener(struct page *p, const struct row *r)
{
	const struct sock_fact *k = r->place->sock;

	if (k->queue >= k->queue_max && k->queue)
		page_say(p, PLAIN, "accept queue %s of %s: full, the program does not accept() fast enough.",
			 page_number(k->queue).s, page_number(k->queue_max).s);
	else if (r->fill >= NEAR)
		page_say(p, PLAIN, "accept queue %s of %s: nearly full (limits: listen backlog, net.core.somaxconn).",
			 page_number(k->queue).s, page_number(k->queue_max).s);
	else
		page_say(p, PLAIN, "accept queue %s of %s now; it refused connections earlier.",
			 page_number(k->queue).s, page_number(k->queue_max).s);
}

static const char *full_words(enum sock_kind kind)
{
	switch (kind) {
	case SOCK_KIND_UDP:
	case SOCK_KIND_RAW:
		return "the next datagrams are lost; the program reads too slowly";
	case SOCK_KIND_TCP:
		return "the program does not read; the sender is told to wait";
	case SOCK_KIND_PACKET:
		return "the capture misses copies; the traffic is not harmed";
	case SOCK_KIND_NETLINK:
		return "the listener misses kernel events";
	case SOCK_KIND_TCP_LISTEN:
	case SOCK_KIND_UNIX:
	case SOCK_KINDS:
		break;
	}
	return "the program reads too slowly";
}

static void say_buffer(struct page *p, const struct row *r)
{
	const struct sock_fact *k = r->place->sock;

	if (r->have_fill && r->fill >= NEAR)
		page_say(p, PLAIN, "receive buffer %s of %s bytes: %s.", page_number(k->rmem).s,
			 page_number(k->rcvbuf).s, full_words(k->kind));
	else if (r->drops && r->have_fill)
		page_say(p, PLAIN,
			 "receive buffer of %s bytes: has room now, it overflowed in bursts or was refused memory.",
			 page_number(k->rcvbuf).s);
	if (r->send_fill >= NEAR)
		page_say(p, PLAIN, "send buffer %s of %s bytes: the program sends faster than packets leave.",
			 page_number(k->wmem).s, page_number(k->sndbuf).s);
}

static void say_row(struct page *p, const struct sample *s, const struct row *r)
{
	char socket[160], owner[160], ns[128], fill[16] = "-";
	struct fmt f;

	fmt_init(&f, socket, sizeof(socket));
	name_socket(&f, r->place->sock);
	fmt_init(&f, owner, sizeof(owner));
	name_owner(&f, &r->place->sock->owner);
	fmt_init(&f, ns, sizeof(ns));
	name_netns(&f, s, r->place->parent);
	if (r->have_fill)
		snprintf(fill, sizeof(fill), r->fill > 998 ? ">998%%" : "%u%%", r->fill);
	page_at(p, 0, 20);
	page_unit(p, r->drops ? BOLD : PLAIN, "%11s", page_number(r->drops).s);
	page_unit(p, PLAIN, "%6s", fill);
	page_at(p, 20, 22);
	page_unit(p, PLAIN, "%s,", socket);
	page_say(p, PLAIN, "%s,", owner[0] ? owner : "owner unknown");
	page_unit(p, PLAIN, "%s", ns);
	if (!worth(r))
		return;
	page_at(p, 22, 22);
	if (r->place->sock->kind == SOCK_KIND_TCP_LISTEN)
		say_listener(p, r);
	else
		say_buffer(p, r);
}

static void say_table(struct page *p, const struct sample *s, const struct row *row, size_t n)
{
	page_unit(p, BOLD, "%11s", "drops");
	page_unit(p, BOLD, "%6s", "full");
	page_at(p, 20, 20);
	page_say(p, BOLD, "socket, owner, namespace");
	for (size_t i = 0; i < n; i++)
		say_row(p, s, &row[i]);
}

/* The rows worth showing (all with -v) to the front of row[]; their number, and that of all sockets. */
static size_t collect(const struct sample *s, bool all, struct row *row, size_t *ret_sockets)
{
	size_t n = 0;

	*ret_sockets = 0;
	for (uint32_t i = 0; i < s->places; i++) {
		struct row r;

		if (s->place[i].kind != PLACE_SOCKET || s->place[i].gone || !s->place[i].sock)
			continue;
		++*ret_sockets;
		r = make_row(&s->place[i]);
		if (all || worth(&r))
			row[n++] = r;
	}
	qsort(row, n, sizeof(*row), worse);
	return n;
}

void write_sockets_text(const struct sample *s, const struct writer_opts *o, struct fmt *out)
{
	struct row *row = calloc(s->places + 1, sizeof(*row));
	size_t n, sockets;
	struct page p;

	if (!row) {
		out->cut = true;
		return;
	}
	n = collect(s, o->verbose > 0, row, &sockets);
	page_begin(&p, o, out);
	if (n)
		say_table(&p, s, row, n);
	else
		page_say(&p, PLAIN, "No socket has lost anything and none is nearly full.");
	page_at(&p, 0, 0);
	if (sockets > n)
		page_say(&p, PLAIN, "%s%zu socket%s without loss and with room; -v shows them.", n ? "and " : "",
			 sockets - n, sockets - n == 1 ? "" : "s");
	if (s->health[SRC_sockdiag].state != SOURCE_ON && s->health[SRC_sockdiag].why[0]) {
		page_at(&p, 0, 0);
		page_say(&p, PLAIN, "Not all sockets could be seen: %s.", s->health[SRC_sockdiag].why);
	}
	page_end(&p);
	free(row);
}
