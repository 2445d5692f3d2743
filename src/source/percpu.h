/* SPDX-License-Identifier: BSD-2-Clause */
/* Files of /proc/net/stat: a line of names, then one hexadecimal row per CPU. */
#ifndef SOURCE_PERCPU_H
#define SOURCE_PERCPU_H

#include "source/names.h"
#include "source/source.h"

struct percpu {
	struct bound bound;
	uint64_t *last;      /* rows * columns, as read last */
	uint64_t *sum;       /* by column: what all rows together show, wraps undone */
	uint32_t rows, cols;
	uint64_t print;      /* of the last text, where it was whole: the same again needs no reading */
};

/* Adds up the rows of one such text and puts the sums; bits is the width of the kernel's counters. Columns named
 * "entries" repeat the same value in every row: one row is taken. 0, -EINVAL or -ENOMEM. */
int percpu_read(struct percpu *x, struct sample *s, uint32_t ns, const char *prefix, unsigned bits, const char *file,
		struct slice text, struct err *err);
int percpu_source(struct probe *p, struct netns *ns, struct percpu *x, const char *prefix, unsigned bits,
		  enum net_file f, struct err *err);
void percpu_forget(struct percpu *x);

#endif
