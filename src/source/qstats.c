/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Standard per-queue statistics of network cards, summed over the queues by the kernel: generic netlink family
 * "netdev", NETDEV_CMD_QSTATS_GET, Linux 6.9. One message per device whose driver has them (net/core/netdev-genl.c:
 * netdev_nl_qstats_get_dump), numbers of 4 or 8 bytes:
 *	ifindex 2, rx-packets 1042, rx-bytes 88231, rx-hw-drops 12, rx-hw-drop-overruns 12, tx-stop 3, tx-wake 3
 * A driver leaves out what it does not count: absent is not zero. Not here: `ethtool -S` (ethtool.c).
 */
#include "source/source.h"

#include "source/genl.h"

#include <errno.h>

/* include/uapi/linux/netdev.h; Debian 12's headers have no such file. */
#define NETDEV_FAMILY "netdev"
#define QSTATS_GET 12
#define QSTATS_IFINDEX 1
#define QSTATS_TYPES 35

/* By attribute number, NETDEV_A_QSTATS_*. */
static const char *const keys[QSTATS_TYPES] = {
	[12] = "qstats.rx-alloc-fail",	   [13] = "qstats.rx-hw-drops",		  [14] = "qstats.rx-hw-drop-overruns",
	[18] = "qstats.rx-csum-bad",	   [23] = "qstats.rx-hw-drop-ratelimits", [24] = "qstats.tx-hw-drops",
	[25] = "qstats.tx-hw-drop-errors", [32] = "qstats.tx-hw-drop-ratelimits", [33] = "qstats.tx-stop",
	[34] = "qstats.tx-wake",
};

struct qstats {
	uint16_t family, counter[QSTATS_TYPES];
	bool bound, none;  /* none: this kernel has no such family */
	uint32_t empty_at; /* places in the sample when no device here had any; 0 when one had */
};
struct read {
	struct sample *s;
	struct qstats *x;
	uint32_t ns, devices, answers;
};

static void put_device(struct read *r, uint32_t place, struct slice rest)
{
	struct slice v;
	unsigned type;
	uint64_t n;

	while (genl_next(&rest, &type, &v)) {
		if (type < QSTATS_TYPES && r->x->counter[type] != COUNTER_NONE && genl_uint(v, &n))
			sample_put(r->s, sample_slot(r->s, r->x->counter[type], place), n);
	}
}

static int each_device(const struct nlmsghdr *nlh, void *arg)
{
	struct read *r = arg;
	struct slice attrs, rest, v;
	uint64_t ifindex = 0;
	uint32_t place;
	unsigned type;

	if (!genl_attrs(nlh, r->x->family, QSTATS_GET, &attrs))
		return 0;
	r->answers++;
	rest = attrs;
	while (genl_next(&rest, &type, &v)) {
		if (type == QSTATS_IFINDEX && !genl_uint(v, &ifindex))
			return 0;
	}
	/* a device that the link dump has not shown yet is one for the next read */
	place = ifindex ? sample_find(r->s, PLACE_DEVICE, r->ns, ifindex) : PLACE_NONE;
	if (place == PLACE_NONE)
		return 0;
	put_device(r, place, attrs);
	r->devices++;
	return 0;
}

static int qstats_read(struct probe *p, struct netns *ns, void *state, struct err *err)
{
	struct read r = { .s = p->sample, .x = state, .ns = ns->place };
	struct qstats *x = state;
	struct genl_request q;
	int ret;

	/* most namespaces have only virtual devices, and without a new place there is no new device */
	if (x->none || x->empty_at == p->sample->places)
		return -ENOENT;
	if (!x->bound) {
		ret = genl_family(ns, NETDEV_FAMILY, &x->family, err);
		x->none = ret == -ENOENT;
		if (ret < 0)
			return ret;
		for (unsigned i = 0; i < QSTATS_TYPES; i++)
			x->counter[i] = keys[i] ? table_counter(slice_str(keys[i])) : COUNTER_NONE;
		x->bound = true;
	}
	genl_begin(&q, x->family, QSTATS_GET, NLM_F_DUMP);
	ret = tree_ask(ns, NL_GENERIC, "netdev-qstats", &q.n, each_device, &r, err);
	if (ret == -EOPNOTSUPP || ret == -EINVAL) {
		/* family "netdev" is older (6.3) than this question (6.9) */
		x->none = true;
		return err_set(err, ENOENT, "netdev qstats: this kernel does not have them");
	}
	if (ret == -EINTR)
		ret = 0;
	x->empty_at = ret == 0 && r.answers == 0 ? p->sample->places : 0;
	return ret == 0 && r.devices == 0 ? -ENOENT : ret;
}

const struct source source_qstats = { sizeof(struct qstats), qstats_read, NULL };
