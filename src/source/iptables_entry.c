/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads what getsockopt(IPT_SO_GET_INFO) and getsockopt(IPT_SO_GET_ENTRIES) return, get_info() and get_entries() in
 * net/ipv4/netfilter/ip_tables.c and net/ipv6/netfilter/ip6_tables.c:
 *
 *	struct ipt_getinfo { "filter", valid_hooks, hook_entry[5], underflow[5], num_entries, size }
 *	struct ipt_get_entries { "filter", size, entries }
 *
 * An entry is its fixed part, then matches (size, name, revision, data), then one target; next_offset leads on. A
 * built-in chain begins at its hook_entry and its policy is the entry at its underflow. An ERROR target names the user
 * chain that begins behind it. Offsets come from outside, so each is checked against the bytes that are there.
 */
#include "source/iptables.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/netfilter_ipv6/ip6_tables.h>
#include <stddef.h>

#include "source/rules.h"

const struct ipt_kind ipt_kinds[2] = {
	{ .tool = "iptables",
	  .family = "ip",
	  .names = NET_IPT_NAMES,
	  .domain = AF_INET,
	  .level = IPPROTO_IP,
	  .get_info = IPT_SO_GET_INFO,
	  .get_entries = IPT_SO_GET_ENTRIES,
	  .ip_bytes = sizeof(struct ipt_ip),
	  .entry_bytes = sizeof(struct ipt_entry),
	  .target_at = offsetof(struct ipt_entry, target_offset),
	  .next_at = offsetof(struct ipt_entry, next_offset),
	  .counters_at = offsetof(struct ipt_entry, counters) },
	{ .tool = "ip6tables",
	  .family = "ip6",
	  .names = NET_IP6T_NAMES,
	  .domain = AF_INET6,
	  .level = IPPROTO_IPV6,
	  .get_info = IP6T_SO_GET_INFO,
	  .get_entries = IP6T_SO_GET_ENTRIES,
	  .ip_bytes = sizeof(struct ip6t_ip6),
	  .entry_bytes = sizeof(struct ip6t_entry),
	  .target_at = offsetof(struct ip6t_entry, target_offset),
	  .next_at = offsetof(struct ip6t_entry, next_offset),
	  .counters_at = offsetof(struct ip6t_entry, counters) },
};

_Static_assert(sizeof(struct ipt_getinfo) == sizeof(struct ip6t_getinfo), "both families answer alike");
_Static_assert(sizeof(struct xt_entry_match) == sizeof(struct xt_entry_target), "matches and targets begin alike");

int ipt_view_parse(const struct ipt_kind *kind, struct slice blob, struct ipt_view *ret, struct err *err)
{
	size_t head = sizeof(struct ipt_getinfo) + offsetof(struct ipt_get_entries, entrytable);
	struct ipt_getinfo info;

	if (blob.n < head)
		return err_set(err, EPROTO, "%s: expected at least %zu bytes, got %zu", kind->tool, head, blob.n);
	memcpy(&info, blob.p, sizeof(info));
	if (info.size != blob.n - head)
		return err_set(err, EPROTO, "%s: expected %u bytes of entries, got %zu", kind->tool, info.size,
			       blob.n - head);
	*ret = (struct ipt_view){ .kind = kind,
				  .valid_hooks = info.valid_hooks,
				  .entries = slice_of(blob.p + head, blob.n - head) };
	memcpy(ret->hook_entry, info.hook_entry, sizeof(ret->hook_entry));
	memcpy(ret->underflow, info.underflow, sizeof(ret->underflow));
	return 0;
}

static uint16_t u16_at(const char *p)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* A match or target at the start of s; false when its size does not fit. Sizes that are no multiple of 8 are damage. */
static bool extension(struct slice s, struct ipt_extension *ret, size_t *ret_size)
{
	size_t head = sizeof(struct xt_entry_match), at = offsetof(struct xt_entry_match, u.user.name);

	if (s.n < head)
		return false;
	*ret_size = u16_at(s.p);
	if (*ret_size < head || *ret_size > s.n)
		return false;
	ret->name = slice_of(s.p + at, strnlen(s.p + at, XT_EXTENSION_MAXNAMELEN));
	ret->revision = (unsigned char)s.p[offsetof(struct xt_entry_match, u.user.revision)];
	ret->info = slice_of(s.p + head, *ret_size - head);
	return true;
}

bool ipt_match_next(struct slice *rest, struct ipt_extension *ret)
{
	size_t size;

	if (!extension(*rest, ret, &size))
		return false;
	rest->p += size;
	rest->n -= size;
	return true;
}

bool ipt_entry_next(const struct ipt_view *t, size_t *offset, struct ipt_entry_view *ret, bool *ret_damaged)
{
	const struct ipt_kind *k = t->kind;
	size_t target, next, size, left = t->entries.n - *offset;
	const char *p = t->entries.p + *offset;

	*ret_damaged = left > 0;
	if (left < k->entry_bytes)
		return false;
	target = u16_at(p + k->target_at);
	next = u16_at(p + k->next_at);
	if (target < k->entry_bytes || target > next || next > left)
		return false;
	if (!extension(slice_of(p + target, next - target), &ret->target, &size))
		return false;
	ret->offset = *offset;
	ret->ip = slice_of(p, k->ip_bytes);
	ret->matches = slice_of(p + k->entry_bytes, target - k->entry_bytes);
	memcpy(&ret->packets, p + k->counters_at + offsetof(struct xt_counters, pcnt), sizeof(ret->packets));
	*offset += next;
	*ret_damaged = false;
	return true;
}

