/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads nftables messages: a struct nfgenmsg, then attributes as of linux/netfilter/nf_tables.h. A rule is
 *
 *	TABLE "filter" CHAIN "input" HANDLE 4 EXPRESSIONS { ELEM { NAME "payload" DATA {...} } ... }
 *	... { NAME "cmp" } { NAME "counter" DATA { PACKETS 7 } } { NAME "immediate" DATA { DREG 0 VERDICT DROP } }
 *
 * printed by nf_tables_fill_rule_info() in net/netfilter/nf_tables_api.c. Expressions run from first to last and any
 * of them may break off the rule. So a counter counts losses only when nothing that can break off stands between it
 * and the verdict. Not for text (nftables_text.c) and not for asking (nftables.c).
 */
#include "source/nftables.h"

#include <endian.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/nfnetlink.h>

#include "source/rules_xt.h"

bool nla_next(struct slice *rest, struct nla *ret)
{
	struct nlattr a;
	size_t step;

	if (rest->n < sizeof(a))
		return false;
	memcpy(&a, rest->p, sizeof(a));
	if (a.nla_len < sizeof(a) || a.nla_len > rest->n)
		return false;
	ret->type = a.nla_type & NLA_TYPE_MASK;
	ret->data = slice_of(rest->p + sizeof(a), a.nla_len - sizeof(a));
	step = NLA_ALIGN(a.nla_len);
	if (step > rest->n)
		step = rest->n;
	rest->p += step;
	rest->n -= step;
	return true;
}

struct slice nla_find(struct slice attrs, uint16_t type)
{
	struct nla a;

	while (nla_next(&attrs, &a)) {
		if (a.type == type)
			return a.data;
	}
	return slice_of(NULL, 0);
}

bool nla_be16(struct slice data, uint16_t *ret)
{
	uint16_t v;

	if (data.n < sizeof(v))
		return false;
	memcpy(&v, data.p, sizeof(v));
	*ret = be16toh(v);
	return true;
}

bool nla_be32(struct slice data, uint32_t *ret)
{
	uint32_t v;

	if (data.n < sizeof(v))
		return false;
	memcpy(&v, data.p, sizeof(v));
	*ret = be32toh(v);
	return true;
}

bool nla_be64(struct slice data, uint64_t *ret)
{
	uint64_t v;

	if (data.n < sizeof(v))
		return false;
	memcpy(&v, data.p, sizeof(v));
	*ret = be64toh(v);
	return true;
}

struct slice nla_text(struct slice data)
{
	return slice_of(data.p, data.n ? strnlen(data.p, data.n) : 0);
}

/* What an expression can do, by the kernel's name for it; what is not here may break off the rule. */
#define ROW(word, kind)                          \
	{                                        \
		{ word, sizeof(word) - 1 }, kind \
	}
static const struct {
	struct slice name;
	enum nft_expr kind;
} expr_rows[] = {
	ROW("counter", EXPR_COUNTER), ROW("immediate", EXPR_IMMEDIATE),
	ROW("cmp", EXPR_CMP),	      ROW("meta", EXPR_META),
	ROW("payload", EXPR_PAYLOAD), ROW("match", EXPR_MATCH),
	ROW("target", EXPR_TARGET),   ROW("bitwise", EXPR_BITWISE),
	ROW("lookup", EXPR_LOOKUP),   ROW("ct", EXPR_CT),
	ROW("limit", EXPR_LIMIT),     ROW("log", EXPR_LOG),
	ROW("reject", EXPR_REJECT),   ROW("queue", EXPR_QUEUE),
	ROW("objref", EXPR_OBJREF),   ROW("notrack", EXPR_HARMLESS),
	ROW("last", EXPR_HARMLESS),   ROW("byteorder", EXPR_HARMLESS),
	ROW("numgen", EXPR_HARMLESS), ROW("dup", EXPR_HARMLESS),
};

