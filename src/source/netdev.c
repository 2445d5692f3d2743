/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Devices of one namespace. Numbers by an RTM_GETSTATS dump (IFLA_STATS_LINK_64, struct rtnl_link_stats64, 23 to 25
 * counters by kernel); names, flags and MTUs by one RTM_GETLINK dump and after that by the kernel's own notifications,
 * not by polling. Where netlink cannot be asked (recorded trees, another user's namespace) /proc/net/dev serves:
 *     b0:   15064     146    0    0    0     0          0         0    15064     146    0    0    0     0       0          0
 * It prints the same numbers with some of them added up (drop = rx_dropped + rx_missed_errors).
 * long: three ways of asking fill the same devices.
 */
#include "source/source.h"

#include "source/notice.h"
#include "source/qdisc.h"
#include "source/rta.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdlib.h>

/* In the order of struct rtnl_link_stats64. */
static const char *const stats_keys[] = {
	"dev.rx_packets",
	"dev.tx_packets",
	"dev.rx_bytes",
	"dev.tx_bytes",
	"dev.rx_errors",
	"dev.tx_errors",
	"dev.rx_dropped",
	"dev.tx_dropped",
	"dev.multicast",
	"dev.collisions",
	"dev.rx_length_errors",
	"dev.rx_over_errors",
	"dev.rx_crc_errors",
	"dev.rx_frame_errors",
	"dev.rx_fifo_errors",
	"dev.rx_missed_errors",
	"dev.tx_aborted_errors",
	"dev.tx_carrier_errors",
	"dev.tx_fifo_errors",
	"dev.tx_heartbeat_errors",
	"dev.tx_window_errors",
	"dev.rx_compressed",
	"dev.tx_compressed",
	"dev.rx_nohandler",
	"dev.rx_otherhost_dropped",
};
#define STATS ARRAY_SIZE(stats_keys)

/* Columns of /proc/net/dev behind the colon, NULL where it adds up numbers that no row of ours means. */
static const char *const dev_keys[16] = {
	"dev.rx_bytes",
	"dev.rx_packets",
	"dev.rx_errors",
	"dev.rx_dropped",
	"dev.rx_fifo_errors",
	"dev.rx_frame_errors",
	NULL,
	"dev.multicast",
	"dev.tx_bytes",
	"dev.tx_packets",
	"dev.tx_errors",
	"dev.tx_dropped",
	"dev.tx_fifo_errors",
	"dev.collisions",
	"dev.tx_carrier_errors",
	NULL,
};

struct dev {
	int ifindex;
	uint32_t place;
	uint64_t print; /* of the last message of numbers: the same again needs no reading */
	uint32_t slot0;
	uint32_t was_tick;    /* tick + 1 of the first notification of a tick, 0 none yet */
	struct link_fact was; /* as it was before that: a device is closed, unbound and then deleted in one go */
};
struct netdev {
	struct dev *dev;
	uint32_t devs, cap, next;
	struct hash index; /* ifindex -> dev */
	bool linked, relink, no_netlink;
	bool whole; /* all devices were listed once: one that is met later is new */
};

static uint16_t stats_counter[STATS], dev_counter[16], changes_counter;
static bool keys_bound;

static void bind_keys(void)
{
	for (size_t i = 0; i < STATS && !keys_bound; i++)
		stats_counter[i] = table_counter(slice_str(stats_keys[i]));
	for (size_t i = 0; i < ARRAY_SIZE(dev_keys) && !keys_bound; i++)
		dev_counter[i] = dev_keys[i] ? table_counter(slice_str(dev_keys[i])) : COUNTER_NONE;
	changes_counter = table_counter(slice_str("dev.carrier_changes"));
	keys_bound = true;
}

/* What one read works on. */
struct read {
	struct probe *p;
	struct netns *ns;
	struct netdev *x;
	struct err *err;
	int ret;
};

/* The device of an ifindex; dumps come in the same order each time, so the next one is usually the one. */
static struct dev *dev_find(struct netdev *x, int ifindex)
{
	uint32_t i;

	if (x->next < x->devs && x->dev[x->next].ifindex == ifindex)
		return &x->dev[x->next++];
	if (!hash_get(&x->index, (uint64_t)ifindex, &i))
		return NULL;
	x->next = i + 1;
	return &x->dev[i];
}

static struct dev *dev_make(struct read *r, int ifindex)
{
	struct netdev *x = r->x;
	struct sample *s = r->p->sample;
	uint32_t slot[STATS], place;
	struct dev *d;

	place = sample_place(s, PLACE_DEVICE, r->ns->place, (uint64_t)ifindex);
	if (place == PLACE_NONE)
		return NULL;
	/* a device of the first list is as old as its namespace; one that came later starts from zero */
	if (!x->whole)
		s->place[place].born = s->place[r->ns->place].born;
	if (x->devs == x->cap) {
		uint32_t cap = x->cap ? x->cap * 2 : 8;

		d = realloc(x->dev, cap * sizeof(*d));
		if (!d)
			return NULL;
		x->dev = d;
		x->cap = cap;
	}
	if (sample_slots(s, stats_counter, STATS, place, slot) || slot[STATS - 1] != slot[0] + STATS - 1 ||
	    hash_put(&x->index, (uint64_t)ifindex, x->devs))
		return NULL;
	d = &x->dev[x->devs++];
	*d = (struct dev){ .ifindex = ifindex, .place = place, .slot0 = slot[0] };
	s->place[place].link->ifindex = ifindex;
	return d;
}

static void dev_drop(struct read *r, int ifindex)
{
	struct netdev *x = r->x;
	struct sample *s = r->p->sample;
	uint32_t i;

	if (!hash_get(&x->index, (uint64_t)ifindex, &i) || !x->dev || i >= x->devs)
		return;
	sample_event(s, EVENT_LINK_GONE, x->dev[i].place, "device %s left", s->place[x->dev[i].place].link->name);
	sample_gone(s, x->dev[i].place);
	hash_del(&x->index, (uint64_t)ifindex);
	x->dev[i] = x->dev[--x->devs];
	if (i < x->devs)
		hash_put(&x->index, (uint64_t)x->dev[i].ifindex, i);
}

/* ---- RTM_NEWLINK: what kind of device it is and in what condition */

static void link_nested(struct link_fact *l, const struct rtattr *outer)
{
	const struct rtattr *a = RTA_DATA(outer);
	int len = (int)RTA_PAYLOAD(outer);
	unsigned type = rta_type(outer);

	RTA_EACH(a, len)
	{
		unsigned t = rta_type(a);

		if (type == IFLA_LINKINFO && t == IFLA_INFO_KIND)
			slice_copy(rta_text(a), l->kind, sizeof(l->kind));
		else if (type == IFLA_XDP && t == IFLA_XDP_ATTACHED)
			l->xdp = rta_u8(a);
	}
}

static void link_attrs(struct link_fact *l, const struct rtattr *a, int len)
{
	l->kind[0] = 0;
	l->master_ifindex = l->peer_ifindex = 0;
	l->peer_nsid = -1;
	l->carrier = true;
	l->xdp = 0;
	RTA_EACH(a, len)
	{
		switch (rta_type(a)) {
		case IFLA_IFNAME:
			slice_copy(rta_text(a), l->name, sizeof(l->name));
			break;
		case IFLA_MTU:
			l->mtu = rta_u32(a);
			break;
		case IFLA_TXQLEN:
			l->txqlen = rta_u32(a);
			break;
		case IFLA_LINK:
			l->peer_ifindex = (int)rta_u32(a);
			break;
		case IFLA_LINK_NETNSID:
			l->peer_nsid = (int)rta_u32(a);
			break;
		case IFLA_MASTER:
			l->master_ifindex = (int)rta_u32(a);
			break;
		case IFLA_OPERSTATE:
			l->operstate = rta_u8(a);
			break;
		case IFLA_CARRIER:
			l->carrier = rta_u8(a);
			break;
		case IFLA_NUM_RX_QUEUES:
			l->rx_queues = rta_u32(a);
			break;
		case IFLA_NUM_TX_QUEUES:
			l->tx_queues = rta_u32(a);
			break;
		case IFLA_CARRIER_CHANGES:
			l->carrier_changes = rta_u32(a);
			break;
		case IFLA_LINKINFO:
		case IFLA_XDP:
			link_nested(l, a);
			break;
		default:
			break;
		}
	}
}

static void put_stats(struct sample *s, struct dev *d, const void *p, unsigned n);

/* A notification carries the numbers of its moment: the last ones of a device that leaves, and what a device that
 * comes from another namespace has already counted there (of one that was just made they are zero). */
static void link_numbers(struct sample *s, struct dev *d, const struct nlmsghdr *nlh, bool came)
{
	const struct rtattr *a = IFLA_RTA((const struct ifinfomsg *)NLMSG_DATA(nlh));
	int len = (int)IFLA_PAYLOAD(nlh);
	bool born = s->place[d->place].born;

	s->place[d->place].born = born && !came;
	RTA_EACH(a, len)
	if (rta_type(a) == IFLA_STATS64)
		put_stats(s, d, RTA_DATA(a), (unsigned)(RTA_PAYLOAD(a) / sizeof(uint64_t)));
	s->place[d->place].born = born;
}

static void link_message(struct read *r, const struct nlmsghdr *nlh, bool notice)
{
	const struct ifinfomsg *ifi = NLMSG_DATA(nlh);
	struct sample *s = r->p->sample;
	struct link_fact *l;
	struct dev *d;
	bool came;

	if (nlh->nlmsg_len < NLMSG_LENGTH(sizeof(*ifi)) || ifi->ifi_index <= 0)
		return;
	d = dev_find(r->x, ifi->ifi_index);
	if (nlh->nlmsg_type == RTM_DELLINK && ifi->ifi_family == AF_UNSPEC) {
		if (d && notice)
			link_numbers(s, d, nlh, false);
		/* it lost what it lost in the condition it was in, not in that of being taken down */
		if (d && d->was_tick == s->tick + 1)
			*s->place[d->place].link = d->was;
		dev_drop(r, ifi->ifi_index);
		return;
	}
	if (nlh->nlmsg_type != RTM_NEWLINK || ifi->ifi_family != AF_UNSPEC)
		return; /* AF_BRIDGE messages carry only the port's part */
	came = !d;
	if (!d && (d = dev_make(r, ifi->ifi_index)) && s->tick > 0 && s->place[d->place].born)
		sample_event(s, EVENT_LINK_NEW, d->place, "device with index %d came", ifi->ifi_index);
	if (!d) {
		s->no_room++;
		return;
	}
	if (came && notice)
		link_numbers(s, d, nlh, true);
	l = s->place[d->place].link;
	if (notice && !came && d->was_tick != s->tick + 1) {
		d->was_tick = s->tick + 1;
		d->was = *l;
	}
	l->have = true;
	l->flags = ifi->ifi_flags;
	l->up = ifi->ifi_flags & IFF_UP;
	link_attrs(l, IFLA_RTA(ifi), (int)IFLA_PAYLOAD(nlh));
	sample_put(s, sample_slot(s, changes_counter, d->place), l->carrier_changes);
	l->master = l->master_ifindex ? sample_find(s, PLACE_DEVICE, r->ns->place, (uint64_t)l->master_ifindex) :
					PLACE_NONE;
}

static int each_link(const struct nlmsghdr *nlh, void *arg)
{
	link_message(arg, nlh, false);
	return 0;
}

static int ask_links(struct read *r)
{
	struct {
		struct nlmsghdr n;
		struct ifinfomsg ifi;
		struct rtattr a;
		uint32_t mask;
	} q = {
		.n = { .nlmsg_len = sizeof(q), .nlmsg_type = RTM_GETLINK, .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.a = { .rta_len = RTA_LENGTH(4), .rta_type = IFLA_EXT_MASK },
		.mask = RTEXT_FILTER_SKIP_STATS,
	};
	int ret;

	r->x->next = 0;
	ret = tree_ask(r->ns, NL_ROUTE, "getlink", &q.n, each_link, r, r->err);
	if (ret == 0 || ret == -EINTR) {
		r->x->linked = true;
		r->x->relink = ret == -EINTR; /* changed while we read: again at the next tick */
		r->x->whole |= ret == 0;
		ret = 0;
	}
	/* masters may stand behind their ports in the dump */
	for (uint32_t i = 0; i < r->x->devs; i++) {
		struct link_fact *l = r->p->sample->place[r->x->dev[i].place].link;

		if (l->master_ifindex && l->master == PLACE_NONE)
			l->master = sample_find(r->p->sample, PLACE_DEVICE, r->ns->place, (uint64_t)l->master_ifindex);
	}
	return ret;
}

/* ---- RTM_NEWSTATS: the numbers */

static void put_stats(struct sample *s, struct dev *d, const void *p, unsigned n)
{
	uint64_t v[STATS];

	if (n > STATS)
		n = STATS;
	memcpy(v, p, n * sizeof(*v));
	for (unsigned i = 0; i < n; i++)
		sample_put(s, d->slot0 + i, v[i]);
	d->print = 0;
}

static int each_stats(const struct nlmsghdr *nlh, void *arg)
{
	struct read *r = arg;
	const struct if_stats_msg *m = NLMSG_DATA(nlh);
	const struct rtattr *a;
	uint64_t print;
	struct dev *d;
	int len;

	if (nlh->nlmsg_type != RTM_NEWSTATS || nlh->nlmsg_len < NLMSG_LENGTH(sizeof(*m)) || !m->ifindex ||
	    m->ifindex > INT32_MAX)
		return 0;
	a = (const struct rtattr *)((const char *)m + NLMSG_ALIGN(sizeof(*m)));
	len = (int)nlh->nlmsg_len - (int)NLMSG_LENGTH(NLMSG_ALIGN(sizeof(*m)));
	d = dev_find(r->x, (int)m->ifindex);
	if (!d) {
		d = dev_make(r, (int)m->ifindex);
		r->x->relink = true;
	}
	if (!d) {
		r->p->sample->no_room++;
		return 0;
	}
	print = hash_print(m, nlh->nlmsg_len - NLMSG_HDRLEN);
	if (d->print == print)
		return 0;
	RTA_EACH(a, len)
	{
		if (rta_type(a) == IFLA_STATS_LINK_64)
			put_stats(r->p->sample, d, RTA_DATA(a), (unsigned)(RTA_PAYLOAD(a) / sizeof(uint64_t)));
	}
	d->print = print;
	return 0;
}

static int ask_stats(struct read *r)
{
	struct {
		struct nlmsghdr n;
		struct if_stats_msg m;
	} q = {
		.n = { .nlmsg_len = sizeof(q), .nlmsg_type = RTM_GETSTATS, .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.m = { .filter_mask = IFLA_STATS_FILTER_BIT(IFLA_STATS_LINK_64) },
	};
	int ret;

	r->x->next = 0;
	ret = tree_ask(r->ns, NL_ROUTE, "getstats", &q.n, each_stats, r, r->err);
	return ret == -EINTR ? 0 : ret;
}

/* ---- /proc/net/dev: the fallback */

static int dev_line(struct read *r, struct slice line, unsigned nr)
{
	const char *colon = memchr(line.p, ':', line.n);
	struct sample *s = r->p->sample;
	struct slice name, word;
	uint64_t v[16];
	unsigned n = 0;
	uint32_t place;

	if (!colon)
		return err_set(r->err, EINVAL, "dev:%u: expected \"name: numbers\"", nr);
	/* a device name may hold a colon itself (alias): the last one before the numbers counts */
	for (const char *p = colon + 1; (p = memchr(p, ':', (size_t)(line.p + line.n - p))); p++)
		colon = p;
	name = slice_of(line.p, (size_t)(colon - line.p));
	while (name.n && name.p[0] == ' ')
		name = slice_of(name.p + 1, name.n - 1);
	line = slice_of(colon + 1, line.n - (size_t)(colon + 1 - line.p));
	while (n < 16 && slice_word(&line, &word))
		if (!slice_u64(word, &v[n++]))
			return err_set(r->err, EINVAL, "dev:%u: column %u is not a number", nr, n);
	if (n < 16 || !name.n)
		return err_set(r->err, EINVAL, "dev:%u: expected 16 numbers, got %u", nr, n);
	place = sample_place(s, PLACE_DEVICE, r->ns->place, hash_bytes(name.p, name.n) | 1ULL << 63);
	if (place == PLACE_NONE)
		return 0;
	slice_copy(name, s->place[place].link->name, sizeof(s->place[place].link->name));
	/* known by its name only: a new name may be a device renamed or moved here, with all it has counted */
	s->place[place].born = s->place[r->ns->place].born;
	for (unsigned i = 0; i < 16; i++)
		if (dev_counter[i] != COUNTER_NONE)
			sample_put(s, sample_slot(s, dev_counter[i], place), v[i]);
	return 0;
}

static int read_dev_file(struct read *r)
{
	struct slice text, line;
	unsigned nr = 0;
	int ret = tree_net(r->ns, NET_DEV, &text, r->err), one;

	if (ret)
		return ret;
	while (slice_line(&text, &line)) {
		if (++nr <= 2 && memchr(line.p, '|', line.n))
			continue; /* two lines of headings */
		one = dev_line(r, line, nr);
		ret = one ? one : ret;
	}
	return ret;
}

static int each_notice(const struct nlmsghdr *nlh, void *arg)
{
	struct read *r = arg;

	if (nlh->nlmsg_type == RTM_DELQDISC)
		qdisc_gone(r->p, r->ns, nlh);
	link_message(arg, nlh, true);
	return 0;
}

static int netdev_read(struct probe *p, struct netns *ns, void *state, struct err *err)
{
	struct netdev *x = state;
	struct read r = { .p = p, .ns = ns, .x = x, .err = err };
	int ret;

	bind_keys();
	if (x->no_netlink)
		return read_dev_file(&r);
	/* listen first, then dump: a change in between is seen twice rather than never */
	if (notice_read(ns, RTMGRP_LINK | RTMGRP_TC, each_notice, &r) == -ENOBUFS)
		x->relink = true;
	/* a second recording of the same host sends no notifications about what changed since the first */
	if (!x->linked || x->relink || !tree_live(p->tree)) {
		ret = ask_links(&r);
		if (ret) {
			x->no_netlink = !x->linked;
			return x->no_netlink ? read_dev_file(&r) : ret;
		}
	}
	ret = ask_stats(&r);
	if (ret == 0 && x->relink) {
		x->relink = false;
		ask_links(&r);
	}
	return ret;
}

static void netdev_forget(void *state)
{
	struct netdev *x = state;

	free(x->dev);
	hash_free(&x->index);
}

const struct source source_netdev = { sizeof(struct netdev), netdev_read, netdev_forget };
