/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Packets lost on their way to a program that inspects them (NFQUEUE). Reads /proc/net/netfilter/nfnetlink_queue, one
 * line per queue that a program is bound to, printed by seq_show() in net/netfilter/nfnetlink_queue.c:
 *
 *	    7   4242     10 2 65531    40     0       52  1
 *	    8  -4242      0 1     0     0     0        0  1
 *
 * queue number, port id of the listener, waiting now, copy mode, copy range, dropped because the queue was full,
 * dropped because the listener's socket was full, id of the last packet, 1. Rules that point to a queue without a
 * listener are the business of nftables.c and iptables.c. A queue's counters die with its listener, hence sums here.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "source/source.h"

#define QUEUE_COLUMNS 9

struct queue_line {
	uint64_t num, dropped, user_dropped;
	int64_t portid;
};

struct known_queue {
	struct queue_line line;
	uint32_t round;
};

struct nfqueue_state {
	struct known_queue *queue;
	uint32_t count, cap, round;
	uint64_t dropped, user_dropped; /* over all queues that ever were */
};

/* Reads one line; false when it is not one. */
static bool parse_line(struct slice line, struct queue_line *ret)
{
	struct slice word[QUEUE_COLUMNS];
	unsigned n = 0;

	while (n < QUEUE_COLUMNS && slice_word(&line, &word[n]))
		n++;
	return n == QUEUE_COLUMNS && slice_u64(word[0], &ret->num) && slice_i64(word[1], &ret->portid) &&
	       slice_u64(word[5], &ret->dropped) && slice_u64(word[6], &ret->user_dropped);
}

static struct known_queue *find(struct nfqueue_state *st, uint64_t num)
{
	for (uint32_t i = 0; i < st->count; i++) {
		if (st->queue[i].line.num == num)
			return &st->queue[i];
	}
	return NULL;
}

static struct known_queue *add(struct nfqueue_state *st, uint64_t num)
{
	struct known_queue *p;

	if (st->count == st->cap) {
		uint32_t cap = st->cap ? st->cap * 2 : 4;

		if (cap > 65536)
			return NULL;
		p = realloc(st->queue, cap * sizeof(*p));
		if (!p)
			return NULL;
		st->queue = p;
		st->cap = cap;
	}
	p = &st->queue[st->count++];
	*p = (struct known_queue){ .line = { .num = num } };
	return p;
}

/* A new listener starts from zero, and so does one that has bound again: its numbers are then smaller. */
static uint64_t step(uint64_t last, uint64_t now, bool same)
{
	return same && now >= last ? now - last : now;
}

static int take_line(struct nfqueue_state *st, const struct queue_line *line)
{
	struct known_queue *q = find(st, line->num);
	bool same;

	if (!q)
		q = add(st, line->num);
	if (!q)
		return -ENOMEM;
	same = q->line.portid == line->portid && line->dropped >= q->line.dropped &&
	       line->user_dropped >= q->line.user_dropped;
	st->dropped += step(q->line.dropped, line->dropped, same);
	st->user_dropped += step(q->line.user_dropped, line->user_dropped, same);
	q->line = *line;
	q->round = st->round;
	return 0;
}

static void forget_gone(struct nfqueue_state *st)
{
	uint32_t i = 0;

	while (i < st->count) {
		if (st->queue[i].round == st->round)
			i++;
		else
			st->queue[i] = st->queue[--st->count];
	}
}

/* Adds what a whole file says to the sums. */
static int take_text(struct nfqueue_state *st, struct slice text, struct err *err)
{
	struct queue_line q;
	struct slice line;
	unsigned n = 0;
	int r = 0;

	st->round++;
	while (slice_line(&text, &line)) {
		n++;
		if (!parse_line(line, &q))
			r = err_set(err, EPROTO, "net/netfilter/nfnetlink_queue:%u: expected %d numbers", n,
				    QUEUE_COLUMNS);
		else if (take_line(st, &q))
			r = err_set(err, ENOMEM, "net/netfilter/nfnetlink_queue: no memory for queue %u", n);
	}
	forget_gone(st);
	return r;
}

static void put(struct probe *p, struct netns *ns, const char *key, uint64_t value)
{
	uint32_t slot = sample_slot(p->sample, table_counter(slice_str(key)), ns->place);

	if (slot != SLOT_NONE)
		sample_put(p->sample, slot, value);
}

static int nfqueue_read(struct probe *p, struct netns *ns, void *state, struct err *err)
{
	struct nfqueue_state *st = state;
	struct slice text;
	int r = tree_net(ns, NET_NFQUEUE, &text, err);

	if (r)
		return r;
	r = take_text(st, text, err);
	put(p, ns, "nfqueue.queue_dropped", st->dropped);
	put(p, ns, "nfqueue.queue_user_dropped", st->user_dropped);
	return r;
}

static void nfqueue_forget(void *state)
{
	struct nfqueue_state *st = state;

	free(st->queue);
	*st = (struct nfqueue_state){ 0 };
}

const struct source source_nfqueue = {
	.state_size = sizeof(struct nfqueue_state),
	.read = nfqueue_read,
	.forget = nfqueue_forget,
};
