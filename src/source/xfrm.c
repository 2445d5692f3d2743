/* SPDX-License-Identifier: BSD-2-Clause */
/* /proc/net/xfrm_stat: IPsec errors of one namespace; there only with CONFIG_XFRM_STATISTICS. */
#include "source/lines.h"

static int xfrm_read(struct probe *p, struct netns *ns, void *state, struct err *err)
{
	struct slice text;
	int r = tree_net(ns, NET_XFRM, &text, err);

	return r ? r : lines_read(state, p->sample, ns->place, net_file_paths[NET_XFRM], text, err);
}

const struct source source_xfrm = { sizeof(struct lines), xfrm_read, lines_forget };
