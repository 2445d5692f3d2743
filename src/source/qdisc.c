/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Queueing disciplines of one namespace by an RTM_GETQDISC dump (tc_fill_qdisc in net/sched/sch_api.c): the root of each
 * device and its clsact or ingress qdisc, nothing else. A classful parent counts the drops of its children again, and mq
 * sums its queues, so the root alone holds each packet once; clsact stands beside the root and holds other packets.
 * Counters are u32 and start anew when the qdisc is replaced (another handle), so steps are added up here.
 */
#include "source/qdisc.h"

#include "source/rta.h"

#include <errno.h>
#include <linux/gen_stats.h>
#include <linux/pkt_sched.h>
#include <stdlib.h>

enum { DROPS, OVERLIMITS, REQUEUES, XSTAT0, XSTATS = 4, COUNTS = XSTAT0 + XSTATS };

/* Where a kind keeps its own drop counters: u32s in TCA_STATS_APP, by offset. */
static const struct xstat {
	const char *kind;
	uint8_t at, words, width;
	const char *key;
} xstats[] = {
	/* struct tc_fq_codel_xstats: type, maxpacket, drop_overlimit, ecn_mark, new_flow_count */
	{ "fq_codel", 8, 1, 4, "qdisc.fq_codel.drop_overlimit" },
	{ "fq_codel", 12, 1, 4, "qdisc.fq_codel.ecn_mark" },
	{ "fq_codel", 16, 1, 4, "qdisc.fq_codel.new_flow_count" },
	/* struct tc_codel_xstats: maxpacket, count, lastcount, ldelay, drop_next, drop_overlimit, ecn_mark */
	{ "codel", 20, 1, 4, "qdisc.codel.drop_overlimit" },
	/* struct tc_fq_qd_stats: flows_plimit is the 5th u64; horizon_drops since 5.8, three band_drops since 6.7 */
	{ "fq", 32, 1, 8, "qdisc.fq.flows_plimit" },
	{ "fq", 88, 1, 8, "qdisc.fq.horizon_drops" },
	{ "fq", 112, 3, 8, "qdisc.fq.band_drops" },
	/* struct tc_red_xstats: early, pdrop, other, marked */
	{ "red", 0, 1, 4, "qdisc.red.early" },
	{ "red", 4, 1, 4, "qdisc.red.pdrop" },
	{ "red", 8, 1, 4, "qdisc.red.other" },
	{ "red", 12, 1, 4, "qdisc.red.marked" },
};

/* One qdisc of one device, root or clsact. */
struct queue {
	int ifindex;
	bool clsact;
	uint32_t handle, place;
	uint64_t print; /* of the last message: the same again needs no reading */
	uint32_t tick;
	char kind[16];
	uint32_t last[COUNTS];
	uint64_t sum[COUNTS];
	uint32_t slot[COUNTS], qlen_slot, backlog_slot;
	const struct xstat *x[XSTATS];
};
struct qdisc {
	struct queue *q;
	uint32_t n, cap, next;
	struct hash index; /* (ifindex, clsact) -> position in q */
	bool whole;	   /* there was a complete read: a qdisc met later is new */
};
struct read {
	struct probe *p;
	struct netns *ns;
	struct qdisc *x;
	bool missed;
};

static uint32_t slot_of(struct sample *s, const char *key, uint32_t place)
{
	return sample_slot(s, table_counter(slice_str(key)), place);
}

static uint64_t key_of(int ifindex, bool clsact)
{
	return (uint64_t)(uint32_t)ifindex << 1 | clsact;
}

/* Dumps come in the same order each time, so the next one is usually the one. */
static struct queue *find(struct qdisc *x, int ifindex, bool clsact)
{
	uint32_t i;

	if (x->next < x->n && x->q[x->next].ifindex == ifindex && x->q[x->next].clsact == clsact)
		return &x->q[x->next++];
	if (!hash_get(&x->index, key_of(ifindex, clsact), &i))
		return NULL;
	x->next = i + 1;
	return &x->q[i];
}

/* The sums go on where each counter stands: another kind of qdisc has other counters of its own. */
static void go_on(struct sample *s, struct queue *q)
{
	for (unsigned i = 0; i < COUNTS; i++) {
		const struct series *y = q->slot[i] == SLOT_NONE ? NULL : &s->series[q->slot[i]];

		q->sum[i] = y && y->flags & SERIES_BASED ? y->now : 0;
	}
}

static void bind(struct sample *s, struct queue *q)
{
	unsigned n = 0;

	for (unsigned i = 0; i < COUNTS; i++)
		q->slot[i] = SLOT_NONE;
	q->qlen_slot = q->backlog_slot = SLOT_NONE;
	memset(q->x, 0, sizeof(q->x));
	q->slot[DROPS] = slot_of(s, q->clsact ? "clsact.drops" : "qdisc.drops", q->place);
	if (q->clsact)
		goto out;
	q->slot[OVERLIMITS] = slot_of(s, "qdisc.overlimits", q->place);
	q->slot[REQUEUES] = slot_of(s, "qdisc.requeues", q->place);
	q->qlen_slot = slot_of(s, "qdisc.qlen", q->place);
	q->backlog_slot = slot_of(s, "qdisc.backlog", q->place);
	for (size_t i = 0; i < ARRAY_SIZE(xstats) && n < XSTATS; i++) {
		if (strcmp(xstats[i].kind, q->kind) != 0)
			continue;
		q->x[n] = &xstats[i];
		q->slot[XSTAT0 + n++] = slot_of(s, xstats[i].key, q->place);
	}
out:
	go_on(s, q);
}

