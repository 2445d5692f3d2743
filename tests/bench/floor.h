/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The floor of a tick: the very system calls that it made, made once more, and what they gave thrown away. The calls
 * of libc that read are replaced by ones that can keep a list (floor.c is linked before libc), so that nothing of this
 * is in the product.
 */
#ifndef BENCH_FLOOR_H
#define BENCH_FLOOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What was asked of the kernel between floor_record and floor_stop. */
struct floor_cost { uint64_t calls, bytes; };

/* From here on the calls are made and kept. */
void floor_record(void);
/* foreign: how many of the calls cannot simply be repeated (opening, entering a namespace). */
struct floor_cost floor_stop(unsigned *ret_foreign);
/* Makes them again. Nothing is looked at but whether as many bytes came. */
struct floor_cost floor_replay(void);
/* True when a directory was listed: a full look for namespaces, or a new process. */
bool floor_listed(void);

#endif
