/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Format (snmp_seq_show in net/ipv4/proc.c): pairs of lines, by name and never by position:
 *   Udp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors InCsumErrors IgnoredMulti MemErrors
 *   Udp: 1107 0 199 1306 199 0 0 0 0
 * IcmpMsg comes and goes with the types seen, in blocks of 16 names; Tcp.MaxConn is signed (-1).
 */
#include "source/pairs.h"

#include <errno.h>

/* The value at *p, moving it behind; false at the end of the line or on anything but a number. */
static bool next_value(const char **p, const char *end, uint64_t *ret_v)
{
	const char *q = *p;
	bool neg = false;
	uint64_t v = 0;
	unsigned digits = 0;

	while (q < end && *q == ' ')
		q++;
	if (q < end && *q == '-') {
		neg = true;
		q++;
	}
	/* a number too big for 64 bits stops short, and what follows it is then an error */
	for (; q < end && (unsigned)(*q - '0') <= 9 && v <= UINT64_MAX / 10; q++, digits++)
		v = v * 10 + (uint64_t)(*q - '0');
	if (!digits || digits > 20 || (q < end && *q != ' ' && *q != '\r'))
		return false;
	*p = q;
	*ret_v = neg ? 0 : v;
	return true;
}

/* "InType200" with a type no handler exists for: icmp_rcv answers only types up to 18, 42 and 43. */
static bool unknown_type(struct slice name)
{
	uint64_t t;

	return slice_starts(name, "InType") && slice_u64(slice_of(name.p + 6, name.n - 6), &t) && t > 18 && t != 42 &&
	       t != 43;
}

static uint64_t unknown_types(struct slice names, const char *p, const char *end)
{
	struct slice word;
	uint64_t v, sum = 0;

	while (slice_word(&names, &word) && next_value(&p, end, &v))
		if (unknown_type(word))
			sum += v;
	return sum;
}

static bool split_line(struct slice line, struct slice *ret_name, struct slice *ret_rest)
{
	const char *colon = memchr(line.p, ':', line.n);

	if (!colon || colon == line.p)
		return false;
	*ret_name = slice_of(line.p, (size_t)(colon - line.p));
	*ret_rest = slice_of(colon + 1, line.n - ret_name->n - 1);
	return true;
}

/* Values in a line; Linux 6.18 has 135 in the longest. */
#define VALUES_MOST 512

/* One pair whose names are bound: all values, or none when their number is wrong. */
static int read_values(struct sample *s, const struct bound *b, struct slice values)
{
	const char *p = values.p, *end = values.p + values.n;
	uint64_t v[VALUES_MOST];
	uint32_t n = 0;

	/* a torn or damaged line must not shift values under other names: nothing is put before all is read */
	while (n < b->names->n && n < VALUES_MOST && next_value(&p, end, &v[n]))
		n++;
	while (p < end && (*p == ' ' || *p == '\r'))
		p++;
	if (n != b->names->n || p != end)
		return (int)n;
	for (uint32_t i = 0; i < n; i++)
		sample_put(s, b->slot[i], v[i]);
	return -1;
}

int pairs_read(struct pairs *p, struct sample *s, uint32_t ns, const char *file, struct slice text, struct err *err)
{
	struct slice rest = text, head, vals, name, name2, cols, nums;
	unsigned line = 0, pair = 0;
	uint64_t unknown = 0;
	bool icmpmsg = false;
	int ret = 0, got;

	while (slice_line(&rest, &head)) {
		line++;
		if (!slice_line(&rest, &vals)) {
			ret = err_set(err, EINVAL, "%s:%u: names without a line of values", file, line);
			break;
		}
		line++;
		if (!split_line(head, &name, &cols) || !split_line(vals, &name2, &nums) || !slice_same(name, name2)) {
			ret = err_set(err, EINVAL, "%s:%u: expected two lines of the same protocol", file, line - 1);
			/* the file may have lost one line: try to start again at the second */
			rest = slice_of(vals.p, (size_t)(text.p + text.n - vals.p));
			line--;
			continue;
		}
		if (slice_eq(name, "IcmpMsg")) {
			icmpmsg = true;
			unknown += unknown_types(cols, nums.p, nums.p + nums.n);
			continue;
		}
		if (pair == PAIRS_LINES)
			continue;
		if (names_bind(&p->line[pair], s, ns, name, cols))
			return err_set(err, ENOMEM, "%s: out of memory", file);
		got = read_values(s, &p->line[pair], nums);
		if (got >= 0)
			ret = err_set(err, EINVAL, "%s:%u: \"%.*s:\" has %u names, %d good values", file, line,
				      (int)(name.n < 32 ? name.n : 32), name.p, p->line[pair].names->n, got);
		pair++;
	}
	if (icmpmsg) {
		uint16_t c = table_counter(slice_str("IcmpMsg.InTypeUnknown"));

		/* the line appears with the first message, so it starts from zero */
		sample_put(s, s->tick ? sample_slot_born(s, c, ns) : sample_slot(s, c, ns), unknown);
	}
	return ret;
}

int pairs_source(struct probe *p, struct netns *ns, struct pairs *pairs, enum net_file f, struct err *err)
{
	struct slice text;
	uint64_t print;
	int r = tree_net(ns, f, &text, err);

	if (r)
		return r;
	print = hash_print(text.p, text.n);
	if (print == pairs->print)
		return 0;
	r = pairs_read(pairs, p->sample, ns->place, net_file_paths[f], text, err);
	pairs->print = r ? 0 : print;
	return r;
}

void pairs_forget(void *state)
{
	struct pairs *p = state;

	for (unsigned i = 0; i < PAIRS_LINES; i++)
		names_unbind(&p->line[i]);
}
