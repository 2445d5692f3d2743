/* SPDX-License-Identifier: BSD-2-Clause */
/* The sample: places, series, events, settings. Storage and arithmetic only; what a number means is the table's. */
#include "sample/sample.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* A 32-bit counter may have wrapped only if less than this passed: beyond, it could have wrapped twice. */
#define WRAP_MAX_DT_NS (120 * 1000000000ULL)

static const enum scope scope_of_kind[PLACE_KINDS] = {
	[PLACE_HOST] = MACHINE, [PLACE_NETNS] = NETNS,	 [PLACE_DEVICE] = DEVICE,
	[PLACE_CPU] = CPU,	[PLACE_SOCKET] = SOCKET, [PLACE_RULE] = RULE,
};
static const size_t fact_size[PLACE_KINDS] = {
	[PLACE_NETNS] = sizeof(struct ns_fact),
	[PLACE_DEVICE] = sizeof(struct link_fact),
	[PLACE_SOCKET] = sizeof(struct sock_fact),
	[PLACE_RULE] = sizeof(struct rule_fact),
};

/* Makes room for one more element; 0 or -ENOMEM. */
static int grow(void **p, uint32_t *cap, uint32_t need, size_t size)
{
	uint32_t n = *cap ? *cap : 32;
	void *q;

	if (need <= *cap)
		return 0;
	while (n < need)
		n += n / 2;
	q = realloc(*p, n * size);
	if (!q)
		return -ENOMEM;
	*p = q;
	*cap = n;
	return 0;
}

int sample_init(struct sample *s)
{
	*s = (struct sample){ 0 };
	s->local = calloc(counter_count ? counter_count : 1, sizeof(*s->local));
	if (!s->local)
		return -ENOMEM;
	for (size_t c = 0; c < counter_count; c++)
		s->local[c] = s->scope_size[counter_rows[c].scope]++;
	s->host = sample_place(s, PLACE_HOST, PLACE_NONE, 0);
	if (s->host == PLACE_NONE) {
		sample_free(s);
		return -ENOMEM;
	}
	return 0;
}

void sample_free(struct sample *s)
{
	for (uint32_t i = 0; i < s->places; i++) {
		free(s->place[i].any);
		free(s->place[i].slot);
	}
	free(s->place);
	free(s->series);
	free(s->moved);
	free(s->event);
	free(s->setting);
	free(s->local);
	hash_free(&s->place_index);
	hash_free(&s->setting_index);
	*s = (struct sample){ 0 };
}

void sample_begin(struct sample *s, uint64_t mono_ns, uint64_t real_ns)
{
	if (s->began_real_ns == 0) {
		s->began_mono_ns = mono_ns;
		s->began_real_ns = real_ns;
	} else {
		s->tick++;
		s->dt_ns = mono_ns > s->mono_ns ? mono_ns - s->mono_ns : 0;
	}
	s->mono_ns = mono_ns;
	s->real_ns = real_ns;
}

void sample_rebase(struct sample *s)
{
	for (uint32_t i = 0; i < s->moved_count; i++) {
		struct series *x = &s->series[s->moved[i]];

		x->sum = 0;
		x->flags &= (uint16_t) ~(SERIES_MOVED | SERIES_RESET | SERIES_WRAPPED);
	}
	s->moved_count = s->events = s->resets = s->settings = 0;
	hash_clear(&s->setting_index); /* they are asked anew where something is lost, and may have changed */
	s->began_mono_ns = s->mono_ns;
	s->began_real_ns = s->real_ns;
}

static uint64_t place_key(enum place_kind kind, uint32_t parent, uint64_t id)
{
	return hash_pair((uint64_t)kind << 40 | parent, id);
}

uint32_t sample_find(const struct sample *s, enum place_kind kind, uint32_t parent, uint64_t id)
{
	uint32_t i;

	return hash_get(&s->place_index, place_key(kind, parent, id), &i) ? i : PLACE_NONE;
}

uint32_t sample_place(struct sample *s, enum place_kind kind, uint32_t parent, uint64_t id)
{
	uint32_t i = sample_find(s, kind, parent, id);
	struct place *p;

	if (i != PLACE_NONE)
		return i;
	if (s->places >= PLACE_CAP || grow((void **)&s->place, &s->place_cap, s->places + 1, sizeof(*s->place)) ||
	    hash_put(&s->place_index, place_key(kind, parent, id), s->places))
		goto out;
	p = &s->place[s->places];
	*p = (struct place){ .kind = (uint8_t)kind,
			     .born = s->tick > 0,
			     .parent = parent,
			     .id = id,
			     .child = PLACE_NONE,
			     .sibling = sample_child(s, parent) };
	if (fact_size[kind]) {
		p->any = calloc(1, fact_size[kind]);
		if (!p->any) {
			hash_del(&s->place_index, place_key(kind, parent, id));
			goto out;
		}
	}
	if (kind == PLACE_DEVICE)
		p->link->peer = p->link->master = PLACE_NONE;
	if (parent < s->places)
		s->place[parent].child = s->places;
	return s->places++;
out:
	s->no_room++;
	return PLACE_NONE;
}

