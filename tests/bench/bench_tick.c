/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a tick costs beside its floor: the same files and dumps read and thrown away, in the same run, turn by turn.
 * First the two are compared from outside: the same system calls in the same order, and as many bytes. Then they are
 * timed: at idle, with 1000 devices, with 1000 network namespaces; and there the rare full look for namespaces, too.
 */
#include "app/pipeline.h"

#include "bench.h"
#include "floor.h"
#include "sandbox.h"
#include "traced.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "source/tree_inner.h"

#define LIMIT 1.15
#define MANY 1000
#define MANY_QUICK 250
#define ATTEMPTS 3 /* noise of the machine only ever adds to a ratio */
#define ROUNDS_MOST 4000
#define TRACED 8
#define FULL_EVERY 30 /* ticks from one full look to the next; tree_watch.c */

struct scene {
	char name[32];
	bool own_net, busy;
	unsigned devices, namespaces;
	double seconds;	   /* to be spent on rounds */
	double tick, full; /* medians, for the next scene */
};
static struct scene *scenes; /* shared with the children */

struct rounds {
	double tick[ROUNDS_MOST], floor[ROUNDS_MOST];
	size_t n;
};
struct figures {
	double tick, floor, look, look_floor;
};
struct seen {
	unsigned odd, rounds;
	uint64_t calls, bytes;
};

/* One tick and its floor; false when something appeared, so that the two cannot be the same. */
static bool one_round(struct pipeline *p, struct rounds *plain, struct rounds *full, struct seen *seen)
{
	struct rounds *to;
	struct floor_cost a, b;
	double t[4];
	unsigned foreign;

	floor_record();
	t[0] = bench_cpu();
	pipeline_tick(p);
	t[1] = bench_cpu();
	a = floor_stop(&foreign);
	if (foreign)
		return false;
	t[2] = bench_cpu();
	b = floor_replay();
	t[3] = bench_cpu();
	to = floor_listed() ? full : plain;
	if (to->n == ROUNDS_MOST)
		return true;
	to->tick[to->n] = t[1] - t[0];
	to->floor[to->n++] = t[3] - t[2];
	seen->rounds++;
	seen->odd += a.calls != b.calls || a.bytes != b.bytes;
	seen->calls = a.calls;
	seen->bytes = a.bytes;
	return true;
}

static int start(struct pipeline *p, unsigned namespaces)
{
	struct err err = { 0 };
	uint32_t n = 0;

	if (pipeline_open(p, NULL, NULL, &err) || pipeline_baseline(p, &err)) {
		printf("  %s\n", err.text);
		return -EIO;
	}
	while (tree_netns(p->tree, n))
		n++;
	if (n < namespaces) {
		printf("  only %u of %u namespaces found\n", n, namespaces);
		return -EIO;
	}
	for (unsigned i = 0; i < 4; i++)
		pipeline_tick(p);
	return 0;
}

/* ---- from outside */

struct compare {
	struct traced_list tick;
	const char *what;
	unsigned rounds, calls, bytes; /* in how many rounds the calls and the bytes were the same */
	char why[160];
};

/* By call, and where it reads by descriptor and room. */
static int by_call(const void *pa, const void *pb)
{
	const struct traced_call *a = pa, *b = pb;

	if (a->nr != b->nr)
		return a->nr < b->nr ? -1 : 1;
	if (!traced_reads(a))
		return 0;
	if (a->arg[0] != b->arg[0])
		return a->arg[0] < b->arg[0] ? -1 : 1;
	return a->arg[2] < b->arg[2] ? -1 : a->arg[2] > b->arg[2];
}

