/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Format (neigh_stat_seq_show, ct_cpu_seq_show, rt_cpu_seq_show), possible CPUs, hexadecimal:
 *   entries  allocs   destroys hash_grows lookups  hits     res_failed ... table_fulls
 *   00000002 00000001 00000000 00000000   00000000 00000000 00000000   ... 00000000
 * The counters are kept per CPU, so each row wraps by itself: steps are taken row by row, never on the sum.
 */
#include "source/percpu.h"

#include <errno.h>
#include <stdlib.h>

#define COLS_MAX 64
#define ROWS_MAX 8192

/* Old spellings of columns that were renamed. */
static const struct {
	const char *old, *now;
} renamed[] = { { "chainlength", "chaintoolong" }, { "searched", "clashres" } };

static int room(struct percpu *x, uint32_t row, uint32_t cols)
{
	uint64_t *p;

	if (cols != x->cols) {
		free(x->last);
		free(x->sum);
		x->last = NULL;
		x->rows = 0;
		x->sum = calloc(cols, sizeof(*x->sum));
		if (!x->sum)
			return -ENOMEM;
		x->cols = cols;
	}
	if (row < x->rows)
		return 0;
	p = realloc(x->last, (row + 1) * (size_t)cols * sizeof(*p));
	if (!p)
		return -ENOMEM;
	memset(p + x->rows * (size_t)cols, 0, (row + 1 - x->rows) * (size_t)cols * sizeof(*p));
	x->last = p;
	x->rows = row + 1;
	return 0;
}

/* Header with renamed columns put right, so that the names are those of the table. */
static struct slice fix_header(struct slice header, char *buf, size_t size)
{
	struct slice word;
	struct fmt f;

	fmt_init(&f, buf, size);
	while (slice_word(&header, &word)) {
		const char *now = NULL;

		for (size_t i = 0; i < ARRAY_SIZE(renamed); i++)
			if (slice_eq(word, renamed[i].old))
				now = renamed[i].now;
		fmt_bytes(&f, now ? now : word.p, now ? strlen(now) : word.n);
		fmt_bytes(&f, " ", 1);
	}
	return slice_of(buf, f.len);
}

static int row_values(struct slice line, uint64_t *v, uint32_t cols)
{
	struct slice word;
	uint32_t n = 0;

	while (n < cols && slice_word(&line, &word))
		if (!slice_hex(word, &v[n++]))
			return -EINVAL;
	return n == cols && !slice_word(&line, &word) ? 0 : -EINVAL;
}

int percpu_read(struct percpu *x, struct sample *s, uint32_t ns, const char *prefix, unsigned bits, const char *file,
		struct slice text, struct err *err)
{
	struct slice header, line;
	uint64_t v[COLS_MAX], step;
	char names[COLS_MAX * 24];
	uint32_t row = 0, cols;
	int ret = 0;

	if (!slice_line(&text, &header) || header.n > sizeof(names) - 2 * COLS_MAX)
		return err_set(err, EINVAL, "%s:1: expected a line of column names", file);
	if (names_bind(&x->bound, s, ns, slice_str(prefix), fix_header(header, names, sizeof(names))))
		return err_set(err, ENOMEM, "%s: out of memory", file);
	cols = x->bound.names->n;
	if (!cols || cols > COLS_MAX)
		return err_set(err, EINVAL, "%s:1: expected 1 to %d column names, got %u", file, COLS_MAX, cols);
	for (; slice_line(&text, &line) && row < ROWS_MAX; row++) {
		uint64_t *last;

		if (row_values(line, v, cols)) {
			ret = err_set(err, EINVAL, "%s:%u: expected %u hexadecimal columns", file, row + 2, cols);
			continue;
		}
		if (room(x, row, cols))
			return err_set(err, ENOMEM, "%s: out of memory", file);
		last = x->last + row * (size_t)cols;
		for (uint32_t c = 0; c < cols; c++) {
			bool gauge = x->bound.names->counter[c] != COUNTER_NONE &&
				     counter_rows[x->bound.names->counter[c]].is == STATE;

			if (gauge)
				x->sum[c] = v[c];
			else if (sample_step(last[c], v[c], bits, &step))
				x->sum[c] += step;
			else
				sample_event(s, EVENT_RESET, ns, "%s row %u column %u went back: step unknown", file,
					     row, c + 1);
			last[c] = v[c];
		}
	}
	for (uint32_t c = 0; c < cols && x->sum && x->cols == cols; c++)
		sample_put(s, x->bound.slot[c], x->sum[c]);
	return ret;
}

int percpu_source(struct probe *p, struct netns *ns, struct percpu *x, const char *prefix, unsigned bits,
		  enum net_file f, struct err *err)
{
	struct netns *at = ns ? ns : tree_own(p->tree);
	struct slice text;
	uint64_t print;
	int r = tree_net(at, f, &text, err);

	if (r)
		return r;
	print = hash_print(text.p, text.n);
	if (print == x->print)
		return 0;
	r = percpu_read(x, p->sample, at->place, prefix, bits, net_file_paths[f], text, err);
	x->print = r ? 0 : print;
	return r;
}

void percpu_forget(struct percpu *x)
{
	names_unbind(&x->bound);
	free(x->last);
	free(x->sum);
}
