/* SPDX-License-Identifier: BSD-2-Clause */
/* What the tests of file and rtnetlink sources share: a recorded host in a directory, whose files a test may change
 * between two reads, and netlink answers made by hand. A test includes the source's .c itself, before this or after. */
#ifndef SOURCE_FIXTURE_H
#define SOURCE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "source/source.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define UNREAD UINT64_MAX

static char top[64];
static struct tree *tree;
static struct sample s;
static struct probe probe;
static struct err err;

static inline int world_open(void **x)
{
	(void)x;
	snprintf(top, sizeof(top), "/tmp/whydrop-source-XXXXXX");
	assert_non_null(mkdtemp(top));
	assert_int_equal(sample_init(&s), 0);
	tree = NULL;
	return 0;
}

static inline int world_remove(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st, (void)flag, (void)ftw;
	return remove(path);
}

static inline int world_close(void **x)
{
	(void)x;
	if (tree)
		tree_close(tree);
	sample_free(&s);
	nftw(top, world_remove, 16, FTW_DEPTH | FTW_PHYS);
	return 0;
}

static inline void put_bytes(const char *path, const void *data, size_t n)
{
	char full[300];
	int fd;

	snprintf(full, sizeof(full), "%s/%s", top, path);
	for (char *p = full + strlen(top) + 1; (p = strchr(p, '/')); p++) {
		*p = 0;
		mkdir(full, 0755);
		*p = '/';
	}
	fd = open(full, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, n), (ssize_t)n);
	close(fd);
}

static inline void put_file(const char *path, const char *text)
{
	put_bytes(path, text, strlen(text));
}

static inline void no_file(const char *path)
{
	char full[300];

	snprintf(full, sizeof(full), "%s/%s", top, path);
	unlink(full);
}

/* Opens the next tick; the first is the baseline. */
static inline void tick(void)
{
	uint64_t t = (s.began_real_ns ? s.tick + 2ull : 1) * 1000000000;

	sample_begin(&s, t, t);
	if (tree)
		return;
	assert_int_equal(tree_open(&tree, top, NULL, &err), 0);
	assert_int_equal(tree_scan(tree, &s, &err), 0);
	probe = (struct probe){ .tree = tree, .sample = &s };
}

/* One read of a source in the present tick, its sentence in err. */
static inline int read_now(enum source_id id)
{
	struct netns *ns = tree_own(tree);

	if (!ns->state[id])
		ns->state[id] = calloc(1, sources[id]->state_size);
	assert_non_null(ns->state[id]);
	err = (struct err){ 0 };
	return sources[id]->read(&probe, source_rows[id].flags & HOST ? NULL : ns, ns->state[id], &err);
}

static inline int read_next(enum source_id id)
{
	tick();
	return read_now(id);
}

static inline uint32_t cpu(unsigned n)
{
	return sample_find(&s, PLACE_CPU, s.host, n);
}

static inline uint32_t device(int ifindex)
{
	return sample_find(&s, PLACE_DEVICE, tree_own(tree)->place, (uint64_t)ifindex);
}

/* What a counter moved at a place since the baseline, UNREAD when it was never read. */
static inline uint64_t moved_at(const char *key, uint32_t place)
{
	uint64_t v;

	assert_true(table_counter(slice_str(key)) != COUNTER_NONE);
	return sample_sum(&s, table_counter(slice_str(key)), place, &v) ? v : UNREAD;
}

static inline uint64_t now_at(const char *key, uint32_t place)
{
	uint32_t slot = sample_lookup(&s, table_counter(slice_str(key)), place);

	return slot != SLOT_NONE && s.series[slot].flags & SERIES_BASED ? s.series[slot].now : UNREAD;
}

static inline uint64_t moved(const char *key)
{
	return moved_at(key, sample_place_of(&s, table_counter(slice_str(key)), tree_own(tree)->place));
}

static inline uint64_t now(const char *key)
{
	return now_at(key, sample_place_of(&s, table_counter(slice_str(key)), tree_own(tree)->place));
}

static inline unsigned events(enum event_kind kind, const char *text)
{
	unsigned n = 0;

	for (uint32_t i = 0; i < s.events; i++)
		n += s.event[i].kind == kind && strstr(s.event[i].text, text);
	return n;
}

/* ---- netlink answers */

struct answer { _Alignas(8) char b[8192]; size_t n, msg, nest; };

static inline void *add_bytes(struct answer *a, const void *p, size_t n)
{
	void *at = a->b + a->n;

	assert_true(a->n + NLMSG_ALIGN(n) <= sizeof(a->b));
	memset(at, 0, NLMSG_ALIGN(n));
	if (p)
		memcpy(at, p, n);
	a->n += NLMSG_ALIGN(n);
	((struct nlmsghdr *)(a->b + a->msg))->nlmsg_len = (uint32_t)(a->n - a->msg);
	return at;
}

static inline void add_message(struct answer *a, uint16_t type, const void *head, size_t n)
{
	struct nlmsghdr h = { .nlmsg_type = type };

	a->msg = a->n;
	add_bytes(a, &h, sizeof(h));
	add_bytes(a, head, n);
}

static inline void add_attr(struct answer *a, uint16_t type, const void *p, size_t n)
{
	struct rtattr h = { .rta_type = type, .rta_len = (uint16_t)RTA_LENGTH(n) };

	add_bytes(a, &h, sizeof(h));
	add_bytes(a, p, n);
}

static inline void add_text(struct answer *a, uint16_t type, const char *text)
{
	add_attr(a, type, text, strlen(text) + 1);
}

static inline void add_u32(struct answer *a, uint16_t type, uint32_t v)
{
	add_attr(a, type, &v, sizeof(v));
}

static inline void begin_nest(struct answer *a, uint16_t type)
{
	struct rtattr h = { .rta_type = type };

	a->nest = a->n;
	add_bytes(a, &h, sizeof(h));
}

static inline void end_nest(struct answer *a)
{
	((struct rtattr *)(a->b + a->nest))->rta_len = (uint16_t)(a->n - a->nest);
}

static inline void put_answer(const char *name, const struct answer *a)
{
	char path[100];

	snprintf(path, sizeof(path), "netlink/%s", name);
	put_bytes(path, a->b, a->n);
}

#endif
