/* SPDX-License-Identifier: BSD-2-Clause */
/* Recorded hosts of any size, in which each thing lost packets: a directory tree as `--root` takes it. */
#ifndef BENCH_FAKE_H
#define BENCH_FAKE_H

#include <stddef.h>

enum fake_what { FAKE_CPUS, FAKE_DEVICES, FAKE_DEV_FILE, FAKE_NAMESPACES };
extern const char *const fake_names[];
/* Writes one with n of them below dir, which is made; `moved` is how much each has lost. 0 or -errno. */
int fake_make(const char *dir, enum fake_what what, unsigned n, unsigned moved);

#endif
