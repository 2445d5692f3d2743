/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What every benchmark shares: a table of one line per number, clocks, and the count at the end. A number fails on its
 * ratio to a reference of the same run or on a count, never on time. Not here: what is measured.
 */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Starts the table; full: more rounds (BENCH=full, as `make bench` does). */
void bench_begin(const char *what);
bool bench_full(void);
/* The last line, "N passed, N failed, N skipped", and the exit status. */
int bench_end(void);

/* One number. ref: what stands beside it, same unit, NULL for nothing; limit of value / ref_value, 0 for none. */
void bench_ratio(const char *name, double value, const char *unit, const char *ref, double ref_value, double limit);
/* One number with a limit of its own (memory, counts), 0 for none. */
void bench_value(const char *name, double value, const char *unit, const char *ref, double limit);
/* Something that must hold. */
void bench_holds(const char *name, bool holds, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void bench_skip(const char *name, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* CPU time of this thread in microseconds. */
double bench_cpu(void);
/* CPU time of another process in microseconds, negative when it is gone. */
double bench_cpu_of(int pid);
double bench_median(double *v, size_t n);  /* sorts v */
double bench_least(const double *v, size_t n);
/* Resident memory of a process in bytes, 0 unknown. */
double bench_rss(int pid);

#endif