struct slice ipt_opens_chain(const struct ipt_entry_view *e)
{
	if (!slice_eq(e->target.name, XT_ERROR_TARGET))
		return slice_of(NULL, 0);
	return slice_of(e->target.info.p, strnlen(e->target.info.p, e->target.info.n));
}

bool ipt_jump(const struct ipt_entry_view *e, uint32_t *ret_offset)
{
	int32_t verdict;

	if (e->target.name.n || e->target.info.n < sizeof(verdict))
		return false;
	memcpy(&verdict, e->target.info.p, sizeof(verdict));
	*ret_offset = (uint32_t)verdict;
	return verdict >= 0;
}

static uint64_t hash_extension(uint64_t h, const struct ipt_extension *x, size_t bytes)
{
	/* Behind a name's end the kernel leaves what was in our buffer. */
	h = rules_hash(hash_pair(h, x->revision), x->name);
	return rules_hash(h, slice_of(x->info.p, bytes));
}

uint64_t ipt_entry_hash(const struct ipt_entry_view *e)
{
	uint64_t h = rules_hash(0, e->ip);
	struct slice rest = e->matches;
	struct ipt_extension m;

	while (ipt_match_next(&rest, &m))
		h = hash_extension(h, &m, rules_xt_stable(m.name, m.info.n));
	return hash_extension(h, &e->target, e->target.info.n);
}

bool ipt_entry_invalid(const struct ipt_entry_view *e)
{
	struct slice rest = e->matches;
	struct ipt_extension m;

	while (ipt_match_next(&rest, &m)) {
		if (rules_xt_invalid(m.name, m.revision, m.info))
			return true;
	}
	return false;
}

static unsigned bits_of(const unsigned char *mask, size_t n)
{
	unsigned bits = 0;

	for (size_t i = 0; i < n; i++)
		bits += (unsigned)__builtin_popcount(mask[i]);
	return bits;
}

static void address(struct fmt *out, const char *option, bool invert, int family, const void *addr, const void *mask)
{
	size_t n = family == AF_INET ? 4 : 16;
	unsigned bits = bits_of(mask, n);
	char text[INET6_ADDRSTRLEN];

	if (!bits)
		return;
	inet_ntop(family, addr, text, sizeof(text));
	fmt_add(out, "%s %s %s", invert ? " !" : "", option, text);
	if (bits < n * 8)
		fmt_add(out, "/%u", bits);
}

static void device(struct fmt *out, const char *option, bool invert, const char *name)
{
	if (name[0])
		fmt_add(out, "%s %s %.*s", invert ? " !" : "", option, IFNAMSIZ, name);
}

static void protocol(struct fmt *out, bool invert, unsigned proto)
{
	const char *word = proto == IPPROTO_UDP	   ? "udp" :
			   proto == IPPROTO_TCP	   ? "tcp" :
			   proto == IPPROTO_ICMP   ? "icmp" :
			   proto == IPPROTO_ICMPV6 ? "icmpv6" :
						     NULL;

	if (!proto)
		return;
	fmt_add(out, "%s -p ", invert ? " !" : "");
	if (word)
		fmt_add(out, "%s", word);
	else
		fmt_add(out, "%u", proto);
}

/* Both families number the invert flags alike. */
static void head_text(const struct ipt_kind *kind, struct slice ip, struct fmt *out)
{
	struct ip6t_ip6 six;
	struct ipt_ip four;

	if (kind->domain == AF_INET) {
		memcpy(&four, ip.p, sizeof(four));
		address(out, "-s", four.invflags & IPT_INV_SRCIP, AF_INET, &four.src, &four.smsk);
		address(out, "-d", four.invflags & IPT_INV_DSTIP, AF_INET, &four.dst, &four.dmsk);
		device(out, "-i", four.invflags & IPT_INV_VIA_IN, four.iniface);
		device(out, "-o", four.invflags & IPT_INV_VIA_OUT, four.outiface);
		protocol(out, four.invflags & XT_INV_PROTO, four.proto);
		return;
	}
	memcpy(&six, ip.p, sizeof(six));
	address(out, "-s", six.invflags & IP6T_INV_SRCIP, AF_INET6, &six.src, &six.smsk);
	address(out, "-d", six.invflags & IP6T_INV_DSTIP, AF_INET6, &six.dst, &six.dmsk);
	device(out, "-i", six.invflags & IP6T_INV_VIA_IN, six.iniface);
	device(out, "-o", six.invflags & IP6T_INV_VIA_OUT, six.outiface);
	protocol(out, six.invflags & XT_INV_PROTO, six.proto);
}

void ipt_entry_text(const struct ipt_kind *kind, const struct ipt_entry_view *e, char *dst, size_t size)
{
	struct slice rest = e->matches;
	struct ipt_extension m;
	struct xt_verdict v;
	struct fmt out;
	char text[512];

	fmt_init(&out, text, sizeof(text));
	head_text(kind, e->ip, &out);
	while (ipt_match_next(&rest, &m))
		rules_xt_text(m.name, m.revision, m.info, &out);
	rules_xt_target(e->target.name, e->target.revision, e->target.info, &v);
	if (v.verdict == RULE_QUEUE)
		fmt_add(&out, " -j NFQUEUE --queue-num %u%s", v.queue, v.queue_bypass ? " --queue-bypass" : "");
	else
		fmt_add(&out, " -j %s", v.verdict == RULE_DROP ? "DROP" : "REJECT");
	fmt_init(&out, dst, size);
	fmt_add(&out, "%.*s", (int)size - 1, text + 1);
}
