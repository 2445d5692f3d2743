/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One nftables message, looked at in place: attributes, the chain, the named counter, the rule and what it does with
 * a packet behind its counter. Pure functions over bytes; nftables.c does the asking.
 */
#ifndef SOURCE_NFTABLES_H
#define SOURCE_NFTABLES_H

#include "sample/sample.h"

#include <linux/netlink.h>

struct nla {
	uint16_t type;
	struct slice data;
};

/* Takes the next attribute off *rest; false at the end and at the first one that does not fit. */
bool nla_next(struct slice *rest, struct nla *ret);
/* The first attribute of that type; an empty slice with p == NULL when there is none. */
struct slice nla_find(struct slice attrs, uint16_t type);
bool nla_be16(struct slice data, uint16_t *ret);
bool nla_be32(struct slice data, uint32_t *ret);
bool nla_be64(struct slice data, uint64_t *ret);
/* The string before its NUL. */
struct slice nla_text(struct slice data);

enum nft_expr {
	EXPR_OTHER,      /* may break off the evaluation of the rule */
	EXPR_HARMLESS,   /* always goes on */
	EXPR_COUNTER, EXPR_OBJREF, EXPR_IMMEDIATE, EXPR_REJECT, EXPR_QUEUE, EXPR_TARGET, EXPR_MATCH, EXPR_CT, EXPR_META,
	EXPR_BITWISE, EXPR_CMP, EXPR_LOOKUP, EXPR_PAYLOAD, EXPR_LIMIT, EXPR_LOG,
};
/* Takes the next expression off a list of them; ret_name is the kernel's name of it. */
bool nft_expr_next(struct slice *rest, enum nft_expr *ret_kind, struct slice *ret_name, struct slice *ret_attrs);

struct nft_chain {
	uint8_t family;
	struct slice table, name;
	bool base, policy_drop, counted;   /* counted: packets holds what fell to the policy */
	uint32_t hook;
	uint64_t packets, handle;
};

struct nft_object {
	uint8_t family;
	struct slice table, name;
	uint32_t type, use;
	uint64_t packets;
	bool counted;
};

struct nft_rule {
	uint8_t family;
	struct slice table, chain, exprs, user;
	uint64_t handle;
	enum rule_verdict verdict;         /* 0: this rule loses nothing that it has counted */
	bool counted;                      /* packets is of a counter that stands directly before the verdict */
	uint64_t packets;
	struct slice object;               /* or a named counter stands there */
	bool runs_out;                     /* ends behind its counter without a verdict */
	struct slice jump;                 /* chain it may go to */
	bool map;                          /* a verdict map may send it anywhere in the table */
	bool ct_invalid, queue_bypass;
	uint16_t queue, queue_total;
};

/* 0, or -EINVAL for a message that is none of these or is damaged. Slices point into the message. */
int nft_chain_parse(const struct nlmsghdr *nlh, struct nft_chain *ret);
int nft_object_parse(const struct nlmsghdr *nlh, struct nft_object *ret);
int nft_rule_parse(const struct nlmsghdr *nlh, struct nft_rule *ret);
/* "udp dport 5000 limit over 5/second drop": the rule in a few words, "..." for what this does not know. */
void nft_rule_text(const struct nft_rule *r, char *dst, size_t size);

#endif
