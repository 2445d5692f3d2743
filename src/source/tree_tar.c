/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Snapshots on disk: POSIX ustar, so that `tar tf` shows what is inside before it is sent anywhere. Read too: the long
 * names of GNU tar and pax (a sosreport has them), and gzip, xz, zstd and bzip2 through the programs of these names.
 * A header is 512 bytes: name 100, mode 8, uid 8, gid 8, size 12 (octal), mtime 12, checksum 8, type 1, link name 100,
 * "ustar" 6, version 2, owner 32, group 32, major 8, minor 8, prefix 155. Data follows, rounded up to 512 bytes.
 *
 * Everything here is hostile: sizes are bounded before they are believed, paths cannot leave the top.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "source/tree_inner.h"

#define BLOCK 512
#define ENTRY_MOST (256ull << 20)
#define KEPT_MOST (1ull << 30)
#define STREAM_MOST (16ull << 30)
#define NAME_MOST 4096
#define FILES_MOST (1u << 20)

struct header {
	char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], sum[8], type, link[100], magic[6], version[2],
		owner[32], group[32], major[8], minor[8], prefix[155], pad[12];
};
_Static_assert(sizeof(struct header) == BLOCK, "a tar header is one block");

struct reader {
	struct pack *pack;
	struct err *err;
	const char *name;
	int fd;
	uint64_t at;	      /* bytes read */
	bool end;	      /* the end mark was seen */
	char path[NAME_MOST]; /* from a long-name entry, for the next one */
	char link[NAME_MOST];
};

static int damaged(struct reader *r, uint64_t at, const char *what)
{
	return err_set(r->err, EBADMSG, "%s: damaged at byte %llu: %s", r->name, (unsigned long long)at, what);
}

/* Reads n bytes or fails; ret may be NULL to skip them. Returns 1 at a clean end. */
static int take(struct reader *r, void *ret, uint64_t n, bool may_end)
{
	char dump[16384];
	uint64_t got = 0;

	while (got < n) {
		size_t want = !ret && n - got > sizeof(dump) ? sizeof(dump) : (size_t)(n - got);
		ssize_t k = read(r->fd, ret ? (char *)ret + got : dump, want);

		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return err_set(r->err, errno, "%s: %s", r->name, strerror(errno));
		if (k == 0 && got == 0 && may_end)
			return 1;
		if (k == 0)
			return err_set(r->err, EBADMSG, "%s: ends at byte %llu in the middle of a file", r->name,
				       (unsigned long long)r->at);
		got += (uint64_t)k;
		r->at += (uint64_t)k;
	}
	if (r->at > STREAM_MOST)
		return err_set(r->err, EFBIG, "%s: more than 16 GiB", r->name);
	return 0;
}

/* An octal field, ended by NUL or blank; false on anything else. */
static bool octal(const char *p, size_t n, uint64_t *ret)
{
	uint64_t v = 0;
	size_t i = 0;

	while (i < n && p[i] == ' ')
		i++;
	for (; i < n && p[i] >= '0' && p[i] <= '7'; i++)
		v = v << 3 | (uint64_t)(p[i] - '0');
	*ret = v;
	return i == n || p[i] == 0 || p[i] == ' ';
}

static unsigned checksum(const struct header *h)
{
	const unsigned char *p = (const unsigned char *)h;
	unsigned sum = 0;

	for (size_t i = 0; i < BLOCK; i++)
		sum += i >= 148 && i < 156 ? ' ' : p[i];
	return sum;
}

/* Cleans a name from an archive: no leading slash, no "." and empty parts; false when it is empty or climbs. */
static bool clean(const char *name, char *ret, size_t size)
{
	struct slice rest = slice_str(name);
	struct fmt out;

	fmt_init(&out, ret, size);
	while (rest.n) {
		const char *slash = memchr(rest.p, '/', rest.n);
		struct slice part = slice_of(rest.p, slash ? (size_t)(slash - rest.p) : rest.n);

		rest.p += part.n + (slash ? 1 : 0);
		rest.n -= part.n + (slash ? 1 : 0);
		if (part.n == 0 || slice_eq(part, "."))
			continue;
		if (slice_eq(part, ".."))
			return false;
		if (out.len)
			fmt_bytes(&out, "/", 1);
		fmt_bytes(&out, part.p, part.n);
	}
	return out.len > 0 && !out.cut;
}

