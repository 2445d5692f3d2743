/* SPDX-License-Identifier: BSD-2-Clause */
/* whydrop log: the simple tracking script, but right: one line per interval, each packet once. */
#include "app/cli.h"
#include "app/pipeline.h"

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

int cli_log(const struct options *o)
{
	struct err err = { 0 };
	struct pipeline p;
	uint64_t next, lines = 0;
	bool lost = false;
	int r;

	cli_catch();
	r = pipeline_open(&p, NULL, o->netns, &err);
	if (r)
		return cli_fail(&err);
	r = pipeline_baseline(&p, &err);
	if (r == 0)
		pipeline_settle(&p);
	next = cli_now() + o->interval_ns;
	while (r == 0) {
		bool last = cli_wait(next);

		r = line(&p, o, &err);
		lost |= r == 0 && p.ledger.lost;
		if (last || (o->count && ++lines >= o->count))
			break;
		pipeline_restart(&p);
		next += o->interval_ns;
		if (next < cli_now())
			next = cli_now() + o->interval_ns;
	}
	pipeline_close(&p);
	return r ? cli_fail(&err) : lost ? EXIT_LOST : EXIT_CLEAN;
}
