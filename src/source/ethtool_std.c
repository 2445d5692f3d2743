/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What IEEE 802.3 and RFC 2819 make every card count, where the driver gives it: generic netlink family "ethtool",
 * ETHTOOL_MSG_STATS_GET, Linux 5.13. Printed by net/ethtool/stats.c:stats_fill_reply, one nest per group:
 *	STATS_GRP { GRP_ID 1 (eth-mac), GRP_SS_ID 18, GRP_STAT { 4: 17 }, GRP_STAT { 5: 0 } }
 *	STATS_GRP { GRP_ID 3 (rmon), GRP_SS_ID 20, GRP_STAT { 0: 2 } }
 * A statistic's number is the attribute type inside GRP_STAT. What the driver does not count is left out.
 */
#include "source/ethtool_std.h"

#include "source/genl.h"

#include <errno.h>
#include <linux/ethtool_netlink.h>

static const struct {
	uint16_t group, stat;
	const char *key;
} rows[ETHTOOL_STD_KEYS] = {
	{ ETHTOOL_STATS_ETH_MAC, ETHTOOL_A_STATS_ETH_MAC_6_FCS_ERR, "eth-mac.FrameCheckSequenceErrors" },
	{ ETHTOOL_STATS_ETH_MAC, ETHTOOL_A_STATS_ETH_MAC_7_ALIGN_ERR, "eth-mac.AlignmentErrors" },
	{ ETHTOOL_STATS_ETH_MAC, ETHTOOL_A_STATS_ETH_MAC_15_RX_INT_ERR, "eth-mac.FramesLostDueToIntMACRcvError" },
	{ ETHTOOL_STATS_ETH_MAC, ETHTOOL_A_STATS_ETH_MAC_23_IR_LEN_ERR, "eth-mac.InRangeLengthErrors" },
	{ ETHTOOL_STATS_RMON, ETHTOOL_A_STATS_RMON_UNDERSIZE, "rmon.undersize" },
	{ ETHTOOL_STATS_RMON, ETHTOOL_A_STATS_RMON_OVERSIZE, "rmon.oversize" },
	{ ETHTOOL_STATS_RMON, ETHTOOL_A_STATS_RMON_FRAG, "rmon.fragments" },
	{ ETHTOOL_STATS_RMON, ETHTOOL_A_STATS_RMON_JABBER, "rmon.jabbers" },
};

struct answer {
	const struct ethtool_std *x;
	struct sample *s;
	uint32_t place;
	unsigned seen;
};

/* GRP_STAT holds one attribute: its type is the statistic, its value the number. */
static void put_stat(struct answer *a, uint64_t group, struct slice nest)
{
	struct slice v;
	unsigned stat;
	uint64_t n;

	if (!genl_next(&nest, &stat, &v) || !genl_uint(v, &n))
		return;
	a->seen++;
	for (unsigned i = 0; i < ETHTOOL_STD_KEYS; i++) {
		if (rows[i].group == group && rows[i].stat == stat)
			sample_put(a->s, sample_slot(a->s, a->x->counter[i], a->place), n);
	}
}

static void read_group(struct answer *a, struct slice nest)
{
	struct slice rest = nest, v;
	uint64_t group = UINT64_MAX;
	unsigned type;

	while (genl_next(&rest, &type, &v)) {
		if (type == ETHTOOL_A_STATS_GRP_ID && !genl_uint(v, &group))
			return;
	}
	rest = nest;
	while (genl_next(&rest, &type, &v)) {
		if (type == ETHTOOL_A_STATS_GRP_STAT)
			put_stat(a, group, v);
	}
}

static int each_answer(const struct nlmsghdr *nlh, void *arg)
{
	struct answer *a = arg;
	struct slice rest, v;
	unsigned type;

	if (!genl_attrs(nlh, a->x->family, ETHTOOL_MSG_STATS_GET_REPLY, &rest))
		return 0;
	while (genl_next(&rest, &type, &v)) {
		if (type == ETHTOOL_A_STATS_GRP)
			read_group(a, v);
	}
	return 0;
}

static void ask_groups(struct genl_request *q, uint16_t family, uint32_t ifindex)
{
	const uint32_t size = 32, groups = 1u << ETHTOOL_STATS_ETH_MAC | 1u << ETHTOOL_STATS_RMON;
	size_t nest;

	genl_begin(q, family, ETHTOOL_MSG_STATS_GET, 0);
	nest = genl_add(q, ETHTOOL_A_STATS_HEADER, NULL, 0);
	genl_add(q, ETHTOOL_A_HEADER_DEV_INDEX, &ifindex, sizeof(ifindex));
	genl_end_nest(q, nest);
	nest = genl_add(q, ETHTOOL_A_STATS_GROUPS, NULL, 0);
	genl_add(q, ETHTOOL_A_BITSET_NOMASK, NULL, 0);
	genl_add(q, ETHTOOL_A_BITSET_SIZE, &size, sizeof(size));
	genl_add(q, ETHTOOL_A_BITSET_VALUE, &groups, sizeof(groups));
	genl_end_nest(q, nest);
}

int ethtool_std_read(struct ethtool_std *x, struct netns *ns, struct sample *s, uint32_t place, struct err *err)
{
	struct answer a = { .x = x, .s = s, .place = place };
	struct genl_request q;
	char name[64];
	struct fmt f;
	int r;

	if (x->none)
		return -ENOENT;
	if (!x->found) {
		r = genl_family(ns, ETHTOOL_GENL_NAME, &x->family, err);
		x->none = r == -ENOENT;
		if (r < 0)
			return r;
		for (unsigned i = 0; i < ETHTOOL_STD_KEYS; i++)
			x->counter[i] = table_counter(slice_str(rows[i].key));
		x->found = true;
	}
	fmt_init(&f, name, sizeof(name));
	fmt_add(&f, "ethtool-stats-%d", s->place[place].link->ifindex);
	ask_groups(&q, x->family, (uint32_t)s->place[place].link->ifindex);
	r = tree_ask(ns, NL_GENERIC, name, &q.n, each_answer, &a, err);
	/* EOPNOTSUPP: older than 5.13, or a driver without any of it; ENODEV: it has just left */
	if (r == -EOPNOTSUPP || r == -EINVAL || r == -ENODEV || (r == 0 && a.seen == 0))
		return -ENOENT;
	return r;
}
