/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * /proc/net/protocols (proto_seq_show): memory in pages and whether a protocol is under memory pressure; machine-wide,
 * -1 and NI where a protocol does not account.
 *   protocol  size sockets  memory press maxhdr  slab module     cl co di ac io in de sh ss gs se re bi br ha uh gp em
 *   TCP       2432      3       1   no       0   yes  kernel      y  y  y  y  ...
 */
#include "source/source.h"

#include <errno.h>
#include <stdio.h>

static void put(struct sample *s, uint32_t ns, struct slice proto, const char *what, uint64_t v)
{
	char key[64];
	uint16_t c;

	snprintf(key, sizeof(key), "protocols.%.*s.%s", (int)proto.n, proto.p, what);
	c = table_counter(slice_str(key));
	if (c != COUNTER_NONE)
		sample_put(s, sample_slot(s, c, sample_place_of(s, c, ns)), v);
}

/* The column of a name in the header, -1 when it is not there. */
static int column(struct slice header, const char *name)
{
	struct slice word;

	for (int i = 0; slice_word(&header, &word); i++)
		if (slice_eq(word, name))
			return i;
	return -1;
}

static int protocols_text(struct sample *s, uint32_t ns, struct slice text, struct err *err)
{
	struct slice header, line, proto, word;
	unsigned nr = 1;
	int mem, press, ret = 0;

	if (!slice_line(&text, &header) || (mem = column(header, "memory")) < 0)
		return err_set(err, EINVAL, "protocols:1: expected a header with \"memory\"");
	press = column(header, "press");
	while (slice_line(&text, &line)) {
		int64_t v;
		bool seen = false;

		nr++;
		if (!slice_word(&line, &proto) || proto.n > 24)
			continue;
		for (int i = 1; slice_word(&line, &word); i++) {
			if (i == mem) {
				seen = slice_i64(word, &v);
				if (seen && v >= 0)
					put(s, ns, proto, "memory", (uint64_t)v);
			} else if (i == press && !slice_eq(word, "NI")) {
				put(s, ns, proto, "press", slice_eq(word, "yes"));
			}
		}
		if (!seen)
			ret = err_set(err, EINVAL, "protocols:%u: expected a number under \"memory\"", nr);
	}
	return ret;
}

static int protocols_read(struct probe *p, struct netns *ns, void *state, struct err *err)
{
	struct slice text;
	int r;

	(void)state;
	if (!ns->own)
		return 0; /* the same numbers in every namespace */
	r = tree_net(ns, NET_PROTOCOLS, &text, err);
	return r ? r : protocols_text(p->sample, ns->place, text, err);
}

const struct source source_protocols = { 1, protocols_read, NULL };
