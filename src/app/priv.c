/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Privileged acts. Entering a network namespace needs CAP_SYS_ADMIN there and here; it changes the calling thread only.
 * Nothing here parses anything, and no caller may parse anything between enter and leave that it could parse after.
 */
#include "app/priv.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

static int home_fd = -1; /* the namespace we live in */

static int enter(int nsfd)
{
	return setns(nsfd, CLONE_NEWNET) < 0 ? -errno : 0;
}

/* To go on in a foreign namespace would put every later number in the wrong place. */
static int leave(void)
{
	if (setns(home_fd, CLONE_NEWNET) < 0)
		abort();
	return 0;
}

static const struct priv able = { .enter = enter, .leave = leave };
static const struct priv unable;

const struct priv *priv_open(void)
{
	if (home_fd < 0)
		home_fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	return home_fd < 0 ? &unable : &able;
}

void priv_close(void)
{
	if (home_fd >= 0)
		close(home_fd);
	home_fd = -1;
}
