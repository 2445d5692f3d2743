/* SPDX-License-Identifier: BSD-2-Clause */
/* `whydrop explain NAME`: what the tables know of a counter, cause, drop reason, setting, driver statistic or word. */
#ifndef TELL_LOOKUP_H
#define TELL_LOOKUP_H

#include "base/fmt.h"

/* Writes all that matches name (any case, with or without its prefix) to out; -ENOENT, with the nearest names, when
 * nothing does. */
int lookup_explain(const char *name, struct fmt *out);

#endif