bool nft_expr_next(struct slice *rest, enum nft_expr *ret_kind, struct slice *ret_name, struct slice *ret_attrs)
{
	struct nla elem, a;

	if (!nla_next(rest, &elem))
		return false;
	*ret_kind = EXPR_OTHER;
	*ret_name = *ret_attrs = slice_of("", 0);
	while (nla_next(&elem.data, &a)) {
		if (a.type == NFTA_EXPR_NAME)
			*ret_name = nla_text(a.data);
		else if (a.type == NFTA_EXPR_DATA)
			*ret_attrs = a.data;
	}
	for (size_t i = 0; i < ARRAY_SIZE(expr_rows); i++) {
		if (slice_same(*ret_name, expr_rows[i].name)) {
			*ret_kind = expr_rows[i].kind;
			break;
		}
	}
	return true;
}

/* The payload of an nftables message of that type; false for others and for short ones. */
static bool open_message(const struct nlmsghdr *nlh, unsigned type, uint8_t *ret_family, struct slice *ret_attrs)
{
	struct nfgenmsg g;

	if (nlh->nlmsg_type != (NFNL_SUBSYS_NFTABLES << 8 | type) || nlh->nlmsg_len < NLMSG_SPACE(sizeof(g)))
		return false;
	memcpy(&g, NLMSG_DATA(nlh), sizeof(g));
	*ret_family = g.nfgen_family;
	*ret_attrs = slice_of((const char *)nlh + NLMSG_SPACE(sizeof(g)), nlh->nlmsg_len - NLMSG_SPACE(sizeof(g)));
	return true;
}

int nft_chain_parse(const struct nlmsghdr *nlh, struct nft_chain *ret)
{
	struct slice attrs, hook = { 0 }, counters = { 0 };
	struct nft_chain c = { 0 };
	uint32_t policy = NF_ACCEPT;
	struct nla a;

	if (!open_message(nlh, NFT_MSG_NEWCHAIN, &c.family, &attrs))
		return -EINVAL;
	while (nla_next(&attrs, &a)) {
		switch (a.type) {
		case NFTA_CHAIN_TABLE:
			c.table = nla_text(a.data);
			break;
		case NFTA_CHAIN_NAME:
			c.name = nla_text(a.data);
			break;
		case NFTA_CHAIN_HANDLE:
			nla_be64(a.data, &c.handle);
			break;
		case NFTA_CHAIN_HOOK:
			hook = a.data;
			break;
		case NFTA_CHAIN_POLICY:
			nla_be32(a.data, &policy);
			break;
		case NFTA_CHAIN_COUNTERS:
			counters = a.data;
			break;
		default:
			break;
		}
	}
	if (!c.table.n || !c.name.n)
		return -EINVAL;
	c.base = nla_be32(nla_find(hook, NFTA_HOOK_HOOKNUM), &c.hook) && c.hook < 8;
	c.policy_drop = c.base && policy == NF_DROP;
	c.counted = c.base && nla_be64(nla_find(counters, NFTA_COUNTER_PACKETS), &c.packets);
	*ret = c;
	return 0;
}

int nft_object_parse(const struct nlmsghdr *nlh, struct nft_object *ret)
{
	struct slice attrs, data = { 0 };
	struct nft_object o = { 0 };
	struct nla a;

	if (!open_message(nlh, NFT_MSG_NEWOBJ, &o.family, &attrs))
		return -EINVAL;
	while (nla_next(&attrs, &a)) {
		switch (a.type) {
		case NFTA_OBJ_TABLE:
			o.table = nla_text(a.data);
			break;
		case NFTA_OBJ_NAME:
			o.name = nla_text(a.data);
			break;
		case NFTA_OBJ_TYPE:
			nla_be32(a.data, &o.type);
			break;
		case NFTA_OBJ_USE:
			nla_be32(a.data, &o.use);
			break;
		case NFTA_OBJ_DATA:
			data = a.data;
			break;
		default:
			break;
		}
	}
	if (!o.table.n || !o.name.n)
		return -EINVAL;
	o.counted = o.type == NFT_OBJECT_COUNTER && nla_be64(nla_find(data, NFTA_COUNTER_PACKETS), &o.packets);
	*ret = o;
	return 0;
}

/* How far "ct state, and-ed with invalid, is not zero" has been seen. */
struct ct_watch {
	unsigned step;
	uint32_t reg;
};

static bool host_u32_is(struct slice data, uint32_t want)
{
	uint32_t v;

	if (data.n != sizeof(v))
		return false;
	memcpy(&v, data.p, sizeof(v));
	return v == want;
}

