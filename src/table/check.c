/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rules the tables must obey, so that a row that cannot be right stops the program at its start and a test before
 * that. Each rule names the row it found broken. Nothing here knows what a counter means; that is for people to check.
 */
#include "table/check.h"

#include <errno.h>

static bool empty(const char *s)
{
	return !s || !s[0];
}

/* Takes the text up to the next separator off *rest; false when nothing is left. */
static bool next_of(struct slice *rest, char sep, struct slice *ret_word)
{
	const char *end;

	if (rest->n == 0)
		return false;
	end = memchr(rest->p, sep, rest->n);
	*ret_word = slice_of(rest->p, end ? (size_t)(end - rest->p) : rest->n);
	rest->n -= ret_word->n + (end ? 1 : 0);
	rest->p += ret_word->n + (end ? 1 : 0);
	return true;
}

uint16_t table_find(const struct counter *rows, size_t n, struct slice key)
{
	for (size_t i = 0; i < n; i++)
		if (rows[i].key && slice_eq(key, rows[i].key))
			return (uint16_t)i;
	return COUNTER_NONE;
}

size_t table_sort(const struct counter *rows, size_t n, const uint16_t (*edge)[EDGES], uint16_t *order)
{
	uint16_t parts[ROWS_MAX] = { 0 };   /* parts of this row that are not yet in order */
	bool done[ROWS_MAX] = { false };
	size_t count = 0, before, sorted;

	for (size_t c = 0; c < n; c++)
		for (unsigned e = 0; e < EDGES && rows[c].of[e].total; e++)
			if (edge[c][e] != COUNTER_NONE && edge[c][e] != c)
				parts[edge[c][e]]++;
	do {
		before = count;
		for (size_t c = 0; c < n; c++) {
			if (done[c] || parts[c])
				continue;
			done[c] = true;
			order[count++] = (uint16_t)c;
			for (unsigned e = 0; e < EDGES && rows[c].of[e].total; e++)
				if (edge[c][e] != COUNTER_NONE && edge[c][e] != c)
					parts[edge[c][e]]--;
		}
	} while (count != before);
	sorted = count;
	for (size_t c = 0; c < n; c++)
		if (!done[c])
			order[count++] = (uint16_t)c;
	return sorted;
}

static bool booked(enum role is)
{
	return is == LEAF || is == PART || is == TOTAL || is == WITNESS;
}

static bool known_cause(const struct tables *t, enum cause c)
{
	return (size_t)c < t->causes;
}

static int check_counter(const struct tables *t, const struct counter *c, struct err *err)
{
	unsigned n = 0;

	if (empty(c->key))
		return err_set(err, EINVAL, "counter row %zu: no key", (size_t)(c - t->counter));
	if (&t->counter[table_find(t->counter, t->counters, slice_str(c->key))] != c)
		return err_set(err, EINVAL, "counter %s: the key is there twice", c->key);
	if (empty(c->help) || empty(c->cite))
		return err_set(err, EINVAL, "counter %s: %s is empty", c->key, empty(c->help) ? "help" : "cite");
	if (!known_cause(t, c->cause))
		return err_set(err, EINVAL, "counter %s: cause out of range", c->key);
	while (n < EDGES && c->of[n].total)
		n++;
	if ((c->is == LEAF || c->is == PART) && !c->cause)
		return err_set(err, EINVAL, "counter %s: a %s needs a cause", c->key, role_ids[c->is]);
	if (c->is == PART && n == 0)
		return err_set(err, EINVAL, "counter %s: a part needs the totals it is part of", c->key);
	if (c->is == WITNESS && n != 1)
		return err_set(err, EINVAL, "counter %s: a witness has exactly one counter that it is a view of", c->key);
	if (n && c->is != PART && c->is != TOTAL && c->is != WITNESS)
		return err_set(err, EINVAL, "counter %s: a %s is part of nothing", c->key, role_ids[c->is]);
	if (booked(c->is) && c->unit > CONNECTIONS)
		return err_set(err, EINVAL, "counter %s: %s cannot be booked as packets", c->key, unit_ids[c->unit]);
	if (c->bits != 0 && c->bits != 32)
		return err_set(err, EINVAL, "counter %s: bits is 0 or 32", c->key);
	return 0;
}

