/* SPDX-License-Identifier: BSD-2-Clause */
/* A small host made by hand for the tests of report and writers: two namespaces, a veth, a socket, a rule, a CPU. */
#ifndef TESTS_REPORT_FIXTURE_H
#define TESTS_REPORT_FIXTURE_H

#include <arpa/inet.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "out/page.h"
#include "out/writer.h"

enum { AT_HOST, AT_OWN, AT_LAB, AT_B0, AT_SOCK, AT_RULE, AT_CPU, AT_LO, PLACES };

struct fixture {
	uint32_t own_slot;
	struct ns_fact own, lab;
	struct link_fact b0, lo;
	struct sock_fact sock;
	struct rule_fact rule;
	struct place place[PLACES];
	struct series series[4];
	struct event event[2];
	struct sample sample;
	struct entry entry[40];
	struct residue residue[8];
	struct ledger ledger;
	struct finding finding[40];
	char unseen[4][240];
	struct report report;
	struct writer_opts opts;
	struct fmt out;
};

static inline void fixture_places(struct fixture *x)
{
	x->own = (struct ns_fact){ .inode = 4026531840, .cookie = 1, .own = true };
	x->lab = (struct ns_fact){ .inode = 4026532300, .cookie = 8118, .name = "lab-b" };
	x->b0 = (struct link_fact){ .ifindex = 2, .name = "b0", .kind = "veth", .up = true, .peer = PLACE_NONE };
	x->lo = (struct link_fact){ .ifindex = 1, .name = "lo", .flags = IFF_LOOPBACK, .peer = PLACE_NONE };
	x->sock = (struct sock_fact){ .kind = SOCK_KIND_UDP,
				      .family = AF_INET,
				      .port = 5000,
				      .have_mem = true,
				      .rmem = 212992,
				      .rcvbuf = 212992,
				      .sndbuf = 212992,
				      .drops = 908,
				      .owner = { .pid = 4711, .comm = "python3", .unit = "reader.service" } };
	inet_pton(AF_INET, "10.77.0.2", x->sock.addr);
	x->rule = (struct rule_fact){
		.tool = "nft", .family = "inet", .table = "filter", .chain = "input", .handle = 4, .verdict = RULE_DROP
	};
	x->place[AT_HOST] = (struct place){ .kind = PLACE_HOST, .parent = PLACE_NONE };
	/* something of it was read */
	x->place[AT_OWN] = (struct place){ .kind = PLACE_NETNS, .ns = &x->own, .slot = &x->own_slot };
	x->place[AT_LAB] = (struct place){ .kind = PLACE_NETNS, .ns = &x->lab };
	x->place[AT_B0] = (struct place){ .kind = PLACE_DEVICE, .parent = AT_LAB, .id = 2, .link = &x->b0 };
	x->place[AT_SOCK] = (struct place){ .kind = PLACE_SOCKET, .parent = AT_LAB, .sock = &x->sock };
	x->place[AT_RULE] = (struct place){ .kind = PLACE_RULE, .parent = AT_LAB, .rule = &x->rule };
	x->place[AT_CPU] = (struct place){ .kind = PLACE_CPU, .id = 1 };
	x->place[AT_LO] = (struct place){ .kind = PLACE_DEVICE, .parent = AT_LAB, .id = 1, .link = &x->lo };
	x->sample = (struct sample){ .place = x->place,
				     .places = PLACES,
				     .series = x->series,
				     .event = x->event,
				     .real_ns = 1795367110ULL * 1000000000,
				     .began_real_ns = 1795367100ULL * 1000000000 };
	for (unsigned i = 0; i < SRC_COUNT; i++)
		x->sample.health[i].state = SOURCE_ON;
}

/* A healthy host watched for ten seconds. */
static inline void fixture_init(struct fixture *x)
{
	*x = (struct fixture){ .opts = { .width = 80 } };
	fixture_places(x);
	x->ledger = (struct ledger){ .entry = x->entry, .residue = x->residue };
	x->report = (struct report){ .sample = &x->sample,
				     .ledger = &x->ledger,
				     .host = "lab",
				     .kernel = "6.18.44",
				     .version = "0.1.0",
				     .seconds = 10,
				     .finding = x->finding,
				     .packets_seen = 1010,
				     .have_packets_seen = true,
				     .unseen = x->unseen,
				     .namespaces = 2,
				     .devices = 3,
				     .cpus = 4 };
	fmt_grow(&x->out);
}

