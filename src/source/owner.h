/* SPDX-License-Identifier: BSD-2-Clause */
/* Which process holds a socket. Asked after a look, for the few sockets that lost something; not a source. */
#ifndef SOURCE_OWNER_H
#define SOURCE_OWNER_H

#include "source/tree.h"

/* What one walk looked at, and what it was not allowed to see. */
struct owner_cost {
	uint32_t processes, denied;
	uint64_t links;
};

/* Fills the owner of every socket place that has an inode and no owner yet; linear in the open descriptors of the
 * host. Nothing is known of the processes of a recording: 0. */
int owner_find(struct tree *t, struct sample *s, struct err *err);
/* The same, saying what it cost (ret_cost is filled on failure too). */
int owner_find_cost(struct tree *t, struct sample *s, struct owner_cost *ret_cost, struct err *err);
/* From the text of /proc/PID/cgroup: 12 digits of the container's id, "pod UID", or the systemd unit; "" when none. */
void owner_unit(struct slice cgroup, char *dst, size_t size);

#endif
