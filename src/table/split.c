/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where several causes share one counter: rows of one counter stand together and are tried in order. The first
 * condition says how many packets the row may take where it counts something (WHEN_MOVED, WHEN_SOCKET, WHEN_BEYOND);
 * the others only have to hold. What no row takes is booked under the counter's own cause.
 */
#include "table/table.h"

/* Devices that put packets into other packets (IFLA_INFO_KIND). */
#define TUNNELS "vxlan|geneve|gre|gretap|ip6gre|ip6gretap|ipip|sit|ip6tnl|vti|vti6|wireguard|bareudp|gtp|erspan|" \
		"ip6erspan"
#define UDP_ERRORS "Udp.InErrors|Udp6InErrors|UdpLite.InErrors|UdpLite6InErrors"

const struct split split_rows[] = {
	/* IP */
	{ "Ip.InHdrErrors", IP_TTL_EXPIRED, LIKELY,
	  { { WHEN_MOVED_LESS, "Icmp.OutTimeExcds|Icmp.OutRateLimitHost|Icmp.OutRateLimitGlobal-Ip.ReasmTimeout" },
	    { WHEN_MOVED, "Icmp.OutTimeExcds" } },
	  "ICMP time-exceeded messages were sent for them" },
	{ "Ip6InHdrErrors", IP_TTL_EXPIRED, LIKELY,
	  { { WHEN_MOVED_LESS, "Icmp6OutTimeExcds|Icmp6OutRateLimitHost-Ip6ReasmTimeout" },
	    { WHEN_MOVED, "Icmp6OutTimeExcds" } },
	  "ICMPv6 time-exceeded messages were sent for them" },
	{ "Ip6InDiscards", IP_IPV6_DISABLED, LIKELY, { { WHEN_SETTING, "net.ipv6.conf.*.disable_ipv6=1" } },
	  "IPv6 is switched off on an interface here" },
	{ "Ip6OutDiscards", IP_IPV6_DISABLED, LIKELY, { { WHEN_SETTING, "net.ipv6.conf.*.disable_ipv6=1" } },
	  "IPv6 is switched off on an interface here" },
	/* Multicast that a neighbour sends before our own end of a fresh link has its multicast route. */
	{ "Ip6InNoRoutes", MULTICAST_NOT_JOINED, LIKELY, { { .when = WHEN_LINK_UP } },
	  "a link came up while watching; the first few packets of a neighbour find no route yet" },
	/* IPv6 has no counter of overlaps; incomplete packets hold their memory until their time is over */
	{ "Ip6ReasmFails", IP_REASSEMBLY_MEMORY, LIKELY,
	  { { WHEN_FULL, "sockstat6.FRAG6.memory|net.ipv6.ip6frag_high_thresh" } }, "the fragment memory is full" },
	{ "Ip6ReasmFails", IP_REASSEMBLY_MEMORY, LIKELY, { { .when = WHEN_ALWAYS }, { WHEN_MOVED, "Ip6ReasmTimeout" } },
	  "incomplete packets held the fragment memory until their time was over" },

	/* UDP: what neither the buffer nor the checksum explains but a socket counted was refused by its filter */
	{ "Udp.InErrors", SOCKET_FILTER, LIKELY, { { .when = WHEN_SOCKET } },
	  "a socket counted them and neither buffer, memory nor checksum explains them" },
	{ "Udp6InErrors", SOCKET_FILTER, LIKELY, { { .when = WHEN_SOCKET } },
	  "a socket counted them and neither buffer, memory nor checksum explains them" },
	{ "UdpLite.InErrors", SOCKET_FILTER, LIKELY, { { .when = WHEN_SOCKET } },
	  "a socket counted them and neither buffer, memory nor checksum explains them" },
	{ "UdpLite6InErrors", SOCKET_FILTER, LIKELY, { { .when = WHEN_SOCKET } },
	  "a socket counted them and neither buffer, memory nor checksum explains them" },
	/* recent kernels count a datagram that udp_mem refuses nowhere but at its socket */
	{ "sk_drops.udp", SOCKET_UDP_MEM_LIMIT, LIKELY, { { WHEN_BEYOND, UDP_ERRORS } },
	  "the sockets lost more than UDP counts: on recent kernels only the udp_mem limit does that" },

	/* TCP: with SYN cookies off the last quarter of the SYN queue is kept for known peers */
	{ "TcpExt.ListenDrops", TCP_SYN_QUEUE_FULL, LIKELY, { { WHEN_SETTING, "net.ipv4.tcp_syncookies=0" } },
	  "SYN cookies are off and the SYN queue was three quarters full" },

	/* devices */
	{ "dev.tx_dropped", DEVICE_LINK_DOWN, LIKELY, { { .when = WHEN_DOWN } }, "the interface is down" },
	{ "dev.tx_dropped", DEVICE_LINK_DOWN, LIKELY, { { .when = WHEN_PEER_DOWN } }, "the other end of the veth is down" },
	{ "dev.tx_dropped", DEVICE_LINK_DOWN, LIKELY, { { .when = WHEN_NO_CARRIER } }, "the interface has no carrier" },
	{ "dev.tx_dropped", DEVICE_LINK_DOWN, LIKELY, { { WHEN_KIND, "veth" }, { WHEN_MOVED, "dev.carrier_changes" } },
	  "the link of the veth went up or down while watching" },
	{ "dev.tx_dropped", DEVICE_VETH_RING_FULL, LOW, { { WHEN_KIND, "veth" } },
	  "both ends of the veth are up and the other end did not count them: most likely its receive ring was full" },
	{ "dev.tx_dropped", TUNNEL_NO_REMOTE, LIKELY, { { WHEN_KIND, TUNNELS } },
	  "a tunnel drops what it has no destination for" },
	{ "dev.rx_dropped", DEVICE_MTU_MISMATCH, LIKELY, { { .when = WHEN_PEER_MTU } },
	  "the other end of the veth has a larger MTU and counted them as dropped on sending" },
	{ "dev.rx_dropped", XDP_PROGRAM_DROP, LIKELY, { { WHEN_KIND, "tun" }, { .when = WHEN_XDP } },
	  "an XDP program is attached, and tun counts its drops here" },
	{ "dev.rx_dropped", DEVICE_IFB_NO_REDIRECT, LIKELY, { { WHEN_KIND, "ifb" } },
	  "an ifb device drops what was not redirected to it" },
	{ "dev.rx_dropped", DEVICE_LINK_DOWN, LIKELY, { { .when = WHEN_DOWN } }, "the interface is down" },
	{ "dev.rx_dropped", SOFTIRQ_BACKLOG_FULL, LOW, { { WHEN_KIND, TUNNELS "|macsec" } },
	  "tunnels queue what they unpacked per CPU (gro_cells), up to netdev_max_backlog" },
	{ "dev.tx_errors", TUNNEL_NO_REMOTE, LIKELY, { { WHEN_KIND, TUNNELS } },
	  "a tunnel counts what it cannot route to the far end as transmit error" },
	{ "dev.tx_errors", XFRM_NO_STATE, LIKELY, { { WHEN_KIND, "xfrm" } },
	  "an xfrm interface counts what has no security association as transmit error" },
	{ "dev.tx_carrier_errors", TUNNEL_NO_REMOTE, LIKELY, { { WHEN_KIND, TUNNELS } },
	  "a tunnel counts a missing route to the far end as carrier error" },
	{ "dev.tx_carrier_errors", XFRM_NO_STATE, LIKELY, { { WHEN_KIND, "xfrm" } },
	  "an xfrm interface counts a missing route as carrier error" },
	{ "dev.tx_aborted_errors", TUNNEL_NO_REMOTE, LIKELY, { { WHEN_KIND, TUNNELS } },
	  "a tunnel counts a packet it cannot wrap as aborted" },
	{ "dev.rx_errors", TUNNEL_MALFORMED, LIKELY, { { WHEN_KIND, TUNNELS } },
	  "a tunnel counts what it cannot unpack as receive error" },
	{ "dev.rx_length_errors", TUNNEL_MALFORMED, LIKELY, { { WHEN_KIND, TUNNELS } },
	  "a tunnel counts what it cannot unpack as length error" },
	{ "dev.rx_crc_errors", TUNNEL_MALFORMED, LIKELY, { { WHEN_KIND, TUNNELS } },
	  "a tunnel counts a wrong checksum or key as CRC error" },
	{ "dev.rx_frame_errors", DEVICE_BAD_OFFLOAD, SURE, { { WHEN_KIND, "tun" } },
	  "tun counts a bad virtio header from the program behind it as frame error" },
	{ "dev.rx_frame_errors", TUNNEL_MALFORMED, LIKELY, { { WHEN_KIND, TUNNELS } },
	  "a tunnel counts impossible congestion marks or senders as frame error" },
	{ "dev.rx_fifo_errors", TUNNEL_MALFORMED, LIKELY, { { WHEN_KIND, TUNNELS } },
	  "a tunnel counts packets out of sequence as FIFO error" },
	{ "ethtool.provider_limit", NIC_PROVIDER_LIMIT, LIKELY, { { .when = WHEN_ALWAYS } },
	  "the card counts queued and dropped packets together" },

	/* send queues */
	{ "qdisc.drops", QDISC_NETEM_LOSS, LIKELY, { { WHEN_KIND, "netem" } }, "the send queue is a netem" },
	{ "qdisc.drops", DEVICE_LINK_DOWN, LIKELY, { { WHEN_KIND, "noop" } }, "the interface has no send queue yet" },
	{ "qdisc.drops", QDISC_AQM_DROP, LIKELY,
	  { { WHEN_KIND, "codel|fq_codel|red|cake|cake_mq|pie|fq_pie|sfb|choke|gred|dualpi2" } },
	  "the send queue drops early and its limit explains no more" },
	{ "qdisc.drops", QDISC_AQM_DROP, LIKELY,
	  { { WHEN_KIND, "mq|mqprio|htb|hfsc|drr|prio" }, { WHEN_MOVED, "qdisc.fq_codel.new_flow_count" } },
	  "the queues below are fq_codel and their limit explains no more" },
	{ "clsact.drops", TC_EGRESS_PROGRAM, SURE, { { WHEN_FILTER, "egress" } },
	  "only the send side of the interface has filters" },
	{ "clsact.drops", TC_INGRESS_PROGRAM, SURE, { { WHEN_FILTER, "ingress" } },
	  "only the receive side of the interface has filters" },
	{ "clsact.drops", TC_EGRESS_PROGRAM, LIKELY, { { WHEN_MOVED_LESS, "Ip.OutDiscards|Ip6OutDiscards-qdisc.drops" } },
	  "both sides have filters; the IP layer counted as many discards on sending" },
	{ "clsact.drops", TC_INGRESS_PROGRAM, LIKELY, { { .when = WHEN_ALWAYS } },
	  "the IP layer counted no discards on sending" },

	/* firewall */
	{ "rule.packets", NETFILTER_NFQUEUE_NO_LISTENER, SURE, { { WHEN_RULE, "queue_idle" } },
	  "nobody listens on the queue of this rule" },
	{ "rule.packets", CONNTRACK_INVALID, SURE, { { WHEN_RULE, "ct_invalid" } },
	  "the rule matches what connection tracking calls invalid" },
	{ "rule.packets", NETFILTER_CHAIN_POLICY, SURE, { { WHEN_RULE, "policy" } },
	  "the default policy of the chain" },
};

