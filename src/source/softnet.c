/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * /proc/net/softnet_stat (softnet_seq_show in net/core/net-procfs.c): one row per ONLINE CPU, hexadecimal u32, 9 to 15
 * columns, the same text in every namespace:
 *   0000020d 00000000 00000000 00000000 ... 00000000 00000001 00000000 00000000
 * Column 2 is the only one that means lost packets; column 3 (time_squeeze) loses nothing. A row belongs to the CPU in
 * column 13 where there is one, else to the n-th online CPU. A CPU that goes offline takes its row along and brings the
 * old values back later, so steps are taken per CPU, never on the sum.
 */
#include "source/source.h"

#include <errno.h>
#include <stdlib.h>

#define COLUMNS 15
static const char *const columns[COLUMNS] = {
	"softnet.processed",
	"softnet.dropped",
	"softnet.time_squeeze",
	NULL,
	NULL,
	NULL,
	NULL,
	NULL,
	"softnet.cpu_collision",
	"softnet.received_rps",
	"softnet.flow_limit_count",
	"softnet.backlog_len",
	NULL,
	"softnet.input_qlen",
	"softnet.process_qlen",
};
#define CPU_COLUMN 12
#define CPU_MAX 8192

struct softnet {
	uint16_t counter[COLUMNS];
	bool bound;
	uint32_t *first; /* by CPU: first slot + 1; slots of one CPU stand in a row, unnamed columns left out */
	uint32_t cpus;
	uint64_t print; /* of the last text, where it was whole: the same again needs no reading */
};

/* The slots of one CPU, made at its first row. */
static uint32_t slots_of(struct softnet *x, struct sample *s, uint32_t cpu)
{
	uint32_t place, slot[COLUMNS];
	uint16_t want[COLUMNS];
	size_t n = 0;

	if (cpu >= x->cpus) {
		uint32_t cap = x->cpus ? x->cpus : 8;
		uint32_t *p;

		while (cap <= cpu)
			cap *= 2;
		p = realloc(x->first, cap * sizeof(*p));
		if (!p)
			return 0;
		memset(p + x->cpus, 0, (cap - x->cpus) * sizeof(*p));
		x->first = p;
		x->cpus = cap;
	}
	if (x->first[cpu])
		return x->first[cpu];
	place = sample_place(s, PLACE_CPU, s->host, cpu);
	if (place == PLACE_NONE)
		return 0;
	s->place[place].born = false; /* a CPU that comes online was there before: its numbers are old */
	for (unsigned i = 0; i < COLUMNS; i++)
		if (x->counter[i] != COUNTER_NONE)
			want[n++] = x->counter[i];
	if (sample_slots(s, want, n, place, slot) || !n)
		return 0;
	return x->first[cpu] = slot[0] + 1;
}

static int row(struct softnet *x, struct sample *s, struct slice line, uint32_t nth)
{
	uint64_t v[COLUMNS];
	struct slice word;
	uint32_t n = 0, slot, k = 0;

	while (n < COLUMNS && slice_word(&line, &word))
		if (!slice_hex(word, &v[n++]) || v[n - 1] > UINT32_MAX)
			return -EINVAL;
	if (n < 9)
		return -EINVAL;
	if (n > CPU_COLUMN && v[CPU_COLUMN] >= CPU_MAX)
		return -EINVAL;
	slot = slots_of(x, s, n > CPU_COLUMN ? (uint32_t)v[CPU_COLUMN] : nth);
	if (!slot)
		return -ENOMEM;
	for (unsigned i = 0; i < n; i++)
		if (x->counter[i] != COUNTER_NONE)
			sample_put(s, slot - 1 + k++, v[i]);
	return 0;
}

/* The nth-th CPU in a list like "0-3,5": rows of kernels before 5.10 do not say their CPU. */
static uint32_t online_cpu(struct slice list, uint32_t nth)
{
	uint64_t a, b;
	size_t i = 0;

	while (i < list.n) {
		size_t from = i, dash = 0;

		for (; i < list.n && list.p[i] != ',' && list.p[i] != '\n'; i++)
			if (list.p[i] == '-')
				dash = i;
		if (!slice_u64(slice_of(list.p + from, (dash ? dash : i) - from), &a))
			return nth;
		b = a;
		if (dash && !slice_u64(slice_of(list.p + dash + 1, i - dash - 1), &b))
			return nth;
		if (b < a || b >= CPU_MAX)
			return nth;
		if (nth <= b - a)
			return (uint32_t)a + nth;
		nth -= (uint32_t)(b - a) + 1;
		i++;
	}
	return nth;
}

static int softnet_text(struct softnet *x, struct sample *s, struct slice text, struct slice online, struct err *err)
{
	struct slice line;
	uint32_t nth = 0;
	int ret = 0, r;

	for (unsigned i = 0; i < COLUMNS && !x->bound; i++)
		x->counter[i] = columns[i] ? table_counter(slice_str(columns[i])) : COUNTER_NONE;
	x->bound = true;
	for (; slice_line(&text, &line); nth++) {
		r = row(x, s, line, online.n ? online_cpu(online, nth) : nth);
		if (r == -ENOMEM)
			return err_set(err, ENOMEM, "softnet_stat: out of memory");
		if (r)
			ret = err_set(err, EINVAL, "softnet_stat:%u: expected 9 to 15 hexadecimal columns", nth + 1);
	}
	return ret;
}

static int softnet_read(struct probe *p, struct netns *ns, void *state, struct err *err)
{
	struct slice text, online = { 0 }, first = { 0 }, word;
	struct softnet *x = state;
	uint64_t print;
	char list[512];
	unsigned n = 0;
	int r;

	r = tree_net(ns ? ns : tree_own(p->tree), NET_SOFTNET, &text, err);
	if (r)
		return r;
	print = hash_print(text.p, text.n);
	if (print == x->print)
		return 0;
	for (struct slice t = text; n == 0 && slice_line(&t, &first);)
		while (slice_word(&first, &word))
			n++;
	if (n <= CPU_COLUMN) {
		/* the next question reuses the buffer of this answer, so ask for the list first */
		r = tree_file(p->tree, NULL, "sys/devices/system/cpu/online", &online, NULL);
		if (r == 0)
			slice_copy(online, list, sizeof(list));
		online = r == 0 ? slice_str(list) : (struct slice){ 0 };
		r = tree_net(ns ? ns : tree_own(p->tree), NET_SOFTNET, &text, err);
		if (r)
			return r;
	}
	r = softnet_text(x, p->sample, text, online, err);
	x->print = r || n <= CPU_COLUMN ? 0 :
					  print; /* where rows do not say their CPU, the same text may mean others */
	return r;
}

static void softnet_forget(void *state)
{
	free(((struct softnet *)state)->first);
}

const struct source source_softnet = { sizeof(struct softnet), softnet_read, softnet_forget };
