/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Netlink questions, live and from a recording. Every message is checked against the bytes that are really there
 * before anybody sees it; attributes inside are the caller's to check. A live dump is up to 32 KB a read (kernel
 * net/netlink/af_netlink.c:netlink_dump) and ends with NLMSG_DONE; a single question is made to end with an ACK.
 *
 * A socket whose conversation broke off (time-out, overrun, caller had enough) is closed: what is left in it would
 * otherwise be taken for the next answer. Not here: what the answers mean.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "source/tree_inner.h"

#define NLBUF_FIRST (64u << 10)
#define NLBUF_MOST (1u << 20)
#define ANSWER_S 2 /* the kernel answers at once or never */
#define KEEP_MOST (64u << 20)

#ifndef NETLINK_GET_STRICT_CHK
#define NETLINK_GET_STRICT_CHK 12
#endif

static const struct {
	int protocol;
	const char *module;
} protocols[] = {
	[NL_ROUTE] = { NETLINK_ROUTE, NULL },
	[NL_NOTIFY] = { NETLINK_ROUTE, NULL },
	[NL_DIAG] = { NETLINK_SOCK_DIAG, NULL },
	[NL_GENERIC] = { NETLINK_GENERIC, NULL },
	[NL_NETFILTER] = { NETLINK_NETFILTER, "nfnetlink" }, /* socket() alone would load it */
};

/* One conversation. */
struct talk {
	uint32_t seq;
	bool ended, broken_off, inconsistent;
	int (*each)(const struct nlmsghdr *nlh, void *arg);
	void *arg;
	struct fmt *keep;
	const char *name;
	struct err *err;
};

/* Closes it for good after a failure; the next question opens a new one. */
static void hang_up(struct netns *ns, enum nl_socket which, int fd)
{
	if (ns->nl[which] == fd) {
		ns->nl[which] = -1;
		ns->tree->kept--;
	}
	close(fd);
}

static int open_socket(struct tree *t, enum nl_socket which)
{
	struct timeval tv = { .tv_sec = ANSWER_S };
	int one = 1, room = 1 << 20, fd;

	if (protocols[which].module && !tree_module(t, protocols[which].module))
		return -ENOENT;
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocols[which].protocol);
	if (fd < 0)
		return errno == EPROTONOSUPPORT || errno == EAFNOSUPPORT ? -ENOENT : -errno;
	/* All of these may fail on an old kernel; then answers are larger or less explained, never wrong. */
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one));
	setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof(one));
	if (protocols[which].protocol == NETLINK_ROUTE)
		setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &one, sizeof(one));
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)) < 0) {
		int r = -errno;

		close(fd);
		return r;
	}
	return fd;
}

/* The socket of a namespace, kept while there are descriptors to spare; those of a tick may take all of them. */
static int socket_of(struct netns *ns, enum nl_socket which)
{
	struct tree *t = ns->tree;
	int fd = ns->nl[which], r;

	if (fd >= 0)
		return fd;
	if (fd == -2)
		return -ENOENT;
	r = tree_enter(ns);
	if (r < 0)
		return r;
	fd = open_socket(t, which);
	tree_leave(ns);
	t->cost.calls++;
	if (fd == -ENOENT && !protocols[which].module)
		ns->nl[which] = -2;
	if (fd >= 0 && t->kept < (which == NL_ROUTE ? t->budget : t->budget / 2)) {
		ns->nl[which] = fd;
		t->kept++;
	}
	return fd;
}

/* The kernel's own sentence behind an error, "" when it gave none. */
static void extack(const struct nlmsghdr *nlh, char *ret, size_t size)
{
	const struct nlmsgerr *e = NLMSG_DATA(nlh);
	size_t at = NLMSG_HDRLEN + sizeof(*e);

	ret[0] = 0;
	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED)) {
		if (e->msg.nlmsg_len < NLMSG_HDRLEN || e->msg.nlmsg_len > nlh->nlmsg_len)
			return;
		at += NLMSG_ALIGN(e->msg.nlmsg_len) - NLMSG_HDRLEN;
	}
	while (at <= nlh->nlmsg_len && nlh->nlmsg_len - at >= NLA_HDRLEN) {
		const struct nlattr *a = (const struct nlattr *)((const char *)nlh + at);

		if (a->nla_len < NLA_HDRLEN || a->nla_len > nlh->nlmsg_len - at)
			return;
		if ((a->nla_type & NLA_TYPE_MASK) == NLMSGERR_ATTR_MSG) {
			struct slice s = slice_of((const char *)a + NLA_HDRLEN, a->nla_len - NLA_HDRLEN);

			while (s.n && s.p[s.n - 1] == 0)
				s.n--;
			slice_copy(s, ret, size);
			return;
		}
		at += NLA_ALIGN(a->nla_len);
	}
}

