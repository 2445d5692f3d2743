/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files by path, in memory: what is being recorded, or what an archive held. Paths have no leading slash, no "." and
 * no ".."; whoever puts them sees to that (tree_tar.c for archives). Not here: the format on disk.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "source/tree_inner.h"

#define LINKS_MOST 8
#define PATH_MOST 4096

/* The key under which a path is, or could be put: two paths of the same hash stand one key apart. */
static bool find(const struct pack *p, struct slice path, uint64_t *ret_key, uint32_t *ret_at)
{
	uint64_t key = hash_bytes(path.p, path.n);

	for (; hash_get(&p->index, key, ret_at); key++) {
		const char *have = p->file[*ret_at].path;

		if (strlen(have) == path.n && memcmp(have, path.p, path.n) == 0) {
			*ret_key = key;
			return true;
		}
	}
	*ret_key = key;
	return false;
}

/* The entry of a path, made when new. */
static struct pack_file *entry(struct pack *p, struct slice path)
{
	struct pack_file *f;
	uint64_t key;
	uint32_t at;

	if (path.n == 0 || path.n >= PATH_MOST || memchr(path.p, 0, path.n))
		return NULL;
	if (find(p, path, &key, &at))
		return &p->file[at];
	if (p->count == p->cap) {
		uint32_t cap = p->cap ? p->cap * 2 : 64;

		f = realloc(p->file, cap * sizeof(*f));
		if (!f)
			return NULL;
		p->file = f;
		p->cap = cap;
	}
	f = &p->file[p->count];
	*f = (struct pack_file){ .path = strndup(path.p, path.n) };
	if (!f->path || hash_put(&p->index, key, p->count) < 0) {
		free(f->path);
		return NULL;
	}
	p->count++;
	p->bytes += path.n + sizeof(*f);
	return f;
}

int pack_put(struct pack *p, struct slice path, const void *data, size_t n)
{
	struct pack_file *f = entry(p, path);
	char *copy;

	if (!f)
		return -ENOMEM;
	if (!data)
		return 0;
	/* The same answers come every tick: their memory is used again. */
	copy = f->data && f->n >= n ? f->data : realloc(f->data, n + 1);
	if (!copy)
		return -ENOMEM;
	if (n)
		memcpy(copy, data, n);
	copy[n] = 0;
	p->bytes += n;
	p->bytes -= f->data ? f->n : 0;
	f->data = copy;
	f->n = n;
	return 0;
}

int pack_link(struct pack *p, struct slice path, struct slice target)
{
	struct pack_file *f = entry(p, path);

	if (!f || target.n == 0 || target.n >= PATH_MOST)
		return -ENOMEM;
	free(f->link);
	f->link = strndup(target.p, target.n);
	return f->link ? 0 : -ENOMEM;
}

/* Adds the components of tail to path: "." and empty ones vanish, ".." takes one off and never leaves the top. */
static void join(struct fmt *path, struct slice tail)
{
	while (tail.n) {
		const char *slash = memchr(tail.p, '/', tail.n);
		struct slice part = slice_of(tail.p, slash ? (size_t)(slash - tail.p) : tail.n);

		tail.p += part.n + (slash ? 1 : 0);
		tail.n -= part.n + (slash ? 1 : 0);
		if (part.n == 0 || slice_eq(part, "."))
			continue;
		if (slice_eq(part, "..")) {
			while (path->len && path->p[path->len - 1] != '/')
				path->len--;
			path->len -= path->len > 0;
			continue;
		}
		if (path->len)
			fmt_bytes(path, "/", 1);
		fmt_bytes(path, part.p, part.n);
	}
}

/* Puts the target of the first soft link on the way into the path; false when there is none. */
static bool follow(const struct pack *p, struct slice path, struct fmt *out)
{
	uint64_t key;
	uint32_t at;

	for (size_t i = 1; i <= path.n; i++) {
		const char *target;
		size_t dir = i;

		if (i < path.n && path.p[i] != '/')
			continue;
		if (!find(p, slice_of(path.p, i), &key, &at) || !p->file[at].link)
			continue;
		target = p->file[at].link;
		while (dir && path.p[dir - 1] != '/')
			dir--;
		fmt_reset(out);
		if (target[0] != '/')
			join(out, slice_of(path.p, dir));
		join(out, slice_str(target));
		join(out, slice_of(path.p + i, path.n - i));
		return !out->cut && out->len > 0;
	}
	return false;
}

