/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * /proc/net/sockstat and sockstat6 (sockstat_seq_show): how many sockets, and how much memory in pages (FRAG: bytes).
 * No drop counters here; pressure only. orphan, alloc and mem are of the whole machine, the rest of the namespace.
 *   TCP: inuse 3 orphan 0 tw 0 alloc 5 mem 1
 *   FRAG: inuse 0 memory 0
 */
#include "source/source.h"

#include <errno.h>
#include <stdio.h>

#define PAIRS_MAX 40
struct sockstat {
	uint32_t slot[2][PAIRS_MAX];
	uint64_t hash[2][PAIRS_MAX];
	uint64_t print[2]; /* of the last texts, where they were whole: the same again needs no reading */
};

/* Slot of "sockstat.TCP.mem", looked up by name only when the n-th name of the file is another one than last time. */
static uint32_t slot_of(struct sockstat *x, struct sample *s, uint32_t ns, unsigned f, unsigned n, struct slice proto,
			struct slice name)
{
	uint64_t h = hash_pair(hash_bytes(proto.p, proto.n), hash_bytes(name.p, name.n));
	char key[80];
	uint16_t c;

	if (n >= PAIRS_MAX)
		return SLOT_NONE;
	if (x->hash[f][n] == h)
		return x->slot[f][n];
	if (proto.n > 24 || name.n > 24)
		return SLOT_NONE;
	snprintf(key, sizeof(key), "%s.%.*s.%.*s", f ? "sockstat6" : "sockstat", (int)proto.n, proto.p, (int)name.n,
		 name.p);
	c = table_counter(slice_str(key));
	x->hash[f][n] = h;
	return x->slot[f][n] = sample_slot(s, c, sample_place_of(s, c, ns));
}

static int sockstat_text(struct sockstat *x, struct sample *s, uint32_t ns, unsigned f, struct slice text,
			 struct err *err)
{
	struct slice line, proto, name, value;
	unsigned n = 0, nr = 0;
	uint64_t v;
	int ret = 0;

	while (slice_line(&text, &line)) {
		nr++;
		if (!slice_word(&line, &proto))
			continue;
		if (proto.p[proto.n - 1] == ':')
			proto.n--;
		while (slice_word(&line, &name)) {
			if (!slice_word(&line, &value) || !slice_u64(value, &v)) {
				ret = err_set(err, EINVAL, "%s:%u: expected pairs of name and number",
					      f ? "sockstat6" : "sockstat", nr);
				break;
			}
			sample_put(s, slot_of(x, s, ns, f, n++, proto, name), v);
		}
	}
	return ret;
}

static int sockstat_read(struct probe *p, struct netns *ns, void *state, struct err *err)
{
	static const enum net_file files[2] = { NET_SOCKSTAT, NET_SOCKSTAT6 };
	int ret = 0;

	for (unsigned f = 0; f < 2; f++) {
		struct sockstat *x = state;
		struct err one = { 0 };
		struct slice text;
		int r = tree_net(ns, files[f], &text, &one);
		uint64_t print = r ? 0 : hash_print(text.p, text.n);

		if (r == 0 && print == x->print[f])
			continue;
		if (r == 0) {
			r = sockstat_text(x, p->sample, ns->place, f, text, &one);
			x->print[f] = r ? 0 : print;
		}
		if (!r || ret || (f == 1 && r == -ENOENT))
			continue; /* without IPv6 the second is absent */
		ret = r;
		if (err)
			*err = one;
	}
	return ret;
}

const struct source source_sockstat = { sizeof(struct sockstat), sockstat_read, NULL };