static void watch_ct(struct ct_watch *w, struct slice attrs)
{
	uint32_t key;

	w->step = nla_be32(nla_find(attrs, NFTA_CT_KEY), &key) && key == NFT_CT_STATE &&
		  nla_be32(nla_find(attrs, NFTA_CT_DREG), &w->reg);
}

static void watch_bitwise(struct ct_watch *w, struct slice attrs)
{
	struct slice mask = nla_find(nla_find(attrs, NFTA_BITWISE_MASK), NFTA_DATA_VALUE);
	uint32_t sreg;

	if (w->step == 1 && nla_be32(nla_find(attrs, NFTA_BITWISE_SREG), &sreg) && sreg == w->reg &&
	    host_u32_is(mask, NF_CT_STATE_INVALID_BIT) && nla_be32(nla_find(attrs, NFTA_BITWISE_DREG), &w->reg))
		w->step = 2;
	else
		w->step = 0;
}

/* True when this comparison says: invalid, and nothing else. */
static bool watch_cmp(struct ct_watch *w, struct slice attrs)
{
	struct slice value = nla_find(nla_find(attrs, NFTA_CMP_DATA), NFTA_DATA_VALUE);
	unsigned step = w->step;
	uint32_t sreg, op;

	w->step = 0;
	if (!step || !nla_be32(nla_find(attrs, NFTA_CMP_SREG), &sreg) || sreg != w->reg ||
	    !nla_be32(nla_find(attrs, NFTA_CMP_OP), &op))
		return false;
	return (step == 2 && op == NFT_CMP_NEQ && host_u32_is(value, 0)) ||
	       (op == NFT_CMP_EQ && host_u32_is(value, NF_CT_STATE_INVALID_BIT));
}

static void take_counter(struct nft_rule *r, struct slice attrs)
{
	r->counted = nla_be64(nla_find(attrs, NFTA_COUNTER_PACKETS), &r->packets);
	r->object = slice_of(NULL, 0);
}

static void drop_counter(struct nft_rule *r)
{
	r->counted = false;
	r->object = slice_of(NULL, 0);
}

/* Limits and quotas come by name too and break off; a map of objects counts several things. */
static void take_objref(struct nft_rule *r, struct slice attrs)
{
	uint32_t type;

	drop_counter(r);
	if (nla_be32(nla_find(attrs, NFTA_OBJREF_IMM_TYPE), &type) && type == NFT_OBJECT_COUNTER)
		r->object = nla_text(nla_find(attrs, NFTA_OBJREF_IMM_NAME));
}

/* Returns true when the packet leaves the rule here. */
static bool take_immediate(struct nft_rule *r, struct slice attrs)
{
	struct slice verdict = nla_find(nla_find(attrs, NFTA_IMMEDIATE_DATA), NFTA_DATA_VERDICT);
	uint32_t code;

	if (!verdict.p)
		return false;
	if (!nla_be32(nla_find(verdict, NFTA_VERDICT_CODE), &code))
		return true;
	if (code == NF_DROP)
		r->verdict = RULE_DROP;
	else if ((int32_t)code == NFT_JUMP || (int32_t)code == NFT_GOTO)
		r->jump = nla_text(nla_find(verdict, NFTA_VERDICT_CHAIN));
	return true;
}

static bool take_queue(struct nft_rule *r, struct slice attrs)
{
	uint16_t flags = 0;

	/* The number may come from a register; then nobody knows which queue it is. */
	if (!nla_be16(nla_find(attrs, NFTA_QUEUE_NUM), &r->queue))
		return true;
	r->queue_total = 1;
	nla_be16(nla_find(attrs, NFTA_QUEUE_TOTAL), &r->queue_total);
	nla_be16(nla_find(attrs, NFTA_QUEUE_FLAGS), &flags);
	r->queue_bypass = flags & NFT_QUEUE_FLAG_BYPASS;
	r->verdict = RULE_QUEUE;
	return true;
}

