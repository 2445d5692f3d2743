/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Recorded hosts of 512 CPUs, 10,000 devices and 5,000 namespaces, all of which lost packets: four times as much must
 * not take more than four times as long (with a margin), from the reading to the last line of the verdict, whether a
 * recording is looked at alone or two are compared.
 */
#include "app/pipeline.h"
#include "out/writer.h"

#include "bench.h"
#include "fake.h"
#include "sandbox.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define LIMIT 1.3 /* time at 4n / (4 * time at n); 4 would be quadratic */
#define ROUNDS 3

static double *result; /* shared with the children */

/* One run in a fresh process. */
static int once(const char *from, const char *to, double *ret)
{
	struct err err = { 0 };
	struct writer_opts how = { 0 };
	struct pipeline p;
	struct fmt out;
	double began;
	pid_t pid = fork();
	int status, r;

	if (pid < 0)
		return -errno;
	if (pid) {
		if (waitpid(pid, &status, 0) < 0 || !WIFEXITED(status) || WEXITSTATUS(status))
			return -EIO;
		*ret = *result;
		return 0;
	}
	began = bench_cpu();
	r = pipeline_open(&p, from, NULL, &err);
	if (r == 0 && to) {
		r = pipeline_baseline(&p, &err);
		if (r == 0)
			r = pipeline_compare(&p, to, NULL, &err);
	} else if (r == 0) {
		r = pipeline_totals(&p, &err);
	}
	if (r) {
		printf("  %s\n", err.text);
		fflush(stdout);
		_exit(1);
	}
	fmt_grow(&out);
	write_text.write(&p.report, &how, &out);
	fmt_reset(&out);
	write_json.write(&p.report, &how, &out);
	fmt_free(&out);
	*result = bench_cpu() - began;
	if (getenv("BENCH_CALLS"))
		printf("    %s %s: %.0f us, %u series, %u entries, %llu lost\n", from, to ? to : "", *result,
		       p.sample.count, p.ledger.entries, (unsigned long long)p.ledger.lost);
	fflush(stdout);
	_exit(0);
}

static int least(const char *from, const char *to, double *ret)
{
	double t[ROUNDS];
	int r = 0;

	for (unsigned i = 0; i < ROUNDS && r == 0; i++)
		r = once(from, to, &t[i]);
	*ret = r ? 0 : bench_least(t, ROUNDS);
	return r;
}

static void judge(enum fake_what what, unsigned n, const char *how, double small, double big)
{
	char title[80], ref[80];

	snprintf(title, sizeof(title), "%u %ss %s, each", n, fake_names[what], how);
	snprintf(ref, sizeof(ref), "with a quarter of them");
	bench_ratio(title, big / n, "us", ref, small / (n / 4), LIMIT);
}

static int linear(enum fake_what what, unsigned n)
{
	const char *const dirs[] = { "/run/a-small", "/run/b-small", "/run/a-big", "/run/b-big" };
	double small, big;
	int r = 0;

	for (unsigned i = 0; i < 4 && r == 0; i++)
		r = fake_make(dirs[i], what, i < 2 ? n / 4 : n, i % 2 ? 7 : 3);
	if (r)
		return r;
	r = least(dirs[0], NULL, &small);
	if (r == 0)
		r = least(dirs[2], NULL, &big);
	if (r)
		return r;
	judge(what, n, "alone", small, big);
	r = least(dirs[0], dirs[1], &small);
	if (r == 0)
		r = least(dirs[2], dirs[3], &big);
	if (r)
		return r;
	judge(what, n, "compared", small, big);
	return 0;
}

struct task {
	enum fake_what what;
	unsigned n;
};

static int work(void *arg)
{
	const struct task *t = arg;
	int r = linear(t->what, t->n);

	if (r)
		printf("  %u %ss: %s\n", t->n, fake_names[t->what], strerror(-r));
	return r ? 1 : 0;
}

int main(void)
{
	static const struct task tasks[] = {
		{ FAKE_CPUS, 512 },
		{ FAKE_DEVICES, 10000 },
		{ FAKE_DEV_FILE, 10000 },
		{ FAKE_NAMESPACES, 5000 },
	};

	bench_begin("Recorded hosts: time grows in proportion");
	result = mmap(NULL, sizeof(*result), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (result == MAP_FAILED)
		return 1;
	for (size_t i = 0; i < sizeof(tasks) / sizeof(*tasks); i++) {
		struct task t = tasks[i];
		int r;

		if (!bench_full() && t.what != FAKE_CPUS)
			t.n /= 4;
		r = sandbox_run(true, work, &t);
		if (r < 0)
			bench_skip(fake_names[tasks[i].what], "no namespaces of our own here: %s (run as root)",
				   strerror(-r));
		else if (r)
			bench_holds(fake_names[tasks[i].what], false, "failed");
	}
	return bench_end();
}
