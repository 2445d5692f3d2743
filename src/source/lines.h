/* SPDX-License-Identifier: BSD-2-Clause */
/* Files of one "Name value" a line: /proc/net/snmp6 and /proc/net/xfrm_stat. */
#ifndef SOURCE_LINES_H
#define SOURCE_LINES_H

#include "source/source.h"

struct lines {
	struct lines_row { uint32_t slot; uint16_t counter, name_len; } *row;  /* by line number */
	char *names;          /* their names, one after the other */
	uint32_t rows, row_cap, names_len, names_cap;
	uint64_t print;       /* of the last text, where it was whole: the same again needs no reading */
};

/* Reads one such text. Rows are bound by line; a line with another name than last time rebinds from there. A damaged
 * line is skipped and reported. 0, -EINVAL or -ENOMEM. */
int lines_read(struct lines *l, struct sample *s, uint32_t ns, const char *file, struct slice text, struct err *err);
int lines_source(struct probe *p, struct netns *ns, struct lines *l, enum net_file f, struct err *err);
void lines_forget(void *state);

#endif
