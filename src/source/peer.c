/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The two ends of a veth mirror each other: ifindex of one is IFLA_LINK of the other. Interface numbers repeat between
 * namespaces, so several may fit; then the kernel is asked what number it gives each of their namespaces as seen from
 * ours (RTM_GETNSID with NETNSA_FD, rtnl_net_getid in net/core/net_namespace.c) and IFLA_LINK_NETNSID decides.
 */
#include "source/peer.h"

#include "source/rta.h"

#include <errno.h>
#include <linux/net_namespace.h>
#include <sys/socket.h>

static int each_nsid(const struct nlmsghdr *nlh, void *arg)
{
	const struct rtgenmsg *g = NLMSG_DATA(nlh);
	const struct rtattr *a = (const struct rtattr *)((const char *)g + NLMSG_ALIGN(sizeof(*g)));
	int len = (int)nlh->nlmsg_len - (int)NLMSG_LENGTH(NLMSG_ALIGN(sizeof(*g)));

	if (nlh->nlmsg_type != RTM_NEWNSID || len <= 0)
		return 0;
	RTA_EACH(a, len) {
		if (rta_type(a) == NETNSA_NSID)
			*(int *)arg = (int)rta_u32(a);
	}
	return 0;
}

static struct netns *netns_at(struct tree *t, uint32_t place)
{
	struct netns *ns;

	for (uint32_t i = 0; (ns = tree_netns(t, i)); i++)
		if (ns->place == place)
			return ns;
	return NULL;
}

/* The number that `there` has when seen from `here`; -1 when it has none or nobody may know. */
static int nsid_of(struct netns *here, struct netns *there)
{
	struct { struct nlmsghdr n; struct rtgenmsg g; char pad[3]; struct rtattr a; uint32_t fd; } q = {
		.n = { .nlmsg_len = sizeof(q), .nlmsg_type = RTM_GETNSID, .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK },
		.g = { .rtgen_family = AF_UNSPEC },
		.a = { .rta_len = RTA_LENGTH(4), .rta_type = NETNSA_FD },
	};
	char name[64];
	struct fmt f;
	int id = -1;

	if (!here || !there || (tree_live(here->tree) && there->nsfd < 0))
		return -1;
	q.fd = (uint32_t)there->nsfd;
	fmt_init(&f, name, sizeof(name));
	fmt_add(&f, "getnsid-%llu", (unsigned long long)there->inode);
	return tree_ask(here, NL_ROUTE, name, &q.n, each_nsid, &id, NULL) ? -1 : id;
}

static bool mirrors(const struct place *a, const struct place *b)
{
	return b->kind == PLACE_DEVICE && !b->gone && b->link->have && strcmp(b->link->kind, "veth") == 0 &&
	       a->link->peer_ifindex == b->link->ifindex && b->link->peer_ifindex == a->link->ifindex &&
	       (a->parent == b->parent) == (a->link->peer_nsid < 0);
}

static void find(struct tree *t, struct sample *s, uint32_t place)
{
	struct place *p = &s->place[place];
	uint32_t found = PLACE_NONE, fits = 0;

	for (uint32_t i = 0; i < s->places; i++) {
		if (i != place && mirrors(p, &s->place[i])) {
			found = i;
			fits++;
		}
	}
	if (fits > 1) {
		struct netns *here = netns_at(t, p->parent);

		found = PLACE_NONE;
		for (uint32_t i = 0; i < s->places && found == PLACE_NONE; i++)
			if (i != place && mirrors(p, &s->place[i]) &&
			    nsid_of(here, netns_at(t, s->place[i].parent)) == p->link->peer_nsid)
				found = i;
	}
	if (found == PLACE_NONE)
		return;
	p->link->peer = found;
	s->place[found].link->peer = place;
}

void peer_find(struct tree *t, struct sample *s)
{
	uint16_t rx = table_counter(slice_str("dev.rx_dropped")), tx = table_counter(slice_str("dev.tx_dropped"));

	for (uint32_t k = 0; k < s->moved_count; k++) {
		const struct series *y = &s->series[s->moved[k]];
		const struct place *p = &s->place[y->place];

		if ((y->counter == rx || y->counter == tx) && p->kind == PLACE_DEVICE && !p->gone && p->link->have &&
		    p->link->peer == PLACE_NONE && strcmp(p->link->kind, "veth") == 0)
			find(t, s, y->place);
	}
}
