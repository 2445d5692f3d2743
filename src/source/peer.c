/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The two ends of a veth mirror each other: ifindex of one is IFLA_LINK of the other. Interface numbers repeat between
 * namespaces, so several may fit; then the kernel is asked what number it gives each of their namespaces as seen from
 * ours (RTM_GETNSID with NETNSA_FD, rtnl_net_getid in net/core/net_namespace.c) and IFLA_LINK_NETNSID decides. Both ends
 * are deleted together: those that are gone fit each other.
 */
#include "source/peer.h"

#include "source/rta.h"

#include <errno.h>
#include <linux/net_namespace.h>
#include <stdlib.h>
#include <sys/socket.h>

static int each_nsid(const struct nlmsghdr *nlh, void *arg)
{
	const struct rtgenmsg *g = NLMSG_DATA(nlh);
	const struct rtattr *a = (const struct rtattr *)((const char *)g + NLMSG_ALIGN(sizeof(*g)));
	int len = (int)nlh->nlmsg_len - (int)NLMSG_LENGTH(NLMSG_ALIGN(sizeof(*g)));

	if (nlh->nlmsg_type != RTM_NEWNSID || len <= 0)
		return 0;
	RTA_EACH(a, len)
	{
		if (rta_type(a) == NETNSA_NSID)
			*(int *)arg = (int)rta_u32(a);
	}
	return 0;
}

/* The number that `there` has when seen from `here`; -1 when it has none or nobody may know. */
static int nsid_of(struct netns *here, struct netns *there)
{
	struct {
		struct nlmsghdr n;
		struct rtgenmsg g;
		char pad[3];
		struct rtattr a;
		uint32_t fd;
	} q = {
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
	return b->kind == PLACE_DEVICE && b->gone == a->gone && b->link->have && strcmp(b->link->kind, "veth") == 0 &&
	       a->link->peer_ifindex == b->link->ifindex && b->link->peer_ifindex == a->link->ifindex &&
	       (a->parent == b->parent) == (a->link->peer_nsid < 0);
}

/* All veths by (ifindex, ifindex of the other end): what fits one is found at once, however many there are. */
struct ends {
	struct hash first;
	uint32_t *next;
	bool made;
};

static uint64_t ends_key(int ifindex, int peer)
{
	return (uint64_t)(uint32_t)ifindex << 32 | (uint32_t)peer;
}

static bool ends_make(struct ends *x, const struct sample *s)
{
	x->made = true;
	x->next = malloc(s->places * sizeof(*x->next));
	for (uint32_t i = 0; x->next && i < s->places; i++) {
		const struct place *p = &s->place[i];
		uint64_t key;

		x->next[i] = PLACE_NONE;
		if (p->kind != PLACE_DEVICE || strcmp(p->link->kind, "veth") != 0)
			continue;
		key = ends_key(p->link->ifindex, p->link->peer_ifindex);
		hash_get(&x->first, key, &x->next[i]);
		if (hash_put(&x->first, key, i))
			return false;
	}
	return x->next != NULL;
}

static void find(struct tree *t, struct sample *s, struct ends *x, uint32_t place)
{
	struct place *p = &s->place[place];
	uint32_t first = PLACE_NONE, found = PLACE_NONE, fits = 0;

	if (!x->made && !ends_make(x, s))
		hash_free(&x->first);
	hash_get(&x->first, ends_key(p->link->peer_ifindex, p->link->ifindex), &first);
	for (uint32_t i = first; i != PLACE_NONE; i = x->next[i]) {
		if (i != place && mirrors(p, &s->place[i])) {
			found = i;
			fits++;
		}
	}
	if (fits > 1) {
		struct netns *here = tree_at(t, s, p->parent);

		found = PLACE_NONE;
		for (uint32_t i = first; i != PLACE_NONE && found == PLACE_NONE; i = x->next[i])
			if (i != place && mirrors(p, &s->place[i]) &&
			    nsid_of(here, tree_at(t, s, s->place[i].parent)) == p->link->peer_nsid)
				found = i;
	}
	p->link->peer_sought = s->places;
	if (found == PLACE_NONE)
		return;
	p->link->peer = found;
	s->place[found].link->peer = place;
}

void peer_find(struct tree *t, struct sample *s)
{
	uint16_t rx = table_counter(slice_str("dev.rx_dropped")), tx = table_counter(slice_str("dev.tx_dropped"));
	struct ends x = { 0 };

	for (uint32_t k = 0; k < s->moved_count; k++) {
		const struct series *y = &s->series[s->moved[k]];
		const struct place *p = &s->place[y->place];

		if ((y->counter == rx || y->counter == tx) && p->kind == PLACE_DEVICE && p->link->have &&
		    p->link->peer == PLACE_NONE && p->link->peer_sought != s->places &&
		    strcmp(p->link->kind, "veth") == 0)
			find(t, s, &x, y->place);
	}
	hash_free(&x.first);
	free(x.next);
}
