/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An nftables rule in a few words for people: the common matches as nft itself writes them, the name and "..." for all
 * others. `nft -a list chain` has the full text; this only helps to recognise the rule.
 *
 *	[ meta load l4proto ] [ cmp eq 0x11 ] [ payload 2b @ transport + 2 ] [ cmp eq 0x8813 ] [ counter ] [ drop ]
 *	udp dport 5000 drop
 */
#include "source/nftables.h"

#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>

#include "base/fmt.h"
#include "source/rules_xt.h"

enum look {
	LOOK_HEX,
	LOOK_NUMBER,
	LOOK_PORT,
	LOOK_BYTE,
	LOOK_PROTO,
	LOOK_TEXT,
	LOOK_ADDR,
	LOOK_MAC,
	LOOK_STATE,
	LOOK_HIDDEN
};

struct subject {
	uint32_t key;	       /* meta or ct key; payload: base */
	uint32_t offset, most; /* payload: where, and the length of the whole field */
	const char *words;
	enum look look;
};

static const struct subject meta_rows[] = {
	{ NFT_META_L4PROTO, 0, 0, "meta l4proto", LOOK_PROTO },
	{ NFT_META_NFPROTO, 0, 0, "meta nfproto", LOOK_HIDDEN },
	{ NFT_META_PROTOCOL, 0, 0, "meta protocol", LOOK_HIDDEN },
	{ NFT_META_IIFTYPE, 0, 0, "iiftype", LOOK_HIDDEN },
	{ NFT_META_IIFNAME, 0, 0, "iifname", LOOK_TEXT },
	{ NFT_META_OIFNAME, 0, 0, "oifname", LOOK_TEXT },
	{ NFT_META_IIF, 0, 0, "iif", LOOK_NUMBER },
	{ NFT_META_OIF, 0, 0, "oif", LOOK_NUMBER },
	{ NFT_META_MARK, 0, 0, "meta mark", LOOK_HEX },
	{ NFT_META_SKUID, 0, 0, "meta skuid", LOOK_NUMBER },
	{ NFT_META_LEN, 0, 0, "meta length", LOOK_NUMBER },
	{ NFT_META_PKTTYPE, 0, 0, "meta pkttype", LOOK_BYTE },
};

static const struct subject ct_rows[] = {
	{ NFT_CT_STATE, 0, 0, "ct state", LOOK_STATE },
	{ NFT_CT_MARK, 0, 0, "ct mark", LOOK_HEX },
};

static const struct subject ip_rows[] = {
	{ NFT_PAYLOAD_LL_HEADER, 0, 6, "ether daddr", LOOK_MAC },
	{ NFT_PAYLOAD_LL_HEADER, 6, 6, "ether saddr", LOOK_MAC },
	{ NFT_PAYLOAD_LL_HEADER, 12, 2, "ether type", LOOK_HIDDEN },
	{ NFT_PAYLOAD_NETWORK_HEADER, 12, 4, "ip saddr", LOOK_ADDR },
	{ NFT_PAYLOAD_NETWORK_HEADER, 16, 4, "ip daddr", LOOK_ADDR },
	{ NFT_PAYLOAD_NETWORK_HEADER, 9, 1, "ip protocol", LOOK_PROTO },
	{ NFT_PAYLOAD_TRANSPORT_HEADER, 0, 2, "sport", LOOK_PORT },
	{ NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2, "dport", LOOK_PORT },
	{ NFT_PAYLOAD_TRANSPORT_HEADER, 0, 1, "icmp type", LOOK_BYTE },
	{ NFT_PAYLOAD_TRANSPORT_HEADER, 13, 1, "tcp flags", LOOK_HEX },
};

static const struct subject ip6_rows[] = {
	{ NFT_PAYLOAD_NETWORK_HEADER, 8, 16, "ip6 saddr", LOOK_ADDR },
	{ NFT_PAYLOAD_NETWORK_HEADER, 24, 16, "ip6 daddr", LOOK_ADDR },
	{ NFT_PAYLOAD_NETWORK_HEADER, 6, 1, "ip6 nexthdr", LOOK_PROTO },
};

static const struct {
	uint8_t number;
	const char *word;
} proto_rows[] = {
	{ 1, "icmp" }, { 6, "tcp" },  { 17, "udp" },	{ 33, "dccp" },
	{ 47, "gre" }, { 50, "esp" }, { 58, "icmpv6" }, { 132, "sctp" },
};

