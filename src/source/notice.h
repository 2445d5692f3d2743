/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel's own notifications of one namespace (rtnetlink multicast groups), read without waiting. */
#ifndef SOURCE_NOTICE_H
#define SOURCE_NOTICE_H

#include "source/tree.h"

/* Subscribes at the first call (legacy group mask, RTMGRP_*), then hands over what has come since. 0; -ENOBUFS: some were
 * lost, look at everything again; other -errno: no notifications here (recorded tree, no access). */
int notice_read(struct netns *ns, unsigned groups, int (*each)(const struct nlmsghdr *nlh, void *arg), void *arg);

#endif
