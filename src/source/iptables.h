/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A table of legacy iptables as the kernel hands it out, walked in place: pure functions over bytes. iptables.c asks
 * and books.
 */
#ifndef SOURCE_IPTABLES_H
#define SOURCE_IPTABLES_H

#include "source/rules_xt.h"
#include "source/tree.h"

#define IPT_HOOKS 5

/* Where things are in an entry of ip_tables and of ip6_tables, and how to ask for them. */
struct ipt_kind {
	const char *tool;
	const char *family;
	enum net_file names;     /* file that lists the tables there are */
	int domain, level, get_info, get_entries;
	size_t ip_bytes;         /* struct ipt_ip, struct ip6t_ip6: at the start of an entry */
	size_t entry_bytes, target_at, next_at, counters_at;
};

extern const struct ipt_kind ipt_kinds[2];

/* A table: what the hooks enter and the bytes of all entries. */
struct ipt_view {
	const struct ipt_kind *kind;
	uint32_t valid_hooks, hook_entry[IPT_HOOKS], underflow[IPT_HOOKS];
	struct slice entries;
};

struct ipt_extension {
	struct slice name, info;
	unsigned revision;
};

struct ipt_entry_view {
	size_t offset;
	struct slice ip, matches;
	struct ipt_extension target;
	uint64_t packets;
};

/* Takes apart what iptables_fetch wrote: struct ipt_getinfo, then struct ipt_get_entries. 0 or -EPROTO. */
int ipt_view_parse(const struct ipt_kind *kind, struct slice blob, struct ipt_view *ret, struct err *err);
/* The entry at *offset, which moves on to the next; false at the end. A damaged one sets *ret_damaged. */
bool ipt_entry_next(const struct ipt_view *t, size_t *offset, struct ipt_entry_view *ret, bool *ret_damaged);
bool ipt_match_next(struct slice *rest, struct ipt_extension *ret);
/* The name of the user chain that begins behind this entry; p == NULL when it does not open one. */
struct slice ipt_opens_chain(const struct ipt_entry_view *e);
/* The offset a standard target jumps to; false when it does not jump. */
bool ipt_jump(const struct ipt_entry_view *e, uint32_t *ret_offset);
/* A number for what the rule says, without counters and offsets: the same after rules before it were inserted. */
uint64_t ipt_entry_hash(const struct ipt_entry_view *e);
bool ipt_entry_invalid(const struct ipt_entry_view *e);
/* "-p udp --dport 5000 -j DROP". */
void ipt_entry_text(const struct ipt_kind *kind, const struct ipt_entry_view *e, char *dst, size_t size);

#endif