/* Whether the floor made the calls of the tick. Sorted: libc asks for the rest of a directory when it pleases. */
static bool same(struct traced_list *a, struct traced_list *b, bool *ret_bytes, char *why, size_t size)
{
	uint64_t bytes[2] = { 0, 0 };

	qsort(a->call, a->n, sizeof(*a->call), by_call);
	qsort(b->call, b->n, sizeof(*b->call), by_call);
	if (a->n != b->n) {
		size_t i = 0;

		while (i < a->n && i < b->n && a->call[i].nr == b->call[i].nr)
			i++;
		snprintf(why, size, "%zu calls and %zu, the first other one is call number %llu", a->n, b->n,
			 (unsigned long long)(a->n > b->n ? a->call[i].nr : b->call[i].nr));
		return false;
	}
	for (size_t i = 0; i < a->n; i++) {
		const struct traced_call *x = &a->call[i], *y = &b->call[i];

		if (x->nr != y->nr || (traced_reads(x) && (x->arg[0] != y->arg[0] || x->arg[2] != y->arg[2]))) {
			snprintf(why, size, "call %zu: %llu(%llu) and %llu(%llu)", i, (unsigned long long)x->nr,
				 (unsigned long long)x->arg[0], (unsigned long long)y->nr,
				 (unsigned long long)y->arg[0]);
			return false;
		}
		bytes[0] += traced_reads(x) && x->result > 0 ? (uint64_t)x->result : 0;
		bytes[1] += traced_reads(y) && y->result > 0 ? (uint64_t)y->result : 0;
	}
	snprintf(why, size, "%zu calls, %llu and %llu bytes", a->n, (unsigned long long)bytes[0],
		 (unsigned long long)bytes[1]);
	*ret_bytes = bytes[0] == bytes[1];
	return true;
}

/* Lists come in threes: what was before, the tick, its floor. */
static void compare_lists(struct traced_list *l, unsigned nr, void *arg)
{
	struct compare *c = arg;
	struct traced_list old;

	if (nr % 3 == 1) {
		old = c->tick;
		c->tick = *l;
		*l = old;
	} else if (nr % 3 == 2) {
		bool bytes = false, calls = same(&c->tick, l, &bytes, c->why, sizeof(c->why));

		if (getenv("BENCH_CALLS"))
			printf("    %s: %s\n", calls && bytes ? "same" : "other", c->why);
		c->rounds++;
		c->calls += calls;
		c->bytes += bytes;
	}
}

static int ticks_to_trace(unsigned namespaces, bool full)
{
	struct pipeline p;
	unsigned foreign;

	if (traced_ready() || start(&p, namespaces))
		return 1;
	for (unsigned i = 0; i < TRACED; i++) {
		floor_record();
		p.tree->scan_wanted = full;
		traced_mark();
		pipeline_tick(&p);
		traced_mark();
		floor_stop(&foreign);
		floor_replay();
		traced_mark();
	}
	pipeline_close(&p);
	return 0;
}

static void trace(const char *name, const char *what, unsigned namespaces, bool full)
{
	struct compare c = { 0 };
	char title[80];
	pid_t pid;
	int r;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		r = ticks_to_trace(namespaces, full);
		_exit(r);
	}
	r = pid < 0 ? -errno : traced_follow(pid, compare_lists, NULL, &c);
	snprintf(title, sizeof(title), "%s: %s makes the calls of its floor", name, what);
	if (r != 0 && c.rounds == 0)
		bench_skip(title, "cannot be traced here (%s)", r < 0 ? strerror(-r) : "child failed");
	else
		/* our lists may grow in one round; a number of the whole machine may gain a digit in between in many */
		bench_holds(title, c.calls >= TRACED - 1 && c.bytes >= 1,
			    "in %u of %u rounds, as many bytes in %u; the last: %s", c.calls, c.rounds, c.bytes, c.why);
	free(c.tick.call);
}

/* ---- timed */

static void tell(const struct scene *sc, const char *what, double value, double floor)
{
	char title[80];

	snprintf(title, sizeof(title), "%s: %s", sc->name, what);
	bench_ratio(title, value, "us", "the same calls, thrown away", floor, sc->busy ? 0 : LIMIT);
}