/* Adds an entry in lab-b with its finding, and books it into the sums. */
static inline struct finding *fixture_lose(struct fixture *x, enum cause cause, uint64_t packets)
{
	const struct cause_row *c = &cause_rows[cause];
	struct ledger *l = &x->ledger;
	struct finding *f = &x->finding[l->entries];

	x->entry[l->entries] = (struct entry){ .cause = cause,
					       .ns = AT_LAB,
					       .device = PLACE_NONE,
					       .sock = PLACE_NONE,
					       .rule = PLACE_NONE,
					       .cpu = -1,
					       .packets = packets,
					       .unit = PACKETS };
	*f = (struct finding){ .entry = &x->entry[l->entries],
			       .rate = (double)packets / 10,
			       .where = "namespace lab-b",
			       .why = "The program was too slow.",
			       .ordinary = "ip -s link, netstat -i: nothing" };
	l->entries++;
	x->report.findings = l->entries;
	l->lost += verdict_is_loss(c->verdict) ? packets : 0;
	l->policy += c->verdict == POLICY ? packets : 0;
	l->refused += c->verdict == REFUSED ? packets : 0;
	l->benign += c->verdict == BENIGN ? packets : 0;
	x->report.layer_lost[c->layer] += verdict_is_loss(c->verdict) ? packets : 0;
	return f;
}

/* The full UDP buffer of python3, with one fix. */
static inline struct finding *fixture_lose_udp(struct fixture *x, uint64_t packets)
{
	struct finding *f = fixture_lose(x, SOCKET_UDP_RCVBUF_FULL, packets);
	struct entry *e = &x->entry[x->ledger.entries - 1];

	e->sock = AT_SOCK;
	e->since_boot = 90210;
	e->have_boot = true;
	e->evidence[0] = (struct evidence){ .counter = table_counter(slice_str("Udp.RcvbufErrors")),
					    .place = AT_LAB,
					    .delta = packets,
					    .booked = true };
	e->evidences = 1;
	*f = (struct finding){ .entry = e,
			       .rate = (double)packets / 10,
			       .traffic = 102,
			       .have_traffic = true,
			       .where = "namespace lab-b, udp 10.77.0.2:5000",
			       .socket = "udp 10.77.0.2:5000",
			       .owner = "python3 (pid 4711), unit reader.service",
			       .ordinary = "ip -s link, netstat -i, ethtool -S: nothing",
			       .why = "The buffer of 212 992 bytes held about 100 datagrams while 101 a second came in.",
			       .look = "ss -uampn sport = :5000",
			       .fixes = 1 };
	f->fix[0] = (struct fix){ .command = "sysctl -w net.core.rmem_max=8388608",
				  .why = "Twice the burst seen fits then; the program must ask for it with SO_RCVBUF.",
				  .risk = "up to 8 MiB of kernel memory for each such socket",
				  .undo = "sysctl -w net.core.rmem_max=212992",
				  .persist = "echo net.core.rmem_max=8388608 > /etc/sysctl.d/90-whydrop.conf" };
	return f;
}

static inline const char *fixture_write(struct fixture *x, const struct writer *w)
{
	fmt_reset(&x->out);
	w->write(&x->report, &x->opts, &x->out);
	return x->out.p ? x->out.p : "";
}

static inline void fixture_free(struct fixture *x)
{
	fmt_free(&x->out);
}

/* Columns of the widest line; lines that begin with blanks and "$ " are commands and may be longer. */
static inline int fixture_width(const char *s)
{
	int widest = 0;

	for (const char *end; *s; s = *end ? end + 1 : end) {
		const char *text = s + strspn(s, " ");
		const char *to;

		end = s + strcspn(s, "\n");
		to = memmem(text, (size_t)(end - text), " > /", 4);

		/* what is to be pasted is never broken: commands, and undo or keep lines that write a file */
		if (strncmp(text, "$ ", 2) == 0 || (to && (strncmp(text, "undo: ", 6) == 0 || strncmp(text, "keep: ", 6) == 0)))
			continue;
		if (page_columns(s, (size_t)(end - s)) > widest)
			widest = page_columns(s, (size_t)(end - s));
	}
	return widest;
}

static inline unsigned fixture_lines(const char *s)
{
	unsigned n = 0;

	for (; *s; s++)
		n += *s == '\n';
	return n;
}

#endif
