/* SPDX-License-Identifier: BSD-2-Clause */
/* See floor.h. Each replaced function makes the system call itself and, while recording, notes it. */
#undef _FORTIFY_SOURCE
#include "floor.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sched.h>
#include <unistd.h>
#include <linux/netlink.h>

enum kind {
	PREAD,
	SEND,
	RECVMSG,
	RECVFROM,
	STAT,
	ACCESS,
	EPOLL_WAIT,
	OPEN,
	CLOSE,
	OPENDIR,
	REWIND,
	GETDENTS,
	CLOSEDIR,
	SETNS,
	SOCKET,
	SETSOCKOPT
};
struct call {
	enum kind kind;
	int fd, flags; /* SETSOCKOPT: level */
	int option;
	size_t n; /* room, or bytes to send */
	off_t at;
	size_t data; /* path, request or option value in the arena */
	long result;
};

static bool recording;
static struct call *calls;
static size_t count, cap;
static char *arena;
static size_t arena_len, arena_cap;
static unsigned foreign;
static bool listed;
static char *sink;
static size_t sink_cap;

static size_t keep(const void *p, size_t n)
{
	size_t at = arena_len;

	if (arena_len + n > arena_cap) {
		arena_cap = (arena_len + n) * 2;
		arena = realloc(arena, arena_cap);
		if (!arena)
			abort();
	}
	memcpy(arena + at, p, n);
	arena_len += (n + 7) & ~(size_t)7;
	return at;
}

static void note(struct call c)
{
	if (count == cap) {
		cap = cap ? cap * 2 : 65536;
		calls = realloc(calls, cap * sizeof(*calls));
		if (!calls)
			abort();
	}
	calls[count++] = c;
}

/* ---- what replaces libc */

ssize_t pread(int fd, void *buf, size_t n, off_t at)
{
	long r = syscall(SYS_pread64, fd, buf, n, at);

	if (recording)
		note((struct call){ .kind = PREAD, .fd = fd, .n = n, .at = at, .result = r });
	return r;
}

ssize_t sendto(int fd, const void *buf, size_t n, int flags, const struct sockaddr *to, socklen_t len)
{
	long r = syscall(SYS_sendto, fd, buf, n, flags, to, len);

	if (recording)
		note((struct call){
			.kind = SEND, .fd = fd, .n = n, .flags = flags, .data = keep(buf, n), .result = r });
	return r;
}

ssize_t recvmsg(int fd, struct msghdr *m, int flags)
{
	long r = syscall(SYS_recvmsg, fd, m, flags);

	if (recording)
		note((struct call){
			.kind = RECVMSG, .fd = fd, .n = m->msg_iov[0].iov_len, .flags = flags, .result = r });
	return r;
}

ssize_t recvfrom(int fd, void *buf, size_t n, int flags, struct sockaddr *from, socklen_t *len)
{
	long r = syscall(SYS_recvfrom, fd, buf, n, flags, from, len);

	if (recording)
		note((struct call){ .kind = RECVFROM, .fd = fd, .n = n, .flags = flags, .result = r });
	return r;
}

int stat(const char *path, struct stat *st)
{
	int r = (int)syscall(SYS_newfstatat, AT_FDCWD, path, st, 0);

	if (recording)
		note((struct call){ .kind = STAT, .data = keep(path, strlen(path) + 1), .result = r });
	return r;
}

int access(const char *path, int mode)
{
	int r = (int)syscall(SYS_faccessat, AT_FDCWD, path, mode);

	if (recording)
		note((struct call){ .kind = ACCESS, .flags = mode, .data = keep(path, strlen(path) + 1), .result = r });
	return r;
}

int epoll_wait(int fd, struct epoll_event *ev, int most, int timeout)
{
	long r = syscall(SYS_epoll_pwait, fd, ev, most, timeout, NULL, 8);

	if (recording)
		note((struct call){ .kind = EPOLL_WAIT, .fd = fd, .n = (size_t)most, .result = r });
	return (int)r;
}

