/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a socket's inode to the process behind it: one walk over /proc/PID/fd. Not for finding namespaces (tree.c).
 *
 *   /proc/4711/fd/7 -> socket:[21511]
 *   /proc/4711/cgroup: 0::/system.slice/nginx.service
 *                      4:memory:/kubepods/burstable/pod0e1c.../3f2a9b... (version 1)
 *
 * fs/proc/fd.c, net/socket.c sockfs_dname, kernel/cgroup/cgroup.c proc_cgroup_show. Processes come and go while we
 * walk: what vanished is skipped. The processes of others cannot be looked into without CAP_SYS_PTRACE; they are
 * counted.
 */
#include "source/owner.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define CGROUP_BYTES 8192
/* Ticks after which a socket that nobody seemed to hold is looked for again. */
#define SEEK_AGAIN 10
#define CONTAINER_ID 64	   /* hexadecimal digits */
#define CONTAINER_SHOWN 12 /* as many as docker ps shows */

/* One walk. */
struct walk {
	struct sample *s;
	struct hash wanted; /* inode -> socket place */
	uint32_t left;	    /* sockets nobody was found for */
	struct owner_cost cost;
	struct owner now; /* the process being looked at; comm and unit are read at its first socket */
};

static bool all_hex(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'f')))
			return false;
	return s.n > 0;
}

static bool ends(struct slice s, const char *tail)
{
	size_t n = strlen(tail);

	return s.n > n && memcmp(s.p + s.n - n, tail, n) == 0;
}

/* The id in "docker-<64>.scope", "cri-containerd-<64>.scope", "<64>", "cri-containerd:<64>". */
static bool container_id(struct slice c, struct slice *ret)
{
	if (ends(c, ".scope"))
		c.n -= strlen(".scope");
	if (c.n < CONTAINER_ID || !all_hex(slice_of(c.p + c.n - CONTAINER_ID, CONTAINER_ID)))
		return false;
	if (c.n > CONTAINER_ID && c.p[c.n - CONTAINER_ID - 1] != '-' && c.p[c.n - CONTAINER_ID - 1] != ':')
		return false;
	*ret = slice_of(c.p + c.n - CONTAINER_ID, CONTAINER_SHOWN);
	return true;
}

/* The uid in "pod<uid>" and "kubepods-burstable-pod<uid>.slice": 32 digits in five groups ('_' where systemd's '-'
 * would mean a slice in a slice), or 32 digits without groups for the node's own static pods. */
static bool pod_uid(struct slice c, struct slice *ret)
{
	size_t digits = 0;

	if (ends(c, ".slice"))
		c.n -= strlen(".slice");
	for (size_t i = c.n; i > 0; i--) {
		char x = c.p[i - 1];

		if (x == '-' || x == '_')
			continue;
		if (!all_hex(slice_of(&x, 1)))
			break;
		digits++;
		if (digits < 32)
			continue;
		*ret = slice_of(c.p + i - 1, c.n - i + 1);
		return i >= 4 && memcmp(c.p + i - 4, "pod", 3) == 0;
	}
	return false;
}

static bool systemd_unit(struct slice c, struct slice *ret)
{
	*ret = c;
	return ends(c, ".service") || ends(c, ".scope") || ends(c, ".slice");
}

/* Takes the last component off *path; false when nothing is left. */
static bool last_component(struct slice *path, struct slice *ret)
{
	size_t end = path->n, start;

	while (end > 0 && path->p[end - 1] == '/')
		end--;
	for (start = end; start > 0 && path->p[start - 1] != '/';)
		start--;
	*ret = slice_of(path->p + start, end - start);
	path->n = start;
	return end > start;
}

/* A container says more than a pod, a pod more than the unit that carries it. */
enum unit_rank { NOTHING, SLICE, UNIT, LXC, POD, CONTAINER };

static enum unit_rank rank_component(struct slice c, struct slice *ret)
{
	if (container_id(c, ret))
		return CONTAINER;
	if (pod_uid(c, ret))
		return POD;
	if (slice_starts(c, "lxc.payload.")) {
		*ret = slice_of(c.p + strlen("lxc.payload."), c.n - strlen("lxc.payload."));
		return ret->n ? LXC : NOTHING;
	}
	if (systemd_unit(c, ret))
		return ends(c, ".slice") ? SLICE : UNIT;
	return NOTHING;
}

/* The path of "4:memory:/a/b" or "0::/a/b". */
static bool cgroup_path(struct slice line, struct slice *ret)
{
	const char *colon = line.n ? memchr(line.p, ':', line.n) : NULL;

	if (!colon)
		return false;
	colon = memchr(colon + 1, ':', line.n - (size_t)(colon + 1 - line.p));
	if (!colon)
		return false;
	*ret = slice_of(colon + 1, line.n - (size_t)(colon + 1 - line.p));
	return true;
}

