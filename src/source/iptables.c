/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rules and chain policies of legacy iptables and ip6tables that lose packets. As iptables shows them:
 *
 *	-P INPUT DROP [12:1008]
 *	-A INPUT -p udp -m udp --dport 5000 -c 40 5120 -j DROP
 *
 * Asking for a table creates it, so only tables are asked for that ip_tables_names lists already. iptables-nft keeps
 * its rules in nftables. A rule has no handle here, only a number that changes when others are inserted: its identity
 * is what it says, and its rank among rules of the chain that say the same. See iptables_entry.c for the bytes.
 */
#include "source/iptables.h"

#include <errno.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "source/rules.h"

#define TABLES_MAX 16
#define TABLE_BYTES_MAX (256u << 20)
#define GET_TRIES 4
#define CHAIN_NONE UINT32_MAX

static const char *const hook_names[8] = { "prerouting", "input", "forward", "output", "postrouting" };
static const char *const builtin_names[IPT_HOOKS] = { "PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING" };
#define TOLD_HOOKS (1u << NF_INET_LOCAL_OUT | 1u << NF_INET_POST_ROUTING)

struct chain {
	uint32_t start; /* offset of its first entry */
	struct slice name;
	uint16_t hooks;
};

struct way {
	uint32_t from, to;
};

struct ipt_state {
	struct rules rules;
	struct chain *chain; /* of the table at hand, by offset */
	uint32_t chains, chain_cap;
	struct way *way;
	uint32_t ways, way_cap;
	struct hash same; /* how many rules of a chain said the same so far */
	char *buf;	  /* for the kernel's answer */
	size_t buf_bytes;
	bool no_room;
};

struct reading {
	struct probe *p;
	struct netns *ns;
	struct ipt_state *st;
	const struct ipt_kind *kind;
	const char *table;
	struct ipt_view t;
	uint32_t table_number;
};

static int room(struct ipt_state *st, size_t bytes)
{
	char *p;

	if (bytes <= st->buf_bytes)
		return 0;
	p = realloc(st->buf, bytes);
	if (!p)
		return -ENOMEM;
	st->buf = p;
	st->buf_bytes = bytes;
	return 0;
}

/* One attempt; -EAGAIN when the table changed its size between the two questions. */
static int get_table(struct reading *rd, int fd, struct ipt_getinfo *info)
{
	size_t head = offsetof(struct ipt_get_entries, entrytable);
	struct ipt_get_entries get = { 0 };
	socklen_t len = sizeof(*info);
	int r;

	*info = (struct ipt_getinfo){ 0 };
	slice_copy(slice_str(rd->table), info->name, sizeof(info->name));
	if (getsockopt(fd, rd->kind->level, rd->kind->get_info, info, &len) < 0)
		return -errno;
	if (info->size > TABLE_BYTES_MAX)
		return -EFBIG;
	r = room(rd->st, head + info->size);
	if (r)
		return r;
	slice_copy(slice_str(rd->table), get.name, sizeof(get.name));
	get.size = info->size;
	memcpy(rd->st->buf, &get, head);
	len = (socklen_t)(head + info->size);
	return getsockopt(fd, rd->kind->level, rd->kind->get_entries, rd->st->buf, &len) < 0 ? -errno : 0;
}

/* Runs inside the namespace. Any socket of the family will do; a datagram socket is visible nowhere. */
static int fetch(struct netns *ns, void *arg, struct fmt *out)
{
	struct reading *rd = arg;
	struct ipt_getinfo info;
	int r = -EAGAIN, fd = socket(rd->kind->domain, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	(void)ns;
	if (fd < 0)
		return -errno;
	for (unsigned i = 0; i < GET_TRIES && r == -EAGAIN; i++)
		r = get_table(rd, fd, &info);
	close(fd);
	if (r)
		return r;
	fmt_bytes(out, &info, sizeof(info));
	fmt_bytes(out, rd->st->buf, offsetof(struct ipt_get_entries, entrytable) + info.size);
	return 0;
}

static void add_chain(struct ipt_state *st, size_t start, struct slice name, uint16_t hooks)
{
	if (rules_room((void **)&st->chain, &st->chain_cap, st->chains, sizeof(*st->chain)))
		st->no_room = true;
	else
		st->chain[st->chains++] = (struct chain){ (uint32_t)start, name, hooks };
}

/* The hook whose chain begins at (or has its policy at) this offset, or -1. */
static int hook_at(const struct ipt_view *t, const uint32_t *offsets, size_t offset)
{
	for (int h = 0; h < IPT_HOOKS; h++) {
		if ((t->valid_hooks >> h & 1) && offsets[h] == offset)
			return h;
	}
	return -1;
}

/* Chains lie one behind the other, so the list comes out sorted by offset. */
static int find_chains(struct reading *rd, struct err *err)
{
	struct ipt_state *st = rd->st;
	struct ipt_entry_view e;
	struct slice name;
	size_t at = 0;
	bool damaged;

	st->chains = st->ways = 0;
	while (ipt_entry_next(&rd->t, &at, &e, &damaged)) {
		int hook = hook_at(&rd->t, rd->t.hook_entry, e.offset);

		if (hook >= 0)
			add_chain(st, e.offset, slice_str(builtin_names[hook]), (uint16_t)(1u << hook));
		name = ipt_opens_chain(&e);
		if (name.p)
			add_chain(st, at, name, 0);
	}
	return damaged ? err_set(err, EPROTO, "%s table %s: entry at byte %zu is damaged", rd->kind->tool, rd->table,
				 at) :
			 0;
}

static uint32_t chain_at(const struct ipt_state *st, uint32_t start)
{
	uint32_t low = 0, high = st->chains;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (st->chain[mid].start < start)
			low = mid + 1;
		else
			high = mid;
	}
	return low < st->chains && st->chain[low].start == start ? low : CHAIN_NONE;
}

