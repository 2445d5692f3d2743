/* SPDX-License-Identifier: BSD-2-Clause */
/* whydrop, the command: finds the command's row, parses its options, runs it. */
#include "app/options.h"

#include "table/table.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct command commands[] = {
	{ "look", CMD_LOOK, cli_look, "", 0, 0, "watch for 10 s, say what is lost, where, to whom and why",
	  "whydrop look --for 30s -v" },
	{ "sockets", CMD_SOCKETS, cli_sockets, "", 0, 0, "sockets that lose or are about to, worst first",
	  "whydrop sockets --netns all" },
	{ "explain", CMD_EXPLAIN, cli_explain, "NAME", 1, 8, "what a counter, drop reason, cause or setting means",
	  "whydrop explain TcpExt.ListenOverflows" },
	{ "snapshot", CMD_SNAPSHOT, cli_snapshot, "FILE", 1, 1, "all that can be read into one file, for any machine",
	  "whydrop snapshot before.tar" },
	{ "log", CMD_LOG, cli_log, "", 0, 0, "one timestamped line per interval with what was lost",
	  "whydrop log --interval 30s" },
};

static int emit(struct fmt *f, FILE *to, int code)
{
	if (f->p)
		fwrite(f->p, 1, f->len, to);
	fmt_free(f);
	return fflush(to) ? EXIT_OWN_FAILURE : code;
}

int main(int argc, char **argv)
{
	const struct command *cmd = &commands[0];
	struct options o = { .for_ns = 10000000000ULL, .interval_ns = 10000000000ULL };
	struct err err = { 0 };
	struct fmt out;
	bool named = argc > 1 && argv[1][0] != '-';

	fmt_grow(&out);
	if (argc > 1 &&
	    (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
		options_help(commands, ARRAY_SIZE(commands), &out);
		return emit(&out, stdout, EXIT_CLEAN);
	}
	if (named) {
		cmd = NULL;
		for (size_t i = 0; i < ARRAY_SIZE(commands) && !cmd; i++)
			if (strcmp(argv[1], commands[i].name) == 0)
				cmd = &commands[i];
		if (!cmd) {
			fmt_add(&out, "whydrop: ");
			fmt_safe(&out, argv[1]);
			fmt_add(&out, ": no such command (whydrop --help lists them)\n");
			return emit(&out, stderr, EXIT_USAGE);
		}
		argc--;
		argv++;
	}
	if (options_parse(&o, cmd, argc, argv, &err)) {
		fmt_add(&out, "whydrop: ");
		fmt_safe(&out, err.text);
		fmt_add(&out, "\n");
		return emit(&out, stderr, EXIT_USAGE);
	}
	if (o.version) {
		fmt_add(&out, "whydrop %s\n", WHYDROP_VERSION);
		return emit(&out, stdout, EXIT_CLEAN);
	}
	if (o.help) {
		options_command_help(cmd, &out);
		return emit(&out, stdout, EXIT_CLEAN);
	}
	fmt_free(&out);
	return cmd->run(&o);
}
