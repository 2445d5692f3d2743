/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A recorded host: a directory or an archive with the paths that tree.h describes, or another's collection of /proc (a
 * fixture, a sosreport). Answers come from files, and the same checks apply to them as to the kernel's, because
 * anybody can have written them. Nothing outside the directory is read, wherever its soft links point.
 *
 * `about`, at the top and per namespace, has lines "key: value":
 *   kernel: 6.1.0-18-amd64
 *   real_ns: 1717171717000000000
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "source/tree_inner.h"

#define VERSION 1
#define SOS_ETHTOOL "ethtool_-S_"

/* Opens below the directory as if it were the root. */
static int open_inside(struct tree *t, const char *path, int flags)
{
	struct open_how how = { .flags = (uint64_t)(flags | O_RDONLY | O_CLOEXEC | O_NONBLOCK),
				.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS };
	int fd;

	while (*path == '/')
		path++;
	fd = (int)syscall(SYS_openat2, t->dir, *path ? path : ".", &how, sizeof(how));
	t->cost.calls++;
	if (fd < 0 && errno == ENOSYS)
		fd = openat(t->dir, *path ? path : ".", (int)how.flags);
	return fd < 0 ? -errno : fd;
}

static int get(struct tree *t, const char *path, struct slice *ret)
{
	const struct pack_file *f;
	struct stat st;
	int fd, r;

	if (t->kind == TREE_PACK) {
		f = pack_get(&t->pack, path);
		if (!f)
			return -ENOENT;
		*ret = slice_of(f->data, f->n);
		return 0;
	}
	fd = open_inside(t, path, 0);
	if (fd < 0)
		return fd == -ENOTDIR || fd == -EXDEV ? -ENOENT : fd;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		r = -ENOENT; /* a directory, or a pipe that would never end */
	else
		r = tree_read_fd(t, fd, false, ret);
	close(fd);
	return r;
}

/* Files of our own namespace: collections keep them in proc/net, or below some process. */
static int get_own_net(struct tree *t, const char *name, struct slice *ret)
{
	int r = -ENOENT;

	for (unsigned i = 0; i < ARRAY_SIZE(t->net_dir) && r < 0; i++) {
		char path[320];
		struct fmt p;

		if (!t->net_dir[i][0])
			continue;
		fmt_init(&p, path, sizeof(path));
		fmt_add(&p, "%s/%s", t->net_dir[i], name);
		r = p.cut ? -ENAMETOOLONG : get(t, path, ret);
	}
	return r;
}

int recorded_get(struct tree *t, const char *path, struct slice *ret)
{
	if (strncmp(path, "proc/net/", 9) == 0)
		return get_own_net(t, path + 9, ret);
	return get(t, path, ret);
}

int recorded_net(struct netns *ns, enum net_file f, struct slice *ret)
{
	char path[320];
	struct fmt p;

	if (ns->own)
		return get_own_net(ns->tree, net_file_paths[f], ret);
	fmt_init(&p, path, sizeof(path));
	fmt_add(&p, "netns/%llu/net/%s", (unsigned long long)ns->inode, net_file_paths[f]);
	return get(ns->tree, path, ret);
}

/* All names in a directory, each with its NUL. */
static int names_in(struct tree *t, const char *path, struct fmt *out)
{
	struct dirent *e;
	DIR *d;
	int fd;

	if (t->kind == TREE_PACK)
		return pack_list(&t->pack, path, out);
	fd = open_inside(t, path, O_DIRECTORY);
	if (fd < 0)
		return fd;
	d = fdopendir(fd);
	if (!d) {
		close(fd);
		return -ENOMEM;
	}
	while ((e = readdir(d)))
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			fmt_bytes(out, e->d_name, strlen(e->d_name) + 1);
	closedir(d);
	return 0;
}

int recorded_list(struct tree *t, const char *path, void (*each)(const char *name, void *arg), void *arg)
{
	struct fmt names, sos;
	int r;

	fmt_grow(&names);
	fmt_grow(&sos);
	r = names_in(t, path, &names);
	if (strcmp(path, "ethtool") == 0 && names_in(t, "sos_commands/networking", &sos) == 0) {
		for (size_t at = 0; at < sos.len; at += strlen(sos.p + at) + 1) {
			const char *name = sos.p + at;

			if (strncmp(name, SOS_ETHTOOL, strlen(SOS_ETHTOOL)) == 0)
				fmt_bytes(&names, name + strlen(SOS_ETHTOOL), strlen(name + strlen(SOS_ETHTOOL)) + 1);
		}
		r = names.len ? 0 : r;
	}
	if (names.cut || sos.cut)
		r = -ENOMEM;
	for (size_t at = 0; r == 0 && at < names.len; at += strlen(names.p + at) + 1)
		each(names.p + at, arg);
	fmt_free(&names);
	fmt_free(&sos);
	return r;
}

