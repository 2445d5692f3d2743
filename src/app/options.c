/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of options, and getopt_long over it. */
#include "app/options.h"

#include "base/slice.h"

#include <errno.h>
#include <getopt.h>
#include <stddef.h>
#include <string.h>

enum type { FLAG, COUNT, TEXT, SECONDS, NUMBER, EVENTS };

#define LONGEST_NS (100ULL * 365 * 86400 * 1000000000) /* a century */
#define ALL (CMD_LOOK | CMD_SOCKETS | CMD_EXPLAIN | CMD_SNAPSHOT | CMD_LOG)
#define AT(field) offsetof(struct options, field)

static const struct option_row {
	const char *name;
	char letter;
	enum type type;
	unsigned commands;
	size_t at;
	const char *arg, *help;
} rows[] = {
	{ "for", 0, SECONDS, CMD_LOOK, AT(for_ns), "TIME", "how long to watch: 10s, 500ms, 2m (default 10s)" },
	{ "interval", 'i', SECONDS, CMD_LOG, AT(interval_ns), "TIME", "one line every so often (default 10s)" },
	{ "count", 'n', NUMBER, CMD_LOG, AT(count), "N", "stop after N lines (default: never)" },
	{ "json", 0, FLAG, CMD_LOOK, AT(json), NULL, "one JSON object on standard output" },
	{ "netns", 0, TEXT, CMD_LOOK | CMD_SOCKETS | CMD_LOG | CMD_SNAPSHOT, AT(netns), "NAME|all",
	  "one network namespace: name, inode or a pid in it" },
	{ "root", 0, TEXT, CMD_LOOK | CMD_SOCKETS, AT(root), "DIR",
	  "totals since boot of a snapshot or recorded tree" },
	{ "from", 0, TEXT, CMD_LOOK, AT(from), "A", "compare two recordings: the earlier" },
	{ "to", 0, TEXT, CMD_LOOK, AT(to), "B", "and the later one" },
	{ "events", 0, EVENTS, CMD_LOOK | CMD_LOG, AT(events), "auto|btf|raw|off",
	  "kernel drop events (none in this version)" },
	{ "no-color", 0, FLAG, ALL, AT(no_color), NULL, "never colour (as NO_COLOR in the environment)" },
	{ "verbose", 'v', COUNT, CMD_LOOK | CMD_SOCKETS, AT(verbose), NULL,
	  "all causes, places, proofs and costs; all sockets" },
	{ "help", 'h', FLAG, ALL, AT(help), NULL, "this text" },
	{ "version", 'V', FLAG, ALL, AT(version), NULL, "the version" },
};
#define ROWS ARRAY_SIZE_OF(rows)
#define ARRAY_SIZE_OF(a) (sizeof(a) / sizeof((a)[0]))

/* "10s", "500ms", "2m", "1h" or plain seconds; into nanoseconds. */
static bool parse_time(const char *text, uint64_t *ret_ns)
{
	static const struct {
		const char *unit;
		uint64_t ns;
	} units[] = {
		{ "ms", 1000000ULL },	   { "s", 1000000000ULL }, { "m", 60000000000ULL },
		{ "h", 3600000000000ULL }, { "", 1000000000ULL },
	};
	struct slice s = slice_str(text), num, frac = { 0 };
	size_t n = strspn(text, "0123456789");
	uint64_t v, f = 0, scale = 1;

	num = slice_of(s.p, n);
	if (text[n] == '.') {
		size_t m = strspn(text + n + 1, "0123456789");

		frac = slice_of(text + n + 1, m > 9 ? 9 : m);
		n += m + 1;
	}
	if (!slice_u64(num, &v) || (frac.n && !slice_u64(frac, &f)))
		return false;
	for (size_t i = 0; i < frac.n; i++)
		scale *= 10;
	for (size_t i = 0; i < ARRAY_SIZE_OF(units); i++) {
		if (strcmp(text + n, units[i].unit) != 0)
			continue;
		if (v > LONGEST_NS / units[i].ns)
			return false;
		*ret_ns = v * units[i].ns + f * units[i].ns / scale;
		return *ret_ns > 0;
	}
	return false;
}

