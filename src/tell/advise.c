/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Chooses the rows of table/advice.c that fit one finding and fills them: what to look at, what to do, and why that
 * number. It asks nobody: all values come from the sample. Missing values make a row unusable, never a guess.
 */
#include "tell/facts.h"

#include <stdio.h>

#define NOTHING "nothing to do"

/* Also the answer beyond 2^63, where there is no next power: our bounds are far below. */
static uint64_t power_above(uint64_t v)
{
	uint64_t p = 1;

	while (p < v && p < 1ULL << 63)
		p *= 2;
	return p;
}

static uint64_t twice(uint64_t v)
{
	return v > UINT64_MAX / 2 ? UINT64_MAX : v * 2;
}

static uint64_t bounded(uint64_t v, const struct advice *a)
{
	v = v < a->least ? a->least : v;
	return a->most && v > a->most ? a->most : v;
}

/*
 * A buffer that would have held what was lost in one second, on top of what it holds now, and at least twice the present
 * one. Counted in proportion to the socket's own buffer, because a limit (rmem_max) and the buffer differ by a factor.
 */
static uint64_t to_fit(struct facts *x, const struct advice *a, uint64_t old)
{
	uint64_t have = x->sock && x->sock->have_mem ? x->sock->rcvbuf : 0;
	double rate = x->f->rate > 1 ? x->f->rate : 1, need, want;
	uint64_t new;

	if (have == 0)
		return bounded(power_above(twice(old)), a);
	need = (double)have + rate * TRUESIZE;
	want = need > 2.0 * (double)have ? need : 2.0 * (double)have;
	want = want / (double)have * (double)old;
	new = bounded(power_above(want < 1e15 ? (uint64_t)want : (uint64_t)1e15), a);
	if (new == a->most)
		snprintf(x->fit, sizeof(x->fit),
			 "%llu is the most we advise; one second of what is lost (%.0f packets of %d "
			 "bytes in kernel memory) would take %.0f bytes more.",
			 (unsigned long long)new, rate, TRUESIZE, rate * TRUESIZE);
	else
		snprintf(x->fit, sizeof(x->fit),
			 "%llu is the next power of two that holds %s one second of what is lost "
			 "(%.0f packets of %d bytes in kernel memory).",
			 (unsigned long long)new,
			 need > 2.0 * (double)have ? "the present buffer and" : "twice as much as now, more than", rate,
			 TRUESIZE);
	return new;
}

/* "ring.rx" has its limit in "ring.rx_max", "channels.combined" in "channels.max". */
static bool limit_of(const struct facts *x, const struct setting *row, uint64_t *ret)
{
	uint64_t v[SETTING_VALUES];

	for (size_t i = 0; i < setting_count; i++) {
		const char *key = setting_rows[i].key;
		size_t n = strlen(row->key), stem = strcspn(row->key, ".");

		if ((strncmp(key, row->key, n) == 0 && strcmp(key + n, "_max") == 0) ||
		    (strncmp(key, row->key, stem) == 0 && strcmp(key + stem, ".max") == 0)) {
			if (!facts_setting(x, &setting_rows[i], v))
				return false;
			/* more queues than CPUs bring nothing */
			*ret = row->kind == SET_CHANNELS && x->r->cpus && v[0] > x->r->cpus ? x->r->cpus : v[0];
			return true;
		}
	}
	return false;
}

/* Computes {old} and {new} of a row; false when the row does not apply because of them. */
static bool values(struct facts *x, const struct advice *a)
{
	unsigned last;
	uint64_t was;

	x->setting = NULL;
	x->have_old = x->have_new = false;
	x->fit[0] = 0;
	if (!a->setting)
		return true;
	x->setting = table_setting(a->setting);
	if (!x->setting || (strchr(a->setting, '*') && !x->link))
		return false;
	x->have_old = facts_setting(x, x->setting, x->old);
	if (a->grow == GROW_NONE)
		return true;
	if (!x->have_old)
		return false;
	last = x->setting->values - 1U;
	memcpy(x->new, x->old, sizeof(x->new));
	was = x->old[last];
	x->have_new = true;
	switch (a->grow) {
	case GROW_NONE:
		return true;
	case GROW_SET:
		x->new[last] = a->least;
		return x->new[last] != was;
	case GROW_TO_MAX:
		return limit_of(x, x->setting, &x->new[last]) && x->new[last] > was;
	case GROW_TO_FIT:
		x->new[last] = to_fit(x, a, was);
		return x->new[last] > was;
	case GROW_DOUBLE:
		x->new[last] = bounded(last ? twice(was) : power_above(twice(was)), a);
		/* tcp_mem, udp_mem: below, pressure and limit belong together; tcp_rmem: only the upper end moves */
		for (unsigned i = 0; i < last && strcmp(x->setting->unit, "pages") == 0; i++)
			x->new[i] = was ? (uint64_t)((double)x->old[i] * ((double)x->new[last] / (double)was)) :
					  x->old[i];
		return x->new[last] > was;
	}
	return false;
}

