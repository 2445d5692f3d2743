/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The nftables rules that lose packets, in all families of a namespace. Asks NFT_MSG_GETCHAIN, then NFT_MSG_GETRULE,
 * and NFT_MSG_GETOBJ only where a rule counts with a named counter; nftables_rule.c reads the messages. As nft shows:
 *
 *	chain input { type filter hook input priority 0; policy drop;
 *		udp dport 5000 counter packets 40 bytes 5120 drop # handle 4
 *
 * filled by nf_tables_fill_rule_info(), nft_counter_fetch() and nft_dump_stats() in net/netfilter. Booked are rules
 * whose counter stands directly before drop, reject or queue; the policy drop of a base chain where iptables-nft keeps
 * a counter for it, or where a bare counter is its last rule. Not booked, since nothing counts it: other policies,
 * drops without a counter, and elements of verdict maps.
 *
 * A chain's hook tells whether the sender heard of the loss. Others have the hooks of the chains that jump to them.
 */
#include <errno.h>
#include <stdlib.h>

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "source/nftables.h"
#include "source/rules.h"

#define CHAIN_NONE UINT32_MAX
#define DUMP_TRIES 3

struct family_row {
	uint8_t number;
	const char *name;
	const char *const *hooks;
	uint16_t told; /* hooks whose drop is reported to a local sender */
};

static const char *const ip_hooks[8] = { "prerouting", "input", "forward", "output", "postrouting", "ingress" };
static const char *const arp_hooks[8] = { "input", "output", "forward" };
static const char *const netdev_hooks[8] = { "ingress", "egress" };

static const struct family_row family_rows[] = {
	{ NFPROTO_INET, "inet", ip_hooks, 1 << NF_INET_LOCAL_OUT | 1 << NF_INET_POST_ROUTING },
	{ NFPROTO_IPV4, "ip", ip_hooks, 1 << NF_INET_LOCAL_OUT | 1 << NF_INET_POST_ROUTING },
	{ NFPROTO_IPV6, "ip6", ip_hooks, 1 << NF_INET_LOCAL_OUT | 1 << NF_INET_POST_ROUTING },
	{ NFPROTO_BRIDGE, "bridge", ip_hooks, 0 },
	{ NFPROTO_ARP, "arp", arp_hooks, 0 },
	{ NFPROTO_NETDEV, "netdev", netdev_hooks, 1 << NF_NETDEV_EGRESS },
	{ 0, "?", ip_hooks, 0 },
};

struct known_chain {
	uint64_t table; /* key of its table */
	uint16_t hooks; /* from which hooks a packet can get here */
	uint8_t family;
	bool policy_drop, told; /* told: its policy has a counter of its own */
	bool map;		/* a verdict map here may lead to any chain of the table */
};

struct way {
	uint32_t from, to;
}; /* a jump or goto */

/* Something that can only be booked once more is known: the last rule of a chain, a shared named counter. */
struct later {
	uint64_t id, key;
	uint32_t chain, uses;
	uint64_t packets;
	struct rule_fact fact;
};

struct nft_state {
	struct rules rules;
	struct known_chain *chain;
	uint32_t chains, chain_cap;
	struct hash chain_index;
	struct way *edge;
	uint32_t edges, edge_cap;
	struct later *object;
	uint32_t objects, object_cap;
	struct hash object_index;
	struct later tail;
	uint32_t last_chain;
	bool has_tail, no_room;
};

struct reading {
	struct probe *p;
	struct netns *ns;
	struct nft_state *st;
};

static const struct family_row *family_row(uint8_t number)
{
	size_t i = 0;

	while (family_rows[i].number && family_rows[i].number != number)
		i++;
	return &family_rows[i];
}

static uint64_t table_key(uint8_t family, struct slice table)
{
	return rules_hash(family, table);
}

/* One id per thing in a table: rules by handle, policies and named counters by their own word. */
static uint64_t place_id(uint64_t table, struct slice chain, const char *what, uint64_t handle)
{
	return hash_pair(rules_hash(rules_hash(hash_pair(table, 0x6e6674), chain), slice_str(what)), handle);
}

static void fill_fact(struct rule_fact *f, uint8_t family, struct slice table, struct slice chain)
{
	*f = (struct rule_fact){ 0 };
	slice_copy(slice_str("nft"), f->tool, sizeof(f->tool));
	slice_copy(slice_str(family_row(family)->name), f->family, sizeof(f->family));
	slice_copy(table, f->table, sizeof(f->table));
	slice_copy(chain, f->chain, sizeof(f->chain));
}

static void rule_fact(struct rule_fact *f, const struct nft_rule *r)
{
	fill_fact(f, r->family, r->table, r->chain);
	f->handle = r->handle;
	f->verdict = r->verdict;
	f->ct_invalid = r->ct_invalid;
	f->queue = r->queue;
	f->queue_bypass = r->queue_bypass;
	nft_rule_text(r, f->text, sizeof(f->text));
}

static void put_policy(struct reading *rd, const struct nft_chain *c, uint32_t chain)
{
	struct rules *rules = &rd->st->rules;
	uint64_t id = place_id(table_key(c->family, c->table), c->name, "policy", c->handle);
	uint32_t i = rules_find(rules, id);
	struct rule_fact f;

	if (i == RULE_NONE) {
		fill_fact(&f, c->family, c->table, c->name);
		f.handle = c->handle;
		f.verdict = RULE_POLICY;
		slice_copy(slice_str("policy drop"), f.text, sizeof(f.text));
		i = rules_add(rules, rd->p, rd->ns, id, &f, true);
	}
	if (i == RULE_NONE)
		return;
	rules->ref[i].chain = chain;
	rules_put(rules, rd->p, i, c->packets);
}

static int each_chain(const struct nlmsghdr *nlh, void *arg)
{
	struct reading *rd = arg;
	struct nft_state *st = rd->st;
	struct nft_chain c;
	uint64_t table;

	if (nft_chain_parse(nlh, &c))
		return 0;
	table = table_key(c.family, c.table);
	if (rules_room((void **)&st->chain, &st->chain_cap, st->chains, sizeof(*st->chain)) ||
	    hash_put(&st->chain_index, rules_hash(table, c.name), st->chains)) {
		st->no_room = true;
		return 0;
	}
	st->chain[st->chains++] = (struct known_chain){
		.table = table,
		.family = c.family,
		.hooks = c.base ? (uint16_t)(1u << c.hook) : 0,
		.policy_drop = c.policy_drop,
		.told = c.counted,
	};
	if (c.policy_drop && c.counted)
		put_policy(rd, &c, st->chains - 1);
	return 0;
}

static uint32_t find_chain(const struct nft_state *st, uint64_t table, struct slice name)
{
	uint32_t i;

	return hash_get(&st->chain_index, rules_hash(table, name), &i) && i < st->chains ? i : CHAIN_NONE;
}

static void add_edge(struct nft_state *st, uint32_t from, uint32_t to)
{
	if (from == CHAIN_NONE || to == CHAIN_NONE)
		return;
	if (rules_room((void **)&st->edge, &st->edge_cap, st->edges, sizeof(*st->edge)))
		st->no_room = true;
	else
		st->edge[st->edges++] = (struct way){ from, to };
}

/* The rule kept back was the last of its chain: what it counted went on to the policy. */
static void flush_tail(struct reading *rd)
{
	struct later *t = &rd->st->tail;
	struct rules *rules = &rd->st->rules;
	uint32_t i;

	if (!rd->st->has_tail)
		return;
	rd->st->has_tail = false;
	i = rules_find(rules, t->id);
	if (i == RULE_NONE)
		i = rules_add(rules, rd->p, rd->ns, t->id, &t->fact, true);
	if (i == RULE_NONE)
		return;
	rules->ref[i].chain = t->chain;
	rules_put(rules, rd->p, i, t->packets);
}

static void keep_tail(struct reading *rd, const struct nft_rule *r, uint64_t id, uint32_t chain)
{
	struct nft_state *st = rd->st;

	if (chain == CHAIN_NONE || !st->chain[chain].policy_drop || st->chain[chain].told || !r->counted)
		return;
	st->has_tail = true;
	st->tail.id = id;
	st->tail.chain = chain;
	st->tail.packets = r->packets;
	rule_fact(&st->tail.fact, r);
	st->tail.fact.verdict = RULE_POLICY;
	if (!st->tail.fact.text[0])
		slice_copy(slice_str("counter, then policy drop"), st->tail.fact.text, sizeof(st->tail.fact.text));
}

/* A named counter is booked once, and only if every rule that counts with it loses the packet. */
static void keep_object(struct reading *rd, const struct nft_rule *r, uint64_t table, uint32_t chain)
{
	struct nft_state *st = rd->st;
	uint64_t key = rules_hash(table, r->object);
	struct later *o;
	uint32_t i;

	if (hash_get(&st->object_index, key, &i) && i < st->objects) {
		st->object[i].uses++;
		return;
	}
	if (rules_room((void **)&st->object, &st->object_cap, st->objects, sizeof(*st->object)) ||
	    hash_put(&st->object_index, key, st->objects)) {
		st->no_room = true;
		return;
	}
	o = &st->object[st->objects++];
	*o = (struct later){ .id = place_id(table, r->object, "object", 0), .key = key, .chain = chain, .uses = 1 };
	rule_fact(&o->fact, r);
}

static void put_rule(struct reading *rd, const struct nft_rule *r, uint64_t id, uint32_t chain)
{
	struct rules *rules = &rd->st->rules;
	uint32_t i = rules_find(rules, id);
	struct rule_fact f;

	if (i == RULE_NONE) {
		rule_fact(&f, r);
		i = rules_add(rules, rd->p, rd->ns, id, &f, false);
	}
	if (i == RULE_NONE)
		return;
	rules->ref[i].chain = chain;
	rules->ref[i].queue_total = r->queue_total;
	rules_put(rules, rd->p, i, r->packets);
}

static int each_rule(const struct nlmsghdr *nlh, void *arg)
{
	struct reading *rd = arg;
	struct nft_state *st = rd->st;
	struct nft_rule r;
	uint64_t table, id;
	uint32_t chain;

	if (nft_rule_parse(nlh, &r))
		return 0;
	table = table_key(r.family, r.table);
	chain = find_chain(st, table, r.chain);
	if (chain == CHAIN_NONE || chain != st->last_chain)
		flush_tail(rd);
	st->has_tail = false;
	st->last_chain = chain;
	if (r.jump.n)
		add_edge(st, chain, find_chain(st, table, r.jump));
	if (r.map && chain != CHAIN_NONE)
		st->chain[chain].map = true;
	if (!r.verdict && !r.runs_out)
		return 0;
	id = place_id(table, r.chain, "rule", r.handle);
	if (r.runs_out)
		keep_tail(rd, &r, id, chain);
	else if (r.object.n)
		keep_object(rd, &r, table, chain);
	else
		put_rule(rd, &r, id, chain);
	return 0;
}

static int each_object(const struct nlmsghdr *nlh, void *arg)
{
	struct reading *rd = arg;
	struct rules *rules = &rd->st->rules;
	struct nft_object o;
	struct later *l;
	uint32_t i;

	if (nft_object_parse(nlh, &o) || !o.counted ||
	    !hash_get(&rd->st->object_index, rules_hash(table_key(o.family, o.table), o.name), &i) ||
	    i >= rd->st->objects)
		return 0;
	l = &rd->st->object[i];
	if (l->uses != o.use)
		return 0;
	i = rules_find(rules, l->id);
	/* It may have counted for another rule before this one used it: its first value is no loss. */
	if (i == RULE_NONE)
		i = rules_add(rules, rd->p, rd->ns, l->id, &l->fact, true);
	if (i == RULE_NONE)
		return 0;
	rules->ref[i].chain = l->chain;
	rules_put(rules, rd->p, i, o.packets);
	return 0;
}

static int ask(struct reading *rd, const char *name, uint16_t type, int (*each)(const struct nlmsghdr *, void *),
	       struct err *err)
{
	struct {
		struct nlmsghdr h;
		struct nfgenmsg g;
	} q = {
		.h = { .nlmsg_len = sizeof(q),
		       .nlmsg_type = (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | type),
		       .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.g = { .nfgen_family = NFPROTO_UNSPEC, .version = NFNETLINK_V0 },
	};

	return tree_ask(rd->ns, NL_NETFILTER, name, &q.h, each, rd, err);
}

/* Hooks flow along the jumps until nothing changes. Rule sets are shallow; a loop cannot exist in the kernel, but may
 * in a hostile recording, hence the bound. */
static void spread_hooks(struct nft_state *st)
{
	bool moved = true;

	for (unsigned depth = 0; moved && depth < 64; depth++) {
		moved = false;
		for (uint32_t i = 0; i < st->edges; i++) {
			uint16_t from = st->chain[st->edge[i].from].hooks, *to = &st->chain[st->edge[i].to].hooks;

			moved |= (from & ~*to) != 0;
			*to |= from;
		}
	}
}

/* A chain that no jump leads to is reached by a verdict map: from any chain of its table that has one. */
static uint16_t hooks_by_map(const struct nft_state *st, uint64_t table)
{
	uint16_t hooks = 0;

	for (uint32_t i = 0; i < st->chains; i++) {
		if (st->chain[i].table == table && st->chain[i].map)
			hooks |= st->chain[i].hooks;
	}
	return hooks;
}

static void name_hooks(struct reading *rd)
{
	struct nft_state *st = rd->st;
	bool maps = false;

	spread_hooks(st);
	for (uint32_t i = 0; i < st->chains; i++)
		maps |= st->chain[i].map;
	for (uint32_t i = 0; maps && i < st->chains; i++) {
		if (!st->chain[i].hooks)
			st->chain[i].hooks = hooks_by_map(st, st->chain[i].table);
	}
	if (maps)
		spread_hooks(st);
	for (uint32_t i = 0; i < st->rules.count; i++) {
		const struct rule_ref *ref = &st->rules.ref[i];
		const struct family_row *row;

		if (ref->round != st->rules.round || ref->chain >= st->chains)
			continue;
		row = family_row(st->chain[ref->chain].family);
		rules_hooks(&st->rules, rd->p, i, row->hooks, st->chain[ref->chain].hooks,
			    st->chain[ref->chain].hooks & row->told);
	}
}

static void start_over(struct nft_state *st)
{
	st->chains = st->edges = st->objects = 0;
	rules_clear(&st->chain_index);
	rules_clear(&st->object_index);
	st->has_tail = st->no_room = false;
	st->last_chain = CHAIN_NONE;
}

static int read_once(struct reading *rd, struct err *err)
{
	struct nft_state *st = rd->st;
	int r;

	start_over(st);
	r = ask(rd, "nft-chains", NFT_MSG_GETCHAIN, each_chain, err);
	if (r || !st->chains)
		return r;
	r = ask(rd, "nft-rules", NFT_MSG_GETRULE, each_rule, err);
	if (!r)
		flush_tail(rd);
	if (!r && st->objects)
		r = ask(rd, "nft-objects", NFT_MSG_GETOBJ, each_object, err);
	name_hooks(rd);
	return r;
}

static int nftables_read(struct probe *p, struct netns *ns, void *state, struct err *err)
{
	struct nft_state *st = state;
	struct reading rd = { .p = p, .ns = ns, .st = st };
	int r = -EINTR;

	/* Asking nfnetlink for a subsystem that is not there loads its module. */
	if (tree_live(p->tree) && !tree_module(p->tree, "nf_tables"))
		return -ENOENT;
	rules_begin(&st->rules, ns);
	/* EINTR: the rule set changed while it was being written out. */
	for (unsigned i = 0; i < DUMP_TRIES && r == -EINTR; i++)
		r = read_once(&rd, err);
	if (st->no_room)
		p->sample->no_room++;
	rules_end(&st->rules, p, r == 0);
	return r == -EINTR ? 0 : r;
}

static void nftables_forget(void *state)
{
	struct nft_state *st = state;

	rules_free(&st->rules);
	free(st->chain);
	free(st->edge);
	free(st->object);
	hash_free(&st->chain_index);
	hash_free(&st->object_index);
	*st = (struct nft_state){ 0 };
}

const struct source source_nftables = {
	.state_size = sizeof(struct nft_state),
	.read = nftables_read,
	.forget = nftables_forget,
};