static int set(struct options *o, const struct option_row *r, const char *arg, struct err *err)
{
	static const char *const modes[] = { "auto", "btf", "raw", "off" };
	char *at = (char *)o + r->at;

	switch (r->type) {
	case FLAG:
		*(bool *)at = true;
		return 0;
	case COUNT:
		++*(int *)at;
		return 0;
	case TEXT:
		*(const char **)at = arg;
		return 0;
	case SECONDS:
		if (!parse_time(arg, (uint64_t *)at))
			return err_set(err, EINVAL, "--%s: expected a time such as 10s, 500ms or 2m, got \"%s\"",
				       r->name, arg);
		return 0;
	case NUMBER:
		if (!slice_u64(slice_str(arg), (uint64_t *)at))
			return err_set(err, EINVAL, "--%s: expected a number, got \"%s\"", r->name, arg);
		return 0;
	case EVENTS:
		for (unsigned i = 0; i < ARRAY_SIZE_OF(modes); i++) {
			if (strcmp(arg, modes[i]) == 0) {
				*(enum events_mode *)at = (enum events_mode)i;
				return 0;
			}
		}
		return err_set(err, EINVAL, "--%s: expected auto, btf, raw or off, got \"%s\"", r->name, arg);
	}
	return -EINVAL;
}

int options_parse(struct options *o, const struct command *cmd, int argc, char **argv, struct err *err)
{
	struct option longs[ROWS + 1] = { 0 };
	char letters[2 * ROWS + 3] = "+:";
	size_t n = 2;
	int c;

	for (size_t i = 0; i < ROWS; i++) {
		longs[i] = (struct option){ .name = rows[i].name, .has_arg = rows[i].arg != NULL, .val = 256 + (int)i };
		if (!rows[i].letter)
			continue;
		letters[n++] = rows[i].letter;
		if (rows[i].arg)
			letters[n++] = ':';
	}
	memmove(letters, letters + 1, n); /* no '+': options may follow arguments */
	optind = 1;
	opterr = 0;
	while ((c = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		const struct option_row *r = NULL;
		int e;

		for (size_t i = 0; i < ROWS && !r; i++)
			if (c == 256 + (int)i || (rows[i].letter && c == rows[i].letter))
				r = &rows[i];
		if (c == ':')
			return err_set(err, EINVAL, "%s: a value is missing", argv[optind - 1]);
		if (!r)
			return err_set(err, EINVAL, "%s: no such option (whydrop %s --help lists them)",
				       argv[optind - 1], cmd->name);
		if (!(r->commands & cmd->bit))
			return err_set(err, EINVAL, "--%s: not an option of \"%s\"", r->name, cmd->name);
		e = set(o, r, optarg, err);
		if (e)
			return e;
	}
	o->args = argv + optind;
	o->arg_count = argc - optind;
	if (!o->help && !o->version && (o->arg_count < cmd->min_args || o->arg_count > cmd->max_args))
		return err_set(err, EINVAL, "%s: expected %s%s", cmd->name, cmd->max_args ? cmd->args : "no argument",
			       o->arg_count > cmd->max_args ? ", got more" : "");
	return 0;
}

void options_command_help(const struct command *cmd, struct fmt *out)
{
	fmt_add(out, "usage: whydrop %s [options]%s%s\n\n%s\n\n", cmd->name, cmd->args[0] ? " " : "", cmd->args,
		cmd->help);
	for (size_t i = 0; i < ROWS; i++) {
		const struct option_row *r = &rows[i];

		if (!(r->commands & cmd->bit))
			continue;
		fmt_add(out, "  ");
		if (r->letter)
			fmt_add(out, "-%c, ", r->letter);
		fmt_add(out, "--%s%s%s", r->name, r->arg ? " " : "", r->arg ? r->arg : "");
		fmt_pad(out, 28);
		fmt_add(out, "%s\n", r->help);
	}
	fmt_add(out, "\nexample: %s\n", cmd->example);
}

void options_help(const struct command *commands, unsigned n, struct fmt *out)
{
	fmt_add(out,
		"whydrop says which packets are lost inside this host, where, why, who it hurts\nand what to do.\n\n"
		"usage: whydrop [COMMAND] [options]\n\ncommands (default: look)\n");
	for (unsigned i = 0; i < n; i++) {
		fmt_add(out, "  %s%s%s", commands[i].name, commands[i].args[0] ? " " : "", commands[i].args);
		fmt_pad(out, 20);
		fmt_add(out, "%s\n", commands[i].help);
	}
	fmt_add(out, "\nwhydrop COMMAND --help shows the options of one command.\n"
		     "exit status: 0 nothing lost, 1 losses, 2 usage, 3 nothing readable, 4 failure\n");
}