/* May a counter of this scope be part of a total of that scope, looked for in this way? */
static bool scopes_fit(enum scope part, enum scope total, enum reach reach)
{
	if (reach == ANY)
		return true;
	if (reach == OVER)
		return (part == DEVICE || part == RULE) && total == DEVICE;
	if (reach == MASTER || reach == PEER)
		return part == DEVICE && total == DEVICE;
	if (total == NETNS)
		return part == NETNS || part == DEVICE || part == SOCKET || part == RULE;
	return part == total;
}

static int check_edge(const struct tables *t, const struct counter *c, unsigned e, uint16_t total, struct err *err)
{
	const struct edge *ed = &c->of[e];
	const struct counter *to;

	if (total == COUNTER_NONE)
		return err_set(err, EINVAL, "counter %s: is part of %s, which is no counter", c->key, ed->total);
	to = &t->counter[total];
	if (ed->kind != EXACT && ed->kind != WIDE)
		return err_set(err, EINVAL, "counter %s: edge to %s is neither EXACT nor WIDE", c->key, ed->total);
	if (c->is == WITNESS ? !booked(to->is) : to->is != TOTAL)
		return err_set(err, EINVAL, "counter %s: %s is a %s and has no parts", c->key, ed->total, role_ids[to->is]);
	if ((to == c) != (ed->reach == MASTER) && (to != c || ed->reach != OVER))
		return err_set(err, EINVAL, "counter %s: only the same counter of the master device is meant by MASTER",
			       c->key);
	if (!scopes_fit(c->scope, to->scope, ed->reach))
		return err_set(err, EINVAL, "counter %s: its place has no place of %s", c->key, ed->total);
	for (unsigned k = 0; k < e; k++)
		if (strcmp(c->of[k].total, ed->total) == 0 && c->of[k].reach == ed->reach)
			return err_set(err, EINVAL, "counter %s: %s is there twice", c->key, ed->total);
	return 0;
}

/* True when row a is contained in row b, in one step or several. */
static bool inside(const struct tables *t, const uint16_t (*edge)[EDGES], uint16_t a, uint16_t b, unsigned depth)
{
	for (unsigned e = 0; depth < 8 && e < EDGES && t->counter[a].of[e].total; e++) {
		if (edge[a][e] == a || edge[a][e] == COUNTER_NONE)
			continue;
		if (edge[a][e] == b || inside(t, edge, edge[a][e], b, depth + 1))
			return true;
	}
	return false;
}

/* A part is taken off its totals in the order of .of: an outer total before its inner one would be charged twice. */
static int check_nesting(const struct tables *t, const uint16_t (*edge)[EDGES], uint16_t c, struct err *err)
{
	const struct counter *row = &t->counter[c];

	for (unsigned i = 0; i < EDGES && row->of[i].total; i++)
		for (unsigned k = i + 1; k < EDGES && row->of[k].total; k++)
			if (edge[c][i] != c && edge[c][k] != c && inside(t, edge, edge[c][k], edge[c][i], 0))
				return err_set(err, EINVAL, "counter %s: %s lies inside %s and must stand before it",
					       row->key, row->of[k].total, row->of[i].total);
	return 0;
}

static int check_counters(const struct tables *t, struct err *err)
{
	static uint16_t edge[ROWS_MAX][EDGES], order[ROWS_MAX];
	size_t sorted;
	int r = 0;

	if (t->counters > ROWS_MAX)
		return err_set(err, EINVAL, "%zu counters, there is room for %d", t->counters, ROWS_MAX);
	for (size_t c = 0; c < t->counters && !r; c++) {
		r = check_counter(t, &t->counter[c], err);
		for (unsigned e = 0; e < EDGES; e++)
			edge[c][e] = COUNTER_NONE;
		for (unsigned e = 0; !r && e < EDGES && t->counter[c].of[e].total; e++) {
			edge[c][e] = table_find(t->counter, t->counters, slice_str(t->counter[c].of[e].total));
			r = check_edge(t, &t->counter[c], e, edge[c][e], err);
		}
	}
	if (r)
		return r;
	sorted = table_sort(t->counter, t->counters, edge, order);
	if (sorted < t->counters)
		return err_set(err, EINVAL, "counter %s: is part of itself in a ring", t->counter[order[sorted]].key);
	for (size_t c = 0; c < t->counters && !r; c++)
		r = check_nesting(t, edge, (uint16_t)c, err);
	return r;
}

