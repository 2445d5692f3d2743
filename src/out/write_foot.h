/* SPDX-License-Identifier: BSD-2-Clause */
/* The lower part of the text screen. */
#ifndef OUT_WRITE_FOOT_H
#define OUT_WRITE_FOOT_H

#include "out/page.h"

/* The losses from the wire to the application, layer by layer. */
void foot_stack(struct page *p, const struct report *r);
/* What vanished without being lost, what nothing explains, and (unseen) what could not be looked at. */
void foot_write(struct page *p, const struct report *r, int verbose, bool unseen);

#endif
