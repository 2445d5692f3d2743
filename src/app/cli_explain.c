/* SPDX-License-Identifier: BSD-2-Clause */
/* whydrop explain NAME: what the tables know. */
#include "app/cli.h"
#include "tell/lookup.h"

#include <errno.h>

int cli_explain(const struct options *o)
{
	struct fmt name, out;
	struct err err = { 0 };
	int r, p;

	fmt_grow(&name);
	fmt_grow(&out);
	for (int i = 0; i < o->arg_count; i++)
		fmt_add(&name, "%s%s", i ? " " : "", o->args[i]);
	r = lookup_explain(name.p ? name.p : "", &out);
	p = cli_print(r ? stderr : stdout, &out, &err);
	fmt_free(&name);
	fmt_free(&out);
	if (p)
		return cli_fail(&err);
	return r == -ENOENT ? EXIT_USAGE : r ? EXIT_OWN_FAILURE : EXIT_CLEAN;
}