static bool known_setting(const struct tables *t, struct slice key)
{
	for (size_t i = 0; i < t->settings; i++)
		if (slice_eq(key, t->setting[i].key))
			return true;
	return false;
}

/* "A|B-C|D": every name is a counter. A key that holds a '-' itself (qstats.rx-hw-drops) cannot be named this way. */
static bool known_keys(const struct tables *t, const char *arg)
{
	struct slice all = slice_str(arg), side, key;
	bool any = false;

	while (next_of(&all, '-', &side)) {
		while (next_of(&side, '|', &key)) {
			any = true;
			if (table_find(t->counter, t->counters, key) == COUNTER_NONE)
				return false;
		}
	}
	return any;
}

/* Is the argument of a condition of the kind the condition needs? */
static bool arg_fits(const struct tables *t, enum when when, const char *arg)
{
	struct slice rest, key;
	uint64_t v;

	switch (when) {
	case WHEN_ALWAYS:
	case WHEN_DOWN:
	case WHEN_NO_CARRIER:
	case WHEN_XDP:
	case WHEN_PEER_MTU:
	case WHEN_PEER_DOWN:
	case WHEN_SOCKET:
	case WHEN_LINK_UP:
		return !arg;
	case WHEN_KIND:
		return !empty(arg);
	case WHEN_MOVED:
	case WHEN_MOVED_LESS:
	case WHEN_BEYOND:
		return !empty(arg) && known_keys(t, arg);
	case WHEN_FULL:
		rest = slice_str(arg ? arg : "");
		return next_of(&rest, '|', &key) && table_find(t->counter, t->counters, key) != COUNTER_NONE &&
		       known_setting(t, rest);
	case WHEN_SETTING:
		rest = slice_str(arg ? arg : "");
		return next_of(&rest, '=', &key) && known_setting(t, key) && slice_u64(rest, &v);
	case WHEN_FILTER:
		return arg && (strcmp(arg, "ingress") == 0 || strcmp(arg, "egress") == 0);
	case WHEN_RULE:
		return arg && (strcmp(arg, "ct_invalid") == 0 || strcmp(arg, "queue_idle") == 0 ||
			       strcmp(arg, "policy") == 0);
	}
	return false;
}

static bool when_fits(enum when when, enum scope scope)
{
	switch (when) {
	case WHEN_KIND:
	case WHEN_DOWN:
	case WHEN_NO_CARRIER:
	case WHEN_XDP:
	case WHEN_PEER_MTU:
	case WHEN_PEER_DOWN:
	case WHEN_FILTER:
		return scope == DEVICE;
	case WHEN_RULE:
		return scope == RULE;
	case WHEN_SOCKET:
	case WHEN_LINK_UP:
		return scope == NETNS;
	case WHEN_ALWAYS:
	case WHEN_MOVED:
	case WHEN_MOVED_LESS:
	case WHEN_SETTING:
	case WHEN_BEYOND:
	case WHEN_FULL:
		return true;
	}
	return false;
}

