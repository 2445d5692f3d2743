/* SPDX-License-Identifier: BSD-2-Clause */
/* The checker of the tables, with the arrays as arguments so that a test can hand in small broken ones. */
#ifndef TABLE_CHECK_H
#define TABLE_CHECK_H

#include "table/table.h"

#define ROWS_MAX 2048   /* counter rows there is static room for */

struct tables {
	const struct counter *counter;
	size_t counters;
	const struct split *split;
	size_t splits;
	const struct reason *reason;
	size_t reasons;
	const struct driver_stat *driver;
	size_t drivers;
	const struct setting *setting;
	size_t settings;
	const struct advice *advice;
	size_t advices;
	const struct cause_row *cause;   /* causes entries, [0] is CAUSE_NONE */
	size_t causes;
};

/* Index of the row called key, COUNTER_NONE when there is none. Linear: for checks and tests only. */
uint16_t table_find(const struct counter *rows, size_t n, struct slice key);
/* Fills order with the n rows, parts before totals, otherwise as they stand. Returns how many could be ordered; fewer
 * than n when some contain each other in a ring (these come last). */
size_t table_sort(const struct counter *rows, size_t n, const uint16_t (*edge)[EDGES], uint16_t *order);
/* As table_check, for the given arrays. */
int table_check_rows(const struct tables *t, struct err *err);

#endif