struct printer {
	struct fmt out;
	bool ip6;
	const struct subject *subject; /* what the last load took, NULL when it cannot be told */
	const char *l4;		       /* layer 4 protocol that was tested and not yet written */
	bool range;		       /* "dport 1-" was written, its end comes next */
	struct slice mask;
};

static const char *proto_word(uint8_t number)
{
	for (size_t i = 0; i < ARRAY_SIZE(proto_rows); i++) {
		if (proto_rows[i].number == number)
			return proto_rows[i].word;
	}
	return NULL;
}

static void gap(struct printer *p)
{
	if (p->out.len)
		fmt_add(&p->out, " ");
}

static void unknown(struct printer *p)
{
	if (p->out.len >= 3 && memcmp(p->out.p + p->out.len - 3, "...", 3) == 0)
		return;
	gap(p);
	fmt_add(&p->out, "...");
}

static void subject_words(struct printer *p)
{
	gap(p);
	if (p->subject->look == LOOK_PORT) {
		fmt_add(&p->out, "%s ", p->l4 ? p->l4 : "th");
		p->l4 = NULL;
	}
	fmt_add(&p->out, "%s ", p->subject->words);
}

/* The layer 4 protocol is written with the port that follows, as nft does. */
static void flush_l4(struct printer *p)
{
	if (!p->l4)
		return;
	gap(p);
	fmt_add(&p->out, "meta l4proto %s", p->l4);
	p->l4 = NULL;
}

static const struct subject *find(const struct subject *rows, size_t n, uint32_t key)
{
	for (size_t i = 0; i < n; i++) {
		if (rows[i].key == key)
			return &rows[i];
	}
	return NULL;
}

static const struct subject *find_payload(const struct subject *rows, size_t n, uint32_t base, uint32_t offset,
					  uint32_t len)
{
	for (size_t i = 0; i < n; i++) {
		/* A prefix of whole bytes is loaded without the rest of the address. */
		if (rows[i].key == base && rows[i].offset == offset &&
		    (len == rows[i].most || (rows[i].look == LOOK_ADDR && len < rows[i].most)))
			return &rows[i];
	}
	return NULL;
}

static void load_payload(struct printer *p, struct slice attrs)
{
	uint32_t base, offset, len;

	p->subject = NULL;
	if (!nla_be32(nla_find(attrs, NFTA_PAYLOAD_BASE), &base) ||
	    !nla_be32(nla_find(attrs, NFTA_PAYLOAD_OFFSET), &offset) ||
	    !nla_be32(nla_find(attrs, NFTA_PAYLOAD_LEN), &len))
		return;
	if (p->ip6)
		p->subject = find_payload(ip6_rows, ARRAY_SIZE(ip6_rows), base, offset, len);
	if (!p->subject && (!p->ip6 || base != NFT_PAYLOAD_NETWORK_HEADER))
		p->subject = find_payload(ip_rows, ARRAY_SIZE(ip_rows), base, offset, len);
}

static unsigned bits_of(struct slice mask)
{
	unsigned n = 0;

	for (size_t i = 0; i < mask.n; i++)
		n += (unsigned)__builtin_popcount((unsigned char)mask.p[i]);
	return n;
}

static void address(struct printer *p, struct slice v)
{
	size_t full = p->subject->most;
	unsigned bits = p->mask.n ? bits_of(p->mask) : (unsigned)(v.n * 8);
	unsigned char a[16] = { 0 };
	char text[INET6_ADDRSTRLEN];

	memcpy(a, v.p, v.n < sizeof(a) ? v.n : sizeof(a));
	inet_ntop(full == 16 ? AF_INET6 : AF_INET, a, text, sizeof(text));
	fmt_add(&p->out, "%s", text);
	if (bits < full * 8)
		fmt_add(&p->out, "/%u", bits);
}

static void states(struct printer *p, struct slice v)
{
	static const char *const words[] = { "invalid", "established", "related", "new", "", "", "untracked" };
	const char *comma = "";
	uint32_t mask = 0;

	if (p->mask.n)
		v = p->mask;
	memcpy(&mask, v.p, v.n < sizeof(mask) ? v.n : sizeof(mask));
	for (unsigned i = 0; i < ARRAY_SIZE(words); i++) {
		if (mask >> i & 1 && words[i][0]) {
			fmt_add(&p->out, "%s%s", comma, words[i]);
			comma = ",";
		}
	}
}

