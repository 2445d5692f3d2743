/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * x_tables extensions as the kernel hands them out, by name and revision: xt_NFQUEUE.c, ipt_REJECT.c, xt_conntrack.c,
 * xt_state.c, xt_tcpudp.c under net/netfilter. Their layouts are kernel ABI (linux/netfilter/xt_*.h).
 */
#include "source/rules_xt.h"

#include <stddef.h>

#include <linux/netfilter.h>
#include <linux/netfilter/x_tables.h>
#include <linux/netfilter/xt_NFQUEUE.h>
#include <linux/netfilter/xt_conntrack.h>
#include <linux/netfilter/xt_state.h>
#include <linux/netfilter/xt_tcpudp.h>

static bool u16_at(struct slice s, size_t at, uint16_t *ret)
{
	if (s.n < at + sizeof(*ret))
		return false;
	memcpy(ret, s.p + at, sizeof(*ret));
	return true;
}

/* struct xt_NFQ_info and its successors: u16 number, u16 total (1), u16 bypass (2) or flags (3); host order. */
static void queue_target(unsigned revision, struct slice info, struct xt_verdict *ret)
{
	uint16_t flags = 0;

	if (revision > 3 || !u16_at(info, 0, &ret->queue))
		return;
	ret->queue_total = 1;
	if (revision >= 1 && !u16_at(info, 2, &ret->queue_total))
		return;
	if (revision >= 2 && !u16_at(info, 4, &flags))
		return;
	ret->queue_bypass = revision == 2 ? flags != 0 : flags & NFQ_FLAG_BYPASS;
	ret->verdict = RULE_QUEUE;
}

static void standard_target(struct slice info, struct xt_verdict *ret)
{
	int32_t code;

	if (info.n < sizeof(code))
		return;
	memcpy(&code, info.p, sizeof(code));
	if (code == -NF_DROP - 1)
		ret->verdict = RULE_DROP;
	if (code == -NF_QUEUE - 1) {
		ret->verdict = RULE_QUEUE;
		ret->queue_total = 1;
	}
}

void rules_xt_target(struct slice name, unsigned revision, struct slice info, struct xt_verdict *ret)
{
	*ret = (struct xt_verdict){ 0 };
	if (name.n == 0)
		standard_target(info, ret);
	else if (slice_eq(name, "DROP"))
		ret->verdict = RULE_DROP;
	else if (slice_eq(name, "REJECT"))
		ret->verdict = RULE_REJECT;
	else if (slice_eq(name, "NFQUEUE"))
		queue_target(revision, info, ret);
}

/* Reads what a conntrack match tests; false for revisions we do not know and for short data. */
static bool conntrack_states(unsigned revision, struct slice info, uint16_t *ret_flags, uint16_t *ret_invert,
			     uint16_t *ret_mask)
{
	if (revision < 1 || revision > 3 ||
	    !u16_at(info, offsetof(struct xt_conntrack_mtinfo1, match_flags), ret_flags) ||
	    !u16_at(info, offsetof(struct xt_conntrack_mtinfo1, invert_flags), ret_invert) ||
	    !u16_at(info, offsetof(struct xt_conntrack_mtinfo2, state_mask), ret_mask))
		return false;
	if (revision == 1)
		*ret_mask = (uint8_t)info.p[offsetof(struct xt_conntrack_mtinfo1, state_mask)];
	return true;
}

static bool state_mask(struct slice name, unsigned revision, struct slice info, uint32_t *ret_mask)
{
	uint16_t flags, invert, mask;

	if (slice_eq(name, "state") && info.n >= sizeof(struct xt_state_info)) {
		memcpy(ret_mask, info.p, sizeof(*ret_mask));
		return true;
	}
	if (!slice_eq(name, "conntrack") || !conntrack_states(revision, info, &flags, &invert, &mask))
		return false;
	*ret_mask = mask;
	return (flags & XT_CONNTRACK_STATE) && !(invert & XT_CONNTRACK_STATE);
}

bool rules_xt_invalid(struct slice name, unsigned revision, struct slice info)
{
	uint32_t mask;

	return state_mask(name, revision, info, &mask) && mask == XT_CONNTRACK_STATE_INVALID;
}

/* Kernels before 4.11 hand out the running state of these too: bytes of each that do not change. */
static const struct {
	const char *name;
	size_t bytes;
} running_rows[] = {
	{ "limit", 8 },	     /* struct xt_rateinfo: avg, burst */
	{ "hashlimit", 16 }, /* the table's name */
	{ "quota", 4 },	     /* flags */
	{ "statistic", 4 },  /* mode, flags */
	{ "connlimit", 20 }, /* mask, limit */
	{ "recent", 8 },     /* seconds, hits */
};

size_t rules_xt_stable(struct slice name, size_t size)
{
	for (size_t i = 0; i < ARRAY_SIZE(running_rows); i++) {
		if (slice_eq(name, running_rows[i].name))
			return size < running_rows[i].bytes ? size : running_rows[i].bytes;
	}
	return size;
}

static void ports(struct fmt *out, const char *option, uint16_t low, uint16_t high, bool invert)
{
	if (low == 0 && high == UINT16_MAX)
		return;
	fmt_add(out, "%s %s %u", invert ? " !" : "", option, low);
	if (high != low)
		fmt_add(out, ":%u", high);
}

/* struct xt_udp and struct xt_tcp begin alike: sport[2], dport[2]; udp then has its invert flags, tcp at byte 11. */
static void ports_text(bool tcp, struct slice info, struct fmt *out)
{
	uint16_t p[4];
	uint8_t invert;

	if (info.n < (tcp ? sizeof(struct xt_tcp) : sizeof(struct xt_udp)))
		return;
	memcpy(p, info.p, sizeof(p));
	invert = (uint8_t)info.p[tcp ? offsetof(struct xt_tcp, invflags) : offsetof(struct xt_udp, invflags)];
	ports(out, "--sport", p[0], p[1], invert & XT_UDP_INV_SRCPT);
	ports(out, "--dport", p[2], p[3], invert & XT_UDP_INV_DSTPT);
	if (tcp && info.p[offsetof(struct xt_tcp, flg_mask)])
		fmt_add(out, " --tcp-flags ...");
}

static void states_text(uint32_t mask, struct fmt *out)
{
	static const char *const words[] = { "INVALID", "ESTABLISHED", "RELATED", "NEW",      "",
					     "",	"SNAT",	       "DNAT",	  "UNTRACKED" };
	const char *comma = " --ctstate ";

	for (unsigned i = 0; i < ARRAY_SIZE(words); i++) {
		if (mask >> i & 1 && words[i][0]) {
			fmt_add(out, "%s%s", comma, words[i]);
			comma = ",";
		}
	}
}

void rules_xt_text(struct slice name, unsigned revision, struct slice info, struct fmt *out)
{
	uint32_t mask;

	if (slice_eq(name, "udp") || slice_eq(name, "tcp"))
		ports_text(name.p[0] == 't', info, out);
	else if (slice_eq(name, "comment"))
		fmt_add(out, " /* %.*s */", (int)strnlen(info.p ? info.p : "", info.n), info.p ? info.p : "");
	else if (state_mask(name, revision, info, &mask))
		states_text(mask, out);
	else
		fmt_add(out, " -m %.*s", (int)name.n, name.p ? name.p : "");
}
