/* SPDX-License-Identifier: BSD-2-Clause */
/* Sorting in place: qsort of older libcs allocates, and after start nothing may. Equal elements end in any order. */
#ifndef BASE_SORT_H
#define BASE_SORT_H

#include <stddef.h>

/* by: as for qsort; arg is passed on. */
void sort(void *base, size_t n, size_t size, int (*by)(const void *a, const void *b, const void *arg), const void *arg);

#endif