/* NLMSG_ERROR and NLMSG_DONE both carry an errno first; 0 in either is a good end. */
static int last_word(struct talk *k, const struct nlmsghdr *nlh)
{
	char why[160] = "";
	int code = 0;

	k->ended = true;
	if (nlh->nlmsg_len >= NLMSG_HDRLEN + sizeof(code))
		memcpy(&code, NLMSG_DATA(nlh), sizeof(code));
	if (code > 0 || code < -4095)
		code = -EPROTO;
	if (code == 0)
		return 0;
	if (nlh->nlmsg_type == NLMSG_ERROR && nlh->nlmsg_len >= NLMSG_HDRLEN + sizeof(struct nlmsgerr))
		extack(nlh, why, sizeof(why));
	return err_set(k->err, -code, "netlink %s: %s%s%s", k->name, strerror(-code), *why ? ": " : "", why);
}

static void keep_message(struct fmt *keep, const struct nlmsghdr *nlh)
{
	static const char zero[NLMSG_ALIGNTO];

	if (!keep)
		return;
	if (keep->len > KEEP_MOST)
		keep->cut = true; /* half an answer would read as a smaller host */
	if (keep->cut)
		return;
	fmt_bytes(keep, nlh, nlh->nlmsg_len);
	fmt_bytes(keep, zero, NLMSG_ALIGN(nlh->nlmsg_len) - nlh->nlmsg_len);
}

/* Hands out the messages of one read. Returns 0, or the error that ended the conversation. */
static int walk(struct talk *k, const char *p, size_t n, bool live)
{
	while (n > 0 && !k->ended) {
		const struct nlmsghdr *nlh = (const struct nlmsghdr *)p;
		size_t step;
		int r = 0;

		if (n < NLMSG_HDRLEN || nlh->nlmsg_len < NLMSG_HDRLEN || nlh->nlmsg_len > n)
			return err_set(k->err, EBADMSG, "netlink %s: a message of %u bytes where %zu are left", k->name,
				       n < 4 ? 0 : nlh->nlmsg_len, n);
		step = NLMSG_ALIGN(nlh->nlmsg_len) < n ? NLMSG_ALIGN(nlh->nlmsg_len) : n;
		if (live && nlh->nlmsg_seq != k->seq)
			goto next; /* an answer to somebody earlier, or a notification */
		if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
			k->inconsistent = true;
		if (nlh->nlmsg_type == NLMSG_ERROR || nlh->nlmsg_type == NLMSG_DONE)
			return last_word(k, nlh);
		if (nlh->nlmsg_type == NLMSG_OVERRUN)
			return err_set(k->err, ENOBUFS, "netlink %s: the kernel lost answers", k->name);
		if (nlh->nlmsg_type == NLMSG_NOOP)
			goto next;
		keep_message(k->keep, nlh);
		r = k->each(nlh, k->arg);
		if (r != 0) {
			k->broken_off = true;
			if (r < 0)
				return err_set(k->err, -r, "netlink %s: %s", k->name, strerror(-r));
			return 0;
		}
next:
		p += step;
		n -= step;
	}
	return 0;
}

static int say(struct tree *t, int fd, struct talk *k, struct nlmsghdr *request)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	ssize_t n;

	request->nlmsg_seq = k->seq = ++t->seq ? t->seq : ++t->seq;
	request->nlmsg_pid = 0;
	request->nlmsg_flags |= NLM_F_REQUEST;
	if (!(request->nlmsg_flags & NLM_F_DUMP))
		request->nlmsg_flags |= NLM_F_ACK;
	do
		n = sendto(fd, request, request->nlmsg_len, 0, (struct sockaddr *)&kernel, sizeof(kernel));
	while (n < 0 && errno == EINTR);
	t->cost.calls++;
	return n < 0 ? err_set(k->err, errno, "netlink %s: send: %s", k->name, strerror(errno)) : 0;
}

