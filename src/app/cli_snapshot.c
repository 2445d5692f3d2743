/* SPDX-License-Identifier: BSD-2-Clause */
/* whydrop snapshot FILE: everything the sources read, as they read it, in one tar file. */
#include "app/cli.h"
#include "app/pipeline.h"

int cli_snapshot(const struct options *o)
{
	struct err err = { 0 };
	struct pipeline p;
	struct netns *ns;
	int r = pipeline_open(&p, NULL, o->netns, &err);

	if (r)
		return cli_fail(&err);
	tree_record(p.tree);
	r = pipeline_baseline(&p, &err);
	/* settings too: whoever reads the snapshot elsewhere needs them for the fix */
	for (uint32_t i = 0; r == 0 && (ns = tree_netns(p.tree, i)); i++)
		source_read(&p.probe, SRC_settings, ns);
	if (r == 0 && tree_write(p.tree, o->args[0], &err)) {
		pipeline_close(&p);
		cli_warn(&err);
		return EXIT_OWN_FAILURE; /* what could be read is not the trouble */
	}
	pipeline_close(&p);
	return r ? cli_fail(&err) : EXIT_CLEAN;
}
