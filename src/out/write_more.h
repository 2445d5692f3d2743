/* SPDX-License-Identifier: BSD-2-Clause */
/* What -v adds to the text. */
#ifndef OUT_WRITE_MORE_H
#define OUT_WRITE_MORE_H

#include "out/page.h"

/* The counters behind one entry: name, step, place, role. */
void more_evidence(struct page *p, const struct report *r, const struct entry *e);
/* The pages behind the first: events, sources and their cost, and how the numbers are meant. */
void more_write(struct page *p, const struct report *r, bool healthy);

#endif
