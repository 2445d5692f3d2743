/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Builds the one read-only report from a sample and its ledger: rates, denominators, what each layer lost, and what
 * could not be seen. It books nothing and words no cause: that is explain.c and advise.c.
 */
#include "tell/report.h"

#include <errno.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

/* What a person calls the things a source reads. */
static const char *const source_words[SRC_COUNT] = {
	[SRC_netdev] = "device counters",
	[SRC_qdisc] = "send queues (qdisc)",
	[SRC_softnet] = "CPU input queues (softnet)",
	[SRC_conntrack] = "connection tracking",
	[SRC_xfrm] = "IPsec counters (xfrm)",
	[SRC_neigh] = "neighbour tables (ARP/ND)",
	[SRC_sockstat] = "socket memory",
	[SRC_netstat] = "TCP/IP counters (netstat)",
	[SRC_snmp] = "IP/UDP/TCP counters (snmp)",
	[SRC_snmp6] = "IPv6 counters (snmp6)",
	[SRC_protocols] = "protocol memory pressure",
	[SRC_mcast] = "multicast memberships",
	[SRC_ethtool] = "card statistics (ethtool -S)",
	[SRC_qstats] = "queue statistics of devices",
	[SRC_nftables] = "firewall rule counters (nftables)",
	[SRC_iptables] = "firewall rule counters (iptables)",
	[SRC_nfqueue] = "NFQUEUE counters",
	[SRC_sockdiag] = "sockets and their owners (sock_diag)",
	[SRC_sockproc] = "raw, packet and netlink sockets",
	[SRC_settings] = "kernel settings",
};

