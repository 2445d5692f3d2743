/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Format (snmp6_seq_show, xfrm_statistics_seq_show), one counter a line:
 *   Ip6InReceives                   	12
 *   Udp6RcvbufErrors                	0
 * Rows of snmp6 that are zero may be left out (Icmp6InTypeN, none of which is a row of ours), so a row may appear in
 * the middle at any time. Of any other that was not there at the baseline the line was damaged: its step is unknown.
 */
#include "source/lines.h"

#include <errno.h>
#include <stdlib.h>

/* Forgets rows from i on; their series stay in the sample and are found again by name. */
static void cut(struct lines *l, uint32_t i)
{
	while (l->rows > i)
		l->names_len -= l->row[--l->rows].name_len;
}

static int bind(struct lines *l, struct sample *s, uint32_t ns, struct slice name)
{
	struct lines_row *r;

	if (l->rows == l->row_cap) {
		uint32_t cap = l->row_cap ? l->row_cap * 2 : 128;

		r = realloc(l->row, cap * sizeof(*r));
		if (!r)
			return -ENOMEM;
		l->row = r;
		l->row_cap = cap;
	}
	if (l->names_len + name.n > l->names_cap) {
		uint32_t cap = (l->names_cap + (uint32_t)name.n) * 2 + 1024;
		char *p = realloc(l->names, cap);

		if (!p)
			return -ENOMEM;
		l->names = p;
		l->names_cap = cap;
	}
	memcpy(l->names + l->names_len, name.p, name.n);
	l->names_len += (uint32_t)name.n;
	r = &l->row[l->rows++];
	*r = (struct lines_row){ .counter = table_counter(name), .name_len = (uint16_t)name.n };
	r->slot = sample_slot(s, r->counter, ns);
	return 0;
}

int lines_read(struct lines *l, struct sample *s, uint32_t ns, const char *file, struct slice text, struct err *err)
{
	const char *p = text.p, *end = text.p + text.n;
	uint32_t i = 0, at = 0;
	unsigned line = 0;
	int ret = 0;

	while (p < end) {
		const char *name = p, *q;
		size_t len;
		uint64_t v = 0;
		unsigned digits = 0;

		line++;
		while (p < end && *p != ' ' && *p != '\t' && *p != '\n')
			p++;
		len = (size_t)(p - name);
		while (p < end && (*p == ' ' || *p == '\t'))
			p++;
		/* a number too big for 64 bits stops short, and what follows it is then an error */
		for (q = p; q < end && (unsigned)(*q - '0') <= 9 && v <= UINT64_MAX / 10; q++, digits++)
			v = v * 10 + (uint64_t)(*q - '0');
		p = q;
		if (!len || len > 64 || !digits || digits > 20 || (p < end && *p != '\n' && *p != '\r')) {
			q = p < end ? memchr(p, '\n', (size_t)(end - p)) : NULL;
			if (len || digits)
				ret = err_set(err, EINVAL, "%s:%u: expected a name and a number", file, line);
			p = q ? q + 1 : end;
			continue;
		}
		p += p < end;
		if (p < end && p[-1] == '\r' && *p == '\n')
			p++;
		if (i < l->rows && (l->row[i].name_len != len || memcmp(l->names + at, name, len) != 0))
			cut(l, i);
		if (i == l->rows && bind(l, s, ns, slice_of(name, len)))
			return err_set(err, ENOMEM, "%s: out of memory", file);
		sample_put(s, l->row[i].slot, v);
		at += (uint32_t)len;
		i++;
	}
	cut(l, i);
	return ret;
}

int lines_source(struct probe *p, struct netns *ns, struct lines *l, enum net_file f, struct err *err)
{
	struct slice text;
	uint64_t print;
	int r = tree_net(ns, f, &text, err);

	if (r)
		return r;
	print = hash_print(text.p, text.n);
	if (print == l->print)
		return 0;
	r = lines_read(l, p->sample, ns->place, net_file_paths[f], text, err);
	l->print = r ? 0 : print;
	return r;
}

void lines_forget(void *state)
{
	struct lines *l = state;

	free(l->row);
	free(l->names);
	*l = (struct lines){ 0 };
}
