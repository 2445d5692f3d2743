/* SPDX-License-Identifier: BSD-2-Clause */
/* /proc/net/netstat: TcpExt, IpExt and MPTcpExt of one namespace; the format is in pairs.c. Read before snmp, so that
 * a part (IpExt.InCsumErrors) is never newer than its total (Ip.InHdrErrors). */
#include "source/pairs.h"

static int netstat_read(struct probe *p, struct netns *ns, void *state, struct err *err)
{
	return pairs_source(p, ns, state, NET_NETSTAT, err);
}

const struct source source_netstat = { sizeof(struct pairs), netstat_read, pairs_forget };