int recorded_blob(struct tree *t, struct netns *ns, const char *name, const char *path, struct slice *ret)
{
	static const char text[] = "ethtool-text/";
	const char *dev = name + sizeof(text) - 1;
	char other[320];
	struct fmt p;
	int r = get(t, path, ret);

	if (r != -ENOENT || !ns->own || strncmp(name, text, sizeof(text) - 1) != 0)
		return r;
	fmt_init(&p, other, sizeof(other));
	fmt_add(&p, "ethtool/%s/statistics", dev);
	r = p.cut ? -ENOENT : get(t, other, ret);
	if (r != -ENOENT)
		return r;
	fmt_reset(&p);
	fmt_add(&p, "sos_commands/networking/" SOS_ETHTOOL "%s", dev);
	return p.cut ? -ENOENT : get(t, other, ret);
}

/* The value of "key: value" in an about file; empty when there is none. */
static struct slice about_of(struct slice text, const char *key)
{
	struct slice line;
	size_t n = strlen(key);

	while (slice_line(&text, &line))
		if (line.n >= n + 2 && memcmp(line.p, key, n) == 0 && line.p[n] == ':' && line.p[n + 1] == ' ')
			return slice_of(line.p + n + 2, line.n - n - 2);
	return slice_of("", 0);
}

static uint64_t about_number(struct slice text, const char *key)
{
	uint64_t v;

	return slice_u64(about_of(text, key), &v) ? v : 0;
}

static void first_line(struct tree *t, const char *path, char *ret, size_t size)
{
	struct slice text, line;

	if (!ret[0] && recorded_get(t, path, &text) == 0 && slice_line(&text, &line))
		slice_copy(line, ret, size);
}

/* Which host, which kernel, when. */
static void read_about(struct tree *t)
{
	struct slice text, word;

	if (get(t, "about", &text) == 0) {
		slice_copy(about_of(text, "kernel"), t->kernel, sizeof(t->kernel));
		slice_copy(about_of(text, "hostname"), t->hostname, sizeof(t->hostname));
		t->real_ns = about_number(text, "real_ns");
		t->mono_ns = about_number(text, "mono_ns");
		t->hidden = (uint32_t)about_number(text, "hidden_ns");
		t->half = (uint32_t)about_number(text, "half_ns");
	}
	first_line(t, "proc/sys/kernel/osrelease", t->kernel, sizeof(t->kernel));
	first_line(t, "proc/sys/kernel/hostname", t->hostname, sizeof(t->hostname));
	first_line(t, "etc/hostname", t->hostname, sizeof(t->hostname));
	/* "Linux version 6.1.0-18-amd64 (debian-kernel@...": the third word */
	if (!t->kernel[0] && get(t, "proc/version", &text) == 0 && slice_word(&text, &word) &&
	    slice_word(&text, &word) && slice_word(&text, &word))
		slice_copy(word, t->kernel, sizeof(t->kernel));
}

/* Where may files of our own namespace lie? */
static void find_net_dirs(struct tree *t)
{
	struct fmt names;
	uint64_t pid, best = 0;

	slice_copy(slice_str("proc/net"), t->net_dir[0], sizeof(t->net_dir[0]));
	slice_copy(slice_str("proc/1/net"), t->net_dir[1], sizeof(t->net_dir[1]));
	slice_copy(slice_str("net"), t->net_dir[3], sizeof(t->net_dir[3]));
	fmt_grow(&names);
	if (names_in(t, "proc", &names) == 0)
		for (size_t at = 0; at < names.len; at += strlen(names.p + at) + 1)
			if (slice_u64(slice_str(names.p + at), &pid) && pid && (!best || pid < best))
				best = pid;
	if (best) {
		struct fmt p;

		fmt_init(&p, t->net_dir[2], sizeof(t->net_dir[2]));
		fmt_add(&p, "proc/%llu/net", (unsigned long long)best);
	}
	fmt_free(&names);
}

int recorded_open(struct tree *t, const char *path, struct err *err)
{
	struct err damage = { 0 };
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), r = 0;

	if (fd < 0)
		return err_set(err, errno, "%s: %s", path, strerror(errno));
	if (fstat(fd, &st) < 0 || !(S_ISDIR(st.st_mode) || S_ISREG(st.st_mode))) {
		close(fd);
		return err_set(err, EINVAL, "%s: neither a directory nor a file", path);
	}
	if (S_ISDIR(st.st_mode)) {
		t->kind = TREE_DIR;
		t->dir = fd;
	} else {
		t->kind = TREE_PACK;
		r = tar_read(&t->pack, fd, path, &damage);
		close(fd);
	}
	if (r < 0 && err)
		*err = damage; /* also when we go on with what could be read */
	if (r < 0 && t->pack.count == 0)
		return r;
	find_net_dirs(t);
	read_about(t);
	return 0;
}

