/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs the sources and keeps the books on them: which could be read, why not, and what they cost. A source that fails
 * is a fact for the report, told when it changes, never a line a second. Not here: any reading.
 */
#include "source/source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "source/tree_inner.h"

#define SOURCE(name, flags, needs) extern const struct source source_##name;
#include "table/source.def"
#undef SOURCE

const struct source *const sources[SRC_COUNT] = {
#define SOURCE(name, flags, needs) [SRC_##name] = &source_##name,
#include "table/source.def"
#undef SOURCE
};

/* The clock that costs no system call: the CPU clocks do, and a dozen a tick are as dear as a file. Nothing here waits
 * but for the CPU, so it is CPU time unless the machine is overloaded. */
static uint64_t time_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* The source's own memory for this namespace; the machine-wide ones keep theirs with our own namespace. */
static int state_of(struct tree *t, enum source_id id, struct netns *ns, void **ret)
{
	struct netns *home = ns ? ns : tree_own(t);

	if (!home)
		return -ENOENT;
	if (!home->state[id]) {
		home->state[id] = calloc(1, sources[id]->state_size ? sources[id]->state_size : 1);
		if (!home->state[id])
			return -ENOMEM;
	}
	*ret = home->state[id];
	return 0;
}

/* Puts one outcome into this tick's tally of the source. */
static void count(struct tally *y, uint32_t tick, int r, const struct err *err, const struct netns *ns)
{
	if (!y->any || y->tick != tick) {
		y->ok = y->absent = y->denied = y->failed = 0;
		y->text[0] = 0;
		y->any = true;
		y->tick = tick;
	}
	switch (-r) {
	case 0:
	case EINTR: /* changed while it was read: there is a next time */
		y->ok++;
		if (err->text[0] && !err->code && !y->text[0])
			slice_copy(slice_str(err->text), y->text, sizeof(y->text)); /* read, with a remark */
		return;
	case ENOENT:
		y->absent++;
		return;
	case EACCES:
	case EPERM:
		y->denied++;
		return;
	default:
		break;
	}
	if (ns && (ns->dead || r == -ESRCH))
		return; /* it left while we looked */
	if (y->failed++ == 0)
		slice_copy(slice_str(err->text[0] ? err->text : strerror(-r)), y->text, sizeof(y->text));
}

/* Tells the sample how the source is doing, when that changed. */
static void book(struct sample *s, enum source_id id, struct tally *y, bool live)
{
	const char *needs = source_rows[id].needs;
	uint32_t now[4] = { y->ok > 0, y->absent, y->denied, y->failed };

	if (s->health[id].why[0] == 0 && s->health[id].state == SOURCE_OFF)
		y->shown[0] = UINT32_MAX; /* a sample that has not heard of it yet */
	if (y->failed ? y->shown[3] == now[3] && strstr(s->health[id].why, y->text) :
			memcmp(now, y->shown, sizeof(now)) == 0)
		return;
	memcpy(y->shown, now, sizeof(now));
	if (y->failed && (source_rows[id].flags & HOST || y->failed == 1))
		sample_health(s, id, SOURCE_BLIND, "%s", y->text);
	else if (y->failed)
		sample_health(s, id, SOURCE_BLIND, "%u namespaces: %s", y->failed, y->text);
	else if (y->ok && y->denied)
		sample_health(s, id, SOURCE_ON, "%u namespace%s not allowed", y->denied, y->denied > 1 ? "s" : "");
	else if (y->ok)
		sample_health(s, id, SOURCE_ON, "%s", y->text);
	else if (y->denied && needs && needs[0])
		sample_health(s, id, SOURCE_OFF, "not allowed: needs %s", needs);
	else if (y->denied)
		sample_health(s, id, SOURCE_OFF, "not allowed");
	else if (y->absent)
		sample_health(s, id, SOURCE_OFF, live ? "not on this kernel" : "not in this recording");
}

/* Reads without taking the time: two clock reads would cost as much as a small file. */
static int read_one(struct probe *p, enum source_id id, struct netns *ns)
{
	struct err err = { 0 };
	void *state = NULL;
	int r = state_of(p->tree, id, ns, &state);

	if (r == 0)
		r = sources[id]->read(p, ns, state, &err);
	if (ns && source_rows[id].flags & DETAIL)
		live_rest(ns);
	if (r < 0 && r != -ENOENT && r != -EACCES && r != -EPERM && !(ns && (ns->dead || r == -ESRCH)))
		p->sample->health[id].failures++;
	count(&p->tree->tally[id], p->sample->tick, r, &err, ns);
	return r;
}

int source_read(struct probe *p, enum source_id id, struct netns *ns)
{
	uint64_t began = time_now();
	int r = read_one(p, id, source_rows[id].flags & HOST ? NULL : ns);

	p->sample->health[id].cost_ns += time_now() - began;
	book(p->sample, id, &p->tree->tally[id], tree_live(p->tree));
	return r;
}

/* The n-th source to be read. The baseline goes backwards, so that the baseline of a part is never older than that of
 * its total; only netdev stays first, because the others look for its devices. */
static unsigned nth(unsigned n, enum phase phase)
{
	if (phase != PHASE_BASE)
		return n;
	if (n == 0)
		return SRC_netdev;
	n = SRC_COUNT - n;
	return n <= SRC_netdev ? n - 1 : n;
}

void source_read_all(struct probe *p, unsigned want)
{
	uint64_t began = time_now();
	struct netns *ns;

	for (unsigned k = 0; k < SRC_COUNT; k++) {
		enum source_id id = (enum source_id)nth(k, p->phase);
		unsigned flags = source_rows[id].flags;
		uint64_t now;

		if (!(flags & want) || flags & DEMAND)
			continue;
		p->tree->tally[id].any = false; /* the last tick reads some twice: each namespace counts once */
		if (flags & HOST)
			read_one(p, id, NULL);
		for (uint32_t i = 0; flags & NS && (ns = tree_netns(p->tree, i)); i++)
			read_one(p, id, ns);
		now = time_now();
		p->sample->health[id].cost_ns += now - began;
		began = now;
		book(p->sample, id, &p->tree->tally[id], tree_live(p->tree));
	}
}

void source_forget(struct tree *t, struct netns *ns)
{
	struct netns *home = ns ? ns : tree_own(t);

	for (unsigned id = 0; home && id < SRC_COUNT; id++) {
		if (!home->state[id])
			continue;
		if (sources[id]->forget)
			sources[id]->forget(home->state[id]);
		free(home->state[id]);
		home->state[id] = NULL;
	}
}