static void value(struct printer *p, struct slice v)
{
	uint32_t number = 0;
	uint16_t port = 0;

	memcpy(&number, v.p, v.n < sizeof(number) ? v.n : sizeof(number));
	switch (p->subject->look) {
	case LOOK_PORT:
		nla_be16(v, &port);
		fmt_add(&p->out, "%u", port);
		break;
	case LOOK_NUMBER:
		fmt_add(&p->out, "%u", number);
		break;
	case LOOK_BYTE:
		fmt_add(&p->out, "%u", v.n ? (unsigned char)v.p[0] : 0);
		break;
	case LOOK_ADDR:
		address(p, v);
		break;
	case LOOK_STATE:
		states(p, v);
		break;
	case LOOK_MAC:
		for (size_t i = 0; i < v.n && i < 6; i++)
			fmt_add(&p->out, "%s%02x", i ? ":" : "", (unsigned char)v.p[i]);
		break;
	case LOOK_HEX:
		fmt_add(&p->out, "0x%x", number);
		break;
	case LOOK_TEXT:
		v = nla_text(v);
		fmt_add(&p->out, "\"%.*s\"", (int)v.n, v.p);
		break;
	case LOOK_PROTO:
		if (v.n && proto_word((unsigned char)v.p[0]))
			fmt_add(&p->out, "%s", proto_word((unsigned char)v.p[0]));
		else
			fmt_add(&p->out, "%u", v.n ? (unsigned char)v.p[0] : 0);
		break;
	case LOOK_HIDDEN:
		break;
	}
}

static void compare(struct printer *p, struct slice attrs)
{
	static const char *const ops[] = { "", "!= ", "< ", "<= ", "> ", ">= " };
	struct slice v = nla_find(nla_find(attrs, NFTA_CMP_DATA), NFTA_DATA_VALUE);
	uint32_t op = 0;

	nla_be32(nla_find(attrs, NFTA_CMP_OP), &op);
	if (!p->subject || !v.n || op >= ARRAY_SIZE(ops)) {
		unknown(p);
		return;
	}
	if (p->range && op == NFT_CMP_LTE) {
		value(p, v);
		p->range = false;
		return;
	}
	if (p->subject->look == LOOK_HIDDEN) {
		p->ip6 |= (v.n == 1 && v.p[0] == NFPROTO_IPV6) || (v.n == 2 && (unsigned char)v.p[0] == 0x86);
		return;
	}
	if (p->subject->key == NFT_META_L4PROTO && p->subject == &meta_rows[0] && op == NFT_CMP_EQ &&
	    proto_word((unsigned char)v.p[0])) {
		p->l4 = proto_word((unsigned char)v.p[0]);
		return;
	}
	subject_words(p);
	p->range = p->subject->look == LOOK_PORT && op == NFT_CMP_GTE;
	if (p->range) {
		value(p, v);
		fmt_add(&p->out, "-");
		return;
	}
	/* "mask, then not zero" is how a set of flags is tested: no operator is written for that. */
	fmt_add(&p->out, "%s", p->subject->look == LOOK_STATE && p->mask.n && op == NFT_CMP_NEQ ? "" : ops[op]);
	value(p, v);
}

static void lookup(struct printer *p, struct slice attrs)
{
	struct slice name = nla_text(nla_find(attrs, NFTA_LOOKUP_SET));
	uint32_t flags = 0;

	nla_be32(nla_find(attrs, NFTA_LOOKUP_FLAGS), &flags);
	if (p->subject) {
		subject_words(p);
	} else {
		unknown(p);
		fmt_add(&p->out, " ");
	}
	if (flags & NFT_LOOKUP_F_INV)
		fmt_add(&p->out, "!= ");
	if (slice_starts(name, "__")) /* an anonymous set: its elements are not in the rule */
		fmt_add(&p->out, "{ ... }");
	else
		fmt_add(&p->out, "@%.*s", (int)name.n, name.p ? name.p : "");
}

static void limit(struct printer *p, struct slice attrs)
{
	uint64_t rate = 0, unit = 0;
	uint32_t flags = 0, type = 0;
	const char *per;

	nla_be64(nla_find(attrs, NFTA_LIMIT_RATE), &rate);
	nla_be64(nla_find(attrs, NFTA_LIMIT_UNIT), &unit);
	nla_be32(nla_find(attrs, NFTA_LIMIT_FLAGS), &flags);
	nla_be32(nla_find(attrs, NFTA_LIMIT_TYPE), &type);
	per = unit == 1 ? "second" : unit == 60 ? "minute" : unit == 3600 ? "hour" : unit == 86400 ? "day" : "?";
	gap(p);
	fmt_add(&p->out, "limit rate %s%llu%s/%s", flags & NFT_LIMIT_F_INV ? "over " : "", (unsigned long long)rate,
		type == NFT_LIMIT_PKT_BYTES ? " bytes" : "", per);
}

