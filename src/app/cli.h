/* SPDX-License-Identifier: BSD-2-Clause */
/* What the commands share: complaining, waiting, and ending early on Ctrl-C. */
#ifndef APP_CLI_H
#define APP_CLI_H

#include "app/options.h"
#include "app/pipeline.h"
#include "out/writer.h"

#include <signal.h>
#include <stdio.h>

/* "whydrop: sentence" on standard error; returns the exit code that belongs to the error. */
int cli_fail(const struct err *err);
/* Says what was wrong but did not stop us (a damaged recording of which a part could be read), and forgets it. */
void cli_warn(struct err *err);
/* From now on SIGINT, SIGTERM and SIGHUP end the wait instead of the program. */
void cli_catch(void);
/* Waits until CLOCK_MONOTONIC shows until_ns; true when a signal came first (or had come). */
bool cli_wait(uint64_t until_ns);
uint64_t cli_now(void);
/* Waits for the next tick and takes it; true when there is none any more: until_ns has come, or a signal. */
bool cli_tick(struct pipeline *p, uint64_t until_ns);
struct writer_opts cli_writer_opts(const struct options *o, FILE *to);
/* Writes all of f to a stream; 0 or -errno with a sentence (a full disk is our own failure, not silence). */
int cli_print(FILE *to, struct fmt *f, struct err *err);

#endif
