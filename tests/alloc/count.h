/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Counts every allocation of the process, those inside libc and libmnl too: count.c replaces malloc and its kin for the
 * program it is linked into. Not for sanitizer builds, which replace them themselves: there count_works() is false.
 */
#ifndef ALLOC_COUNT_H
#define ALLOC_COUNT_H

#include <stdbool.h>
#include <stddef.h>

/* True when allocations are seen at all (not under a sanitizer). */
bool count_works(void);
/* Counts from zero. */
void count_begin(void);
/* Allocations (malloc, calloc, realloc, aligned ones) since count_begin. */
size_t count_end(void);
/* Prints where the first few came from, for addr2line. */
void count_tell(void);

#endif
