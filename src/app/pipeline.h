/* SPDX-License-Identifier: BSD-2-Clause */
/* One host through the house: sources, sample, ledger, report. The page to read first. */
#ifndef APP_PIPELINE_H
#define APP_PIPELINE_H

#include "source/source.h"
#include "tell/report.h"

struct pipeline {
	struct tree *tree;
	struct sample sample;
	struct ledger ledger, boot;   /* what moved; totals since boot */
	struct report report;
	struct probe probe;
	bool since_boot;              /* a recording looked at alone: totals, no interval */
	bool untimed;                 /* a recording does not say when it was made */
	char blind[SRC_COUNT][160];   /* why a source could not be read at the beginning, "" when it could */
};

/* path NULL: this host; else a recorded tree or snapshot. netns: a name, inode or pid to keep to, NULL or "all" for all. */
int pipeline_open(struct pipeline *p, const char *path, const char *netns, struct err *err);
void pipeline_close(struct pipeline *p);
/* Takes the baseline: everything is read once. */
int pipeline_baseline(struct pipeline *p, struct err *err);
/* Ends the baseline as an interval ends: totals that are not older than their parts. For who goes on from there. */
void pipeline_settle(struct pipeline *p);
/* One tick: what is cheap, and expensive detail where a cheap counter that it explains has moved. */
void pipeline_tick(struct pipeline *p);
/* The last sample: details, then the totals again, settings of the namespaces that lost, owners. Then the report. */
int pipeline_finish(struct pipeline *p, struct err *err);
/* Begins a new interval with the last sample as its baseline. */
void pipeline_restart(struct pipeline *p);
/* A recorded host alone: totals since boot. */
int pipeline_totals(struct pipeline *p, struct err *err);
/* Goes on with a second recording of the same host as the last sample. */
int pipeline_compare(struct pipeline *p, const char *path, const char *netns, struct err *err);

#endif