static struct queue *make(struct read *r, int ifindex, bool clsact, uint32_t place)
{
	struct qdisc *x = r->x;
	struct queue *q;

	if (x->n == x->cap) {
		uint32_t cap = x->cap ? x->cap * 2 : 8;

		q = realloc(x->q, cap * sizeof(*q));
		if (!q)
			return NULL;
		x->q = q;
		x->cap = cap;
	}
	if (hash_put(&x->index, key_of(ifindex, clsact), x->n))
		return NULL;
	q = &x->q[x->n++];
	*q = (struct queue){ .ifindex = ifindex, .clsact = clsact, .place = place };
	return q;
}

/* Puts what one counter shows, adding up over replaced qdiscs. */
static void put(struct sample *s, struct queue *q, unsigned i, uint32_t raw)
{
	uint64_t step;

	if (sample_step(q->last[i], raw, 32, &step))
		q->sum[i] += step;
	else
		sample_event(s, EVENT_RESET, q->place, "qdisc %s: a counter went back: step unknown", q->kind);
	q->last[i] = raw;
	sample_put(s, q->slot[i], q->sum[i]);
}

static void stats(struct sample *s, struct queue *q, const struct rtattr *outer)
{
	const struct rtattr *a = RTA_DATA(outer);
	int len = (int)RTA_PAYLOAD(outer);
	struct gnet_stats_queue g;

	RTA_EACH(a, len)
	{
		const char *p = RTA_DATA(a);

		if (rta_type(a) == TCA_STATS_QUEUE && RTA_PAYLOAD(a) >= sizeof(g)) {
			memcpy(&g, p, sizeof(g));
			put(s, q, DROPS, g.drops);
			put(s, q, OVERLIMITS, g.overlimits);
			put(s, q, REQUEUES, g.requeues);
			sample_put(s, q->qlen_slot, g.qlen);
			sample_put(s, q->backlog_slot, g.backlog);
		}
		for (unsigned i = 0; i < XSTATS && rta_type(a) == TCA_STATS_APP && q->x[i]; i++) {
			const struct xstat *x = q->x[i];
			uint64_t sum = 0;

			if (RTA_PAYLOAD(a) < x->at + (size_t)x->words * x->width)
				continue; /* an older kernel's shorter struct */
			for (unsigned k = 0; k < x->words; k++) {
				uint64_t v = 0;

				memcpy(&v, p + x->at + (size_t)k * x->width, x->width);
				sum += v;
			}
			put(s, q, XSTAT0 + i, (uint32_t)sum);
		}
	}
}

static void qdisc_message(struct read *r, const struct nlmsghdr *nlh)
{
	struct sample *s = r->p->sample;
	const struct tcmsg *m = NLMSG_DATA(nlh);
	const struct rtattr *a, *st = NULL, *kind = NULL;
	uint64_t print;
	struct queue *q;
	bool clsact;
	int len;

	if (nlh->nlmsg_len < NLMSG_LENGTH(sizeof(*m)))
		return;
	clsact = m->tcm_parent == TC_H_INGRESS;
	if ((m->tcm_parent != TC_H_ROOT && !clsact) || m->tcm_ifindex <= 0)
		return;
	q = find(r->x, m->tcm_ifindex, clsact);
	print = hash_print(m, nlh->nlmsg_len - NLMSG_HDRLEN);
	if (q && q->print == print && nlh->nlmsg_type == RTM_NEWQDISC) {
		q->tick = s->tick + 1;
		return;
	}
	a = TCA_RTA(m);
	len = (int)TCA_PAYLOAD(nlh);
	RTA_EACH(a, len)
	{
		if (rta_type(a) == TCA_KIND)
			kind = a;
		else if (rta_type(a) == TCA_STATS2)
			st = a;
	}
	if (!st || !kind)
		return;
	if (!q) {
		uint32_t place = sample_find(s, PLACE_DEVICE, r->ns->place, (uint64_t)m->tcm_ifindex);

		q = place == PLACE_NONE ? NULL : make(r, m->tcm_ifindex, clsact, place);
		r->missed |= !q;
		if (!q)
			return; /* a device that netdev has not seen: at the next tick */
	}
	if (q->handle != m->tcm_handle || !q->kind[0]) {
		/* a new qdisc starts from zero; one put there after the first read has lost all it shows since then */
		bool fresh = q->kind[0] || r->x->whole || s->place[q->place].born;

		slice_copy(rta_text(kind), q->kind, sizeof(q->kind));
		memset(q->last, 0, sizeof(q->last));
		q->handle = m->tcm_handle;
		bind(s, q);
		if (fresh)
			for (unsigned i = 0; i < COUNTS; i++)
				if (q->slot[i] != SLOT_NONE && !(s->series[q->slot[i]].flags & SERIES_BASED))
					s->series[q->slot[i]].flags |= SERIES_BORN;
	}
	q->tick = s->tick + 1;
	q->print = print;
	stats(s, q, st);
	/* the kind that dropped, not one that stands there now and has not */
	if (!clsact && s->place[q->place].link && (q->last[DROPS] || !q->sum[DROPS]))
		slice_copy(slice_str(q->kind), s->place[q->place].link->qdisc, sizeof(s->place[q->place].link->qdisc));
	if (nlh->nlmsg_type == RTM_DELQDISC) {
		q->print = 0; /* whatever stands there next is a new one, also under the same handle */
		q->kind[0] = 0;
	}
}

