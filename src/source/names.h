/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Binding names of a file's header to slots, once; after that a line is read by position. Shared by all namespaces,
 * because the header is the same text in each: a namespace keeps one pointer and its slots. Udp and UdpLite, arp_cache
 * and ndisc_cache have the same columns, so the prefix belongs to the text.
 */
#ifndef SOURCE_NAMES_H
#define SOURCE_NAMES_H

#include "sample/sample.h"

struct names {
	struct names *next;
	uint16_t *counter;    /* by column */
	uint32_t n;           /* columns */
	uint32_t prefix_len, text_len;
	char text[];          /* the prefix, then the header line as it was read */
};

/* One header line of one namespace and where its values go. */
struct bound {
	const struct names *names;
	uint32_t *slot;       /* by column, SLOT_NONE where no row wants it */
};

/* Binds b to the header text (columns separated by blanks, each looked up as prefix.column, or column alone when prefix
 * is empty). Nothing is done when it is bound to the same text already. 0 or -ENOMEM. */
int names_bind(struct bound *b, struct sample *s, uint32_t ns, struct slice prefix, struct slice header);
void names_unbind(struct bound *b);

#endif
