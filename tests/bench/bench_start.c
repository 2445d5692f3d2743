/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The program itself: CPU time from start to the first sample, memory while it watches, and what each further device
 * and namespace adds to it. And that it never opens /proc/net/tcp or /proc/net/udp, whose reading is quadratic.
 */
#include "bench.h"
#include "sandbox.h"
#include "traced.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define STARTS 7
#define START_MOST_US 30000
#define RSS_MOST_MB 4
#define MANY 1000
#define MANY_QUICK 250
#define PATIENCE_MS 120000

/* What one look of a machine needed. */
struct look {
	double start, rss;
};
static struct look *looks; /* alone, with devices, with namespaces; shared with the children */

static const char *program(void)
{
	const char *p = getenv("WHYDROP");

	return p ? p : "build/whydrop";
}

/* Starts a look and waits for its first sample, which it tells on standard error. */
static int start(int *ret_pid, double *ret_cpu)
{
	const char *argv[] = { program(), "look", "--for", "600s", "--json", NULL };
	struct pollfd p = { .events = POLLIN };
	int fd[2], r = 0;
	char text[256];
	ssize_t n;

	if (pipe(fd))
		return -errno;
	*ret_pid = sandbox_spawn(argv, fd[1]);
	close(fd[1]);
	p.fd = fd[0];
	n = poll(&p, 1, PATIENCE_MS) > 0 ? read(fd[0], text, sizeof(text) - 1) : -1;
	*ret_cpu = bench_cpu_of(*ret_pid);
	close(fd[0]);
	if (n <= 0 || strncmp(text, "watching", 8) != 0) {
		printf("  %s look: %.*s\n", argv[0], n > 0 ? (int)n : 0, text);
		r = -EIO;
	}
	if (r)
		sandbox_end(*ret_pid);
	return r;
}

/* The least CPU time of some starts, and the memory of the last after two ticks. */
static int look(struct look *l, unsigned starts)
{
	double cpu[STARTS];
	int pid = -1, r;

	for (unsigned i = 0; i < starts; i++) {
		r = start(&pid, &cpu[i]);
		if (r)
			return r;
		if (i + 1 == starts) {
			usleep(2500000);
			l->rss = bench_rss(pid);
		}
		sandbox_end(pid);
	}
	l->start = bench_median(cpu, starts);
	return 0;
}

static void saw(const char *path, void *arg)
{
	static const char *const never[] = { "/net/tcp", "/net/tcp6", "/net/udp", "/net/udp6" };
	unsigned *bad = arg;
	size_t n = strlen(path);

	bad[1]++;
	for (size_t i = 0; i < sizeof(never) / sizeof(*never); i++) {
		size_t m = strlen(never[i]);

		bad[0] += n >= m && strcmp(path + n - m, never[i]) == 0;
	}
}

static void opens(const char *const *argv)
{
	unsigned bad[2] = { 0, 0 };
	char title[80];
	pid_t pid = fork();
	int r;

	if (pid == 0) {
		if (!freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr) || traced_ready())
			_exit(99);
		execv(program(), (char *const *)argv);
		_exit(99);
	}
	r = pid < 0 ? -errno : traced_follow(pid, NULL, saw, bad);
	snprintf(title, sizeof(title), "whydrop %s never opens /proc/net/{tcp,udp}", argv[1]);
	if (r < 0 || r == 99)
		bench_skip(title, "cannot be traced here");
	else
		bench_holds(title, bad[0] == 0 && bad[1] > 10 && r <= 1, "%u of %u files", bad[0], bad[1]);
}

static int alone(void *arg)
{
	static const char *const runs[][6] = {
		{ "whydrop", "look", "--for", "1s", NULL },
		{ "whydrop", "sockets", NULL },
		{ "whydrop", "snapshot", "/run/bench.snapshot", NULL },
	};
	int r = look(&looks[0], STARTS);

	(void)arg;
	if (r)
		return 1;
	bench_value("start to first sample, CPU", looks[0].start, "us", "", START_MOST_US);
	bench_value("memory while it watches, one namespace", looks[0].rss / 1048576, "MB", "", RSS_MOST_MB);
	for (size_t i = 0; i < sizeof(runs) / sizeof(*runs); i++)
		opens(runs[i]);
	return 0;
}

static int with_many(void *arg)
{
	unsigned which = *(unsigned *)arg;
	const char *what = which == 1 ? "device" : "namespace";
	unsigned many = bench_full() ? MANY : MANY_QUICK;
	int r = which == 1 ? sandbox_veths(many) : sandbox_namespaces(many);
	struct look *l = &looks[which], base;
	char title[80];

	if (r) {
		bench_skip(what, "could not be made: %s", strerror(-r));
		return 0;
	}
	if (look(l, 1))
		return 1;
	base = looks[0];
	snprintf(title, sizeof(title), "each further %s, memory", what);
	bench_value(title, (l->rss - base.rss) / many, "bytes", "", 0);
	snprintf(title, sizeof(title), "each further %s, at the start", what);
	bench_value(title, (l->start - base.start) / many, "us", "", 0);
	return 0;
}

int main(void)
{
	unsigned which[2] = { 1, 2 };
	int r;

	bench_begin("Start and memory of the program");
	looks = mmap(NULL, 3 * sizeof(*looks), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (looks == MAP_FAILED)
		return 1;
	if (access(program(), X_OK)) {
		bench_skip("start and memory", "%s: not there (WHYDROP names it)", program());
		return bench_end();
	}
	r = sandbox_run(false, alone, NULL);
	if (r < 0)
		bench_skip("start and memory", "no namespaces of our own here: %s (run as root)", strerror(-r));
	else if (r)
		bench_holds("start and memory", false, "the child ended with %d", r);
	for (unsigned i = 0; i < 2 && r == 0; i++)
		if (sandbox_run(true, with_many, &which[i]))
			bench_holds("many devices or namespaces", false, "the child failed");
	return bench_end();
}
