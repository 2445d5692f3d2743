/* SPDX-License-Identifier: BSD-2-Clause */
/* whydrop look: a baseline, some seconds, a verdict; or the same from recordings. */
#include "app/cli.h"
#include "out/page.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* On a terminal one quiet line that is written over, else one line for whoever waits for the baseline. */
static void progress(const struct pipeline *p, const struct options *o, uint64_t left_ns, bool first)
{
	bool tty = isatty(STDERR_FILENO);
	char text[200];
	struct fmt f;
	uint32_t ns = 0;

	if (!tty && !first)
		return;
	while (tree_netns(p->tree, ns))
		ns++;
	fmt_init(&f, text, sizeof(text));
	fmt_add(&f, "watching %u namespace%s", ns, ns == 1 ? "" : "s");
	if (tty)
		fmt_add(&f, ", %llu s left, %s packets missing so far (Ctrl-C: verdict)",
			(unsigned long long)((left_ns + 999999999) / 1000000000), page_number(p->ledger.lost).s);
	/* a line that wraps cannot be written over */
	if (tty)
		fprintf(stderr, "\r\033[K%.*s", cli_writer_opts(o, stderr).width - 1, text);
	else
		fprintf(stderr, "%s\n", text);
	fflush(stderr);
}

static int verdict(struct pipeline *p, const struct options *o, struct err *err)
{
	struct writer_opts w = cli_writer_opts(o, stdout);
	const struct writer *how = o->json ? &write_json : &write_text;
	struct fmt out;
	int r;

	fmt_grow(&out);
	how->write(&p->report, &w, &out);
	r = cli_print(stdout, &out, err);
	fmt_free(&out);
	return r ? r : p->ledger.lost ? EXIT_LOST : EXIT_CLEAN;
}

static int watch(struct pipeline *p, const struct options *o, struct err *err)
{
	uint64_t end;
	int r = pipeline_baseline(p, err);

	if (r)
		return r;
	pipeline_settle(p);
	end = cli_now() + o->for_ns;
	progress(p, o, o->for_ns, true);
	while (!cli_tick(p, end))
		progress(p, o, end > cli_now() ? end - cli_now() : 0, false);
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r\033[K");
	return pipeline_finish(p, err);
}

static int compare(struct pipeline *p, const struct options *o, struct err *err)
{
	int r = pipeline_baseline(p, err);

	if (r)
		return r;
	r = pipeline_compare(p, o->to, o->netns, err);
	if (r == 0)
		cli_warn(err); /* damaged, but the rest was read */
	return r;
}

int cli_look(const struct options *o)
{
	struct err err = { 0 };
	struct pipeline p;
	int r;

	if ((o->from != NULL) != (o->to != NULL) || (o->root && o->from)) {
		err_set(&err, EINVAL, "--from and --to go together, and not with --root");
		return cli_fail(&err);
	}
	cli_catch();
	r = pipeline_open(&p, o->from ? o->from : o->root, o->netns, &err);
	if (r)
		return cli_fail(&err);
	cli_warn(&err);
	if (o->root)
		r = pipeline_totals(&p, &err);
	else if (o->from)
		r = compare(&p, o, &err);
	else
		r = watch(&p, o, &err);
	if (r == 0)
		r = verdict(&p, o, &err);
	pipeline_close(&p);
	return r < 0 ? cli_fail(&err) : r;
}