static int each_qdisc(const struct nlmsghdr *nlh, void *arg)
{
	if (nlh->nlmsg_type == RTM_NEWQDISC)
		qdisc_message(arg, nlh);
	return 0;
}

void qdisc_gone(struct probe *p, struct netns *ns, const struct nlmsghdr *nlh)
{
	struct read r = { .p = p, .ns = ns, .x = ns->state[SRC_qdisc] };

	if (r.x)
		qdisc_message(&r, nlh);
}

/* Qdiscs that were not in this dump are gone; what they had dropped stays in the books. */
static void sweep(struct read *r)
{
	struct qdisc *x = r->x;

	for (uint32_t i = 0; i < x->n;) {
		struct queue *q = &x->q[i];

		if (q->tick == r->p->sample->tick + 1) {
			i++;
			continue;
		}
		if (r->p->sample->place[q->place].gone) {
			hash_del(&x->index, key_of(q->ifindex, q->clsact));
			*q = x->q[--x->n];
			if (i < x->n)
				hash_put(&x->index, key_of(q->ifindex, q->clsact), i);
			continue;
		}
		q->print = q->handle = 0;
		i++;
	}
}

static int each_filter(const struct nlmsghdr *nlh, void *arg)
{
	bool *any = arg;

	if (nlh->nlmsg_type == RTM_NEWTFILTER)
		*any = true;
	return 0;
}

/* Which side of a clsact qdisc has filters: its one drop counter serves both. Asked only when that counter moved. */
static void ask_filters(struct read *r, struct queue *q)
{
	static const struct {
		uint32_t parent;
		const char *name;
	} sides[2] = {
		{ TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS), "gettfilter-ingress" },
		{ TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS), "gettfilter-egress" },
	};
	struct link_fact *l = r->p->sample->place[q->place].link;
	bool any[2] = { false, false };

	for (unsigned i = 0; i < 2; i++) {
		struct {
			struct nlmsghdr n;
			struct tcmsg m;
		} ask = {
			.n = { .nlmsg_len = sizeof(ask),
			       .nlmsg_type = RTM_GETTFILTER,
			       .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
			.m = { .tcm_ifindex = q->ifindex, .tcm_parent = sides[i].parent },
		};
		char name[64];
		struct fmt f;

		fmt_init(&f, name, sizeof(name));
		fmt_add(&f, "%s-%d", sides[i].name, q->ifindex);
		if (strcmp(q->kind, "ingress") == 0) {
			any[0] = true;
			continue;
		}
		if (tree_ask(r->ns, NL_ROUTE, name, &ask.n, each_filter, &any[i], NULL))
			return;
	}
	l->filter_ingress = any[0];
	l->filter_egress = any[1];
	l->filters_known = true;
}

static int qdisc_read(struct probe *p, struct netns *ns, void *state, struct err *err)
{
	struct {
		struct nlmsghdr n;
		struct tcmsg m;
	} ask = {
		.n = { .nlmsg_len = sizeof(ask), .nlmsg_type = RTM_GETQDISC, .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
	};
	struct qdisc *x = state;
	struct read r = { .p = p, .ns = ns, .x = x };
	int ret;

	x->next = 0;
	ret = tree_ask(ns, NL_ROUTE, "getqdisc", &ask.n, each_qdisc, &r, err);
	if (ret && ret != -EINTR)
		return ret;
	if (ret == 0) {
		x->whole |= !r.missed;
		sweep(&r);
	}
	for (uint32_t i = 0; i < x->n; i++) {
		struct queue *q = &x->q[i];

		const struct series *y;

		if (!q->clsact || !q->handle || q->slot[DROPS] == SLOT_NONE)
			continue;
		y = &p->sample->series[q->slot[DROPS]];
		/* a snapshot cannot know yet whether the next one will show drops */
		if ((y->flags & SERIES_MOVED && y->tick == p->sample->tick) || tree_recording(p->tree))
			ask_filters(&r, q);
	}
	return 0;
}

static void qdisc_forget(void *state)
{
	struct qdisc *x = state;

	free(x->q);
	hash_free(&x->index);
}

const struct source source_qdisc = { sizeof(struct qdisc), qdisc_read, qdisc_forget };