void sample_gone(struct sample *s, uint32_t place)
{
	struct place *p;

	if (place >= s->places || s->place[place].gone)
		return;
	p = &s->place[place];
	p->gone = true;
	hash_del(&s->place_index, place_key(p->kind, p->parent, p->id));
	if (p->kind != PLACE_NETNS)
		return;
	for (uint32_t i = p->child; i != PLACE_NONE; i = s->place[i].sibling)
		sample_gone(s, i);
}

uint32_t sample_lookup(const struct sample *s, uint16_t counter, uint32_t place)
{
	const struct place *p;

	if (counter >= counter_count || place >= s->places)
		return SLOT_NONE;
	p = &s->place[place];
	if (!p->slot || counter_rows[counter].scope != scope_of_kind[p->kind])
		return SLOT_NONE;
	return p->slot[s->local[counter]] - 1;
}

uint32_t sample_slot(struct sample *s, uint16_t counter, uint32_t place)
{
	uint32_t i = sample_lookup(s, counter, place);
	struct place *p;

	if (i != SLOT_NONE || counter >= counter_count || place >= s->places)
		return i;
	p = &s->place[place];
	if (counter_rows[counter].scope != scope_of_kind[p->kind])
		return SLOT_NONE;
	if (!p->slot)
		p->slot = calloc(s->scope_size[counter_rows[counter].scope], sizeof(*p->slot));
	if (!p->slot || s->count >= SERIES_CAP ||
	    grow((void **)&s->series, &s->cap, s->count + 1, sizeof(*s->series))) {
		s->no_room++;
		return SLOT_NONE;
	}
	s->series[s->count] = (struct series){ .place = place, .counter = counter };
	p->slot[s->local[counter]] = s->count + 1;
	return s->count++;
}

uint32_t sample_slot_born(struct sample *s, uint16_t counter, uint32_t place)
{
	uint32_t i = sample_slot(s, counter, place);

	if (i != SLOT_NONE && !(s->series[i].flags & SERIES_BASED))
		s->series[i].flags |= SERIES_BORN;
	return i;
}

int sample_slots(struct sample *s, const uint16_t *counters, size_t n, uint32_t place, uint32_t *ret_slot)
{
	for (size_t i = 0; i < n; i++) {
		ret_slot[i] = sample_slot(s, counters[i], place);
		if (ret_slot[i] == SLOT_NONE && counters[i] != COUNTER_NONE)
			return -ENOMEM;
	}
	return 0;
}

/* A gauge may go down without anything having been reset. */
static bool gauge(const struct counter *c)
{
	return c->is == STATE || (c->is == PRESSURE && (c->unit == PAGES || c->unit == BYTES || c->unit == OTHER_UNIT));
}

static uint64_t went_down(struct sample *s, struct series *x, const struct counter *c, uint64_t value)
{
	uint32_t wrapped = (uint32_t)value - (uint32_t)x->now;

	if (c->bits == 32 && value <= UINT32_MAX && x->now <= UINT32_MAX && wrapped < 1u << 31 &&
	    s->dt_ns < WRAP_MAX_DT_NS) {
		x->flags |= SERIES_WRAPPED;
		return wrapped;
	}
	/* Guessing a wrap here would invent billions of drops; zero without a word would hide a loss. */
	x->flags |= SERIES_RESET;
	s->resets++;
	sample_event(s, EVENT_RESET, x->place, "%s went from %llu to %llu: step unknown", c->key,
		     (unsigned long long)x->now, (unsigned long long)value);
	return 0;
}

bool sample_step(uint64_t last, uint64_t now, unsigned bits, uint64_t *ret_step)
{
	uint32_t wrapped = (uint32_t)now - (uint32_t)last;

	if (now >= last)
		*ret_step = now - last;
	else if (bits == 32 && last <= UINT32_MAX && wrapped < 1u << 31)
		*ret_step = wrapped;
	else
		return false;
	return true;
}

uint32_t sample_place_of(const struct sample *s, uint16_t counter, uint32_t ns)
{
	return counter < counter_count && counter_rows[counter].scope == MACHINE ? s->host : ns;
}

