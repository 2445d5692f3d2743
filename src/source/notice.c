/* SPDX-License-Identifier: BSD-2-Clause */
/* Notifications: one non-blocking socket per namespace, drained once a tick. */
#include "source/notice.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/rtnetlink.h>
#include <stddef.h>
#include <sys/socket.h>
#include <unistd.h>

#include "source/tree_inner.h"

/* Only devices and removed queues: on some hosts tc filters come and go by the thousand. The first message decides; a
 * replaced queue is one buffer, the removal first. BPF loads in network order, the header is in ours. */
static void only_those(int fd)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, offsetof(struct nlmsghdr, nlmsg_type)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_NEWLINK), 3, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_DELLINK), 2, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_DELQDISC), 1, 0),
		BPF_STMT(BPF_RET | BPF_K, 0),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
	};
	struct sock_fprog prog = { ARRAY_SIZE(code), code };

	setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)); /* without it we only read more */
}

static int subscribe(struct netns *ns, unsigned groups)
{
	struct sockaddr_nl sa = { .nl_family = AF_NETLINK, .nl_groups = groups };
	int fd, r = tree_enter(ns);

	if (r)
		return r;
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
	r = fd < 0 ? -errno : 0;
	tree_leave(ns);
	if (r)
		return r;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &(int){ 1 << 20 }, sizeof(int));
	only_those(fd);
	if (bind(fd, (struct sockaddr *)&sa, sizeof(sa))) {
		r = -errno;
		close(fd);
		return r;
	}
	ns->nl[NL_NOTIFY] = fd;
	ns->tree->kept++;
	return 0;
}

int notice_read(struct netns *ns, unsigned groups, int (*each)(const struct nlmsghdr *nlh, void *arg), void *arg)
{
	static union {
		struct nlmsghdr h;
		char b[32768];
	} buf; /* one message can be several KB; one thread reads */
	int ret = 0, r;

	if (!tree_live(ns->tree) || ns->nl[NL_NOTIFY] == -2)
		return -ENOTSUP;
	if (ns->nl[NL_NOTIFY] < 0 && (r = subscribe(ns, groups))) {
		ns->nl[NL_NOTIFY] = -2;
		return r;
	}
	for (;;) {
		struct sockaddr_nl from = { 0 };
		socklen_t len = sizeof(from);
		ssize_t n = recvfrom(ns->nl[NL_NOTIFY], &buf, sizeof(buf), MSG_TRUNC, (struct sockaddr *)&from, &len);
		size_t left;

		tree_count(ns->tree, n > 0 ? (uint64_t)n : 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == ENOBUFS) {
			ret = -ENOBUFS;
			continue;
		}
		if (n <= 0)
			return ret;
		if ((size_t)n > sizeof(buf)) {
			ret = -ENOBUFS;
			continue;
		}
		left = (size_t)n;
		for (const struct nlmsghdr *h = &buf.h; from.nl_pid == 0 && NLMSG_OK(h, left); h = NLMSG_NEXT(h, left))
			each(h, arg);
	}
}
