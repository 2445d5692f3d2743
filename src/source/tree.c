/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one door through which sources ask: it sends each question to the live host, a directory or an archive, keeps
 * the answer when recording, and counts what it cost. Not here: how each of those answers (tree_live.c, tree_ask.c,
 * tree_record.c, tree_pack.c) and how namespaces are found (tree_netns.c).
 */
#include "source/tree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "source/tree_inner.h"

#define BUF_FIRST (64u << 10)
#define FILE_MOST (256u << 20)

int tree_room(struct tree *t, size_t n)
{
	size_t cap = t->buf_cap ? t->buf_cap : BUF_FIRST;
	char *p;

	if (n + 1 <= t->buf_cap)
		return 0;
	if (n > FILE_MOST)
		return -EFBIG;
	while (cap < n + 1)
		cap *= 2;
	p = realloc(t->buf, cap);
	if (!p)
		return -ENOMEM;
	t->buf = p;
	t->buf_cap = cap;
	return 0;
}

int tree_read_fd(struct tree *t, int fd, bool single, struct slice *ret)
{
	size_t len = 0;
	int r = tree_room(t, BUF_FIRST - 1);

	while (r == 0) {
		size_t room = t->buf_cap - 1 - len;
		ssize_t n = pread(fd, t->buf + len, room, (off_t)len);

		t->cost.calls++;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		t->cost.bytes += (size_t)n;
		len += (size_t)n;
		if (n == 0 || (single && (size_t)n < room))
			break;
		if (t->buf_cap - 1 - len < BUF_FIRST / 2) {
			r = tree_room(t, t->buf_cap * 2 - 1);
			len = single ? 0 : len; /* the pieces of two prints do not fit together */
		}
	}
	if (r < 0)
		return r;
	t->buf[len] = 0;
	*ret = slice_of(t->buf, len);
	return 0;
}

/* Appends to the list of namespaces and makes it findable by its numbers. */
struct tree_ns *tree_ns_new(struct tree *t, uint64_t inode, uint64_t alt)
{
	struct tree_ns *in = calloc(1, sizeof(*in));

	if (!in)
		return NULL;
	if (t->ns_count == t->ns_cap) {
		uint32_t cap = t->ns_cap ? t->ns_cap * 2 : 16;
		struct tree_ns **p = realloc(t->ns, cap * sizeof(*p));

		if (!p)
			goto nomem;
		t->ns = p;
		t->ns_cap = cap;
	}
	in->ns = (struct netns){ .place = PLACE_NONE, .inode = inode, .nsfd = -1, .pidfd = -1, .tree = t };
	in->alt = alt;
	in->sysfs = -1;
	in->entry = t->ns_count;
	for (unsigned i = 0; i < NET_FILES; i++)
		in->ns.fd[i] = -1;
	for (unsigned i = 0; i < ARRAY_SIZE(in->ns.nl); i++)
		in->ns.nl[i] = -1;
	if (hash_put(&t->by_id, inode, in->entry) < 0 || (alt && hash_put(&t->by_id, alt, in->entry) < 0))
		goto nomem;
	t->ns[t->ns_count++] = in;
	return in;
nomem:
	hash_del(&t->by_id, inode);
	free(in);
	return NULL;
}

/* Takes it off the list; the last one moves into its position. */
void tree_ns_unlist(struct tree_ns *in)
{
	struct tree *t = in->ns.tree;
	struct tree_ns *last = t->ns[t->ns_count - 1];

	hash_del(&t->by_id, in->ns.inode);
	if (in->alt)
		hash_del(&t->by_id, in->alt);
	if (last != in) {
		last->entry = in->entry;
		t->ns[in->entry] = last;
		hash_put(&t->by_id, last->ns.inode, last->entry);
		if (last->alt)
			hash_put(&t->by_id, last->alt, last->entry);
	}
	t->ns_count--;
}

void tree_ns_free(struct tree_ns *in)
{
	struct tree *t = in->ns.tree;

	source_forget(t, &in->ns);
	if (t->recording)
		record_about(in);
	if (t->kind == TREE_LIVE)
		live_drop(&in->ns);
	if (!(t->own == &in->ns && t->own_hidden))
		tree_ns_unlist(in);
	if (t->own == &in->ns)
		t->own = NULL;
	free(in->ns.run_path);
	free(in);
}

int tree_open(struct tree **ret, const char *path, const struct priv *priv, struct err *err)
{
	struct tree *t = calloc(1, sizeof(*t));
	int r;

	if (!t)
		return err_set(err, ENOMEM, "no memory");
	t->priv = priv;
	t->dir = t->loadavg = t->epoll = -1;
	fmt_grow(&t->blob);
	r = path ? recorded_open(t, path, err) : live_open(t, err);
	if (r < 0) {
		tree_close(t);
		return r;
	}
	*ret = t;
	return 0;
}