static void add_way(struct ipt_state *st, uint32_t from, const struct ipt_entry_view *e)
{
	uint32_t offset, to;

	if (!ipt_jump(e, &offset))
		return;
	to = chain_at(st, offset);
	if (to == CHAIN_NONE || to == from)
		return;
	if (rules_room((void **)&st->way, &st->way_cap, st->ways, sizeof(*st->way)))
		st->no_room = true;
	else
		st->way[st->ways++] = (struct way){ from, to };
}

static uint64_t entry_id(struct reading *rd, uint32_t chain, const struct ipt_entry_view *e, bool policy)
{
	uint64_t h = rules_hash(rules_hash(0, slice_str(rd->kind->tool)), slice_str(rd->table));
	uint32_t rank = 0;

	h = rules_hash(h, rd->st->chain[chain].name);
	if (policy)
		return rules_hash(h, slice_str("policy"));
	h = hash_pair(h, ipt_entry_hash(e));
	hash_get(&rd->st->same, h, &rank);
	if (hash_put(&rd->st->same, h, rank + 1))
		rd->st->no_room = true;
	return hash_pair(h, rank);
}

static void fill_fact(struct reading *rd, struct rule_fact *f, uint32_t chain, const struct ipt_entry_view *e,
		      const struct xt_verdict *v)
{
	*f = (struct rule_fact){ .verdict = v->verdict, .queue = v->queue, .queue_bypass = v->queue_bypass };
	slice_copy(slice_str(rd->kind->tool), f->tool, sizeof(f->tool));
	slice_copy(slice_str(rd->kind->family), f->family, sizeof(f->family));
	slice_copy(slice_str(rd->table), f->table, sizeof(f->table));
	slice_copy(rd->st->chain[chain].name, f->chain, sizeof(f->chain));
	if (v->verdict == RULE_POLICY) {
		slice_copy(slice_str("policy DROP"), f->text, sizeof(f->text));
		return;
	}
	f->ct_invalid = ipt_entry_invalid(e);
	ipt_entry_text(rd->kind, e, f->text, sizeof(f->text));
}

static void take_entry(struct reading *rd, uint32_t chain, const struct ipt_entry_view *e, uint64_t number)
{
	struct rules *rules = &rd->st->rules;
	struct xt_verdict v;
	struct rule_fact f;
	bool policy = hook_at(&rd->t, rd->t.underflow, e->offset) >= 0;
	uint64_t id;
	uint32_t i;

	rules_xt_target(e->target.name, e->target.revision, e->target.info, &v);
	if (!v.verdict)
		return;
	if (policy)
		v.verdict = RULE_POLICY;
	id = entry_id(rd, chain, e, policy);
	i = rules_find(rules, id);
	if (i == RULE_NONE) {
		fill_fact(rd, &f, chain, e, &v);
		/* A policy counts also while it is ACCEPT. */
		i = rules_add(rules, rd->p, rd->ns, id, &f, policy);
	}
	if (i == RULE_NONE)
		return;
	rd->p->sample->place[rules->ref[i].place].rule->handle = policy ? 0 : number;
	rules->ref[i].chain = chain;
	rules->ref[i].table = rd->table_number;
	rules->ref[i].queue_total = v.queue_total;
	rules_put(rules, rd->p, i, e->packets);
}

