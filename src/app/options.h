/* SPDX-License-Identifier: BSD-2-Clause */
/* Options and commands as rows: parsing, help and the man page come from the same line. */
#ifndef APP_OPTIONS_H
#define APP_OPTIONS_H

#include "base/err.h"
#include "base/fmt.h"

#include <stdbool.h>
#include <stdint.h>

enum exit_code { EXIT_CLEAN = 0, EXIT_LOST = 1, EXIT_USAGE = 2, EXIT_NOTHING_READABLE = 3, EXIT_OWN_FAILURE = 4 };
enum events_mode { EVENTS_AUTO, EVENTS_BTF, EVENTS_RAW, EVENTS_OFF };

struct options {
	uint64_t for_ns, interval_ns;
	const char *netns, *root, *from, *to;
	enum events_mode events;
	bool json, no_color, help, version;
	int verbose;
	uint64_t count;          /* of log lines, 0: no end */
	char **args;             /* what is no option */
	int arg_count;
};

/* Which commands know an option. */
enum { CMD_LOOK = 1, CMD_SOCKETS = 2, CMD_EXPLAIN = 4, CMD_SNAPSHOT = 8, CMD_LOG = 16 };

struct command {
	const char *name;
	unsigned bit;
	int (*run)(const struct options *o);  /* an exit code */
	const char *args;        /* "NAME", "" when none */
	int min_args, max_args;
	const char *help, *example;
};

/* Fills o from argv behind the command's name; -EINVAL with a sentence for the user. */
int options_parse(struct options *o, const struct command *cmd, int argc, char **argv, struct err *err);
void options_help(const struct command *commands, unsigned n, struct fmt *out);
void options_command_help(const struct command *cmd, struct fmt *out);

/* The commands, one file each. */
int cli_look(const struct options *o);
int cli_sockets(const struct options *o);
int cli_explain(const struct options *o);
int cli_snapshot(const struct options *o);
int cli_log(const struct options *o);

#endif
