/* SPDX-License-Identifier: BSD-2-Clause */
/* /proc/net/snmp: Ip, Icmp, IcmpMsg, Tcp, Udp and UdpLite of one namespace; the format is in pairs.c. */
#include "source/pairs.h"

static int snmp_read(struct probe *p, struct netns *ns, void *state, struct err *err)
{
	return pairs_source(p, ns, state, NET_SNMP, err);
}

const struct source source_snmp = { sizeof(struct pairs), snmp_read, pairs_forget };