void sample_put_changed(struct sample *s, uint32_t slot, uint64_t value)
{
	struct series *x = &s->series[slot];
	uint64_t step = 0;

	if (!(x->flags & SERIES_BASED)) {
		x->flags |= SERIES_BASED;
		if (s->zero_base || (x->flags & SERIES_BORN) || s->place[x->place].born)
			step = value;
	} else if (value > x->now) {
		step = value - x->now;
	} else if (value < x->now && !gauge(&counter_rows[x->counter])) {
		step = went_down(s, x, &counter_rows[x->counter], value);
	}
	x->now = value;
	x->tick = s->tick;
	x->step = step > UINT32_MAX ? UINT32_MAX : (uint32_t)step;
	if (!step)
		return;
	x->sum += step;
	if (x->flags & SERIES_MOVED)
		return;
	if (grow((void **)&s->moved, &s->moved_cap, s->moved_count + 1, sizeof(*s->moved))) {
		s->no_room++;
		return;
	}
	x->flags |= SERIES_MOVED;
	s->moved[s->moved_count++] = slot;
}

void sample_each_moved(const struct sample *s, uint32_t place, void (*each)(const struct series *y, void *arg),
		       void *arg)
{
	const struct place *p = place < s->places ? &s->place[place] : NULL;

	for (unsigned i = 0; p && p->slot && i < s->scope_size[scope_of_kind[p->kind]]; i++)
		if (p->slot[i] && s->series[p->slot[i] - 1].flags & SERIES_MOVED)
			each(&s->series[p->slot[i] - 1], arg);
}

bool sample_sum(const struct sample *s, uint16_t counter, uint32_t place, uint64_t *ret_sum)
{
	uint32_t i = sample_lookup(s, counter, place);

	if (i == SLOT_NONE || !(s->series[i].flags & SERIES_BASED))
		return false;
	*ret_sum = s->series[i].sum;
	return true;
}

#define EVENT_CAP 4096

void sample_event(struct sample *s, enum event_kind kind, uint32_t place, const char *fmt, ...)
{
	struct event *e;
	va_list ap;

	if (s->events >= EVENT_CAP || grow((void **)&s->event, &s->event_cap, s->events + 1, sizeof(*s->event))) {
		s->no_room++;
		return;
	}
	e = &s->event[s->events++];
	*e = (struct event){ .kind = kind, .at_ns = s->real_ns, .place = place };
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
}

void sample_health(struct sample *s, enum source_id src, enum source_state st, const char *fmt, ...)
{
	struct source_health *h = &s->health[src];
	va_list ap;

	h->state = st;
	h->why[0] = 0;
	if (!fmt)
		return;
	va_start(ap, fmt);
	vsnprintf(h->why, sizeof(h->why), fmt, ap);
	va_end(ap);
}

static uint64_t setting_key(const struct setting *row, uint32_t place)
{
	return (uint64_t)(row - setting_rows) << 32 | place;
}

const struct setting_value *sample_setting_at(const struct sample *s, const struct setting *row, uint32_t place)
{
	uint32_t i;

	if (!row || !hash_get(&s->setting_index, setting_key(row, place), &i))
		return NULL;
	return s->setting[i].known ? &s->setting[i] : NULL;
}

void sample_setting(struct sample *s, const char *key, uint32_t place, const uint64_t *v, unsigned n)
{
	const struct setting *row = table_setting(key);
	struct setting_value *x;
	uint32_t i;

	if (!row)
		return;
	if (!hash_get(&s->setting_index, setting_key(row, place), &i)) {
		i = s->settings;
		if (grow((void **)&s->setting, &s->setting_cap, i + 1, sizeof(*s->setting)) ||
		    hash_put(&s->setting_index, setting_key(row, place), i)) {
			s->no_room++;
			return;
		}
		s->settings++;
	}
	x = &s->setting[i];
	*x = (struct setting_value){ .setting = (uint32_t)(row - setting_rows), .place = place, .known = true };
	for (unsigned k = 0; k < n && k < SETTING_VALUES; k++)
		x->v[k] = v[k];
}

bool sample_setting_get(const struct sample *s, const char *key, uint32_t place, unsigned index, uint64_t *ret_v)
{
	const struct setting *row = table_setting(key);
	uint32_t at[3] = { place, sample_ns_of(s, place), s->host };

	if (!row || index >= SETTING_VALUES)
		return false;
	for (unsigned k = 0; k < ARRAY_SIZE(at); k++) {
		const struct setting_value *x = sample_setting_at(s, row, at[k]);

		if (x) {
			*ret_v = x->v[index];
			return true;
		}
	}
	return false;
}

uint32_t sample_ns_of(const struct sample *s, uint32_t place)
{
	while (place < s->places && s->place[place].kind != PLACE_NETNS)
		place = s->place[place].parent;
	return place < s->places ? place : PLACE_NONE;
}

uint32_t sample_own_ns(const struct sample *s)
{
	for (uint32_t i = 0; i < s->places; i++)
		if (s->place[i].kind == PLACE_NETNS && s->place[i].ns->own)
			return i;
	return PLACE_NONE;
}