int open(const char *path, int flags, ...)
{
	int mode = 0, r;
	va_list ap;

	va_start(ap, flags);
	if (flags & (O_CREAT | O_TMPFILE))
		mode = va_arg(ap, int);
	va_end(ap);
	r = (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
	if (recording) {
		note((struct call){ .kind = OPEN, .flags = flags, .data = keep(path, strlen(path) + 1), .result = r });
		foreign += flags & O_CREAT ? 1 : 0;
	}
	return r;
}

int close(int fd)
{
	int r = (int)syscall(SYS_close, fd);

	if (recording)
		note((struct call){ .kind = CLOSE, .fd = fd, .result = r });
	return r;
}

int setns(int fd, int type)
{
	int r = (int)syscall(SYS_setns, fd, type);

	if (recording)
		note((struct call){ .kind = SETNS, .fd = fd, .flags = type, .result = r });
	return r;
}

int socket(int domain, int type, int protocol)
{
	int r = (int)syscall(SYS_socket, domain, type, protocol);

	if (recording)
		note((struct call){ .kind = SOCKET, .fd = domain, .flags = type, .option = protocol, .result = r });
	return r;
}

int setsockopt(int fd, int level, int option, const void *value, socklen_t n)
{
	int r = (int)syscall(SYS_setsockopt, fd, level, option, value, n);

	if (recording)
		note((struct call){ .kind = SETSOCKOPT,
				    .fd = fd,
				    .flags = level,
				    .option = option,
				    .n = n,
				    .data = keep(value, n),
				    .result = r });
	return r;
}

/* The next definition of a name: libc's own. */
static void *real(const char *name)
{
	void *p = dlsym(RTLD_NEXT, name);

	if (!p) {
		fprintf(stderr, "%s: not in libc\n", name);
		abort();
	}
	return p;
}

/* Directories are read through libc's buffer: its getdents calls begin with the first name after a rewind. */
static DIR *fresh;

DIR *opendir(const char *path)
{
	static DIR *(*libc)(const char *);
	DIR *d;

	libc = libc ? libc : (DIR * (*)(const char *)) real("opendir");
	d = libc(path);
	if (recording) {
		note((struct call){
			.kind = OPENDIR, .data = keep(path, strlen(path) + 1), .result = d ? dirfd(d) : -1 });
		fresh = d;
		listed = true;
	}
	return d;
}

void rewinddir(DIR *d)
{
	static void (*libc)(DIR *);

	libc = libc ? libc : (void (*)(DIR *))real("rewinddir");
	libc(d);
	if (recording) {
		note((struct call){ .kind = REWIND, .fd = dirfd(d) });
		fresh = d;
		listed = true;
	}
}

struct dirent *readdir(DIR *d)
{
	static struct dirent *(*libc)(DIR *);

	libc = libc ? libc : (struct dirent * (*)(DIR *)) real(sizeof(off_t) == sizeof(long) ? "readdir" : "readdir64");
	if (recording && fresh == d) {
		note((struct call){ .kind = GETDENTS, .fd = dirfd(d) });
		fresh = NULL;
	}
	return libc(d);
}

int closedir(DIR *d)
{
	static int (*libc)(DIR *);

	libc = libc ? libc : (int (*)(DIR *))real("closedir");
	if (recording)
		note((struct call){ .kind = CLOSEDIR, .fd = dirfd(d) });
	return libc(d);
}

/* What a tick in which nothing appears does not do; if it does, that round is not comparable. */
#define FOREIGN(type, name, params, call)     \
	type name params                      \
	{                                     \
		foreign += recording ? 1 : 0; \
		return (type)call;            \
	}
FOREIGN(int, bind, (int fd, const struct sockaddr *a, socklen_t n), syscall(SYS_bind, fd, a, n))
FOREIGN(int, fstat, (int fd, struct stat *st), syscall(SYS_fstat, fd, st))
FOREIGN(int, epoll_ctl, (int e, int op, int fd, struct epoll_event *ev), syscall(SYS_epoll_ctl, e, op, fd, ev))
FOREIGN(ssize_t, readlink, (const char *p, char *b, size_t n), syscall(SYS_readlinkat, AT_FDCWD, p, b, n))

/* ---- recording and repeating */

void floor_record(void)
{
	count = arena_len = 0;
	foreign = 0;
	listed = false;
	if (!sink) {
		sink_cap = 4u << 20;
		sink = malloc(sink_cap);
		note((struct call){ 0 }); /* the lists have their room before the clock runs */
		count = 0;
		arena_len = 0;
		keep("", 1);
		arena_len = 0;
	}
	if (!sink)
		abort();
	recording = true;
}

static bool reads(enum kind k)
{
	return k == PREAD || k == RECVMSG || k == RECVFROM;
}

struct floor_cost floor_stop(unsigned *ret_foreign)
{
	struct floor_cost cost = { 0 };
	int open = 0;

	recording = false;
	for (size_t i = 0; i < count; i++) {
		enum kind k = calls[i].kind;

		open += (k == OPEN || k == OPENDIR || k == SOCKET) && calls[i].result >= 0;
		open -= k == CLOSE || k == CLOSEDIR;
		cost.calls++;
		cost.bytes += reads(calls[i].kind) && calls[i].result > 0 ? (uint64_t)calls[i].result : 0;
	}
	*ret_foreign = foreign + (open != 0); /* what was opened to be kept cannot be opened again */
	return cost;
}

bool floor_listed(void)
{
	return listed;
}

static long list(int fd)
{
	long n, sum = 0;

	while ((n = syscall(SYS_getdents64, fd, sink, 32768)) > 0)
		sum += n;
	return sum;
}

static long open_dir(const char *path)
{
	struct stat st;
	long fd = syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_DIRECTORY);

	if (fd >= 0)
		syscall(SYS_newfstatat, fd, "", &st, AT_EMPTY_PATH);
	return fd;
}