void owner_unit(struct slice cgroup, char *dst, size_t size)
{
	struct slice line, path, c, found, best = slice_of("", 0);
	enum unit_rank rank = NOTHING;
	bool pod;

	while (slice_line(&cgroup, &line)) {
		if (!cgroup_path(line, &path))
			continue;
		/* from the end: the innermost wins among equals */
		while (last_component(&path, &c)) {
			enum unit_rank r = rank_component(c, &found);

			if (r > rank) {
				rank = r;
				best = found;
			}
		}
	}
	pod = rank == POD && size > 4;
	if (pod)
		memcpy(dst, "pod ", 4);
	slice_copy(best, dst + (pod ? 4 : 0), size - (pod ? 4 : 0));
	for (char *p = dst; pod && *p; p++)
		if (*p == '_')
			*p = '-';
}

/* A small file below a process; what it holds, or nothing when it vanished. */
static struct slice small_file(int pid_fd, const char *name, char *buf, size_t size)
{
	int fd = openat(pid_fd, name, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return slice_of(buf, 0);
	n = read(fd, buf, size);
	close(fd);
	return slice_of(buf, n > 0 ? (size_t)n : 0);
}

/* The name is raw bytes that the process chose, newlines included: only the last is the kernel's. */
static void describe(int pid_fd, struct owner *o)
{
	char buf[CGROUP_BYTES];
	struct slice s = small_file(pid_fd, "comm", buf, sizeof(o->comm));

	if (s.n && s.p[s.n - 1] == '\n')
		s.n--;
	slice_copy(s, o->comm, sizeof(o->comm));
	owner_unit(small_file(pid_fd, "cgroup", buf, sizeof(buf)), o->unit, sizeof(o->unit));
}

/* The inode of a link that reads "socket:[21511]". */
static bool socket_inode(struct slice link, uint64_t *ret)
{
	const size_t head = strlen("socket:[");

	return link.n > head + 1 && slice_starts(link, "socket:[") && link.p[link.n - 1] == ']' &&
	       slice_u64(slice_of(link.p + head, link.n - head - 1), ret);
}

/*
 * Several processes may hold one socket. /proc lists them by number, so the first met is the lowest, usually the one
 * that opened it before it forked. Process 1 is only a stopgap: systemd keeps a copy of every socket it passed on to
 * a service, and it is the service that reads.
 */
static void found(struct walk *w, int pid_fd, uint32_t place)
{
	struct owner *o = &w->s->place[place].sock->owner;

	if (o->pid > 1 || o->pid == w->now.pid)
		return;
	if (!w->now.comm[0])
		describe(pid_fd, &w->now);
	*o = w->now;
	if (o->pid > 1)
		w->left--;
}

static void look_at_fds(struct walk *w, int pid_fd)
{
	int fd = openat(pid_fd, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const struct dirent *e;
	DIR *dir;

	if (fd < 0) {
		w->cost.denied += errno == EACCES || errno == EPERM;
		return;
	}
	dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return;
	}
	while (w->left && (e = readdir(dir))) {
		char link[64];
		uint64_t inode;
		uint32_t place;
		ssize_t n;

		if (e->d_name[0] == '.')
			continue;
		n = readlinkat(fd, e->d_name, link, sizeof(link));
		w->cost.links++;
		if (n > 0 && socket_inode(slice_of(link, (size_t)n), &inode) && hash_get(&w->wanted, inode, &place))
			found(w, pid_fd, place);
	}
	closedir(dir);
}

static int look_at_processes(struct walk *w, struct err *err)
{
	DIR *proc = opendir("/proc");
	const struct dirent *e;

	if (!proc)
		return err_set(err, errno, "/proc: cannot be listed (errno %d)", errno);
	while (w->left && (e = readdir(proc))) {
		uint64_t pid;
		int fd;

		if (!slice_u64(slice_str(e->d_name), &pid) || pid == 0 || pid > INT32_MAX)
			continue;
		w->cost.processes++;
		fd = openat(dirfd(proc), e->d_name, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (fd < 0)
			continue;
		w->now = (struct owner){ .pid = (pid_t)pid };
		look_at_fds(w, fd);
		close(fd);
	}
	closedir(proc);
	return 0;
}

static int want(struct walk *w)
{
	for (uint32_t i = 0; i < w->s->places; i++) {
		const struct place *p = &w->s->place[i];

		if (p->kind != PLACE_SOCKET || p->gone || !p->sock->inode || p->sock->owner.pid)
			continue;
		if (p->sock->sought && w->s->tick + 1 - p->sock->sought < SEEK_AGAIN)
			continue;
		p->sock->sought = w->s->tick + 1; /* a kernel socket has no owner: no walk a tick for it */
		if (hash_put(&w->wanted, p->sock->inode, i))
			return -ENOMEM;
		w->left++;
	}
	return 0;
}

int owner_find_cost(struct tree *t, struct sample *s, struct owner_cost *ret_cost, struct err *err)
{
	struct walk w = { .s = s };
	int r = 0;

	if (tree_live(t))
		r = want(&w);
	if (r)
		err_set(err, ENOMEM, "no memory for the sockets whose owner is wanted");
	else if (w.left)
		r = look_at_processes(&w, err);
	hash_free(&w.wanted);
	if (ret_cost)
		*ret_cost = w.cost;
	return r;
}

int owner_find(struct tree *t, struct sample *s, struct err *err)
{
	return owner_find_cost(t, s, NULL, err);
}
