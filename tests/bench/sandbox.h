/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A small machine of its own inside this one: pid, mount and if wanted network namespace, a fresh /proc, an empty /run.
 * Nobody else's processes disturb the count there, and with its first process all of it vanishes, also after a crash.
 */
#ifndef BENCH_SANDBOX_H
#define BENCH_SANDBOX_H

#include <stdbool.h>

/* Runs fn in there; what it returned (0..125), or -errno when such a thing cannot be had here. */
int sandbox_run(bool own_net, int (*fn)(void *arg), void *arg);
/* Inside: so many devices in pairs, all up; 0 or -errno. */
int sandbox_veths(unsigned n);
/* Inside: so many network namespaces, half with a process and no name, half the other way round. */
int sandbox_namespaces(unsigned n);
/* A child that runs a program with its output thrown away (err_fd: its standard error); its pid or -errno. */
int sandbox_spawn(const char *const *argv, int err_fd);
/* Ends a child of ours and waits for it. */
void sandbox_end(int pid);

#endif
