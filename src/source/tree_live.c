/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads the files of the running host. A file of /proc/net is opened once per namespace and stays bound to it, whoever
 * reads later; a sysctl follows the reader (kernel net/sysctl_net.c:net_ctl_header_lookup), so the thread goes inside
 * for it; /sys/class/net follows the mount (fs/sysfs/mount.c), so a foreign one needs a mount of its own, which is
 * never attached anywhere. Not here: netlink (tree_ask.c), finding namespaces (tree_netns.c).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "source/tree_inner.h"

#define OTHER_FDS 96 /* left to the rest of the program: pages, BPF, databases */

int live_open(struct tree *t, struct err *err)
{
	struct rlimit lim;
	struct utsname u;

	t->kind = TREE_LIVE;
	if (access("/proc/self/net", F_OK) < 0)
		return err_set(err, errno, "/proc/self/net: %s; is /proc mounted?", strerror(errno));
	if (getrlimit(RLIMIT_NOFILE, &lim) == 0) {
		lim.rlim_cur = lim.rlim_max;
		setrlimit(RLIMIT_NOFILE, &lim);
		getrlimit(RLIMIT_NOFILE, &lim);
		t->budget = lim.rlim_cur > 1u << 30 ? 1u << 30 : (uint32_t)lim.rlim_cur;
		t->budget = t->budget > 2 * OTHER_FDS ? t->budget - OTHER_FDS : 0;
	}
	if (uname(&u) == 0) {
		slice_copy(slice_str(u.release), t->kernel, sizeof(t->kernel));
		slice_copy(slice_str(u.nodename), t->hostname, sizeof(t->hostname));
	}
	return 0;
}

void live_drop(struct netns *ns)
{
	struct tree_ns *in = inner(ns);
	struct tree *t = ns->tree;

	for (unsigned i = 0; i < NET_FILES; i++) {
		if (ns->fd[i] >= 0) {
			close(ns->fd[i]);
			t->kept--;
		}
		ns->fd[i] = -1;
	}
	for (unsigned i = 0; i < ARRAY_SIZE(ns->nl); i++) {
		if (ns->nl[i] >= 0) {
			close(ns->nl[i]);
			t->kept--;
		}
		ns->nl[i] = -1;
	}
	if (in->sysfs >= 0) {
		close(in->sysfs);
		t->kept--;
	}
	in->sysfs = -1;
	if (ns->pidfd >= 0) {
		close(ns->pidfd);
		t->kept--;
	}
	ns->pidfd = -1;
	if (ns->nsfd >= 0) {
		close(ns->nsfd);
		t->kept--;
	}
	ns->nsfd = -1;
}

/* Opens /proc/.../net/NAME of a namespace. Going inside is always right; the way through a process is taken without
 * privilege, and the process may have left meanwhile, so it is asked where it is after the file was opened. */
static int open_net(struct netns *ns, const char *name)
{
	char path[320];
	struct fmt p;
	int fd, r;

	fmt_init(&p, path, sizeof(path));
	if (ns->own) {
		fmt_add(&p, "/proc/self/net/%s", name);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		return fd < 0 ? -errno : fd;
	}
	if (tree_enter(ns) == 0) {
		fmt_add(&p, "/proc/thread-self/net/%s", name);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		r = fd < 0 ? -errno : fd;
		tree_leave(ns);
		return r;
	}
	if (ns->pid <= 0)
		return -EACCES;
	fmt_add(&p, "/proc/%d/net/%s", (int)ns->pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	r = fd < 0 ? -errno : fd;
	if (!netns_still_there(inner(ns))) {
		if (fd >= 0)
			close(fd);
		ns->tree->scan_wanted = true;
		return -ESRCH;
	}
	return r;
}

static int net_error(enum net_file f, int code, struct err *err)
{
	return err_set(err, code, "/proc/net/%s: %s", net_file_paths[f], strerror(code));
}

/* Gives descriptors back: the next reads open and close. */
static void drop_files(struct tree *t)
{
	for (uint32_t i = 0; i < t->ns_count; i++) {
		for (unsigned k = 0; k < NET_FILES; k++) {
			if (t->ns[i]->ns.fd[k] < 0)
				continue;
			close(t->ns[i]->ns.fd[k]);
			t->ns[i]->ns.fd[k] = -1;
			t->kept--;
		}
	}
}

int live_net(struct netns *ns, enum net_file f, struct slice *ret, struct err *err)
{
	struct tree_ns *in = inner(ns);
	struct tree *t = ns->tree;
	int fd = ns->fd[f], r;

	if (fd == -2)
		return err_set(err, ENOENT, "not on this kernel");
	if (in->denied & 1ull << f)
		return err_set(err, EACCES, "/proc/net/%s: not allowed", net_file_paths[f]);
	if (fd < 0) {
		fd = open_net(ns, net_file_paths[f]);
		t->cost.calls++;
		if (fd == -EMFILE && t->kept) {
			t->budget = t->kept / 2;
			drop_files(t);
			fd = open_net(ns, net_file_paths[f]);
		}
		if (fd == -ENOENT || fd == -ENOTDIR)
			ns->fd[f] = -2;
		if (fd == -EACCES || fd == -EPERM)
			in->denied |= 1ull << f;
		if (fd < 0)
			return net_error(f, -fd, err);
		if (net_file_kept[f] && t->kept < t->budget) {
			ns->fd[f] = fd;
			t->kept++;
		}
	}
	r = tree_read_fd(t, fd, net_file_single[f], ret);
	if (ns->fd[f] != fd) {
		close(fd);
	} else if (r < 0) {
		close(fd);
		ns->fd[f] = -1;
		t->kept--;
	}
	return r < 0 ? net_error(f, -r, err) : 0;
}

/* A sysfs of the namespace the thread is in. It hangs nowhere, so nobody on the host sees it, and it keeps only the
 * tag of the namespace, not the namespace. Needs the new mount calls (5.2). */
static int mount_sysfs(void)
{
	int fs = (int)syscall(SYS_fsopen, "sysfs", FSOPEN_CLOEXEC), m = -1;

	if (fs < 0)
		return -errno;
	if (syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0)
		m = (int)syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC, MOUNT_ATTR_RDONLY);
	if (m < 0)
		m = -errno;
	close(fs);
	return m;
}

