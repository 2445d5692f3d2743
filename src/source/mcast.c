/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Multicast memberships of one namespace. A join or leave between two reads is an event; there is no drop counter in any
 * of these files (nor in dev_mcast, which holds reference counts of link addresses).
 *   igmp  (igmp_mc_seq_show):  2	b0        :     2      V3
 *                              				010101EF     1 0:00000000		0      (group in network order)
 *   igmp6 (igmp6_mc_seq_show): 2    b0              ff020000000000000000000000000001     1 0000000C 0
 *   ip_mr_cache: Wrong counts packets that came in by the wrong interface of a multicast router.
 */
#include "source/source.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

struct member { uint32_t ifindex; uint8_t family; uint8_t addr[16]; };
struct list { struct member *m; uint32_t n, cap; };
struct mcast { struct list now, last; bool based; };

static int add(struct list *l, const struct member *m)
{
	if (l->n == l->cap) {
		uint32_t cap = l->cap ? l->cap * 2 : 32;
		struct member *p = realloc(l->m, cap * sizeof(*p));

		if (!p)
			return -ENOMEM;
		l->m = p;
		l->cap = cap;
	}
	l->m[l->n++] = *m;
	return 0;
}

static int by_key(const void *a, const void *b)
{
	const struct member *x = a, *y = b;

	if (x->ifindex != y->ifindex)
		return x->ifindex < y->ifindex ? -1 : 1;
	if (x->family != y->family)
		return (int)x->family - (int)y->family;
	return memcmp(x->addr, y->addr, sizeof(x->addr));
}

static int igmp_text(struct list *l, struct slice text, struct err *err)
{
	struct slice line, word;
	unsigned nr = 0;
	uint64_t v, ifindex = 0;
	int ret = 0;

	while (slice_line(&text, &line)) {
		struct member m = { .family = AF_INET };

		if (nr++ == 0)
			continue;  /* Idx	Device    : Count Querier	Group    Users Timer	Reporter */
		if (line.n && line.p[0] != '\t') {
			ifindex = 0;
			if (!slice_word(&line, &word) || !slice_u64(word, &ifindex) || ifindex > INT32_MAX)
				ret = err_set(err, EINVAL, "igmp:%u: expected an interface index", nr);
			continue;
		}
		if (!slice_word(&line, &word))
			continue;
		if (!slice_hex(word, &v) || v > UINT32_MAX || !ifindex) {
			ret = err_set(err, EINVAL, "igmp:%u: expected a group in hexadecimal", nr);
			continue;
		}
		m.ifindex = (uint32_t)ifindex;
		memcpy(m.addr, &(uint32_t){ (uint32_t)v }, 4);  /* printed as the number in memory, network order */
		if (add(l, &m))
			return err_set(err, ENOMEM, "igmp: out of memory");
	}
	return ret;
}

static int igmp6_text(struct list *l, struct slice text, struct err *err)
{
	struct slice line, idx, dev, group;
	unsigned nr = 0;
	uint64_t ifindex, hi, lo;
	int ret = 0;

	while (slice_line(&text, &line)) {
		struct member m = { .family = AF_INET6 };

		nr++;
		if (!slice_word(&line, &idx) || !slice_word(&line, &dev) || !slice_word(&line, &group) ||
		    !slice_u64(idx, &ifindex) || ifindex > INT32_MAX || group.n != 32 ||
		    !slice_hex(slice_of(group.p, 16), &hi) || !slice_hex(slice_of(group.p + 16, 16), &lo)) {
			ret = err_set(err, EINVAL, "igmp6:%u: expected index, device and a group of 32 digits", nr);
			continue;
		}
		m.ifindex = (uint32_t)ifindex;
		for (unsigned i = 0; i < 8; i++) {
			m.addr[i] = (uint8_t)(hi >> (56 - 8 * i));
			m.addr[8 + i] = (uint8_t)(lo >> (56 - 8 * i));
		}
		if (add(l, &m))
			return err_set(err, ENOMEM, "igmp6: out of memory");
	}
	return ret;
}

static void say(struct sample *s, uint32_t ns, enum event_kind kind, const struct member *m)
{
	uint32_t dev = sample_find(s, PLACE_DEVICE, ns, m->ifindex);
	char group[64];

	if (!inet_ntop(m->family, m->addr, group, sizeof(group)))
		return;
	if (dev != PLACE_NONE)
		sample_event(s, kind, dev, "%s on %s", group, s->place[dev].link->name);
	else
		sample_event(s, kind, ns, "%s on interface %u", group, m->ifindex);
}

/* Both lists are sorted: what stands only in one was left or joined. */
static void compare(struct mcast *x, struct sample *s, uint32_t ns)
{
	uint32_t i = 0, k = 0;

	while (i < x->last.n || k < x->now.n) {
		int c = i == x->last.n ? 1 : k == x->now.n ? -1 : by_key(&x->last.m[i], &x->now.m[k]);

		if (c < 0)
			say(s, ns, EVENT_LEAVE, &x->last.m[i++]);
		else if (c > 0)
			say(s, ns, EVENT_JOIN, &x->now.m[k++]);
		else
			i++, k++;
	}
}

static int mr_cache_text(struct sample *s, uint32_t ns, struct slice text, struct err *err)
{
	struct slice line, word, header;
	int wrong = -1, ret = 0;
	uint64_t v, sum = 0;
	unsigned nr = 1;

	if (!slice_line(&text, &header))
		return 0;
	for (int i = 0; slice_word(&header, &word); i++)
		if (slice_eq(word, "Wrong"))
			wrong = i;
	while (wrong >= 0 && slice_line(&text, &line)) {
		int i = 0;

		nr++;
		while (i <= wrong && slice_word(&line, &word))
			i++;
		if (i <= wrong || !slice_u64(word, &v))
			ret = err_set(err, EINVAL, "ip_mr_cache:%u: expected a number under \"Wrong\"", nr);
		else
			sum += v;
	}
	sample_put(s, sample_slot(s, table_counter(slice_str("ip_mr_cache.Wrong")), ns), sum);
	return ret;
}

static int mcast_read(struct probe *p, struct netns *ns, void *state, struct err *err)
{
	struct mcast *x = state;
	struct list spare = x->last;
	struct slice text;
	int ret = -ENOENT, r;

	x->last = x->now;
	x->now = spare;
	x->now.n = 0;
	r = tree_net(ns, NET_IGMP, &text, err);
	if (r == 0)
		ret = igmp_text(&x->now, text, err);
	r = tree_net(ns, NET_IGMP6, &text, err);
	if (r == 0) {
		r = igmp6_text(&x->now, text, err);
		ret = ret == -ENOENT || ret == 0 ? r : ret;
	}
	qsort(x->now.m, x->now.n, sizeof(*x->now.m), by_key);
	if (ret) {
		/* what could only be read in part must not look as if everybody had left */
		spare = x->now;
		x->now = x->last;
		x->last = spare;
	} else {
		if (x->based)
			compare(x, p->sample, ns->place);
		x->based = true;
	}
	r = tree_net(ns, NET_IP_MR_CACHE, &text, NULL);
	if (r == 0 && (r = mr_cache_text(p->sample, ns->place, text, err)))
		ret = r;
	return ret;
}

static void mcast_forget(void *state)
{
	struct mcast *x = state;

	free(x->now.m);
	free(x->last.m);
}

const struct source source_mcast = { sizeof(struct mcast), mcast_read, mcast_forget };
