/* SPDX-License-Identifier: BSD-2-Clause */
/* How a report becomes text of one kind. A writer reads the report, appends to out, and asks nobody anything. */
#ifndef OUT_WRITER_H
#define OUT_WRITER_H

#include "base/fmt.h"
#include "tell/report.h"

#include <stdbool.h>

struct writer_opts {
	bool color;  /* terminal escapes may be used */
	int width;   /* columns, 0: 80 */
	int verbose; /* number of -v */
	bool tty;
	int rows; /* lines of the terminal, 0: not known, or no terminal */
};

struct writer {
	const char *name;
	void (*write)(const struct report *r, const struct writer_opts *o, struct fmt *out);
};

extern const struct writer write_text, write_json, write_log;

/* The table of `whydrop sockets`: sockets that lose or are about to, worst first. */
void write_sockets_text(const struct sample *s, const struct writer_opts *o, struct fmt *out);

#endif
