/* SPDX-License-Identifier: BSD-2-Clause */
/* whydrop sockets: every socket that has lost something or is nearly full, worst first. */
#include "app/cli.h"
#include "app/pipeline.h"
#include "source/owner.h"

int cli_sockets(const struct options *o)
{
	struct writer_opts w = cli_writer_opts(o, stdout);
	struct err err = { 0 };
	struct pipeline p;
	struct fmt out;
	int r = pipeline_open(&p, o->root, o->netns, &err);

	if (r)
		return cli_fail(&err);
	cli_warn(&err);
	p.sample.zero_base = true; /* what each socket has lost in its life */
	p.probe.all_sockets = true;
	r = pipeline_baseline(&p, &err);
	if (r == 0) {
		owner_find(p.tree, &p.sample, NULL);
		fmt_grow(&out);
		write_sockets_text(&p.sample, &w, &out);
		r = cli_print(stdout, &out, &err);
		fmt_free(&out);
	}
	pipeline_close(&p);
	return r ? cli_fail(&err) : EXIT_CLEAN;
}