static void take_entries(struct reading *rd)
{
	struct ipt_state *st = rd->st;
	uint32_t chain = CHAIN_NONE, next = 0;
	struct ipt_entry_view e;
	uint64_t number = 0;
	size_t at = 0;
	bool damaged;

	rules_clear(&st->same);
	while (ipt_entry_next(&rd->t, &at, &e, &damaged)) {
		while (next < st->chains && st->chain[next].start <= e.offset) {
			chain = next++;
			number = 0;
		}
		if (chain == CHAIN_NONE || ipt_opens_chain(&e).p)
			continue;
		number++;
		add_way(st, chain, &e);
		take_entry(rd, chain, &e, number);
	}
}

/* User chains get the hooks of the chains that jump to them. */
static void name_hooks(struct reading *rd)
{
	struct ipt_state *st = rd->st;
	bool moved = true;

	for (unsigned depth = 0; moved && depth < 64; depth++) {
		moved = false;
		for (uint32_t i = 0; i < st->ways; i++) {
			uint16_t from = st->chain[st->way[i].from].hooks, *to = &st->chain[st->way[i].to].hooks;

			moved |= (from & ~*to) != 0;
			*to |= from;
		}
	}
	for (uint32_t i = 0; i < st->rules.count; i++) {
		const struct rule_ref *ref = &st->rules.ref[i];

		if (ref->round != st->rules.round || ref->table != rd->table_number || ref->chain >= st->chains)
			continue;
		rules_hooks(&st->rules, rd->p, i, hook_names, st->chain[ref->chain].hooks,
			    st->chain[ref->chain].hooks & TOLD_HOOKS);
	}
}

static int read_table(struct reading *rd, struct err *err)
{
	struct slice blob;
	char name[64];
	struct fmt f;
	int r;

	fmt_init(&f, name, sizeof(name));
	fmt_add(&f, "%s/%s", rd->kind->tool, rd->table);
	r = tree_blob(rd->ns, name, fetch, rd, &blob, err);
	if (!r)
		r = ipt_view_parse(rd->kind, blob, &rd->t, err);
	if (!r)
		r = find_chains(rd, err);
	if (r)
		return r;
	take_entries(rd);
	name_hooks(rd);
	return 0;
}

/* Names become paths of a recording; the kernel's own are short words. */
static bool plain_word(struct slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-'))
			return false;
	}
	return s.n > 0 && s.n < XT_TABLE_MAXNAMELEN;
}

static unsigned table_names(struct slice text, char ret[TABLES_MAX][XT_TABLE_MAXNAMELEN])
{
	struct slice line;
	unsigned n = 0;

	while (n < TABLES_MAX && slice_line(&text, &line)) {
		if (plain_word(line))
			slice_copy(line, ret[n++], XT_TABLE_MAXNAMELEN);
	}
	return n;
}

static int read_kind(struct reading *rd, struct err *err)
{
	char names[TABLES_MAX][XT_TABLE_MAXNAMELEN];
	struct slice text;
	unsigned n;
	int r = tree_net(rd->ns, rd->kind->names, &text, err), failed = 0;

	if (r)
		return r;
	n = table_names(text, names);
	for (unsigned i = 0; i < n; i++) {
		rd->table = names[i];
		rd->table_number++;
		r = read_table(rd, err);
		if (r)
			failed = r;
	}
	return failed;
}

static int iptables_read(struct probe *p, struct netns *ns, void *state, struct err *err)
{
	struct ipt_state *st = state;
	struct reading rd = { .p = p, .ns = ns, .st = st };
	int r[ARRAY_SIZE(ipt_kinds)], failed = 0;

	st->no_room = false;
	rules_begin(&st->rules, ns);
	for (size_t i = 0; i < ARRAY_SIZE(ipt_kinds); i++) {
		rd.kind = &ipt_kinds[i];
		r[i] = read_kind(&rd, err);
		if (r[i] && r[i] != -ENOENT)
			failed = r[i];
	}
	if (st->no_room)
		p->sample->no_room++;
	rules_end(&st->rules, p, !failed);
	return failed ? failed : r[0] && r[1] ? -ENOENT : 0;
}

static void iptables_forget(void *state)
{
	struct ipt_state *st = state;

	rules_free(&st->rules);
	free(st->chain);
	free(st->way);
	free(st->buf);
	hash_free(&st->same);
	*st = (struct ipt_state){ 0 };
}

const struct source source_iptables = {
	.state_size = sizeof(struct ipt_state),
	.read = iptables_read,
	.forget = iptables_forget,
};