static int check_split(const struct tables *t, size_t i, struct err *err)
{
	const struct split *s = &t->split[i];
	uint16_t c = empty(s->key) ? COUNTER_NONE : table_find(t->counter, t->counters, slice_str(s->key));

	if (c == COUNTER_NONE)
		return err_set(err, EINVAL, "split row %zu: %s is no counter", i, s->key ? s->key : "(null)");
	if (!booked(t->counter[c].is) || t->counter[c].is == WITNESS)
		return err_set(err, EINVAL, "split of %s: a %s is never booked", s->key, role_ids[t->counter[c].is]);
	if (!s->cause || !known_cause(t, s->cause))
		return err_set(err, EINVAL, "split of %s: no cause", s->key);
	if (empty(s->why))
		return err_set(err, EINVAL, "split of %s: why is empty", s->key);
	for (unsigned k = 0; k < ARRAY_SIZE(s->cond); k++) {
		if (!arg_fits(t, s->cond[k].when, s->cond[k].arg))
			return err_set(err, EINVAL, "split of %s: condition %u cannot use \"%s\"", s->key, k,
				       s->cond[k].arg ? s->cond[k].arg : "");
		if (!when_fits(s->cond[k].when, t->counter[c].scope))
			return err_set(err, EINVAL, "split of %s: condition %u does not apply to its places", s->key, k);
	}
	if (i == 0 || strcmp(t->split[i - 1].key, s->key) != 0) {
		for (size_t k = 0; k < i; k++)
			if (strcmp(t->split[k].key, s->key) == 0)
				return err_set(err, EINVAL, "split of %s: its rows do not stand together", s->key);
	} else if (t->split[i - 1].cond[0].when == WHEN_ALWAYS && t->split[i - 1].cond[1].when == WHEN_ALWAYS) {
		return err_set(err, EINVAL, "split of %s: a row behind one without condition is never reached", s->key);
	}
	return 0;
}

static int check_reason(const struct tables *t, size_t i, struct err *err)
{
	const struct reason *r = &t->reason[i];
	bool bare = r->location == NULL;
	const char *star;

	if (empty(r->name) || empty(r->help))
		return err_set(err, EINVAL, "reason row %zu (%s): %s is empty", i, r->name ? r->name : "",
			       empty(r->name) ? "name" : "help");
	if (r->location && !r->location[0])
		return err_set(err, EINVAL, "reason %s: an empty location fits every function", r->name);
	if (!known_cause(t, r->cause))
		return err_set(err, EINVAL, "reason %s: cause out of range", r->name);
	star = strchr(r->name, '*');
	if (star && star[1])
		return err_set(err, EINVAL, "reason %s: '*' is only allowed at the end", r->name);
	for (size_t k = 0; k < t->reasons; k++) {
		const struct reason *o = &t->reason[k];

		if (strcmp(o->name, r->name) != 0)
			continue;
		bare |= o->location == NULL && k > i;
		if (k >= i)
			continue;
		if (!o->location)
			return err_set(err, EINVAL, "reason %s: the row without location stands last", r->name);
		if (r->location && strncmp(o->location, r->location, strlen(o->location)) == 0)
			return err_set(err, EINVAL, "reason %s: location %s is hidden by %s before it", r->name,
				       r->location, o->location);
	}
	if (!bare)
		return err_set(err, EINVAL, "reason %s: no row without location", r->name);
	return 0;
}

static int check_driver(const struct tables *t, size_t i, struct err *err)
{
	const struct driver_stat *d = &t->driver[i];
	uint16_t c;

	if (empty(d->driver) || empty(d->name) || empty(d->key) || empty(d->cite))
		return err_set(err, EINVAL, "driver row %zu: an empty field", i);
	c = table_find(t->counter, t->counters, slice_str(d->key));
	if (c == COUNTER_NONE)
		return err_set(err, EINVAL, "driver %s %s: %s is no counter", d->driver, d->name, d->key);
	/* what is only shown is a row that no source fills */
	if (t->counter[c].from != SRC_ethtool && t->counter[c].from != SRC_none)
		return err_set(err, EINVAL, "driver %s %s: %s is not fed by ethtool", d->driver, d->name, d->key);
	for (size_t k = 0; k < i; k++)
		if (strcmp(t->driver[k].driver, d->driver) == 0 && strcmp(t->driver[k].name, d->name) == 0)
			return err_set(err, EINVAL, "driver %s %s: is there twice", d->driver, d->name);
	return 0;
}

