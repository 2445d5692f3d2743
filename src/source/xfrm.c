/* SPDX-License-Identifier: BSD-2-Clause */
/* /proc/net/xfrm_stat: IPsec errors of one namespace; there only with CONFIG_XFRM_STATISTICS. */
#include "source/lines.h"

static int xfrm_read(struct probe *p, struct netns *ns, void *state, struct err *err)
{
	return lines_source(p, ns, state, NET_XFRM, err);
}

const struct source source_xfrm = { sizeof(struct lines), xfrm_read, lines_forget };
