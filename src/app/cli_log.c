/* SPDX-License-Identifier: BSD-2-Clause */
/* whydrop log: the simple tracking script, but right: one line per interval, each packet once. */
#include "app/cli.h"

static int line(struct pipeline *p, const struct options *o, struct err *err)
{
	struct writer_opts w = cli_writer_opts(o, stdout);
	struct fmt out;
	int r = pipeline_finish(p, err);

	if (r)
		return r;
	fmt_grow(&out);
	write_log.write(&p->report, &w, &out);
	r = cli_print(stdout, &out, err);
	fmt_free(&out);
	return r;
}

/* The books keep what has left (namespaces, devices, sockets, rules), so on a host of many short-lived containers they
 * fill up. Then they are begun anew: what is lost in those few milliseconds is not seen. */
#define WORN_PLACES 20000

static bool worn(const struct sample *s)
{
	uint32_t gone = 0;

	for (uint32_t i = 0; i < s->places; i++)
		gone += s->place[i].gone;
	return gone > WORN_PLACES;
}

static int begin(struct pipeline *p, const struct options *o, struct err *err)
{
	int r = pipeline_open(p, NULL, o->netns, err);

	if (r)
		return r;
	r = pipeline_baseline(p, err);
	if (r)
		pipeline_close(p);
	else
		pipeline_settle(p);
	return r;
}

int cli_log(const struct options *o)
{
	struct err err = { 0 };
	struct pipeline p;
	uint64_t next, lines = 0;
	bool lost = false;
	int r;

	cli_catch();
	r = begin(&p, o, &err);
	if (r)
		return cli_fail(&err);
	next = cli_now() + o->interval_ns;
	while (r == 0) {
		bool last;

		while (!cli_tick(&p, next))
			;
		last = cli_wait(0);
		r = line(&p, o, &err);
		lost |= r == 0 && p.ledger.lost;
		if (r || last || (o->count && ++lines >= o->count))
			break;
		if (worn(&p.sample)) {
			pipeline_close(&p);
			r = begin(&p, o, &err);
			if (r)
				return cli_fail(&err);
		} else {
			pipeline_restart(&p);
		}
		next += o->interval_ns;
		if (next < cli_now())
			next = cli_now() + o->interval_ns;
	}
	pipeline_close(&p);
	return r ? cli_fail(&err) : lost ? EXIT_LOST : EXIT_CLEAN;
}
