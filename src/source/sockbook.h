/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A book remembers what the sockets of one family (UDP over IPv4, netlink, ...) had lost at the last read, so that
 * only those that lost more become places. It holds entries for sockets that have lost something, never for the
 * others: a host with 100000 quiet sockets costs nothing here.
 */
#ifndef SOURCE_SOCKBOOK_H
#define SOURCE_SOCKBOOK_H

#include "source/source.h"

struct sockbook {
	struct hash drops, next_drops;   /* key -> drops at the last read, and the table the present read builds */
	struct hash place, next_place;   /* key -> place, of the sockets that have one */
	bool based;                      /* there was a read: what is shown now is compared with it */
	bool short_of_memory;            /* an entry could not be kept: the next read is a baseline again */
};

/* Opens one read of all sockets of the family. */
void sockbook_begin(struct sockbook *b);
/* One socket: key names it for life, drops is its counter (NULL where the kernel gives none). When it lost since the
 * baseline (or every socket is wanted) its place is made, the series counter is put, and its fact is returned to be
 * filled; else NULL, which is the usual case. */
struct sock_fact *sockbook_see(struct sockbook *b, const struct probe *p, const struct netns *ns, uint16_t counter,
			       uint64_t key, const uint32_t *drops);
/* The place of a socket that needs no counter but is worth showing; NULL when out of room. */
struct sock_fact *sockbook_show(struct sockbook *b, const struct probe *p, const struct netns *ns, uint64_t key);
/* Closes the read. Sockets not seen are gone, unless the read was cut short (whole is false): then they are kept. */
void sockbook_end(struct sockbook *b, struct sample *s, bool whole);
void sockbook_free(struct sockbook *b);

#endif
