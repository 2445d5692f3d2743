/* SPDX-License-Identifier: BSD-2-Clause */
/* The read-only report: all that an output needs, in the order of importance. Outputs draw it and know nothing else. */
#ifndef TELL_REPORT_H
#define TELL_REPORT_H

#include "ledger/ledger.h"

#define FIX_CAP 6
struct fix {
	char command[400];    /* exact command, "" when there is nothing to run */
	char why[400], risk[240], undo[300], persist[400];
};

struct finding {
	const struct entry *entry;
	double rate;                  /* packets a second */
	uint64_t traffic;             /* same kind that went well */
	bool have_traffic;
	char where[200];              /* "namespace lab-b, device b0, udp 10.77.0.2:5000" */
	char owner[160];              /* "python3 (pid 4711), unit nginx.service", "" unknown */
	char socket[120];             /* "udp 10.77.0.2:5000", "" none */
	char rule[240];               /* "inet filter input handle 4", "" none */
	char ordinary[160];           /* what ip -s link, netstat -i and ethtool -S show of it */
	char why[600];                /* in plain words, with this host's numbers */
	char look[200];               /* command that shows it */
	char nothing[400];            /* "nothing to do: ..." when no fix is called for, else "" */
	struct fix fix[FIX_CAP];
	unsigned fixes;
};

struct report {
	const struct sample *sample;
	const struct ledger *ledger;
	char host[80], kernel[80], version[32];
	double seconds;
	bool recorded, since_boot, container;  /* from a recording; no interval, totals only; one namespace of a host */
	struct finding *finding;               /* one for each entry of the ledger, same order */
	uint32_t findings;
	uint64_t packets_seen;                 /* by cards, tun/tap and veth pairs, each once: the denominator of the verdict */
	bool have_packets_seen;
	uint64_t layer_lost[LAYER_COUNT];
	char (*unseen)[240];                   /* what could not be seen and why, one sentence each */
	uint32_t unseens;
	uint32_t namespaces, devices, cpus;
	const struct ledger *boot;             /* booked LEDGER_SINCE_BOOT, the caller's; NULL when there is none */
};

/* How much of a layer could be looked at: nothing is drawn "-", a partly seen zero "0?". Unknown is never zero. */
enum layer_view { LAYER_UNSEEN, LAYER_PARTLY, LAYER_SEEN };
enum layer_view report_layer_view(const struct report *r, enum layer layer);

int report_build(struct report *r, const struct sample *s, const struct ledger *l, struct err *err);
void report_free(struct report *r);

/* Fills where, why, look, nothing and fix of one finding (tell/explain.c, tell/advise.c). */
void explain_finding(struct finding *f, const struct report *r);
void advise_finding(struct finding *f, const struct report *r);

#endif
