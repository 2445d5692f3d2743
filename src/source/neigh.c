/* SPDX-License-Identifier: BSD-2-Clause */
/* Neighbour tables and route cache of the machine: /proc/net/stat/arp_cache, ndisc_cache and rt_cache (percpu.c has the
 * format). The first two exist only in the initial namespace although the tables are shared by all. */
#include "source/percpu.h"

#include <errno.h>

static const struct {
	enum net_file file;
	const char *prefix;
	unsigned bits;
} files[] = {
	{ NET_ARP_CACHE, "arp_cache", 64 },
	{ NET_NDISC_CACHE, "ndisc_cache", 64 },
	{ NET_RT_CACHE, "rt_cache", 32 },
};
struct neigh {
	struct percpu file[ARRAY_SIZE(files)];
};

static int neigh_read(struct probe *p, struct netns *ns, void *state, struct err *err)
{
	struct neigh *x = state;
	int ret = -ENOENT;

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		struct err one = { 0 };
		int r = percpu_source(p, ns, &x->file[i], files[i].prefix, files[i].bits, files[i].file, &one);

		if (r == -ENOENT || (ret && ret != -ENOENT))
			continue; /* an absent file is no news, and the first sentence stays */
		ret = r;
		if (r && err)
			*err = one;
	}
	return ret;
}

static void neigh_forget(void *state)
{
	struct neigh *x = state;

	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		percpu_forget(&x->file[i]);
}

const struct source source_neigh = { sizeof(struct neigh), neigh_read, neigh_forget };