static bool take_target(struct nft_rule *r, struct slice attrs)
{
	struct xt_verdict v = { 0 };
	uint32_t rev = 0;

	nla_be32(nla_find(attrs, NFTA_TARGET_REV), &rev);
	rules_xt_target(nla_text(nla_find(attrs, NFTA_TARGET_NAME)), rev, nla_find(attrs, NFTA_TARGET_INFO), &v);
	if (v.verdict) {
		r->verdict = v.verdict;
		r->queue = v.queue;
		r->queue_total = v.queue_total;
		r->queue_bypass = v.queue_bypass;
		return true;
	}
	drop_counter(r);
	return false;
}

static void take_match(struct nft_rule *r, struct slice attrs)
{
	uint32_t rev = 0;

	drop_counter(r);
	nla_be32(nla_find(attrs, NFTA_MATCH_REV), &rev);
	r->ct_invalid |=
		rules_xt_invalid(nla_text(nla_find(attrs, NFTA_MATCH_NAME)), rev, nla_find(attrs, NFTA_MATCH_INFO));
}

static void take_lookup(struct nft_rule *r, struct slice attrs)
{
	uint32_t dreg;

	drop_counter(r);
	r->map |= nla_be32(nla_find(attrs, NFTA_LOOKUP_DREG), &dreg) && dreg == NFT_REG_VERDICT;
}

/* One expression; true when no packet comes further than this. */
static bool take_expr(struct nft_rule *r, struct ct_watch *w, enum nft_expr kind, struct slice attrs)
{
	switch (kind) {
	case EXPR_COUNTER:
		take_counter(r, attrs);
		return false;
	case EXPR_OBJREF:
		take_objref(r, attrs);
		return false;
	case EXPR_IMMEDIATE:
		return take_immediate(r, attrs);
	case EXPR_REJECT:
		r->verdict = RULE_REJECT;
		return true;
	case EXPR_QUEUE:
		return take_queue(r, attrs);
	case EXPR_TARGET:
		return take_target(r, attrs);
	case EXPR_MATCH:
		take_match(r, attrs);
		return false;
	case EXPR_LOOKUP:
		take_lookup(r, attrs);
		return false;
	case EXPR_BITWISE:
		watch_bitwise(w, attrs);
		return false;
	case EXPR_CT:
		watch_ct(w, attrs);
		if (!nla_find(attrs, NFTA_CT_SREG).p) /* a load breaks off without a connection, a set goes on */
			drop_counter(r);
		return false;
	case EXPR_META:
		if (!nla_find(attrs, NFTA_META_SREG).p)
			drop_counter(r);
		return false;
	case EXPR_CMP:
		drop_counter(r);
		r->ct_invalid |= watch_cmp(w, attrs);
		return false;
	case EXPR_LOG:
	case EXPR_HARMLESS:
		return false;
	case EXPR_PAYLOAD:
	case EXPR_LIMIT:
	case EXPR_OTHER:
		drop_counter(r);
		return false;
	}
	return false;
}

int nft_rule_parse(const struct nlmsghdr *nlh, struct nft_rule *ret)
{
	struct slice attrs, exprs, name;
	struct nft_rule r = { 0 };
	struct ct_watch w = { 0 };
	enum nft_expr kind;
	struct nla a;
	bool left = false;

	if (!open_message(nlh, NFT_MSG_NEWRULE, &r.family, &attrs))
		return -EINVAL;
	while (nla_next(&attrs, &a)) {
		switch (a.type) {
		case NFTA_RULE_TABLE:
			r.table = nla_text(a.data);
			break;
		case NFTA_RULE_CHAIN:
			r.chain = nla_text(a.data);
			break;
		case NFTA_RULE_HANDLE:
			nla_be64(a.data, &r.handle);
			break;
		case NFTA_RULE_EXPRESSIONS:
			r.exprs = a.data;
			break;
		case NFTA_RULE_USERDATA:
			r.user = a.data;
			break;
		default:
			break;
		}
	}
	if (!r.table.n || !r.chain.n)
		return -EINVAL;
	exprs = r.exprs;
	while (!left && nft_expr_next(&exprs, &kind, &name, &attrs))
		left = take_expr(&r, &w, kind, attrs);
	r.runs_out = !left && (r.counted || r.object.n);
	if (left && !r.counted && !r.object.n)
		r.verdict = 0;
	*ret = r;
	return 0;
}
