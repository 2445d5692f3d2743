/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Generic netlink: each family has a number that the kernel gave it when it was registered. The list of them is the
 * dump of CTRL_CMD_GETFAMILY (net/netlink/genetlink.c:ctrl_fill_info), one message per family:
 *	CTRL_ATTR_FAMILY_NAME "ethtool", CTRL_ATTR_FAMILY_ID 21, version, header size, operations, groups
 * Not here: what the families say.
 */
#include "source/genl.h"

#include <assert.h>
#include <errno.h>

struct search {
	const char *name;
	uint16_t id;
};

bool genl_next(struct slice *rest, unsigned *ret_type, struct slice *ret_value)
{
	struct nlattr a;
	size_t step;

	if (rest->n < NLA_HDRLEN)
		return false;
	memcpy(&a, rest->p, sizeof(a));
	if (a.nla_len < NLA_HDRLEN || a.nla_len > rest->n)
		return false;
	*ret_type = a.nla_type & NLA_TYPE_MASK;
	*ret_value = slice_of(rest->p + NLA_HDRLEN, a.nla_len - NLA_HDRLEN);
	step = (size_t)NLA_ALIGN(a.nla_len);
	if (step > rest->n)
		step = rest->n; /* the last one need not be padded */
	*rest = slice_of(rest->p + step, rest->n - step);
	return true;
}

bool genl_uint(struct slice value, uint64_t *ret_v)
{
	uint32_t u32;

	if (value.n == sizeof(u32)) {
		memcpy(&u32, value.p, sizeof(u32));
		*ret_v = u32;
		return true;
	}
	if (value.n != sizeof(*ret_v))
		return false;
	memcpy(ret_v, value.p, sizeof(*ret_v));
	return true;
}

bool genl_attrs(const struct nlmsghdr *nlh, uint16_t family, uint8_t cmd, struct slice *ret)
{
	const size_t head = NLMSG_HDRLEN + GENL_HDRLEN;
	const char *p = (const char *)nlh;

	/* the command is the first byte of struct genlmsghdr */
	if (nlh->nlmsg_type != family || nlh->nlmsg_len < head || (uint8_t)p[NLMSG_HDRLEN] != cmd)
		return false;
	*ret = slice_of(p + head, nlh->nlmsg_len - head);
	return true;
}

void genl_begin(struct genl_request *q, uint16_t family, uint8_t cmd, uint16_t flags)
{
	*q = (struct genl_request){
		.n = { .nlmsg_len = NLMSG_HDRLEN + GENL_HDRLEN,
		       .nlmsg_type = family,
		       .nlmsg_flags = NLM_F_REQUEST | flags },
		.g = { .cmd = cmd, .version = 1 },
	};
}

size_t genl_add(struct genl_request *q, uint16_t type, const void *p, uint16_t n)
{
	const struct nlattr a = { .nla_len = (uint16_t)(NLA_HDRLEN + n), .nla_type = type };
	size_t at = q->n.nlmsg_len;

	assert(at + NLA_ALIGN(a.nla_len) <= sizeof(*q));
	memcpy((char *)q + at, &a, sizeof(a));
	if (n)
		memcpy((char *)q + at + NLA_HDRLEN, p, n);
	q->n.nlmsg_len += NLA_ALIGN(a.nla_len);
	return at;
}

void genl_end_nest(struct genl_request *q, size_t at)
{
	struct nlattr a;

	memcpy(&a, (char *)q + at, sizeof(a));
	a.nla_type |= NLA_F_NESTED;
	a.nla_len = (uint16_t)(q->n.nlmsg_len - at);
	memcpy((char *)q + at, &a, sizeof(a));
}

static int each_family(const struct nlmsghdr *nlh, void *arg)
{
	struct search *x = arg;
	struct slice rest, v;
	bool match = false;
	uint16_t id = 0;
	unsigned type;

	if (!genl_attrs(nlh, GENL_ID_CTRL, CTRL_CMD_NEWFAMILY, &rest))
		return 0;
	while (genl_next(&rest, &type, &v)) {
		if (type == CTRL_ATTR_FAMILY_NAME)
			match = slice_eq(slice_of(v.p, strnlen(v.p, v.n)), x->name);
		else if (type == CTRL_ATTR_FAMILY_ID && v.n == sizeof(id))
			memcpy(&id, v.p, sizeof(id));
	}
	if (match)
		x->id = id;
	return 0; /* to the end, so that the socket is empty for the next question */
}

int genl_family(struct netns *ns, const char *name, uint16_t *ret_id, struct err *err)
{
	struct search x = { .name = name };
	struct genl_request q;
	int r;

	genl_begin(&q, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, NLM_F_DUMP);
	r = tree_ask(ns, NL_GENERIC, "genl-families", &q.n, each_family, &x, err);
	if (r < 0 && r != -EINTR) /* inconsistent: the numbers in it are right all the same */
		return r;
	if (x.id < NLMSG_MIN_TYPE)
		return err_set(err, ENOENT, "generic netlink: this kernel has no family \"%s\"", name);
	*ret_id = x.id;
	return 0;
}
