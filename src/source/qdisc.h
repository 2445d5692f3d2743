/* SPDX-License-Identifier: BSD-2-Clause */
/* What a notification says of a send queue that is being removed. Not for reading queues: that is the source itself. */
#ifndef SOURCE_QDISC_H
#define SOURCE_QDISC_H

#include "source/source.h"

/* Takes the last numbers of a queue out of its RTM_DELQDISC message: no later dump shows them. */
void qdisc_gone(struct probe *p, struct netns *ns, const struct nlmsghdr *nlh);

#endif
