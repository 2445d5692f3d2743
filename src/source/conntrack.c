/* SPDX-License-Identifier: BSD-2-Clause */
/* /proc/net/stat/nf_conntrack and synproxy of one namespace (percpu.c has the format). Only there with the module; the
 * counters move only once a rule has switched tracking on in that namespace. */
#include "source/percpu.h"

#include <errno.h>

struct conntrack {
	struct percpu ct, synproxy;
};

static int conntrack_read(struct probe *p, struct netns *ns, void *state, struct err *err)
{
	struct conntrack *x = state;
	int r = percpu_source(p, ns, &x->ct, "nf_conntrack", 32, NET_CONNTRACK, err);
	struct err one = { 0 };
	int r2;

	if (p->phase == PHASE_TICK)
		return r;
	r2 = percpu_source(p, ns, &x->synproxy, "synproxy", 32, NET_SYNPROXY, &one);
	if (r || r2 == -ENOENT)
		return r;
	if (r2 && err)
		*err = one;
	return r2;
}

static void conntrack_forget(void *state)
{
	struct conntrack *x = state;

	percpu_forget(&x->ct);
	percpu_forget(&x->synproxy);
}

const struct source source_conntrack = { sizeof(struct conntrack), conntrack_read, conntrack_forget };
