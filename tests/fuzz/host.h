/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A host made of hostile bytes: files are put into a directory in memory, then everything that whydrop does at a look
 * is done with it, and what must hold for any host whatever is checked. A broken promise traps, as a crash does.
 */
#ifndef FUZZ_HOST_H
#define FUZZ_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FUZZ_STEPS 3  /* the baseline, a tick, the last tick */

/* Forgets the host of the run before. base: begins with the recorded host of tests/fuzz/base, else with nothing. */
void host_begin(bool base);
/* The file `path` as it is from `step` on (0 is the baseline). data NULL: no such file. Paths that leave the directory
 * are ignored. */
void host_put(unsigned step, const char *path, const void *data, size_t n);
/* Reads the host, books and explains. tree NULL: the files put; else that file or directory. One input of four is also
 * looked at alone (totals since boot), one of eight written in every way, for that takes longer than the rest; `data`
 * decides which, so that a crash comes again. */
void host_look(const char *tree, const uint8_t *data, size_t n);
/* The directory the files are in. */
const char *host_dir(void);

#endif