static int check_setting(const struct tables *t, size_t i, struct err *err)
{
	const struct setting *s = &t->setting[i];

	if (empty(s->key) || empty(s->help))
		return err_set(err, EINVAL, "setting row %zu (%s): %s is empty", i, s->key ? s->key : "",
			       empty(s->key) ? "key" : "help");
	if (s->kind == SET_SYSCTL && empty(s->path))
		return err_set(err, EINVAL, "setting %s: a sysctl needs a path", s->key);
	if (s->values < 1 || s->values > 3)
		return err_set(err, EINVAL, "setting %s: has 1 to 3 values", s->key);
	for (size_t k = 0; k < i; k++)
		if (strcmp(t->setting[k].key, s->key) == 0)
			return err_set(err, EINVAL, "setting %s: is there twice", s->key);
	return 0;
}

static int check_advice(const struct tables *t, size_t i, struct err *err)
{
	const struct advice *a = &t->advice[i];
	const char *id = known_cause(t, a->cause) ? t->cause[a->cause].id : "?";

	if (!a->cause || !known_cause(t, a->cause))
		return err_set(err, EINVAL, "advice row %zu: no cause", i);
	if (empty(a->why))
		return err_set(err, EINVAL, "advice for %s: why is empty", id);
	if (a->setting && !known_setting(t, slice_str(a->setting)))
		return err_set(err, EINVAL, "advice for %s: %s is no setting", id, a->setting);
	/* the grammar of its condition is advise.c's, wider than that of splits */
	if (a->cond.when == WHEN_SETTING && empty(a->cond.arg))
		return err_set(err, EINVAL, "advice for %s: a condition without a setting", id);
	if (a->least && a->most && a->least > a->most)
		return err_set(err, EINVAL, "advice for %s: least is more than most", id);
	return 0;
}

static bool reachable(const struct tables *t, enum cause c)
{
	for (size_t i = 0; i < t->counters; i++)
		if (t->counter[i].cause == c)
			return true;
	for (size_t i = 0; i < t->splits; i++)
		if (t->split[i].cause == c)
			return true;
	for (size_t i = 0; i < t->reasons; i++)
		if (t->reason[i].cause == c)
			return true;
	return false;
}

static int check_cause(const struct tables *t, enum cause c, struct err *err)
{
	const struct cause_row *row = &t->cause[c];
	struct slice rest, layer;
	bool advised = false;

	if (empty(row->id) || empty(row->title) || empty(row->what))
		return err_set(err, EINVAL, "cause %s: %s is empty", row->id ? row->id : "?",
			       empty(row->id) ? "id" : empty(row->title) ? "title" : "what");
	rest = slice_str(row->id);
	if (row->layer >= LAYER_COUNT || !next_of(&rest, '.', &layer) || !slice_eq(layer, layer_rows[row->layer].id))
		return err_set(err, EINVAL, "cause %s: the id does not begin with its layer", row->id);
	if (row->verdict >= VERDICT_COUNT)
		return err_set(err, EINVAL, "cause %s: no verdict", row->id);
	for (size_t k = 1; k < (size_t)c; k++)
		if (strcmp(t->cause[k].id, row->id) == 0)
			return err_set(err, EINVAL, "cause %s: is there twice", row->id);
	for (size_t i = 0; i < t->advices && !advised; i++)
		advised = t->advice[i].cause == c;
	if (!advised)
		return err_set(err, EINVAL, "cause %s: no advice", row->id);
	if (row->layer != LAYER_SELF && !reachable(t, c))
		return err_set(err, EINVAL, "cause %s: no counter, split or reason leads to it", row->id);
	return 0;
}

int table_check_rows(const struct tables *t, struct err *err)
{
	int r = check_counters(t, err);

	for (size_t i = 0; i < t->settings && !r; i++)
		r = check_setting(t, i, err);
	for (size_t i = 0; i < t->splits && !r; i++)
		r = check_split(t, i, err);
	for (size_t i = 0; i < t->reasons && !r; i++)
		r = check_reason(t, i, err);
	for (size_t i = 0; i < t->drivers && !r; i++)
		r = check_driver(t, i, err);
	for (size_t i = 0; i < t->advices && !r; i++)
		r = check_advice(t, i, err);
	for (size_t c = CAUSE_NONE + 1; c < t->causes && !r; c++)
		r = check_cause(t, (enum cause)c, err);
	return r;
}
