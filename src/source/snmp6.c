/* SPDX-License-Identifier: BSD-2-Clause */
/* /proc/net/snmp6: Ip6, Icmp6, Udp6 and UdpLite6 of one namespace; absent where the kernel has no IPv6. Not read:
 * dev_snmp6, which repeats the same packets per device. */
#include "source/lines.h"

static int snmp6_read(struct probe *p, struct netns *ns, void *state, struct err *err)
{
	return lines_source(p, ns, state, NET_SNMP6, err);
}

const struct source source_snmp6 = { sizeof(struct lines), snmp6_read, lines_forget };