/* The path without soft links. */
static void resolve(const struct pack *p, const char *path, struct fmt *out, char *spare)
{
	struct fmt next;

	join(out, slice_str(path));
	for (unsigned i = 0; i < LINKS_MOST; i++) {
		fmt_init(&next, spare, PATH_MOST);
		if (!follow(p, slice_of(out->p, out->len), &next))
			return;
		fmt_reset(out);
		fmt_bytes(out, next.p, next.len);
	}
}

const struct pack_file *pack_get(const struct pack *p, const char *path)
{
	char buf[PATH_MOST], spare[PATH_MOST];
	struct fmt real;
	uint64_t key;
	uint32_t at;

	if (find(p, slice_str(path), &key, &at) && p->file[at].data)
		return &p->file[at];
	fmt_init(&real, buf, sizeof(buf));
	resolve(p, path, &real, spare);
	if (real.cut || !find(p, slice_of(real.p, real.len), &key, &at) || !p->file[at].data)
		return NULL;
	return &p->file[at];
}

int pack_list(const struct pack *p, const char *path, struct fmt *out)
{
	char buf[PATH_MOST], spare[PATH_MOST];
	struct hash seen = { 0 };
	struct fmt real;
	bool there = false;
	uint32_t no;

	fmt_init(&real, buf, sizeof(buf));
	resolve(p, path, &real, spare);
	for (uint32_t i = 0; i < p->count && !real.cut; i++) {
		struct slice rest = slice_str(p->file[i].path);
		const char *slash;
		uint64_t key;

		if (rest.n < real.len || memcmp(rest.p, real.p, real.len) != 0)
			continue;
		if (rest.n == real.len) {
			there |= !p->file[i].data && !p->file[i].link;
			continue;
		}
		if (real.len && rest.p[real.len] != '/')
			continue;
		rest = slice_of(rest.p + real.len + (real.len > 0), rest.n - real.len - (real.len > 0));
		slash = memchr(rest.p, '/', rest.n);
		if (slash)
			rest.n = (size_t)(slash - rest.p);
		there = true;
		key = hash_bytes(rest.p, rest.n);
		if (rest.n == 0 || hash_get(&seen, key, &no))
			continue;
		hash_put(&seen, key, 1);
		fmt_bytes(out, rest.p, rest.n);
		fmt_bytes(out, "", 1);
	}
	hash_free(&seen);
	return there ? 0 : -ENOENT;
}

static const char *const roots[] = { "proc", "sys", "netns", "netlink", "blob", "ethtool", "net", "sos_commands" };

void pack_strip(struct pack *p)
{
	const char *slash = p->count ? strchr(p->file[0].path, '/') : NULL;
	size_t n = p->count ? slash ? (size_t)(slash - p->file[0].path) : strlen(p->file[0].path) : 0;
	bool holds = false;

	for (unsigned k = 0; k < ARRAY_SIZE(roots); k++)
		if (p->count && strlen(roots[k]) == n && memcmp(p->file[0].path, roots[k], n) == 0)
			return;
	for (uint32_t i = 0; i < p->count; i++) {
		const char *path = p->file[i].path;

		if (strncmp(path, p->file[0].path, n) != 0 || (path[n] != '/' && path[n] != 0))
			return;
		holds |= strncmp(path + n, "/proc/", 6) == 0 || strncmp(path + n, "/sos_commands/", 14) == 0;
	}
	if (!holds)
		return;
	hash_free(&p->index);
	for (uint32_t i = 0; i < p->count; i++) {
		char *path = p->file[i].path;
		uint64_t key;
		uint32_t at;

		memmove(path, path + n + (path[n] == '/'), strlen(path + n + (path[n] == '/')) + 1);
		if (!find(p, slice_str(path), &key, &at))
			hash_put(&p->index, key, i);
	}
}

void pack_free(struct pack *p)
{
	for (uint32_t i = 0; i < p->count; i++) {
		free(p->file[i].path);
		free(p->file[i].data);
		free(p->file[i].link);
	}
	free(p->file);
	hash_free(&p->index);
	*p = (struct pack){ 0 };
}
