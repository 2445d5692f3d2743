/* SPDX-License-Identifier: BSD-2-Clause */
/* The files of /proc/net that are read per namespace, and how each wants to be read. */
#include "source/tree_inner.h"

const char *const net_file_paths[NET_FILES] = {
	[NET_SNMP] = "snmp",
	[NET_NETSTAT] = "netstat",
	[NET_SNMP6] = "snmp6",
	[NET_SOCKSTAT] = "sockstat",
	[NET_SOCKSTAT6] = "sockstat6",
	[NET_PROTOCOLS] = "protocols",
	[NET_SOFTNET] = "softnet_stat",
	[NET_XFRM] = "xfrm_stat",
	[NET_CONNTRACK] = "stat/nf_conntrack",
	[NET_ARP_CACHE] = "stat/arp_cache",
	[NET_NDISC_CACHE] = "stat/ndisc_cache",
	[NET_RT_CACHE] = "stat/rt_cache",
	[NET_IGMP] = "igmp",
	[NET_IGMP6] = "igmp6",
	[NET_DEV_MCAST] = "dev_mcast",
	[NET_MCFILTER] = "mcfilter",
	[NET_MCFILTER6] = "mcfilter6",
	[NET_RAW] = "raw",
	[NET_RAW6] = "raw6",
	[NET_ICMP] = "icmp",
	[NET_ICMP6] = "icmp6",
	[NET_NETLINK] = "netlink",
	[NET_PACKET] = "packet",
	[NET_NFQUEUE] = "netfilter/nfnetlink_queue",
	[NET_IPT_NAMES] = "ip_tables_names",
	[NET_IP6T_NAMES] = "ip6_tables_names",
	[NET_DEV] = "dev",
	[NET_IP_MR_CACHE] = "ip_mr_cache",
	[NET_SYNPROXY] = "stat/synproxy",
	[NET_SCTP] = "sctp/snmp",
};

/* Files made by single_open(): the kernel prints them whole into one buffer, so one read that had room to spare has
 * everything, and asking for the end would print it all again. The others come a page at a time. */
const bool net_file_single[NET_FILES] = {
	[NET_SNMP] = true,	[NET_NETSTAT] = true, [NET_SNMP6] = true, [NET_SOCKSTAT] = true,
	[NET_SOCKSTAT6] = true, [NET_XFRM] = true,    [NET_SCTP] = true,
};

/* Files read at every tick: their descriptors stay open. Each holds its last text in the kernel (4 KB and more), so the
 * others, read once in a while, are opened anew: with a thousand namespaces that is 100 MB. */
const bool net_file_kept[NET_FILES] = {
	[NET_SNMP] = true,	[NET_NETSTAT] = true,	  [NET_SNMP6] = true,	 [NET_SOCKSTAT] = true,
	[NET_SOCKSTAT6] = true, [NET_SOFTNET] = true,	  [NET_XFRM] = true,	 [NET_CONNTRACK] = true,
	[NET_ARP_CACHE] = true, [NET_NDISC_CACHE] = true, [NET_RT_CACHE] = true, [NET_DEV] = true,
};