static bool tame(const char *name)
{
	for (; *name; name++)
		if (!((*name >= 'a' && *name <= 'z') || (*name >= 'A' && *name <= 'Z') ||
		      (*name >= '0' && *name <= '9') || strchr("._@-", *name)))
			return false;
	return true;
}

/* How to make it last. A sysctl.d file only reaches the first namespace: elsewhere say where such a thing is kept. */
static void persist(const struct facts *x, const struct advice *a, struct fix *fix)
{
	const char *how = a->persist;

	/* an odd device name would need another quoting in each kind of file */
	if (!how || (x->link && strstr(how, "{dev}") && !tame(x->link->name)))
		return;
	if (x->net && !x->net->own && x->setting && x->setting->per_netns && x->setting->kind == SET_SYSCTL) {
		if (x->net->container[0])
			how = "where the container is made: docker run --sysctl {setting}={new}, or securityContext.sysctls of the pod";
		else
			how = "repeat the command wherever this namespace is made; a file in /etc/sysctl.d reaches only the first one";
	}
	facts_fill(x, how, FILL_SHELL, fix->persist, sizeof(fix->persist));
}

/* Fills one fix from a row; false when a placeholder is not known. */
static bool fill(const struct facts *x, const struct advice *a, struct fix *fix)
{
	*fix = (struct fix){ 0 };
	if (a->command && facts_fill(x, a->command, FILL_SHELL, fix->command, sizeof(fix->command)))
		return false;
	if (a->why && facts_fill(x, a->why, FILL_TEXT, fix->why, sizeof(fix->why)))
		return false;
	if (a->risk)
		facts_fill(x, a->risk, FILL_TEXT, fix->risk, sizeof(fix->risk));
	if (a->undo)
		facts_fill(x, a->undo, FILL_SHELL, fix->undo, sizeof(fix->undo));
	persist(x, a, fix);
	return true;
}

static bool starts(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

static bool already(const struct finding *f, const struct fix *fix)
{
	for (unsigned i = 0; i < f->fixes; i++)
		if (strcmp(f->fix[i].command, fix->command) == 0 &&
		    (fix->command[0] || strcmp(f->fix[i].why, fix->why) == 0))
			return true;
	return false;
}

/* The choice for one finding so far. */
struct choice {
	struct finding *f;
	struct facts x;
	const struct setting *used[FIX_CAP]; /* changed by fix[i] */
	bool policy;
};

static bool changed(const struct choice *c, const struct setting *row)
{
	for (unsigned i = 0; i < c->f->fixes; i++)
		if (c->used[i] == row)
			return true;
	return false;
}

/* A row of last resort; for what was done on purpose its "nothing to do if ..." is said in any case. */
static bool not_needed(const struct choice *c, const struct advice *a)
{
	if (a->cond.when != WHEN_ALWAYS || a->command)
		return false;
	return c->f->nothing[0] || (c->f->fixes && !(c->policy && starts(a->why, NOTHING)));
}

static void take(struct choice *c, const struct advice *a)
{
	const struct setting *row = a->setting ? table_setting(a->setting) : NULL;
	struct finding *f = c->f;
	struct fix fix;

	if (!facts_hold(&c->x, a->cond.when, a->cond.arg))
		return;
	if (a->look && !f->look[0])
		facts_fill(&c->x, a->look, FILL_SHELL, f->look, sizeof(f->look));
	if (not_needed(c, a) || (a->setting && (!row || changed(c, row))) || !values(&c->x, a) || !fill(&c->x, a, &fix))
		return;
	if (!a->command && starts(fix.why, NOTHING)) {
		snprintf(f->nothing, sizeof(f->nothing), "%s", fix.why);
	} else if (f->fixes < FIX_CAP && !already(f, &fix)) {
		c->used[f->fixes] = row;
		f->fix[f->fixes++] = fix;
	}
}

void advise_finding(struct finding *f, const struct report *r)
{
	struct choice c = { .f = f };

	f->look[0] = f->nothing[0] = 0;
	f->fixes = 0;
	c.policy = !verdict_is_loss(cause_rows[f->entry->cause].verdict);
	facts_init(&c.x, f, r);
	for (size_t i = 0; i < advice_count; i++)
		if (advice_rows[i].cause == f->entry->cause)
			take(&c, &advice_rows[i]);
}