/* Packets that change what nearly every file shows: to a port where nobody listens. */
static void make_busy(void)
{
	const struct sockaddr_in to = { .sin_family = AF_INET,
					.sin_port = htons(9),
					.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	static int fd = -1;

	if (fd < 0)
		fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	for (unsigned i = 0; i < 5; i++)
		sendto(fd, "x", 1, MSG_DONTWAIT, (const struct sockaddr *)&to, sizeof(to));
}

static int measure(const struct scene *sc, struct figures *f)
{
	struct rounds *plain = calloc(1, sizeof(*plain)), *full = calloc(1, sizeof(*full));
	struct seen seen = { 0 };
	struct pipeline p;
	unsigned missed = 0;
	double began;

	if (!plain || !full || start(&p, sc->namespaces))
		return 1;
	began = bench_cpu();
	while (bench_cpu() - began < sc->seconds * 1e6 && plain->n < ROUNDS_MOST) {
		p.tree->scan_wanted = plain->n % 8 == 7 && full->n < plain->n / 4;
		if (sc->busy)
			make_busy();
		missed += !one_round(&p, plain, full, &seen);
	}
	if (getenv("BENCH_CALLS"))
		printf("    %zu + %zu rounds, %u left out, %u of other size; %llu calls, %llu bytes\n", plain->n,
		       full->n, missed, seen.odd, (unsigned long long)seen.calls, (unsigned long long)seen.bytes);
	f->tick = bench_median(plain->tick, plain->n);
	f->floor = bench_median(plain->floor, plain->n);
	f->look = bench_median(full->tick, full->n);
	f->look_floor = bench_median(full->floor, full->n);
	pipeline_close(&p);
	free(plain);
	free(full);
	return 0;
}

/* The worse of the two ratios. */
static double worst(const struct figures *f)
{
	double tick = f->tick / f->floor, look = f->look / f->look_floor;

	return tick > look ? tick : look;
}

static int timed(struct scene *sc)
{
	struct figures f = { 0 }, again;
	int r = measure(sc, &f);

	for (unsigned i = 1; r == 0 && i < ATTEMPTS && !sc->busy && worst(&f) > LIMIT; i++) {
		r = measure(sc, &again);
		if (r == 0 && worst(&again) < worst(&f))
			f = again;
	}
	if (r)
		return r;
	sc->tick = f.tick;
	tell(sc, "a tick", f.tick, f.floor);
	if (sc->busy)
		return 0;
	tell(sc, "a tick with a full look", f.look, f.look_floor);
	tell(sc, "mean, finding namespaces included", ((FULL_EVERY - 1) * f.tick + f.look) / FULL_EVERY,
	     ((FULL_EVERY - 1) * f.floor + f.look_floor) / FULL_EVERY);
	return 0;
}

static int scene(void *arg)
{
	struct scene *sc = arg;
	int r = sc->devices ? sandbox_veths(sc->devices) : sc->namespaces ? sandbox_namespaces(sc->namespaces) : 0;

	if (r) {
		bench_skip(sc->name, "could not be made: %s", strerror(-r));
		return 0;
	}
	if (!sc->busy) {
		trace(sc->name, "a tick", sc->namespaces, false);
		trace(sc->name, "a full look", sc->namespaces, true);
	}
	return timed(sc);
}

int main(void)
{
	const struct scene all[] = {
		{ .name = "idle", .seconds = 2 },
		{ .name = "busy", .busy = true, .seconds = 1 },
		{ .name = "alone", .own_net = true, .seconds = 1 },
		{ .own_net = true, .devices = 1, .seconds = 3 },
		{ .own_net = true, .namespaces = 1, .seconds = 12 },
	};
	unsigned many = bench_full() ? MANY : MANY_QUICK;

	bench_begin("CPU time of a tick");
	scenes = mmap(NULL, sizeof(all), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (scenes == MAP_FAILED)
		return 1;
	memcpy(scenes, all, sizeof(all));
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		struct scene *sc = &scenes[i];

		sc->devices *= many;
		sc->namespaces *= many;
		sc->seconds *= bench_full() ? 1 : 0.3;
		if (sc->devices || sc->namespaces)
			snprintf(sc->name, sizeof(sc->name), "%u %s", many, sc->devices ? "devices" : "namespaces");
	}
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		int r = sandbox_run(scenes[i].own_net, scene, &scenes[i]);

		if (r < 0)
			bench_skip(scenes[i].name, "no namespaces of our own here: %s (run as root)", strerror(-r));
		else if (r > 0)
			bench_holds(scenes[i].name, false, "the child ended with %d", r);
	}
	if (scenes[2].tick > 0 && scenes[3].tick > 0)
		bench_value("each further device, a tick", (scenes[3].tick - scenes[2].tick) / many, "us", NULL, 0);
	if (scenes[2].tick > 0 && scenes[4].tick > 0)
		bench_value("each further namespace, a tick", (scenes[4].tick - scenes[2].tick) / many, "us", NULL, 0);
	return bench_end();
}
