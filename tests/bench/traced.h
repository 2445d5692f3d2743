/* SPDX-License-Identifier: BSD-2-Clause */
/* What a process asks the kernel, seen from outside by ptrace: neither our counting nor strace is to be trusted. */
#ifndef BENCH_TRACED_H
#define BENCH_TRACED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct traced_call { uint64_t nr, arg[3]; int64_t result; };
struct traced_list { struct traced_call *call; size_t n, cap; };

/* In the traced child: the list begins anew here (a system call that nobody else makes). */
void traced_mark(void);
/* In the traced child, first thing: waits for the tracer. */
int traced_ready(void);
/* Follows a child that called traced_ready() to its end and gives each list between two marks to `each`; path_of, where
 * not NULL, gets each path that is opened. The child's exit status, or -errno. */
int traced_follow(pid_t child, void (*each)(struct traced_list *list, unsigned nr, void *arg),
		  void (*path_of)(const char *path, void *arg), void *arg);
/* A call that gives bytes of the kernel: its result is a number of them. */
bool traced_reads(const struct traced_call *c);

#endif