static int sysfs_of(struct netns *ns)
{
	struct tree_ns *in = inner(ns);
	int r;

	if (in->sysfs != -1)
		return in->sysfs >= 0 ? in->sysfs : -EACCES;
	r = tree_enter(ns);
	if (r < 0)
		return r;
	in->sysfs = mount_sysfs();
	tree_leave(ns);
	if (in->sysfs < 0) {
		in->sysfs = -2;
		return -EACCES;
	}
	ns->tree->kept++;
	return in->sysfs;
}

/* Opens a path as seen from inside ns. For a sysctl *ret_inside says that the thread is still there, because some are
 * looked up anew when they are read. */
static int open_as(struct netns *ns, const char *path, int flags, bool *ret_inside)
{
	char full[528];
	struct fmt p;
	int fd, r;

	*ret_inside = false;
	fmt_init(&p, full, sizeof(full));
	fmt_add(&p, "/%s", path);
	if (p.cut)
		return -ENAMETOOLONG;
	flags |= O_RDONLY | O_CLOEXEC | O_NONBLOCK;
	if (!ns || ns->own) {
		fd = open(full, flags);
		return fd < 0 ? -errno : fd;
	}
	if (strncmp(path, "proc/net/", 9) == 0)
		return open_net(ns, path + 9);
	if (strncmp(path, "sys/class/net", 13) == 0) {
		r = sysfs_of(ns);
		if (r < 0)
			return r;
		fd = openat(r, path + 4, flags);
		return fd < 0 ? -errno : fd;
	}
	if (strncmp(path, "proc/sys/net/", 13) == 0) {
		r = tree_enter(ns);
		if (r < 0)
			return r == -EPERM ? -EACCES : r;
		*ret_inside = true;
	}
	fd = open(full, flags);
	return fd < 0 ? -errno : fd;
}

int live_file(struct tree *t, struct netns *ns, const char *path, struct slice *ret)
{
	bool single = strncmp(path, "proc/sys/", 9) == 0 || strncmp(path, "sys/", 4) == 0, inside;
	int fd = open_as(ns, path, 0, &inside), r = fd;

	t->cost.calls++;
	if (fd >= 0) {
		r = tree_read_fd(t, fd, single, ret);
		close(fd);
	}
	if (inside)
		tree_leave(ns);
	return r;
}

DIR *live_dir(struct tree *t, struct netns *ns, const char *path, int *ret_err)
{
	bool inside;
	int fd = open_as(ns, path, O_DIRECTORY, &inside);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);

	t->cost.calls++;
	if (!d)
		*ret_err = fd < 0 ? fd : -ENOMEM;
	if (!d && fd >= 0)
		close(fd);
	if (inside)
		tree_leave(ns);
	return d;
}

bool live_loaded(const char *module)
{
	char path[128];
	struct fmt p;

	fmt_init(&p, path, sizeof(path));
	fmt_add(&p, "/sys/module/%s", module);
	for (char *c = path + 12; *c; c++)
		*c = *c == '-' ? '_' : *c;
	return !p.cut && access(path, F_OK) == 0;
}

/* A line of modules.builtin: "kernel/net/ipv4/udp_diag.ko". */
static bool names_module(const char *line, const char *module)
{
	const char *base = strrchr(line, '/');

	base = base ? base + 1 : line;
	for (; *module; module++, base++)
		if ((*base == '-' ? '_' : *base) != (*module == '-' ? '_' : *module))
			return false;
	return strncmp(base, ".ko", 3) == 0;
}

/* True also where nothing could be loaded at all. */
bool live_builtin(const char *module)
{
	char path[256], line[512];
	struct utsname u;
	struct fmt p;
	bool found = false, any;
	FILE *f = fopen("/proc/modules", "re");

	if (!f)
		return errno == ENOENT;
	any = fgets(line, sizeof(line), f) != NULL;
	fclose(f);
	if (uname(&u) < 0)
		return false;
	fmt_init(&p, path, sizeof(path));
	fmt_add(&p, "/lib/modules/%s/modules.dep", u.release);
	/* Modules without a list of modules: we are in a container, and the host's modprobe would find them. */
	if (access(path, F_OK) < 0 && !any)
		return true;
	fmt_reset(&p);
	fmt_add(&p, "/lib/modules/%s/modules.builtin", u.release);
	f = fopen(path, "re");
	while (f && !found && fgets(line, sizeof(line), f))
		found = names_module(line, module);
	if (f)
		fclose(f);
	return found;
}