const size_t split_count = ARRAY_SIZE(split_rows);

const struct master master_rows[] = {
	{ "bond", NULL, "drivers/net/bonding/bond_main.c:bond_get_stats" },
	{ "hv_netvsc", "dev.tx_dropped", "drivers/net/hyperv/netvsc_drv.c:netvsc_get_vf_stats" },
};

const size_t master_count = ARRAY_SIZE(master_rows);

#define IP_TUNNEL "include/net/ip_tunnels.h:iptunnel_xmit_stats"
const struct upper upper_rows[] = {
	{ "vxlan", IP_TUNNEL }, { "geneve", IP_TUNNEL }, { "gre", IP_TUNNEL }, { "gretap", IP_TUNNEL },
	{ "ipip", IP_TUNNEL }, { "sit", IP_TUNNEL }, { "bareudp", IP_TUNNEL }, { "erspan", IP_TUNNEL },
	{ "ip6gre", IP_TUNNEL }, { "ip6gretap", IP_TUNNEL }, { "ip6tnl", IP_TUNNEL }, { "ip6erspan", IP_TUNNEL },
	{ "macvlan", "drivers/net/macvlan.c:macvlan_start_xmit" },
	{ "macvtap", "drivers/net/macvlan.c:macvlan_start_xmit" },
	{ "ipvlan", "drivers/net/ipvlan/ipvlan_main.c:ipvlan_start_xmit" },
	{ "vlan", "net/8021q/vlan_dev.c:vlan_dev_hard_start_xmit" },
};

const size_t upper_count = ARRAY_SIZE(upper_rows);