/* A source that is off because the kernel has no such thing hides nothing; one that is not allowed to look does. */
static bool says_hidden(const char *why)
{
	static const char *const words[] = { "not allowed", "CAP_", "permi", "privilege", "as root", "unknown" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (strcasestr(why, words[i]))
			return true;
	return false;
}

/* True when there is something to read that we may not or cannot: a zero of this source is no proof. */
static bool source_hidden(const struct sample *s, enum source_id id)
{
	return s->health[id].state == SOURCE_BLIND || says_hidden(s->health[id].why);
}

static void unseen_add(struct report *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Without memory the sentence is missing from the list; the numbers stay right. */
static void unseen_add(struct report *r, const char *fmt, ...)
{
	char(*p)[240] = realloc(r->unseen, (r->unseens + 1) * sizeof(*p));
	va_list ap;

	if (!p)
		return;
	r->unseen = p;
	va_start(ap, fmt);
	vsnprintf(p[r->unseens++], sizeof(*p), fmt, ap);
	va_end(ap);
}

static const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

static void unseen_source(struct report *r, enum source_id id)
{
	const struct source_health *h = &r->sample->health[id];
	const char *needs = source_rows[id].needs, *words = source_words[id] ? source_words[id] : source_rows[id].name;

	/* one that is on and has something to say saw only a part */
	if (!source_hidden(r->sample, id) && !(h->state == SOURCE_ON && h->why[0]))
		return;
	if (h->why[0])
		unseen_add(r, "%s: %s", words, h->why);
	else if (needs && needs[0])
		unseen_add(r, "%s: need %s", words, needs);
	else
		unseen_add(r, "%s: cannot be read", words);
}

/* Most important first: an output with little room shows the head of the list. */
/* A part grew beyond the total that should contain it: the row is wrong for this kernel, and the user may tell us. */
static void unseen_contradictions(struct report *r)
{
	const struct ledger *l = r->ledger;

	for (uint32_t i = 0; i < l->contradictions && i < 3; i++) {
		const struct counter *c = &counter_rows[l->contradiction[i].counter];
		unsigned e = 0;

		while (e + 1 < EDGES && c->of[e].total && c->of[e].kind != EXACT)
			e++;
		unseen_add(
			r,
			"self.table_contradiction: %s moved %llu more than %s, which should contain it: our table is wrong "
			"for this kernel, please report it with a snapshot",
			c->key, (unsigned long long)l->contradiction[i].packets, c->of[e].total ? c->of[e].total : "?");
	}
}

static void unseen_build(struct report *r)
{
	const struct sample *s = r->sample;

	r->unseens = 0;
	unseen_contradictions(r);
	if (s->hidden_ns)
		unseen_add(r, "%u namespace%s not visible: run as root", s->hidden_ns, plural(s->hidden_ns));
	if (r->container)
		unseen_add(r, "this is one network namespace of a host; the others are not visible from here");
	if (s->half_ns)
		unseen_add(
			r,
			"%u namespace%s only half visible (counters yes; devices, queues, sockets, rules no): run as root",
			s->half_ns, plural(s->half_ns));
	for (enum source_id id = 0; id < SRC_COUNT; id++)
		unseen_source(r, id);
	if (s->resets)
		unseen_add(r, "%u counter%s went backwards (reset or replaced): what %s lost at that moment is unknown",
			   s->resets, plural(s->resets), s->resets == 1 ? "it" : "they");
	if (s->no_room)
		unseen_add(r, "%u thing%s had no room in the tables and %s left out", s->no_room, plural(s->no_room),
			   s->no_room == 1 ? "was" : "were");
	unseen_add(r, "kernel drop events are not used in this version: losses that no counter shows stay unseen "
		      "(unjoined multicast, martians, generic XDP, ...)");
}

/* These pass on what another device has received or will send: counting them too would count a packet again. */
static const char *const stacked_kinds[] = {
	"bridge", "bond",   "team",   "vlan", "macvlan", "macvtap", "ipvlan",	 "ipvtap",    "vrf",
	"ifb",	  "vxlan",  "geneve", "gre",  "gretap",	 "ip6gre",  "ip6gretap", "ipip",      "sit",
	"ip6tnl", "erspan", "vti",    "vti6", "xfrm",	 "hsr",	    "macsec",	 "wireguard",
};

static const struct link_fact *counting_device(const struct sample *s, uint32_t place)
{
	const struct place *p = place < s->places ? &s->place[place] : NULL;
	const struct link_fact *l = p && p->kind == PLACE_DEVICE ? p->link : NULL;

	if (!l || (l->flags & IFF_LOOPBACK) || strcmp(l->name, "lo") == 0)
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(stacked_kinds); i++)
		if (strcmp(l->kind, stacked_kinds[i]) == 0)
			return NULL;
	return l;
}

/* The denominator of the verdict: packets that cards, tun/tap and veth devices received and sent, a veth pair counted
 * once; what bridges, VLANs, tunnels and loopback pass on is not counted again. */
static void traffic_build(struct report *r)
{
	const struct sample *s = r->sample;
	uint16_t rx = table_counter(slice_str("dev.rx_packets")), tx = table_counter(slice_str("dev.tx_packets"));
	uint64_t cards = 0, veth_rx = 0, veth_tx = 0;

	r->have_packets_seen = false;
	for (uint32_t i = 0; i < s->count; i++) {
		const struct series *e = &s->series[i];
		bool counts = e->counter != COUNTER_NONE && (e->counter == rx || e->counter == tx);
		const struct link_fact *l = counts ? counting_device(s, e->place) : NULL;
		uint64_t *sum = l && strcmp(l->kind, "veth") == 0 ? e->counter == rx ? &veth_rx : &veth_tx : &cards;

		if (!l)
			continue;
		*sum += r->since_boot ? e->now : e->sum;
		r->have_packets_seen = true;
	}
	/* what one end of a pair sends the other end receives, if both ends are in view */
	if (r->namespaces > 1 && !r->container && !s->hidden_ns && !s->half_ns)
		r->packets_seen = cards + (veth_rx > veth_tx ? veth_rx : veth_tx);
	else
		r->packets_seen = cards + veth_rx + veth_tx;
}

static void places_count(struct report *r)
{
	const struct sample *s = r->sample;
	uint32_t own = sample_own_ns(s), in_own = 0;

	r->namespaces = r->devices = r->cpus = 0;
	for (uint32_t i = 0; i < s->places; i++) {
		if (s->place[i].gone)
			continue;
		r->namespaces += s->place[i].kind == PLACE_NETNS;
		r->devices += s->place[i].kind == PLACE_DEVICE;
		r->cpus += s->place[i].kind == PLACE_CPU;
		in_own += own != PLACE_NONE && s->place[i].parent == own;
	}
	/* our own is there even when another one was asked for (--netns), but then nothing of it was read */
	if (r->namespaces > 1 && own != PLACE_NONE && !s->place[own].slot && !in_own)
		r->namespaces--;
}

static void finding_build(struct finding *f, const struct entry *e, const struct report *r)
{
	*f = (struct finding){ .entry = e };
	if (!r->since_boot && r->seconds > 0)
		f->rate = (double)e->packets / r->seconds;
	f->have_traffic = ledger_traffic(r->sample, e, &f->traffic);
	explain_finding(f, r);
	advise_finding(f, r);
}

static int findings_build(struct report *r)
{
	const struct ledger *l = r->ledger;
	struct finding *p = r->finding;

	if (l->entries > r->findings || !p)
		p = realloc(r->finding, (l->entries + 1) * sizeof(*p));
	if (!p)
		return -ENOMEM;
	r->finding = p;
	r->findings = l->entries;
	memset(r->layer_lost, 0, sizeof(r->layer_lost));
	for (uint32_t i = 0; i < l->entries; i++) {
		const struct cause_row *c = &cause_rows[l->entry[i].cause];

		if (verdict_is_loss(c->verdict))
			r->layer_lost[c->layer] += l->entry[i].packets;
		finding_build(&p[i], &l->entry[i], r);
	}
	return 0;
}

static void layer_feeder(const struct report *r, const struct counter *c, bool *some, bool *hidden)
{
	if (c->from >= SRC_COUNT || (c->is != LEAF && c->is != PART && c->is != TOTAL))
		return;
	*some |= r->sample->health[c->from].state == SOURCE_ON;
	*hidden |= source_hidden(r->sample, c->from);
}

enum layer_view report_layer_view(const struct report *r, enum layer layer)
{
	bool some = false, hidden = false;

	for (size_t i = 0; i < counter_count; i++)
		if (counter_rows[i].cause != CAUSE_NONE && cause_rows[counter_rows[i].cause].layer == layer)
			layer_feeder(r, &counter_rows[i], &some, &hidden);
	for (size_t i = 0; i < split_count; i++) {
		uint16_t c = table_counter(slice_str(split_rows[i].key));

		if (cause_rows[split_rows[i].cause].layer == layer && c != COUNTER_NONE)
			layer_feeder(r, &counter_rows[c], &some, &hidden);
	}
	if (!some)
		return LAYER_UNSEEN;
	return hidden ? LAYER_PARTLY : LAYER_SEEN;
}

static void host_build(struct report *r)
{
	struct utsname u;

	if (r->recorded || uname(&u) != 0)
		return;
	if (!r->host[0])
		snprintf(r->host, sizeof(r->host), "%s", u.nodename);
	if (!r->kernel[0])
		snprintf(r->kernel, sizeof(r->kernel), "%s", u.release);
}

int report_build(struct report *r, const struct sample *s, const struct ledger *l, struct err *err)
{
	r->sample = s;
	r->ledger = l;
	host_build(r);
	places_count(r);
	traffic_build(r);
	unseen_build(r);
	if (findings_build(r) != 0)
		return err_set(err, ENOMEM, "report: no memory for %u findings", l->entries);
	return 0;
}

void report_free(struct report *r)
{
	free(r->finding);
	free(r->unseen);
	r->finding = NULL;
	r->unseen = NULL;
	r->findings = r->unseens = 0;
}