void tree_close(struct tree *t)
{
	if (!t)
		return;
	if (t->own && t->own_hidden)
		tree_ns_free(inner(t->own));
	while (t->ns_count)
		tree_ns_free(t->ns[t->ns_count - 1]);
	netns_close(t);
	if (t->dir >= 0)
		close(t->dir);
	pack_free(&t->pack);
	pack_free(&t->rec);
	hash_free(&t->by_id);
	hash_free(&t->modules);
	fmt_free(&t->blob);
	free(t->ns);
	free(t->buf);
	free(t->nlbuf);
	free(t);
}

bool tree_live(const struct tree *t)
{
	return t->kind == TREE_LIVE;
}

void tree_when(const struct tree *t, uint64_t *ret_real_ns, uint64_t *ret_mono_ns)
{
	*ret_real_ns = t->real_ns;
	*ret_mono_ns = t->mono_ns;
}

const char *tree_kernel(const struct tree *t)
{
	return t->kernel;
}

const char *tree_hostname(const struct tree *t)
{
	return t->hostname;
}

struct tree_cost tree_cost(const struct tree *t)
{
	return t->cost;
}

void tree_count(struct tree *t, uint64_t n)
{
	t->cost.calls++;
	t->cost.bytes += n;
}

struct netns *tree_netns(struct tree *t, uint32_t i)
{
	return i < t->ns_count ? &t->ns[i]->ns : NULL;
}

struct netns *tree_at(struct tree *t, const struct sample *s, uint32_t place)
{
	uint32_t i;

	if (place >= s->places || s->place[place].kind != PLACE_NETNS || !hash_get(&t->by_id, s->place[place].id, &i))
		return NULL;
	return i < t->ns_count && t->ns[i]->ns.place == place ? &t->ns[i]->ns : NULL;
}

struct netns *tree_own(struct tree *t)
{
	return t->own;
}

int tree_scan(struct tree *t, struct sample *s, struct err *err)
{
	int r = t->kind == TREE_LIVE ? netns_scan(t, s, err) : recorded_scan(t, s, err);

	return r < 0 ? r : netns_only_found(t, err);
}

bool tree_recording(const struct tree *t)
{
	return t->recording;
}

void tree_record(struct tree *t)
{
	t->recording = true;
}

bool tree_path_of(struct netns *ns, const char *path, struct fmt *out)
{
	bool net = strncmp(path, "proc/net/", 9) == 0;
	bool depends = net || strncmp(path, "proc/sys/net/", 13) == 0 || strncmp(path, "sys/class/net", 13) == 0;

	fmt_reset(out);
	if (ns && !ns->own && depends)
		fmt_add(out, "netns/%llu/%s", (unsigned long long)ns->inode, net ? path + 5 : path);
	else
		fmt_add(out, "%s", path);
	return depends;
}

void tree_keep(struct tree *t, const char *path, struct slice answer)
{
	if (t->recording)
		pack_put(&t->rec, slice_str(path), answer.p ? answer.p : "", answer.n);
}

int tree_net(struct netns *ns, enum net_file f, struct slice *ret, struct err *err)
{
	struct tree *t = ns->tree;
	int r;

	if (t->kind != TREE_LIVE) {
		r = recorded_net(ns, f, ret);
		return r < 0 ? err_set(err, -r, "net/%s: %s", net_file_paths[f], strerror(-r)) : 0;
	}
	r = live_net(ns, f, ret, err);
	if (r == 0 && t->recording) {
		char path[256], from[128];
		struct fmt p, q;

		fmt_init(&q, from, sizeof(from));
		fmt_add(&q, "proc/net/%s", net_file_paths[f]);
		fmt_init(&p, path, sizeof(path));
		tree_path_of(ns, from, &p);
		tree_keep(t, path, *ret);
	}
	return r;
}

int tree_file(struct tree *t, struct netns *ns, const char *path, struct slice *ret, struct err *err)
{
	char name[512];
	struct fmt p;
	int r;

	fmt_init(&p, name, sizeof(name));
	tree_path_of(ns, path, &p);
	if (p.cut)
		return err_set(err, ENAMETOOLONG, "%.100s...: the path is too long", path);
	if (t->kind == TREE_LIVE)
		r = live_file(t, ns, path, ret);
	else
		r = recorded_get(t, name, ret);
	if (r < 0)
		return err_set(err, -r, "/%s: %s", path, strerror(-r));
	if (t->kind == TREE_LIVE)
		tree_keep(t, name, *ret);
	return 0;
}

/* The names are collected before the first is handed out, so that `each` may ask the tree again. */
static int list_live(struct tree *t, struct netns *ns, const char *path, const char *name, struct fmt *names)
{
	struct dirent *e;
	int r = 0;
	DIR *d = live_dir(t, ns, path, &r);

	if (!d)
		return r;
	while ((e = readdir(d))) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		fmt_bytes(names, e->d_name, strlen(e->d_name) + 1);
		if (t->recording) {
			struct fmt p;

			fmt_grow(&p);
			fmt_add(&p, "%s/%s", name, e->d_name);
			if (!p.cut)
				pack_put(&t->rec, slice_of(p.p, p.len), NULL, 0);
			fmt_free(&p);
		}
	}
	t->cost.calls++;
	t->cost.bytes += names->len;
	closedir(d);
	return 0;
}

