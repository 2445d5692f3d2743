/* SPDX-License-Identifier: BSD-2-Clause */
/* See fake.h. Texts are as Linux 6.18 prints them, netlink answers as tree.h says they are kept. */
#include "fake.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/pkt_sched.h>
#include <linux/gen_stats.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

const char *const fake_names[] = {
	[FAKE_CPUS] = "CPU",
	[FAKE_DEVICES] = "device",
	[FAKE_DEV_FILE] = "line of /proc/net/dev",
	[FAKE_NAMESPACES] = "namespace",
};

static FILE *create(const char *dir, const char *path)
{
	char full[512];

	snprintf(full, sizeof(full), "%s/%s", dir, path);
	for (char *p = full + 1; (p = strchr(p, '/')); p++) {
		*p = 0;
		mkdir(full, 0755);
		*p = '/';
	}
	return fopen(full, "w");
}

static void snmp(FILE *f, unsigned moved)
{
	fprintf(f,
		"Ip: Forwarding DefaultTTL InReceives InHdrErrors InAddrErrors ForwDatagrams InUnknownProtos InDiscards "
		"InDelivers OutRequests OutDiscards OutNoRoutes\nIp: 2 64 90000 0 0 0 0 0 90000 90000 0 %u\n"
		"Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens AttemptFails EstabResets CurrEstab InSegs\n"
		"Tcp: 1 200 120000 -1 5 5 0 0 0 50000\n"
		"Udp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors InCsumErrors IgnoredMulti MemErrors\n"
		"Udp: 40000 %u %u 40000 %u 0 0 0 0\n",
		moved, moved, moved * 2, moved);
}

static int texts(const char *dir, const char *net, unsigned moved)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/snmp", net);
	f = create(dir, path);
	if (!f)
		return -errno;
	snmp(f, moved);
	fclose(f);
	snprintf(path, sizeof(path), "%s/netstat", net);
	f = create(dir, path);
	if (!f)
		return -errno;
	fprintf(f,
		"TcpExt: SyncookiesSent ListenOverflows ListenDrops TCPBacklogDrop TCPRcvQDrop PAWSEstab\n"
		"TcpExt: 0 %u %u 0 0 0\n"
		"IpExt: InNoRoutes InTruncatedPkts InMcastPkts InCsumErrors\nIpExt: %u 0 0 0\n",
		moved, moved, moved);
	fclose(f);
	snprintf(path, sizeof(path), "%s/snmp6", net);
	f = create(dir, path);
	if (!f)
		return -errno;
	fprintf(f,
		"Ip6InReceives                   \t100\nIp6InNoRoutes                   \t%u\n"
		"Udp6InErrors                    \t%u\nUdp6RcvbufErrors                \t%u\n",
		moved, moved, moved);
	fclose(f);
	snprintf(path, sizeof(path), "%s/sockstat", net);
	f = create(dir, path);
	if (!f)
		return -errno;
	fprintf(f, "sockets: used 99\nTCP: inuse 3 orphan 0 tw 0 alloc 5 mem 1\nUDP: inuse 4 mem 2\n");
	fclose(f);
	return 0;
}

static int cpus(const char *dir, unsigned n, unsigned moved)
{
	FILE *f = create(dir, "proc/net/softnet_stat");

	if (!f)
		return -errno;
	for (unsigned i = 0; i < n; i++)
		fprintf(f,
			"%08x %08x %08x 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 "
			"%08x 00000000 00000000\n",
			70000 + i, moved + i % 3, moved, i);
	fclose(f);
	f = create(dir, "proc/net/stat/arp_cache");
	if (!f)
		return -errno;
	fprintf(f,
		"entries  allocs   destroys hash_grows lookups  hits     res_failed rcv_probes_mcast rcv_probes_ucast "
		"periodic_gc_runs forced_gc_runs unresolved_discards table_fulls\n");
	for (unsigned i = 0; i < n; i++)
		fprintf(f,
			"00000002 00000001 00000000 00000000   00000000 00000000 %08x   00000000         00000000         "
			"00000000         00000000       %08x            %08x\n",
			moved, moved, moved);
	fclose(f);
	return texts(dir, "proc/net", moved);
}

static int dev_file(const char *dir, unsigned n, unsigned moved)
{
	FILE *f = create(dir, "proc/net/dev");

	if (!f)
		return -errno;
	fprintf(f,
		"Inter-|   Receive                                                |  Transmit\n"
		" face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls "
		"carrier compressed\n");
	for (unsigned i = 0; i < n; i++)
		fprintf(f, "veth%u: 15064 146 0 %u 0 0 0 0 15064 146 0 %u 0 0 0 0\n", i, moved, moved);
	fclose(f);
	return texts(dir, "proc/net", moved);
}

/* ---- netlink answers */

struct message {
	struct nlmsghdr n;
	char rest[1024];
};

static void *body(struct message *m, unsigned short type, size_t n)
{
	memset(m, 0, sizeof(*m));
	m->n = (struct nlmsghdr){ .nlmsg_len = (unsigned)NLMSG_LENGTH(n),
				  .nlmsg_type = type,
				  .nlmsg_flags = NLM_F_MULTI };
	return NLMSG_DATA(&m->n);
}

static struct rtattr *add(struct message *m, unsigned short type, const void *p, size_t n)
{
	struct rtattr *a = (struct rtattr *)((char *)m + NLMSG_ALIGN(m->n.nlmsg_len));