static long repeat(const struct call *c)
{
	static const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	static struct sockaddr_nl from;
	static struct stat st;
	struct iovec iov = { sink, c->n };
	struct msghdr m = { .msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &iov, .msg_iovlen = 1 };
	socklen_t len = sizeof(from);

	switch (c->kind) {
	case PREAD:
		return syscall(SYS_pread64, c->fd, sink, c->n, c->at);
	case SEND:
		return syscall(SYS_sendto, c->fd, arena + c->data, c->n, c->flags, &kernel, sizeof(kernel));
	case RECVMSG:
		return syscall(SYS_recvmsg, c->fd, &m, c->flags);
	case RECVFROM:
		return syscall(SYS_recvfrom, c->fd, sink, c->n, c->flags, &from, &len);
	case STAT:
		return syscall(SYS_newfstatat, AT_FDCWD, arena + c->data, &st, 0);
	case ACCESS:
		return syscall(SYS_faccessat, AT_FDCWD, arena + c->data, c->flags);
	case EPOLL_WAIT:
		return syscall(SYS_epoll_pwait, c->fd, sink, (int)c->n, 0, NULL, 8);
	case OPEN:
		return syscall(SYS_openat, AT_FDCWD, arena + c->data, c->flags, 0);
	case OPENDIR:
		return open_dir(arena + c->data);
	case CLOSE:
	case CLOSEDIR:
		return syscall(SYS_close, c->fd);
	case REWIND:
		return syscall(SYS_lseek, c->fd, 0, SEEK_SET);
	case GETDENTS:
		return list(c->fd);
	case SETNS:
		return syscall(SYS_setns, c->fd, c->flags);
	case SOCKET:
		return syscall(SYS_socket, c->fd, c->flags, c->option);
	case SETSOCKOPT:
		return syscall(SYS_setsockopt, c->fd, c->flags, c->option, arena + c->data, (socklen_t)c->n);
	}
	return 0;
}

struct floor_cost floor_replay(void)
{
	struct floor_cost cost = { 0 };

	for (size_t i = 0; i < count; i++) {
		long r = repeat(&calls[i]);

		cost.calls++;
		cost.bytes += reads(calls[i].kind) && r > 0 ? (uint64_t)r : 0;
	}
	return cost;
}