/* Would anybody ever ask for it? Archives of a whole host hold much that we need not keep in memory. */
static bool interesting(const char *path)
{
	static const char *const tops[] = { "about",
					    "proc/",
					    "sys/",
					    "netns/",
					    "netlink/",
					    "blob/",
					    "ethtool/",
					    "net/",
					    "sos_commands/networking/",
					    "sos_commands/kernel/uname",
					    "etc/hostname" };

	for (unsigned level = 0; path && level < 2; level++) {
		for (unsigned i = 0; i < ARRAY_SIZE(tops); i++)
			if (strncmp(path, tops[i], strlen(tops[i])) == 0)
				return true;
		path = strchr(path, '/');
		path = path ? path + 1 : NULL;
	}
	return false;
}

/* The long name of the next entry: GNU 'L' and 'K' hold it plainly, pax 'x' as records "27 path=...\n". */
static int long_name(struct reader *r, char type, uint64_t size, uint64_t at)
{
	char text[NAME_MOST + BLOCK];
	struct slice rest, line;
	int code;

	if (size > NAME_MOST)
		return damaged(r, at, "a name of more than 4096 bytes");
	code = take(r, text, (size + BLOCK - 1) / BLOCK * BLOCK, false);
	if (code < 0)
		return code;
	rest = slice_of(text, strnlen(text, size));
	if (type == 'L')
		slice_copy(rest, r->path, sizeof(r->path));
	if (type == 'K')
		slice_copy(rest, r->link, sizeof(r->link));
	while (type == 'x' && slice_line(&rest, &line)) {
		struct slice number;

		if (!slice_word(&line, &number) || line.n < 1)
			continue;
		line = slice_of(line.p + 1, line.n - 1);
		if (slice_starts(line, "path="))
			slice_copy(slice_of(line.p + 5, line.n - 5), r->path, sizeof(r->path));
		if (slice_starts(line, "linkpath="))
			slice_copy(slice_of(line.p + 9, line.n - 9), r->link, sizeof(r->link));
	}
	return 0;
}

/* The data of a file. */
static int body(struct reader *r, const char *path, uint64_t size, uint64_t at)
{
	uint64_t padded = (size + BLOCK - 1) / BLOCK * BLOCK;
	char *data;
	int code;

	if (!path)
		return take(r, NULL, padded, false);
	if (size > ENTRY_MOST || r->pack->bytes + size > KEPT_MOST)
		return err_set(r->err, EFBIG, "%s: byte %llu: an entry of %llu bytes is more than we take", r->name,
			       (unsigned long long)at, (unsigned long long)size);
	data = malloc(padded ? padded : 1);
	if (!data)
		return err_set(r->err, ENOMEM, "%s: no memory", r->name);
	code = take(r, data, padded, false);
	if (code == 0)
		code = pack_put(r->pack, slice_str(path), data, size);
	free(data);
	return code;
}

static void name_of(struct reader *r, const struct header *h, char *ret, size_t size)
{
	struct fmt f;

	fmt_init(&f, ret, size);
	if (r->path[0])
		fmt_add(&f, "%s", r->path);
	else if (memcmp(h->magic, "ustar", 6) == 0 && h->prefix[0])
		fmt_add(&f, "%.155s/%.100s", h->prefix, h->name);
	else
		fmt_add(&f, "%.100s", h->name);
}

/* One entry; 1 at the end of the archive. */
static int one(struct reader *r)
{
	char raw[NAME_MOST], path[NAME_MOST];
	uint64_t at = r->at, sum, size;
	struct header h;
	bool want;
	int code = take(r, &h, sizeof(h), true);

	if (code != 0)
		return code;
	if (h.name[0] == 0 && checksum(&h) == 8 * ' ') {
		r->end = true;
		return 1;
	}
	if (!octal(h.sum, sizeof(h.sum), &sum) || sum != checksum(&h))
		return damaged(r, at, "this is no tar header");
	if (!octal(h.size, sizeof(h.size), &size) || size > STREAM_MOST)
		return damaged(r, at, "a size that is no octal number");
	if (h.type == 'L' || h.type == 'K' || h.type == 'x')
		return long_name(r, h.type, size, at);
	name_of(r, &h, raw, sizeof(raw));
	want = clean(raw, path, sizeof(path)) && interesting(path) && r->pack->count < FILES_MOST &&
	       r->pack->bytes < KEPT_MOST;
	if (h.type == '2') {
		if (!r->link[0])
			slice_copy(slice_of(h.link, strnlen(h.link, sizeof(h.link))), r->link, sizeof(r->link));
		if (want)
			pack_link(r->pack, slice_str(path), slice_str(r->link));
	}
	if (h.type == '5' && want)
		pack_put(r->pack, slice_str(path), NULL, 0);
	r->path[0] = r->link[0] = 0;
	if (h.type == '2' || h.type == '5' || h.type == '1')
		size = 0;
	return body(r, want && (h.type == '0' || h.type == 0 || h.type == '7') ? path : NULL, size, at);
}

