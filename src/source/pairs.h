/* SPDX-License-Identifier: BSD-2-Clause */
/* Files made of pairs of lines, names and values: /proc/net/snmp and /proc/net/netstat. */
#ifndef SOURCE_PAIRS_H
#define SOURCE_PAIRS_H

#include "source/names.h"
#include "source/source.h"

#define PAIRS_LINES 12  /* Ip Icmp IcmpMsg(several) Tcp Udp UdpLite / TcpExt IpExt MPTcpExt */

struct pairs {
	struct bound line[PAIRS_LINES];
	uint32_t unknown_type;  /* slot of IcmpMsg.InTypeUnknown, made at its first line */
	uint64_t print;         /* of the last text, where it was whole: the same again needs no reading */
};

/* Reads one such text into the sample. A damaged pair is skipped and reported in err with file and line; the rest is
 * read. 0, -EINVAL (damaged, rest read) or -ENOMEM. */
int pairs_read(struct pairs *p, struct sample *s, uint32_t ns, const char *file, struct slice text, struct err *err);
int pairs_source(struct probe *p, struct netns *ns, struct pairs *pairs, enum net_file f, struct err *err);
void pairs_forget(void *state);

#endif