int tree_list(struct tree *t, struct netns *ns, const char *path, void (*each)(const char *name, void *arg), void *arg)
{
	char name[512];
	struct fmt p, names;
	int r;

	fmt_init(&p, name, sizeof(name));
	tree_path_of(ns, path, &p);
	if (p.cut)
		return -ENAMETOOLONG;
	if (t->kind != TREE_LIVE)
		return recorded_list(t, name, each, arg);
	fmt_grow(&names);
	r = list_live(t, ns, path, name, &names);
	for (size_t at = 0; r == 0 && at < names.len; at += strlen(names.p + at) + 1)
		each(names.p + at, arg);
	fmt_free(&names);
	return r;
}

/* "netlink/getqdisc" of our own namespace, "netns/4026532000/netlink/getqdisc" of another. */
static int answer_path(struct netns *ns, const char *dir, const char *name, char *buf, size_t size)
{
	struct fmt p;

	fmt_init(&p, buf, size);
	if (!ns->own)
		fmt_add(&p, "netns/%llu/", (unsigned long long)ns->inode);
	fmt_add(&p, "%s/%s", dir, name);
	return p.cut ? -ENAMETOOLONG : 0;
}

int tree_ask(struct netns *ns, enum nl_socket sock, const char *name, struct nlmsghdr *request,
	     int (*each)(const struct nlmsghdr *nlh, void *arg), void *arg, struct err *err)
{
	struct tree *t = ns->tree;
	char path[256];
	struct slice data;
	struct fmt keep;
	int r;

	if (t->kind == TREE_LIVE && !t->recording)
		return live_ask(ns, sock, name, request, each, arg, NULL,
				err); /* nobody needs the path: no formatting */
	r = answer_path(ns, "netlink", name, path, sizeof(path));
	if (r < 0)
		return err_set(err, -r, "netlink %.80s: the name is too long", name);
	if (t->kind != TREE_LIVE) {
		r = recorded_get(t, path, &data);
		if (r < 0)
			return err_set(err, -r, "%s: %s", path, strerror(-r));
		return recorded_ask(data, each, arg, path, err);
	}
	fmt_grow(&keep);
	r = live_ask(ns, sock, name, request, each, arg, t->recording ? &keep : NULL, err);
	if (r == 0 && !keep.cut)
		tree_keep(t, path, slice_of(keep.p, keep.len));
	fmt_free(&keep);
	return r;
}

int tree_blob(struct netns *ns, const char *name, int (*fetch)(struct netns *ns, void *arg, struct fmt *out), void *arg,
	      struct slice *ret, struct err *err)
{
	struct tree *t = ns->tree;
	char path[256];
	int r = answer_path(ns, "blob", name, path, sizeof(path));

	if (r < 0)
		return err_set(err, -r, "%.80s: the name is too long", name);
	if (t->kind != TREE_LIVE) {
		r = recorded_blob(t, ns, name, path, ret);
		return r < 0 ? err_set(err, -r, "%s: %s", path, strerror(-r)) : 0;
	}
	fmt_reset(&t->blob);
	r = tree_enter(ns);
	if (r == 0) {
		r = fetch(ns, arg, &t->blob);
		tree_leave(ns);
	}
	t->cost.calls++;
	t->cost.bytes += t->blob.len;
	if (r == 0 && t->blob.cut)
		r = -ENOMEM;
	if (r < 0)
		return err_set(err, -r, "%s: %s", name, strerror(-r));
	*ret = slice_of(t->blob.p ? t->blob.p : "", t->blob.len);
	tree_keep(t, path, *ret);
	return 0;
}

bool tree_module(struct tree *t, const char *module)
{
	uint64_t key = hash_bytes(module, strlen(module));
	uint32_t builtin;

	if (t->kind != TREE_LIVE)
		return true;
	if (!hash_get(&t->modules, key, &builtin)) {
		builtin = live_builtin(module);
		hash_put(&t->modules, key, builtin);
	}
	return builtin || live_loaded(module); /* the second may change at any time */
}

int tree_enter(struct netns *ns)
{
	struct tree *t = ns->tree;

	if (ns->own || t->kind != TREE_LIVE)
		return 0;
	if (!t->priv || !t->priv->enter || !t->priv->leave)
		return -EPERM;
	if (ns->nsfd < 0)
		return -EACCES;
	t->cost.calls++;
	return t->priv->enter(ns->nsfd);
}

void tree_leave(struct netns *ns)
{
	if (!ns->own && ns->tree->kind == TREE_LIVE)
		ns->tree->priv->leave();
}
