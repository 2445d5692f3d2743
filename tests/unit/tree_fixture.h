/* SPDX-License-Identifier: BSD-2-Clause */
/* What the tests of the tree share: a directory for each test, a host to ask, a netlink question. */
#ifndef TREE_FIXTURE_H
#define TREE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/rtnetlink.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/priv.c"
#include "source/tree_inner.h"

static char top[64];

/* Makes DIR/path with its parents. */
static inline void put_bytes(const char *path, const void *data, size_t n)
{
	char full[512];
	int fd;

	snprintf(full, sizeof(full), "%s/%s", top, path);
	for (char *p = full + strlen(top) + 1; (p = strchr(p, '/')); p++) {
		*p = 0;
		mkdir(full, 0755);
		*p = '/';
	}
	fd = open(full, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, n), n);
	close(fd);
}

static inline void put_text(const char *path, const char *text)
{
	put_bytes(path, text, strlen(text));
}

static inline const char *in_top(const char *path)
{
	static char full[512];

	snprintf(full, sizeof(full), "%s/%s", top, path);
	return full;
}

static inline int make_top(void **state)
{
	(void)state;
	snprintf(top, sizeof(top), "/tmp/tree-test-XXXXXX");
	return mkdtemp(top) ? 0 : -1;
}

static inline int remove_one(const char *path, const struct stat *st, int type, struct FTW *f)
{
	(void)st;
	(void)type;
	(void)f;
	return remove(path);
}

static inline int remove_top(void **state)
{
	(void)state;
	return nftw(top, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

struct host {
	struct tree *tree;
	struct sample sample;
	struct err err;
};

static inline void open_host(struct host *h, const char *path)
{
	*h = (struct host){ 0 };
	assert_int_equal(sample_init(&h->sample), 0);
	sample_begin(&h->sample, 1, 1);
	assert_int_equal(tree_open(&h->tree, path, priv_open(), &h->err), 0);
	assert_int_equal(tree_scan(h->tree, &h->sample, NULL), 0);
	assert_non_null(tree_own(h->tree));
}

static inline void close_host(struct host *h)
{
	tree_close(h->tree);
	sample_free(&h->sample);
}

static inline void assert_text(int r, struct slice s, const char *want)
{
	assert_int_equal(r, 0);
	assert_int_equal(s.n, strlen(want));
	assert_memory_equal(s.p, want, s.n);
}

static inline void collect(const char *name, void *arg)
{
	struct fmt *f = arg;

	fmt_add(f, "%s ", name);
}

static inline int never_fetch(struct netns *ns, void *arg, struct fmt *out)
{
	(void)ns;
	(void)arg;
	(void)out;
	fail();
	return 0;
}

struct heard { unsigned count; size_t bytes; };

static inline int hear_one(const struct nlmsghdr *nlh, void *arg)
{
	struct heard *h = arg;

	/* Touches every byte, so that a sanitizer sees a length that lies. */
	for (uint32_t i = 0; i < nlh->nlmsg_len; i++)
		h->bytes += ((const unsigned char *)nlh)[i] & 1;
	h->count++;
	return 0;
}

static inline int stop_at_once(const struct nlmsghdr *nlh, void *arg)
{
	(void)nlh;
	++*(int *)arg;
	return 1;
}

struct question { struct nlmsghdr h; struct ifinfomsg m; };

static inline struct question links(void)
{
	return (struct question){ { sizeof(struct question), RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP, 0, 0 }, { 0 } };
}

static inline int ask(struct netns *ns, struct heard *heard, struct err *err)
{
	struct question q = links();

	*heard = (struct heard){ 0 };
	return tree_ask(ns, NL_ROUTE, "getlink", &q.h, hear_one, heard, err);
}

#define T(name) cmocka_unit_test_setup_teardown(name, make_top, remove_top)

#endif
