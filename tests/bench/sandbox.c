/* SPDX-License-Identifier: BSD-2-Clause */
/* See sandbox.h. Without root a user namespace is tried: there we are root over nothing but what we make. */
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>

#define CANNOT 126

static int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), r = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		r = -errno;
	close(fd);
	return r;
}

static int isolate(bool own_net)
{
	int flags = CLONE_NEWPID | CLONE_NEWNS | (own_net ? CLONE_NEWNET : 0);
	unsigned uid = geteuid(), gid = getegid();
	char map[64];

	if (unshare(flags) == 0)
		return 0;
	if (unshare(flags | CLONE_NEWUSER))
		return -errno;
	write_file("/proc/self/setgroups", "deny");
	snprintf(map, sizeof(map), "0 %u 1", uid);
	if (write_file("/proc/self/uid_map", map))
		return -EPERM;
	snprintf(map, sizeof(map), "0 %u 1", gid);
	return write_file("/proc/self/gid_map", map);
}

static int furnish(void)
{
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) || mount("proc", "/proc", "proc", 0, NULL) ||
	    mount("run", "/run", "tmpfs", 0, NULL) || mkdir("/run/netns", 0755) || mkdir("/run/nd", 0755))
		return -errno;
	return 0;
}

int sandbox_run(bool own_net, int (*fn)(void *arg), void *arg)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid == 0) {
		int r = isolate(own_net);
		pid_t first = r ? -1 : fork();

		if (first == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			if (furnish())
				_exit(CANNOT);
			r = fn(arg);
			fflush(stdout);
			_exit(r & 127);
		}
		if (first < 0 || waitpid(first, &status, 0) < 0)
			_exit(CANNOT);
		_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 125);
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	if (!WIFEXITED(status))
		return 125;
	return WEXITSTATUS(status) == CANNOT ? -EPERM : WEXITSTATUS(status);
}

/* ---- devices */

struct request {
	struct nlmsghdr n;
	struct ifinfomsg i;
	char attrs[256];
};

static struct rtattr *attr(struct request *q, unsigned short type, const void *p, size_t n)
{
	struct rtattr *a = (struct rtattr *)((char *)q + NLMSG_ALIGN(q->n.nlmsg_len));

	a->rta_type = type;
	a->rta_len = (unsigned short)RTA_LENGTH(n);
	if (n)
		memcpy(RTA_DATA(a), p, n);
	q->n.nlmsg_len = NLMSG_ALIGN(q->n.nlmsg_len) + (unsigned)RTA_ALIGN(a->rta_len);
	return a;
}

static void closes(struct request *q, struct rtattr *a)
{
	a->rta_len = (unsigned short)((char *)q + q->n.nlmsg_len - (char *)a);
}

static int say(int fd, const struct request *q)
{
	struct {
		struct nlmsghdr n;
		struct nlmsgerr e;
		char rest[512];
	} answer;

	if (send(fd, q, q->n.nlmsg_len, 0) < 0 || recv(fd, &answer, sizeof(answer), 0) < 0)
		return -errno;
	return answer.n.nlmsg_type == NLMSG_ERROR ? answer.e.error : -EPROTO;
}

static int make_pair(int fd, unsigned nr)
{
	struct request q = { .n = { .nlmsg_len = NLMSG_LENGTH(sizeof(q.i)),
				    .nlmsg_type = RTM_NEWLINK,
				    .nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK } };
	struct ifinfomsg other = { 0 };
	struct rtattr *info, *data, *peer;
	char name[IFNAMSIZ];

	snprintf(name, sizeof(name), "a%u", nr);
	attr(&q, IFLA_IFNAME, name, strlen(name) + 1);
	info = attr(&q, IFLA_LINKINFO, NULL, 0);
	attr(&q, IFLA_INFO_KIND, "veth", 4);
	data = attr(&q, IFLA_INFO_DATA, NULL, 0);
	peer = attr(&q, VETH_INFO_PEER, &other, sizeof(other));
	snprintf(name, sizeof(name), "b%u", nr);
	attr(&q, IFLA_IFNAME, name, strlen(name) + 1);
	closes(&q, peer);
	closes(&q, data);
	closes(&q, info);
	return say(fd, &q);
}

/* Both ends can only go up once both are there. */
static int set_up(int fd, char end, unsigned nr)
{
	struct request q = { .n = { .nlmsg_len = NLMSG_LENGTH(sizeof(q.i)),
				    .nlmsg_type = RTM_NEWLINK,
				    .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK },
			     .i = { .ifi_flags = IFF_UP, .ifi_change = IFF_UP } };
	char name[IFNAMSIZ];

	snprintf(name, sizeof(name), "%c%u", end, nr);
	attr(&q, IFLA_IFNAME, name, strlen(name) + 1);
	return say(fd, &q);
}

int sandbox_veths(unsigned n)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE), r = fd < 0 ? -errno : 0;

	/* no neighbour discovery: this is to be an idle machine */
	write_file("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
	for (unsigned i = 0; i < n / 2 && r == 0; i++)
		if ((r = make_pair(fd, i)) == 0 && (r = set_up(fd, 'a', i)) == 0)
			r = set_up(fd, 'b', i);
	if (fd >= 0)
		close(fd);
	return r;
}

/* ---- namespaces */

/* The one we are in gets a name, and nobody stays in it. */
static int name_it(unsigned nr)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/bench%u", nr);
	fd = open(path, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444);
	if (fd < 0)
		return -errno;
	close(fd);
	return mount("/proc/self/ns/net", path, NULL, MS_BIND, NULL) ? -errno : 0;
}

/* A process stays in the one we are in. */
static int live_in_it(void)
{
	pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	return 0;
}

int sandbox_namespaces(unsigned n)
{
	int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), r = home < 0 ? -errno : 0;

	for (unsigned i = 0; i < n && r == 0; i++) {
		r = unshare(CLONE_NEWNET) ? -errno : i % 2 ? name_it(i) : live_in_it();
		if (setns(home, CLONE_NEWNET))
			r = -errno;
	}
	if (home >= 0)
		close(home);
	return r;
}

/* ---- programs */

int sandbox_spawn(const char *const *argv, int err_fd)
{
	pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(null, 0);
		dup2(null, 1);
		dup2(err_fd >= 0 ? err_fd : null, 2);
		execvp(argv[0], (char *const *)argv);
		_exit(127);
	}
	return pid;
}

void sandbox_end(int pid)
{
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}
