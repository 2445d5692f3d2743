/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the commands; the commands themselves are cli_*.c. */
#include "app/cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

static int signals = -1;
static bool ended;

static void say(const struct err *err)
{
	struct fmt f;

	fmt_grow(&f);
	fmt_add(&f, "whydrop: ");
	fmt_safe(&f, err->text[0] ? err->text : strerror(err->code));
	fmt_add(&f, "\n");
	if (f.p)
		fwrite(f.p, 1, f.len, stderr);
	fmt_free(&f);
}

void cli_warn(struct err *err)
{
	if (err->code && err->text[0])
		say(err);
	*err = (struct err){ 0 };
}

int cli_fail(const struct err *err)
{
	say(err);
	switch (err->code) {
	case EINVAL:
	case ESRCH:
		return EXIT_USAGE;
	case ENODATA:
	case EBADMSG: /* a recording so damaged that nothing of it is left */
	case ENOENT:
	case ENOTDIR:
	case EACCES:
	case EPERM:
		return EXIT_NOTHING_READABLE;
	default:
		return EXIT_OWN_FAILURE;
	}
}

void cli_catch(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

uint64_t cli_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

bool cli_wait(uint64_t until_ns)
{
	while (!ended) {
		struct pollfd p = { .fd = signals, .events = POLLIN };
		uint64_t now = cli_now(), left = until_ns > now ? until_ns - now : 0;
		struct timespec t = { (time_t)(left / 1000000000), (long)(left % 1000000000) };
		int n = ppoll(&p, 1, &t, NULL);

		if (n > 0)
			ended = true;
		else if (n == 0 || errno != EINTR)
			return false;
	}
	return true;
}

#define TICK_NS 1000000000ULL

bool cli_tick(struct pipeline *p, uint64_t until_ns)
{
	static uint64_t cost;
	/* where a tick is dear (thousands of namespaces) it comes more rarely: a late tick is a longer sample */
	uint64_t began = cli_now(), next = began + (cost * 20 > TICK_NS ? cost * 20 : TICK_NS - cost);

	if (next >= until_ns) {
		cli_wait(until_ns);
		return true;
	}
	if (cli_wait(next))
		return true;
	began = cli_now();
	pipeline_tick(p);
	cost = cli_now() - began;
	return false;
}

struct writer_opts cli_writer_opts(const struct options *o, FILE *to)
{
	struct writer_opts w = { .verbose = o->verbose, .width = 80, .tty = isatty(fileno(to)) };
	const char *term = getenv("TERM");
	struct winsize ws;

	w.color = w.tty && !o->no_color && !getenv("NO_COLOR") && term && strcmp(term, "dumb") != 0;
	if (!w.tty || ioctl(fileno(to), TIOCGWINSZ, &ws) < 0)
		return w;
	if (ws.ws_col >= 40 && ws.ws_col < 80)
		w.width = ws.ws_col;
	w.rows = ws.ws_row;
	return w;
}

int cli_print(FILE *to, struct fmt *f, struct err *err)
{
	if (f->cut)
		return err_set(err, ENOMEM, "out of memory while writing");
	if (f->len && fwrite(f->p, 1, f->len, to) != f->len)
		return err_set(err, EIO, "standard output: %s", strerror(errno));
	if (fflush(to))
		return err_set(err, EIO, "standard output: %s", strerror(errno));
	return 0;
}
