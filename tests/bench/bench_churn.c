/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Namespaces that come and go while we look: a thousand of them, fifty between two ticks. Nothing may stay behind but
 * what they had lost: no descriptor, and the last hundreds cost no more than the first.
 */
#include "app/pipeline.h"

#include "bench.h"
#include "sandbox.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#define BATCH 50
#define BATCHES 20
#define LIMIT 1.5 /* CPU of the last quarter of the batches / of the first */

static unsigned open_files(void)
{
	DIR *d = opendir("/proc/self/fd");
	unsigned n = 0;

	while (d && readdir(d))
		n++;
	if (d)
		closedir(d);
	return n;
}

static int make(unsigned n)
{
	int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), r = 0;

	for (unsigned i = 0; i < n && r == 0; i++) {
		char path[64];
		int fd;

		snprintf(path, sizeof(path), "/run/netns/churn%u", i);
		fd = open(path, O_RDONLY | O_CREAT | O_CLOEXEC, 0444);
		if (fd >= 0)
			close(fd);
		if (unshare(CLONE_NEWNET) || mount("/proc/self/ns/net", path, NULL, MS_BIND, NULL))
			r = -errno;
		if (setns(home, CLONE_NEWNET))
			r = -errno;
	}
	close(home);
	return r;
}

static void take_away(unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		char path[64];

		snprintf(path, sizeof(path), "/run/netns/churn%u", i);
		umount2(path, MNT_DETACH);
		unlink(path);
	}
}

/* CPU time of the ticks that see one batch come and go. */
static int one_batch(struct pipeline *p, double *ret, unsigned *ret_seen)
{
	double began;
	int r = make(BATCH);
	uint32_t n = 0;

	if (r)
		return r;
	began = bench_cpu();
	pipeline_tick(p);
	pipeline_tick(p);
	*ret = bench_cpu() - began;
	while (tree_netns(p->tree, n))
		n++;
	*ret_seen += n - 1;
	take_away(BATCH);
	began = bench_cpu();
	pipeline_tick(p);
	pipeline_tick(p);
	*ret += bench_cpu() - began;
	return 0;
}

static int churn(void *arg)
{
	double t[BATCHES];
	struct mallinfo2 before, after;
	struct err err = { 0 };
	struct pipeline p;
	unsigned files, seen = 0, left = 0;
	int r = 0;

	(void)arg;
	if (pipeline_open(&p, NULL, NULL, &err) || pipeline_baseline(&p, &err)) {
		printf("  %s\n", err.text);
		return 1;
	}
	one_batch(&p, &t[0], &seen);
	seen = 0;
	files = open_files();
	before = mallinfo2();
	for (unsigned i = 0; i < BATCHES && r == 0; i++)
		r = one_batch(&p, &t[i], &seen);
	after = mallinfo2();
	if (r) {
		bench_skip("coming and going", "namespaces could not be made: %s", strerror(-r));
		return 0;
	}
	while (tree_netns(p.tree, left))
		left++;
	bench_holds("each namespace that came was seen", seen == BATCH * BATCHES, "%u of %u", seen, BATCH * BATCHES);
	bench_holds("each that went was let go", left == 1, "%u left", left - 1);
	bench_holds("no descriptor stays behind", open_files() <= files, "%u before, %u after", files, open_files());
	bench_ratio("a namespace that comes and goes, at the end",
		    bench_median(t + BATCHES * 3 / 4, BATCHES / 4) / BATCH, "us", "at the beginning",
		    bench_median(t, BATCHES / 4) / BATCH, LIMIT);
	bench_value("what it leaves in memory until the end of a look",
		    ((double)after.uordblks + (double)after.hblkhd - (double)before.uordblks - (double)before.hblkhd) /
			    (BATCH * BATCHES),
		    "bytes", NULL, 0);
	pipeline_close(&p);
	return 0;
}

int main(void)
{
	int r;

	bench_begin("Namespaces that come and go");
	r = sandbox_run(true, churn, NULL);
	if (r < 0)
		bench_skip("coming and going", "no namespaces of our own here: %s (run as root)", strerror(-r));
	else if (r)
		bench_holds("coming and going", false, "the child ended with %d", r);
	return bench_end();
}