/* One read; *ret_n is 0 when it was not from the kernel. */
static int hear(struct tree *t, int fd, struct talk *k, size_t *ret_n)
{
	struct sockaddr_nl from = { 0 };
	struct iovec iov = { t->nlbuf, t->nlbuf_cap };
	struct msghdr m = { .msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &iov, .msg_iovlen = 1 };
	ssize_t n;

	do
		n = recvmsg(fd, &m, MSG_TRUNC);
	while (n < 0 && errno == EINTR);
	t->cost.calls++;
	if (n < 0 && errno == EAGAIN)
		return err_set(k->err, ETIMEDOUT, "netlink %s: no answer within %d s", k->name, ANSWER_S);
	if (n < 0)
		return err_set(k->err, errno, "netlink %s: %s", k->name, strerror(errno));
	if (n == 0)
		return err_set(k->err, EPROTO, "netlink %s: the kernel hung up", k->name);
	if (m.msg_flags & MSG_TRUNC) {
		size_t cap = t->nlbuf_cap;
		char *p = cap < NLBUF_MOST ? realloc(t->nlbuf, cap * 2) : NULL;

		if (p) {
			t->nlbuf = p;
			t->nlbuf_cap = cap * 2;
		}
		return err_set(k->err, EMSGSIZE, "netlink %s: an answer of %zd bytes, room for %zu", k->name, n, cap);
	}
	t->cost.bytes += (size_t)n;
	*ret_n = m.msg_namelen == sizeof(from) && from.nl_pid == 0 ? (size_t)n : 0;
	return 0;
}

int live_ask(struct netns *ns, enum nl_socket which, const char *name, struct nlmsghdr *request,
	     int (*each)(const struct nlmsghdr *nlh, void *arg), void *arg, struct fmt *keep, struct err *err)
{
	struct talk k = { .each = each, .arg = arg, .keep = keep, .name = name, .err = err };
	struct tree *t = ns->tree;
	size_t n = 0;
	int fd, r;

	if (t->asking)
		return err_set(err, EBUSY, "netlink %s: asked from within another answer", name);
	fd = socket_of(ns, which);
	if (fd < 0)
		return err_set(err, -fd, "netlink %s: %s", name, strerror(-fd));
	if (!t->nlbuf) {
		t->nlbuf = malloc(NLBUF_FIRST);
		t->nlbuf_cap = t->nlbuf ? NLBUF_FIRST : 0;
	}
	r = t->nlbuf ? say(t, fd, &k, request) : err_set(err, ENOMEM, "netlink %s: no memory", name);
	t->asking = true;
	while (r == 0 && !k.ended && !k.broken_off) {
		r = hear(t, fd, &k, &n);
		if (r == 0)
			r = walk(&k, t->nlbuf, n, true);
	}
	t->asking = false;
	if (!k.ended)
		hang_up(ns, which, fd);
	else if (ns->nl[which] != fd)
		close(fd);
	if (r == 0 && k.inconsistent)
		return err_set(err, EINTR, "netlink %s: changed while it was read", name);
	return r;
}

#define MANY_NAMESPACES 256

bool tree_many(const struct tree *t)
{
	return t && t->kind == TREE_LIVE && t->ns_count > MANY_NAMESPACES;
}

/* Three descriptors less in each of a thousand namespaces. */
void live_rest(struct netns *ns)
{
	if (ns->own || !tree_many(ns->tree))
		return;
	for (unsigned i = NL_DIAG; i < ARRAY_SIZE(ns->nl); i++)
		if (ns->nl[i] >= 0)
			hang_up(ns, (enum nl_socket)i, ns->nl[i]);
}

int recorded_ask(struct slice data, int (*each)(const struct nlmsghdr *nlh, void *arg), void *arg, const char *name,
		 struct err *err)
{
	struct talk k = { .each = each, .arg = arg, .name = name, .err = err };
	char *copy;
	int r;

	/* A copy of its own: it is aligned, and `each` may ask the tree again. */
	copy = malloc(data.n ? data.n : 1);
	if (!copy)
		return err_set(err, ENOMEM, "%s: no memory", name);
	memcpy(copy, data.p, data.n);
	r = walk(&k, copy, data.n, false);
	free(copy);
	return r;
}
