/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Multicast memberships of one namespace. A join or leave between two reads is an event; there is no drop counter in any
 * of these files. dev_mcast holds the link addresses a card lets through (32 IPv4 groups share one), mcfilter the source
 * filters of groups.
 *   igmp  (igmp_mc_seq_show):  2	b0        :     2      V3
 *                              				010101EF     1 0:00000000		0      (group in network order)
 *   igmp6 (igmp6_mc_seq_show): 2    b0              ff020000000000000000000000000001     1 0000000C 0
 *   mcfilter  (igmp_mcf_seq_show):  2     b0 0xef010101 0x0a4d0001      1      0
 *   mcfilter6 (igmp6_mcf_seq_show): 2     b0 ff05...0099 fd77...0001      1      0
 *   dev_mcast (dev_mc_seq_show): 2    b0              1     0     01005e010101
 *   ip_mr_cache: Wrong counts packets that came in by the wrong interface of a multicast router.
 */
#include "source/source.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

enum what { GROUP, SOURCE_FILTER, LINK_ADDRESS };
struct member {
	uint32_t ifindex;
	uint8_t what, family, len;
	uint8_t addr[32];
};
struct list {
	struct member *m;
	uint32_t n, cap;
};
struct mcast {
	struct list now, last;
	bool based;
};

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
	if (x->what != y->what || x->family != y->family)
		return x->what != y->what ? (int)x->what - (int)y->what : (int)x->family - (int)y->family;
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
			continue; /* Idx	Device    : Count Querier	Group    Users Timer	Reporter */
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
		m.len = 4;
		memcpy(m.addr, &(uint32_t){ (uint32_t)v }, 4); /* printed as the number in memory, network order */
		if (add(l, &m))
			return err_set(err, ENOMEM, "igmp: out of memory");
	}
	return ret;
}

/* Hexadecimal digits, two a byte, into addr. */
static bool bytes_of(struct slice digits, uint8_t *addr, size_t max, uint8_t *ret_len)
{
	uint64_t v;

	if (digits.n == 0 || digits.n % 2 || digits.n / 2 > max)
		return false;
	for (size_t i = 0; i < digits.n / 2; i++) {
		if (!slice_hex(slice_of(digits.p + 2 * i, 2), &v))
			return false;
		addr[i] = (uint8_t)v;
	}
	*ret_len = (uint8_t)(digits.n / 2);
	return true;
}

/* The files of one line a membership: index, device, then addresses in hexadecimal at the given words. */
static const struct layout {
	enum net_file file;
	enum what what;
	uint8_t family, word[2], heading;
} layouts[] = {
	{ NET_IGMP6, GROUP, AF_INET6, { 2, 0 }, 0 },
	{ NET_MCFILTER, SOURCE_FILTER, AF_INET, { 2, 3 }, 1 },
	{ NET_MCFILTER6, SOURCE_FILTER, AF_INET6, { 2, 3 }, 1 },
	{ NET_DEV_MCAST, LINK_ADDRESS, AF_PACKET, { 4, 0 }, 0 },
};

static bool lines_member(const struct layout *y, struct slice line, struct member *ret)
{
	size_t want = y->family == AF_INET ? 4 : y->family == AF_INET6 ? 16 : sizeof(ret->addr);
	struct slice word;
	uint64_t ifindex;
	uint8_t len;

	*ret = (struct member){ .what = (uint8_t)y->what, .family = y->family };
	for (unsigned n = 0, k = 0; slice_word(&line, &word); n++) {
		if (n == 0 && (!slice_u64(word, &ifindex) || !ifindex || ifindex > INT32_MAX))
			return false;
		if (n != y->word[k] || (n == 0))
			continue;
		if (slice_starts(word, "0x"))
			word = slice_of(word.p + 2, word.n - 2);
		if (!bytes_of(word, ret->addr + ret->len, sizeof(ret->addr) - ret->len, &len) ||
		    (y->family != AF_PACKET && len != want))
			return false;
		ret->len = (uint8_t)(ret->len + len);
		ret->ifindex = (uint32_t)ifindex;
		if (++k == 2 || !y->word[k])
			return true;
	}
	return false;
}

static int lines_text(const struct layout *y, struct list *l, struct slice text, struct err *err)
{
	struct slice line;
	unsigned nr = 0;
	int ret = 0;

	while (slice_line(&text, &line)) {
		struct member m;

		if (nr++ < y->heading)
			continue;
		if (!lines_member(y, line, &m))
			ret = err_set(err, EINVAL, "%s:%u: expected index, device and addresses in hexadecimal",
				      net_file_paths[y->file], nr);
		else if (add(l, &m))
			return err_set(err, ENOMEM, "%s: out of memory", net_file_paths[y->file]);
	}
	return ret;
}

static void say(struct sample *s, uint32_t ns, enum event_kind kind, const struct member *m)
{
	uint32_t dev = sample_find(s, PLACE_DEVICE, ns, m->ifindex);
	char text[100], group[64] = "", from[64] = "";
	struct fmt f;

	fmt_init(&f, text, sizeof(text));
	if (m->what == LINK_ADDRESS) {
		fmt_add(&f, "link address ");
		for (unsigned i = 0; i < m->len; i++)
			fmt_add(&f, "%s%02x", i ? ":" : "", m->addr[i]);
	} else {
		if (!inet_ntop(m->family, m->addr, group, sizeof(group)))
			return;
		fmt_add(&f, "%s", group);
		if (m->what == SOURCE_FILTER && inet_ntop(m->family, m->addr + m->len / 2, from, sizeof(from)))
			fmt_add(&f, " from %s", from);
	}
	if (dev != PLACE_NONE)
		sample_event(s, kind, dev, "%s on %s", text, s->place[dev].link->name);
	else
		sample_event(s, kind, ns, "%s on interface %u", text, m->ifindex);
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
	for (size_t i = 0; i < ARRAY_SIZE(layouts); i++) {
		struct err one = { 0 };

		r = tree_net(ns, layouts[i].file, &text, &one);
		if (r == 0)
			r = lines_text(&layouts[i], &x->now, text, &one);
		if (r == -ENOENT || (ret && ret != -ENOENT))
			continue; /* an absent file is no news, and the first sentence stays */
		ret = r;
		if (r && err)
			*err = one;
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
