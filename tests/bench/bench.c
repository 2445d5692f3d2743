/* SPDX-License-Identifier: BSD-2-Clause */
/* The table, the clocks and the count of the benchmarks. Counts are in shared memory: most numbers are of children. */
#include "bench.h"

#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static struct {
	unsigned passed, failed, skipped;
} * sum;

void bench_begin(const char *what)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	sum = mmap(NULL, sizeof(*sum), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (sum == MAP_FAILED) {
		perror("mmap");
		exit(1);
	}
	printf("%s\n", what);
	printf("  %-44s %11s %-5s  %-32s %11s %7s %7s %s\n", "what", "value", "", "beside", "", "ratio", "limit", "");
}

bool bench_full(void)
{
	const char *v = getenv("BENCH");

	return v && strcmp(v, "full") == 0;
}

int bench_end(void)
{
	printf("%u passed, %u failed, %u skipped\n", sum->passed, sum->failed, sum->skipped);
	return sum->failed ? 1 : 0;
}

/* As many digits as say something. */
static const char *number(double v, char *buf, size_t size)
{
	snprintf(buf, size,
		 v >= 1000 || v == (double)(long)v ? "%.0f" :
		 v >= 100			   ? "%.1f" :
		 v >= 1				   ? "%.2f" :
						     "%.3f",
		 v);
	return buf;
}

static const char *judge(bool limited, bool ok)
{
	if (!limited)
		return "";
	if (ok)
		sum->passed++;
	else
		sum->failed++;
	return ok ? "ok" : "TOO MUCH";
}

static void line(const char *name, const char *value, const char *unit, const char *ref, const char *ref_value,
		 const char *ratio, const char *limit, const char *verdict)
{
	printf("  %-44s %11s %-5s  %-32s %11s %7s %7s %s\n", name, value, unit, ref, ref_value, ratio, limit, verdict);
}

void bench_ratio(const char *name, double value, const char *unit, const char *ref, double ref_value, double limit)
{
	char v[32], r[32], q[32], l[32] = "";
	double ratio = ref_value > 0 ? value / ref_value : 0;

	snprintf(q, sizeof(q), "%.3f", ratio);
	if (limit > 0)
		snprintf(l, sizeof(l), "%.2f", limit);
	line(name, number(value, v, sizeof(v)), unit, ref, number(ref_value, r, sizeof(r)), q, l,
	     judge(limit > 0, ref_value > 0 && ratio <= limit));
}

void bench_value(const char *name, double value, const char *unit, const char *ref, double limit)
{
	char v[32], l[32] = "";

	if (limit > 0)
		number(limit, l, sizeof(l));
	line(name, number(value, v, sizeof(v)), unit, ref ? ref : "", "", "", l, judge(limit > 0, value <= limit));
}

void bench_holds(const char *name, bool holds, const char *fmt, ...)
{
	char text[200];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (holds)
		sum->passed++;
	else
		sum->failed++;
	printf("  %-44s %s: %s\n", name, text, holds ? "ok" : "NO");
}

void bench_skip(const char *name, const char *fmt, ...)
{
	char text[200];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	sum->skipped++;
	printf("  %-44s skipped: %s\n", name, text);
}

static double micros(clockid_t clock)
{
	struct timespec t;

	return clock_gettime(clock, &t) ? -1 : (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

double bench_cpu(void)
{
	return micros(CLOCK_THREAD_CPUTIME_ID);
}

double bench_cpu_of(int pid)
{
	clockid_t clock;

	return clock_getcpuclockid(pid, &clock) ? -1 : micros(clock);
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

double bench_median(double *v, size_t n)
{
	if (!n)
		return 0;
	qsort(v, n, sizeof(*v), by_size);
	return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

double bench_least(const double *v, size_t n)
{
	double least = n ? v[0] : 0;

	for (size_t i = 1; i < n; i++)
		least = v[i] < least ? v[i] : least;
	return least;
}

/* "Rss:    1632 kB"; VmRSS of status lags behind by up to 64 pages a thread. */
double bench_rss(int pid)
{
	char path[64], text[256];
	double kb = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", pid);
	f = fopen(path, "r");
	while (f && fgets(text, sizeof(text), f))
		if (strncmp(text, "Rss:", 4) == 0)
			kb = strtod(text + 4, NULL);
	if (f)
		fclose(f);
	return kb * 1024;
}
