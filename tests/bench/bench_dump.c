/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The dear questions beside the bare dump: 100,000 UDP sockets and 10,000 firewall rules, each asked by its source and
 * then by the same calls with the answers thrown away. No limit is set for them: they are asked twice a look.
 */
#include "app/pipeline.h"

#include "bench.h"
#include "floor.h"
#include "sandbox.h"

#include <arpa/inet.h>
#include <errno.h>
#include <malloc.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define SOCKETS 100000
#define RULES 10000
#define ROUNDS 5

static int loopback_up(void)
{
	struct ifreq q = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), r = 0;

	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &q))
		r = -errno;
	if (fd >= 0)
		close(fd);
	return r;
}

/* A child that holds sockets first .. first + n; says so through the pipe and stays. */
static int hold(unsigned first, unsigned n, int tell)
{
	pid_t pid = fork();

	if (pid)
		return pid < 0 ? -errno : 0;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (unsigned i = first; i < first + n; i++) {
		struct sockaddr_in at = { .sin_family = AF_INET,
					  .sin_port = htons((uint16_t)(2000 + i % 50000)),
					  .sin_addr.s_addr = htonl(INADDR_LOOPBACK + i / 50000) };
		int fd = socket(AF_INET, SOCK_DGRAM, 0);

		if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)))
			_exit(1);
	}
	if (write(tell, "x", 1) != 1)
		_exit(1);
	for (;;)
		pause();
}

static int make_sockets(unsigned n)
{
	struct rlimit lim;
	unsigned each, made = 0, children = 0;
	int fd[2], r = loopback_up();
	char c;

	if (r || getrlimit(RLIMIT_NOFILE, &lim) || pipe(fd))
		return r ? r : -errno;
	lim.rlim_cur = lim.rlim_max;
	setrlimit(RLIMIT_NOFILE, &lim);
	each = lim.rlim_cur > 25000 ? 25000 : (unsigned)lim.rlim_cur - 50;
	for (; made < n && r == 0; made += each, children++)
		r = hold(made, n - made < each ? n - made : each, fd[1]);
	close(fd[1]);
	while (r == 0 && children--)
		r = read(fd[0], &c, 1) == 1 ? 0 : -EMFILE;
	return r;
}

static int make_rules(unsigned n)
{
	FILE *f = popen("nft -f - 2>/dev/null", "w");

	if (!f)
		return -errno;
	fprintf(f, "table inet bench {\n\tchain c {\n\t\ttype filter hook input priority 0;\n");
	for (unsigned i = 0; i < n; i++)
		fprintf(f, "\t\ttcp dport %u counter drop\n", i % 65535 + 1);
	fprintf(f, "\t}\n}\n");
	return pclose(f) == 0 ? 0 : -ENOENT;
}

/* Bytes in use. */
static double used(void)
{
	struct mallinfo2 m = mallinfo2();

	return (double)m.uordblks + (double)m.hblkhd;
}

/* Asks one source several times, turn by turn with its floor. */
static int ask(enum source_id id, unsigned n, const char *what)
{
	double t[ROUNDS], floor[ROUNDS], began;
	struct err err = { 0 };
	struct pipeline p;
	unsigned foreign;
	char title[80];

	double before, after;

	before = used();
	if (pipeline_open(&p, NULL, NULL, &err) || pipeline_baseline(&p, &err)) {
		printf("  %s\n", err.text);
		return 1;
	}
	after = used();
	for (unsigned i = 0; i < ROUNDS; i++) {
		floor_record();
		began = bench_cpu();
		source_read(&p.probe, id, tree_own(p.tree));
		t[i] = bench_cpu() - began;
		floor_stop(&foreign);
		began = bench_cpu();
		floor_replay();
		floor[i] = bench_cpu() - began;
	}
	snprintf(title, sizeof(title), "%u %ss, each", n, what);
	bench_ratio(title, bench_median(t, ROUNDS) / n, "us", "the same dump, thrown away",
		    bench_median(floor, ROUNDS) / n, 0);
	snprintf(title, sizeof(title), "%u %ss, memory for each", n, what);
	bench_value(title, (after - before) / n, "bytes", "all of the first sample, shared out", 0);
	pipeline_close(&p);
	return 0;
}

static int sockets(void *arg)
{
	int r = make_sockets(SOCKETS);

	(void)arg;
	if (r)
		bench_skip("100000 UDP sockets", "could not be made: %s", strerror(-r));
	return r ? 0 : ask(SRC_sockdiag, SOCKETS, "UDP socket");
}

static int rules(void *arg)
{
	int r = make_rules(RULES);

	(void)arg;
	if (r)
		bench_skip("10000 firewall rules", "nft is not there or not allowed");
	return r ? 0 : ask(SRC_nftables, RULES, "nft rule");
}

int main(void)
{
	int (*const all[])(void *) = { sockets, rules };

	bench_begin("Dumps that are read twice a look");
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		int r = sandbox_run(true, all[i], NULL);

		if (r < 0)
			bench_skip("dumps", "no namespaces of our own here: %s (run as root)", strerror(-r));
		else if (r)
			bench_holds("dumps", false, "the child ended with %d", r);
	}
	return bench_end();
}