static int read_stream(struct pack *p, int fd, const char *name, bool *ret_end, struct err *err)
{
	struct reader *r = calloc(1, sizeof(*r));
	int code;

	if (!r)
		return err_set(err, ENOMEM, "%s: no memory", name);
	r->pack = p;
	r->err = err;
	r->name = name;
	r->fd = fd;
	do
		code = one(r);
	while (code == 0);
	if (code == 1)
		code = r->end ? 0 :
				err_set(err, EBADMSG, "%s: ends at byte %llu without the end mark of a tar file", name,
					(unsigned long long)r->at);
	*ret_end = r->end;
	free(r);
	return code;
}

/* Starts "xz -dc" and the like, reading fd; *ret_out is what it writes. No shell, no file names. */
static int unpacker(const char *program, int fd, int *ret_out, pid_t *ret_pid)
{
	char *const argv[] = { (char *)program, (char *)"-dc", NULL };
	posix_spawn_file_actions_t acts;
	int p[2], r;

	if (pipe2(p, O_CLOEXEC) < 0)
		return -errno;
	r = posix_spawn_file_actions_init(&acts);
	if (r == 0) {
		posix_spawn_file_actions_adddup2(&acts, fd, 0);
		posix_spawn_file_actions_adddup2(&acts, p[1], 1);
		posix_spawn_file_actions_addopen(&acts, 2, "/dev/null", O_WRONLY, 0);
		r = posix_spawnp(ret_pid, program, &acts, NULL, argv, environ);
		posix_spawn_file_actions_destroy(&acts);
	}
	close(p[1]);
	if (r != 0) {
		close(p[0]);
		return -r;
	}
	*ret_out = p[0];
	return 0;
}