static void match(struct printer *p, struct slice attrs)
{
	uint32_t rev = 0;
	struct fmt f;
	char text[80];

	nla_be32(nla_find(attrs, NFTA_MATCH_REV), &rev);
	fmt_init(&f, text, sizeof(text));
	rules_xt_text(nla_text(nla_find(attrs, NFTA_MATCH_NAME)), rev, nla_find(attrs, NFTA_MATCH_INFO), &f);
	if (f.len) {
		gap(p);
		fmt_add(&p->out, "%s", text + 1);
	}
}

static void other(struct printer *p, struct slice name)
{
	gap(p);
	fmt_add(&p->out, "%.*s ...", (int)name.n, name.p);
	p->subject = NULL;
	p->range = false;
}

static void print_expr(struct printer *p, enum nft_expr kind, struct slice name, struct slice attrs)
{
	struct slice object;
	uint32_t key = UINT32_MAX;

	switch (kind) {
	case EXPR_META:
		nla_be32(nla_find(attrs, NFTA_META_KEY), &key);
		p->subject = find(meta_rows, ARRAY_SIZE(meta_rows), key);
		break;
	case EXPR_CT:
		nla_be32(nla_find(attrs, NFTA_CT_KEY), &key);
		p->subject = find(ct_rows, ARRAY_SIZE(ct_rows), key);
		break;
	case EXPR_PAYLOAD:
		load_payload(p, attrs);
		break;
	case EXPR_BITWISE:
		p->mask = nla_find(nla_find(attrs, NFTA_BITWISE_MASK), NFTA_DATA_VALUE);
		return;
	case EXPR_CMP:
		compare(p, attrs);
		return;
	case EXPR_LOOKUP:
		lookup(p, attrs);
		return;
	case EXPR_LIMIT:
		flush_l4(p);
		limit(p, attrs);
		return;
	case EXPR_MATCH:
		flush_l4(p);
		match(p, attrs);
		return;
	case EXPR_LOG:
		gap(p);
		fmt_add(&p->out, "log");
		return;
	case EXPR_OBJREF:
		object = nla_text(nla_find(attrs, NFTA_OBJREF_IMM_NAME));
		gap(p);
		fmt_add(&p->out, "counter name \"%.*s\"", (int)object.n, object.p ? object.p : "");
		return;
	case EXPR_OTHER:
		other(p, name);
		return;
	case EXPR_COUNTER:
	case EXPR_IMMEDIATE:
	case EXPR_REJECT:
	case EXPR_QUEUE:
	case EXPR_TARGET:
	case EXPR_HARMLESS:
		return;
	}
	p->mask = slice_of(NULL, 0);
	p->range = false;
}

static void verdict(struct printer *p, const struct nft_rule *r)
{
	flush_l4(p);
	switch (r->verdict) {
	case RULE_DROP:
		gap(p);
		fmt_add(&p->out, "drop");
		break;
	case RULE_REJECT:
		gap(p);
		fmt_add(&p->out, "reject");
		break;
	case RULE_QUEUE:
		gap(p);
		fmt_add(&p->out, "queue num %u", r->queue);
		if (r->queue_total > 1)
			fmt_add(&p->out, "-%u", r->queue + r->queue_total - 1u);
		fmt_add(&p->out, "%s", r->queue_bypass ? " bypass" : "");
		break;
	case RULE_POLICY:
		break;
	}
}

/* User data is type, length, value; type 0 is the comment (libnftnl udata.h). */
static void comment(struct printer *p, struct slice user)
{
	while (user.n >= 2) {
		size_t len = (unsigned char)user.p[1];

		if (len > user.n - 2)
			return;
		if (user.p[0] == 0) {
			struct slice text = nla_text(slice_of(user.p + 2, len));

			fmt_add(&p->out, " comment \"%.*s\"", (int)text.n, text.p);
			return;
		}
		user = slice_of(user.p + 2 + len, user.n - 2 - len);
	}
}

void nft_rule_text(const struct nft_rule *r, char *dst, size_t size)
{
	struct printer p = { .ip6 = r->family == NFPROTO_IPV6 };
	struct slice exprs = r->exprs, name, attrs;
	enum nft_expr kind;

	fmt_init(&p.out, dst, size);
	while (nft_expr_next(&exprs, &kind, &name, &attrs))
		print_expr(&p, kind, name, attrs);
	verdict(&p, r);
	comment(&p, r->user);
	if (p.out.cut && size > 4)
		memcpy(dst + strnlen(dst, size - 4), "...", 4);
}