	*a = (struct rtattr){ .rta_type = type, .rta_len = (unsigned short)RTA_LENGTH(n) };
	if (n)
		memcpy(RTA_DATA(a), p, n);
	m->n.nlmsg_len = NLMSG_ALIGN(m->n.nlmsg_len) + (unsigned)RTA_ALIGN(a->rta_len);
	return a;
}

static void put(FILE *f, const struct message *m)
{
	fwrite(m, NLMSG_ALIGN(m->n.nlmsg_len), 1, f);
}

static void end(FILE *f)
{
	struct message m;

	body(&m, NLMSG_DONE, 4);
	put(f, &m);
	fclose(f);
}

/* A veth whose other end nobody sees, the case that is looked for in vain. */
static void link_message(FILE *f, unsigned i)
{
	struct message m;
	struct ifinfomsg *ifi = body(&m, RTM_NEWLINK, sizeof(*ifi));
	unsigned mtu = 1500, far = 1000000 + i;
	struct rtattr *info;
	char name[IFNAMSIZ];

	ifi->ifi_index = (int)i + 2;
	ifi->ifi_flags = IFF_UP | IFF_RUNNING;
	snprintf(name, sizeof(name), "veth%u", i);
	add(&m, IFLA_IFNAME, name, strlen(name) + 1);
	add(&m, IFLA_MTU, &mtu, sizeof(mtu));
	add(&m, IFLA_LINK, &far, sizeof(far));
	info = add(&m, IFLA_LINKINFO, NULL, 0);
	add(&m, IFLA_INFO_KIND, "veth", 5);
	info->rta_len = (unsigned short)((char *)&m + m.n.nlmsg_len - (char *)info);
	put(f, &m);
}

static void stats_message(FILE *f, unsigned i, unsigned moved)
{
	struct rtnl_link_stats64 v = {
		.rx_packets = 10000, .tx_packets = 10000, .rx_dropped = moved, .tx_dropped = moved
	};
	struct message m;
	struct if_stats_msg *s = body(&m, RTM_NEWSTATS, sizeof(*s));

	s->ifindex = i + 2;
	s->filter_mask = 1;
	add(&m, IFLA_STATS_LINK_64, &v, sizeof(v));
	put(f, &m);
}

static void qdisc_message(FILE *f, unsigned i, unsigned moved)
{
	struct gnet_stats_queue q = { .drops = moved };
	struct message m;
	struct tcmsg *t = body(&m, RTM_NEWQDISC, sizeof(*t));
	struct rtattr *stats;

	t->tcm_ifindex = (int)i + 2;
	t->tcm_parent = TC_H_ROOT;
	t->tcm_handle = 0x10000;
	add(&m, TCA_KIND, "pfifo_fast", 11);
	stats = add(&m, TCA_STATS2, NULL, 0);
	add(&m, TCA_STATS_QUEUE, &q, sizeof(q));
	stats->rta_len = (unsigned short)((char *)&m + m.n.nlmsg_len - (char *)stats);
	put(f, &m);
}

static int devices(const char *dir, unsigned n, unsigned moved)
{
	static const char *const names[] = { "netlink/getlink", "netlink/getstats", "netlink/getqdisc" };

	for (unsigned k = 0; k < 3; k++) {
		FILE *f = create(dir, names[k]);

		if (!f)
			return -errno;
		for (unsigned i = 0; i < n; i++) {
			if (k == 0)
				link_message(f, i);
			else if (k == 1)
				stats_message(f, i, moved);
			else
				qdisc_message(f, i, moved);
		}
		end(f);
	}
	return texts(dir, "proc/net", moved);
}

static int namespaces(const char *dir, unsigned n, unsigned moved)
{
	int r = texts(dir, "proc/net", moved);

	for (unsigned i = 0; i < n && r == 0; i++) {
		char path[64], dev[700] = { 0 };
		FILE *f;

		snprintf(path, sizeof(path), "netns/%u/about", 4026540000u + i);
		f = create(dir, path);
		if (!f)
			return -errno;
		fprintf(f, "name: box%u\npid: %u\ncookie: %u\n", i, 1000 + i, 5000 + i);
		fclose(f);
		snprintf(path, sizeof(path), "netns/%u/net", 4026540000u + i);
		r = texts(dir, path, moved);
		snprintf(path, sizeof(path), "netns/%u/net/dev", 4026540000u + i);
		f = r ? NULL : create(dir, path);
		if (!f)
			return -errno;
		snprintf(dev, sizeof(dev),
			 "    lo: 15064 146 0 0 0 0 0 0 15064 146 0 0 0 0 0 0\n"
			 "  eth0: 15064 146 0 %u 0 0 0 0 15064 146 0 %u 0 0 0 0\n",
			 moved, moved);
		fputs(dev, f);
		fclose(f);
	}
	return r;
}

int fake_make(const char *dir, enum fake_what what, unsigned n, unsigned moved)
{
	FILE *f = create(dir, "about");

	if (!f)
		return -errno;
	fprintf(f,
		"kernel: 6.18.0\nhostname: fake\nreal_ns: %u000000000\nmono_ns: %u000000000\nown_inode: 4026531840\n",
		1700000000 + moved, 1000 + moved);
	fclose(f);
	switch (what) {
	case FAKE_CPUS:
		return cpus(dir, n, moved);
	case FAKE_DEVICES:
		return devices(dir, n, moved);
	case FAKE_DEV_FILE:
		return dev_file(dir, n, moved);
	case FAKE_NAMESPACES:
		return namespaces(dir, n, moved);
	}
	return -EINVAL;
}