static int read_packed(struct pack *p, int fd, const char *program, const char *name, struct err *err)
{
	int out = -1, status = 0, r;
	bool end = false;
	pid_t pid = 0;

	r = unpacker(program, fd, &out, &pid);
	if (r < 0)
		return err_set(err, -r, "%s: cannot be unpacked: %s: %s", name, program, strerror(-r));
	r = read_stream(p, out, name, &end, err);
	close(out);
	if (!end && pid > 0)
		kill(pid, SIGKILL); /* it may have more to say than we want to hear */
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (r < 0 && WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return err_set(err, ENOENT, "%s: cannot be unpacked: %s is not installed", name, program);
	return r;
}

int tar_read(struct pack *p, int fd, const char *name, struct err *err)
{
	static const struct {
		const char *magic;
		size_t n;
		const char *program;
	} packed[] = {
		{ "\x1f\x8b", 2, "gzip" },
		{ "\xfd"
		  "7zXZ",
		  5, "xz" },
		{ "\x28\xb5\x2f\xfd", 4, "zstd" },
		{ "BZh", 3, "bzip2" },
	};
	char head[BLOCK] = "";
	ssize_t n = pread(fd, head, sizeof(head), 0);
	bool end;
	int r;

	if (n < 0)
		return err_set(err, errno, "%s: %s", name, strerror(errno));
	for (unsigned i = 0; i < ARRAY_SIZE(packed); i++) {
		if ((size_t)n < packed[i].n || memcmp(head, packed[i].magic, packed[i].n) != 0)
			continue;
		r = read_packed(p, fd, packed[i].program, name, err);
		pack_strip(p);
		return r;
	}
	if ((size_t)n < sizeof(head) || memcmp(head + 257, "ustar", 5) != 0)
		return err_set(err, EINVAL, "%s: neither a snapshot nor an archive of a host", name);
	r = read_stream(p, fd, name, &end, err);
	pack_strip(p);
	return r;
}

/* Splits a path into the two fields of the header, at a slash. */
static bool split(const char *path, struct header *h)
{
	size_t n = strlen(path);
	const char *slash;

	if (n <= sizeof(h->name)) {
		memcpy(h->name, path, n);
		return true;
	}
	for (slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
		size_t front = (size_t)(slash - path), back = n - front - 1;

		if (back > sizeof(h->name))
			continue;
		if (front > sizeof(h->prefix) || back == 0)
			return false;
		memcpy(h->prefix, path, front);
		memcpy(h->name, slash + 1, back);
		return true;
	}
	return false;
}

static int put(FILE *f, const char *path, char type, const char *data, size_t n, uint64_t real_ns)
{
	static const char zero[BLOCK];
	struct header h = { .mode = "0000644",
			    .uid = "0000000",
			    .gid = "0000000",
			    .magic = "ustar",
			    .version = { '0', '0' },
			    .type = type };

	if (!split(path, &h))
		return -ENAMETOOLONG;
	if (type == '5')
		memcpy(h.mode, "0000755", 8);
	snprintf(h.size, sizeof(h.size), "%011llo", (unsigned long long)n);
	snprintf(h.mtime, sizeof(h.mtime), "%011llo", (unsigned long long)(real_ns / 1000000000u) & 077777777777ull);
	snprintf(h.sum, sizeof(h.sum), "%06o", checksum(&h));
	h.sum[7] = ' ';
	if (fwrite(&h, sizeof(h), 1, f) != 1 || (n && fwrite(data, n, 1, f) != 1))
		return -errno;
	if (n % BLOCK && fwrite(zero, BLOCK - n % BLOCK, 1, f) != 1)
		return -errno;
	return 0;
}

/* All directories that hold a file: the names seen in listings need no entry of their own then. */
static int parents(const struct pack *p, struct hash *dirs)
{
	for (uint32_t i = 0; i < p->count; i++) {
		const char *path = p->file[i].path, *slash;

		if (!p->file[i].data)
			continue;
		for (slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/'))
			if (hash_put(dirs, hash_bytes(path, (size_t)(slash - path)), 1) < 0)
				return -ENOMEM;
	}
	return 0;
}

static bool is_about(const char *path)
{
	const char *slash = strrchr(path, '/');

	return strcmp(slash ? slash + 1 : path, "about") == 0;
}

/* What says whose the numbers are goes first: an archive cut short is still read. */
static int put_all(const struct pack *p, FILE *f, uint64_t real_ns)
{
	static const char zero[2 * BLOCK];
	struct hash dirs = { 0 };
	int r = parents(p, &dirs);
	uint32_t no;

	for (uint32_t k = 0; k < 2 * p->count && r == 0; k++) {
		const struct pack_file *e = &p->file[k % p->count];
		char name[260];
		struct fmt dir;

		if (is_about(e->path) != (k < p->count))
			continue;
		if (e->data) {
			r = put(f, e->path, '0', e->data, e->n, real_ns);
			continue;
		}
		if (hash_get(&dirs, hash_bytes(e->path, strlen(e->path)), &no))
			continue;
		fmt_init(&dir, name, sizeof(name));
		fmt_add(&dir, "%s/", e->path);
		r = dir.cut ? -ENAMETOOLONG : put(f, name, '5', NULL, 0, real_ns);
	}
	hash_free(&dirs);
	if (r == 0 && fwrite(zero, sizeof(zero), 1, f) != 1)
		r = -errno;
	return r;
}

int tar_write(const struct pack *p, const char *path, uint64_t real_ns, struct err *err)
{
	int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, fd, r;
	struct fmt tmp;
	FILE *f;

	fmt_grow(&tmp);
	fmt_add(&tmp, "%s.tmp", path);
	if (tmp.cut)
		return err_set(err, ENOMEM, "%.100s: no memory", path);
	/* Readable by its owner only: it holds what root can see. */
	fd = open(tmp.p, flags, 0600);
	if (fd < 0 && errno == EEXIST && unlink(tmp.p) == 0)
		fd = open(tmp.p, flags, 0600);
	f = fd < 0 ? NULL : fdopen(fd, "w");
	if (!f) {
		r = err_set(err, errno, "%s: %s", tmp.p, strerror(errno));
		if (fd >= 0)
			close(fd);
		goto out;
	}
	r = put_all(p, f, real_ns);
	if (r == 0 && (fflush(f) != 0 || fsync(fd) < 0))
		r = -errno;
	if (fclose(f) != 0 && r == 0)
		r = -errno;
	if (r == 0 && rename(tmp.p, path) < 0)
		r = -errno;
	if (r < 0) {
		unlink(tmp.p);
		err_set(err, -r, "%s: cannot be written: %s", path, strerror(-r));
	}
out:
	fmt_free(&tmp);
	return r;
}
