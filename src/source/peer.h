/* SPDX-License-Identifier: BSD-2-Clause */
/* Which device is the other end of a veth, in whatever namespace it lives. Asked only where its drops moved. */
#ifndef SOURCE_PEER_H
#define SOURCE_PEER_H

#include "source/tree.h"

/* Fills link_fact.peer of every veth whose drop counters moved and of its other end. Unknown stays PLACE_NONE. */
void peer_find(struct tree *t, struct sample *s);

#endif