/* One namespace of the recording; about is that of the top for our own. */
static int take_in(struct tree *t, struct sample *s, uint64_t inode, struct slice about, bool own)
{
	struct ns_fact fact = { .own = own, .files = true, .sockets = true };
	uint64_t pid = about_number(about, own ? "own_pid" : "pid");
	struct tree_ns *in = tree_ns_new(t, inode, 0);

	if (!in)
		return -ENOMEM;
	in->cookie = about_number(about, own ? "own_cookie" : "cookie");
	in->ns.pid = pid <= INT32_MAX ? (pid_t)pid : 0;
	slice_copy(about_of(about, own ? "own_name" : "name"), in->name, sizeof(in->name));
	slice_copy(about_of(about, own ? "own_container" : "container"), in->container, sizeof(in->container));
	fact.inode = own && !about_number(about, "own_inode") ? 0 : inode;
	fact.cookie = in->cookie;
	fact.pid = in->ns.pid;
	fact.borrowed = in->borrowed = !own && about_number(about, "borrowed");
	slice_copy(slice_str(in->name), fact.name, sizeof(fact.name));
	slice_copy(slice_str(in->container), fact.container, sizeof(fact.container));
	if (own)
		return netns_take_own(t, s, in, &fact);
	if (netns_wanted(in, &fact))
		return netns_place(s, in, &fact);
	tree_ns_free(in);
	return 0;
}

int recorded_scan(struct tree *t, struct sample *s, struct err *err)
{
	struct slice about = { "", 0 };
	struct fmt names;
	uint64_t inode;
	uint32_t no;
	int r;

	if (t->own)
		return 0; /* a recording does not change */
	get(t, "about", &about);
	inode = about_number(about, "own_inode");
	r = take_in(t, s, inode ? inode : 1, about, true);
	fmt_grow(&names);
	if (r == 0)
		names_in(t, "netns", &names);
	for (size_t at = 0; r == 0 && at < names.len; at += strlen(names.p + at) + 1) {
		char path[64];
		struct fmt p;

		if (!slice_u64(slice_str(names.p + at), &inode) || !inode || hash_get(&t->by_id, inode, &no))
			continue;
		fmt_init(&p, path, sizeof(path));
		fmt_add(&p, "netns/%llu/about", (unsigned long long)inode);
		about = slice_of("", 0);
		get(t, path, &about);
		r = take_in(t, s, inode, about, false);
	}
	fmt_free(&names);
	s->hidden_ns = t->hidden;
	s->half_ns = t->half;
	return r < 0 ? err_set(err, -r, "network namespaces of the recording: %s", strerror(-r)) : 0;
}

/* Adds "key: value\n", without the bytes that would end the line. */
static void say(struct fmt *f, const char *key, const char *value)
{
	fmt_add(f, "%s: ", key);
	for (; *value; value++) {
		char c = (unsigned char)*value < 0x20 ? '?' : *value;

		fmt_bytes(f, &c, 1);
	}
	fmt_bytes(f, "\n", 1);
}

static void say_number(struct fmt *f, const char *key, uint64_t value)
{
	fmt_add(f, "%s: %llu\n", key, (unsigned long long)value);
}

void record_about(struct tree_ns *in)
{
	char path[64];
	struct fmt p, f;

	if (in->ns.own || in->ns.place == PLACE_NONE)
		return; /* the first has its lines at the top, the second was never taken in */
	fmt_init(&p, path, sizeof(path));
	fmt_add(&p, "netns/%llu/about", (unsigned long long)in->ns.inode);
	fmt_grow(&f);
	say(&f, "name", in->name);
	say_number(&f, "pid", (uint64_t)in->ns.pid);
	say_number(&f, "cookie", in->cookie);
	say(&f, "container", in->container);
	say_number(&f, "borrowed", in->borrowed);
	if (!f.cut)
		pack_put(&in->ns.tree->rec, slice_str(path), f.p, f.len);
	fmt_free(&f);
}

static uint64_t now(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

int tree_write(struct tree *t, const char *path, struct err *err)
{
	const struct tree_ns *own = t->own ? inner(t->own) : NULL;
	uint64_t real = tree_live(t) ? now(CLOCK_REALTIME) : t->real_ns;
	struct fmt f;
	int r = 0;

	if (!t->recording)
		return err_set(err, EINVAL, "%s: nothing was recorded", path);
	fmt_grow(&f);
	say_number(&f, "version", VERSION);
	say(&f, "kernel", t->kernel);
	say(&f, "hostname", t->hostname);
	say_number(&f, "real_ns", real);
	say_number(&f, "mono_ns", tree_live(t) ? now(CLOCK_MONOTONIC) : t->mono_ns);
	say_number(&f, "clk_tck", (uint64_t)sysconf(_SC_CLK_TCK));
	say_number(&f, "cpus", (uint64_t)sysconf(_SC_NPROCESSORS_CONF));
	say_number(&f, "hidden_ns", t->hidden);
	say_number(&f, "half_ns", t->half);
	if (own) {
		say_number(&f, "own_inode", own->ns.inode);
		say_number(&f, "own_cookie", own->cookie);
		say_number(&f, "own_pid", (uint64_t)own->ns.pid);
		say(&f, "own_name", own->name);
	}
	if (f.cut || pack_put(&t->rec, slice_str("about"), f.p, f.len) < 0)
		r = err_set(err, ENOMEM, "%s: no memory", path);
	fmt_free(&f);
	for (uint32_t i = 0; i < t->ns_count; i++)
		record_about(t->ns[i]);
	return r < 0 ? r : tar_write(&t->rec, path, real, err);
}
