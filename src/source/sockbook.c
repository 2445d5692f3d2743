/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the cumulative drop counters of sockets to what each lost since our baseline. Not for asking the kernel:
 * sockdiag.c and sockproc.c do that.
 *
 * Each read builds its tables anew beside the old ones and swaps them, so that closed sockets leave by themselves and
 * a steady state allocates nothing. A table entry costs 13 bytes and exists only for sockets with drops.
 */
#include "source/sockbook.h"

#include <string.h>

/* The kernel's counter has 32 bits. Between two reads a socket cannot lose more than this; if it went down by more,
 * its number (an inode is reused at once) belongs to another socket now. */
#define WRAP_STEP_MAX (1u << 30)

static void hash_swap(struct hash *a, struct hash *b)
{
	struct hash t = *a;

	*a = *b;
	*b = t;
}

static void keep(struct sockbook *b, struct hash *h, uint64_t key, uint32_t val)
{
	if (hash_put(h, key, val))
		b->short_of_memory = true;
}

/* A new namespace counts from zero, and so does everything when totals since boot are asked for. */
static bool from_zero(const struct sockbook *b, const struct sample *s, const struct netns *ns)
{
	return b->based || s->zero_base || (ns->place < s->places && s->place[ns->place].born);
}

/* A dump is not atomic: the kernel may show a socket twice. The second time it is compared with the first. */
static bool look_up(const struct hash *next, const struct hash *last, uint64_t key, uint32_t *ret_v)
{
	return (next->used && hash_get(next, key, ret_v)) || (last->used && hash_get(last, key, ret_v));
}

void sockbook_begin(struct sockbook *b)
{
	hash_clear(&b->next_drops);
	hash_clear(&b->next_place);
	if (b->short_of_memory)
		b->based = b->short_of_memory = false;
}

/* What the socket lost since the last read; true when key was reused by a new socket. */
static bool step_of(uint32_t before, uint32_t drops, bool known, uint32_t *ret_step)
{
	*ret_step = drops - before;
	if (!known || drops >= before || *ret_step < WRAP_STEP_MAX)
		return false;
	*ret_step = drops;
	return true;
}

static void put(struct sample *s, uint16_t counter, uint32_t place, uint32_t step)
{
	uint32_t slot = step ? sample_slot_born(s, counter, place) : sample_lookup(s, counter, place);

	if (slot != SLOT_NONE)
		sample_put(s, slot, s->series[slot].now + step);
}

struct sock_fact *sockbook_see(struct sockbook *b, const struct probe *p, const struct netns *ns, uint16_t counter,
			       uint64_t key, const uint32_t *drops)
{
	struct sample *s = p->sample;
	uint32_t before = 0, step = 0, place = PLACE_NONE;
	bool known, have, reused = false;

	/* The path of the many: nothing lost, nothing known. A counter that wrapped to 0 is known. */
	if (drops && !*drops && !p->all_sockets && !b->drops.used)
		return NULL;
	known = look_up(&b->next_drops, &b->drops, key, &before);
	if (!known && !p->all_sockets && (!drops || !*drops))
		return NULL;
	have = look_up(&b->next_place, &b->place, key, &place);
	if (drops && (known || from_zero(b, s, ns)))
		reused = step_of(before, *drops, known, &step);
	if (reused && have) {
		sample_gone(s, place);
		have = false;
	}
	if (drops ? *drops != 0 : known)
		keep(b, &b->next_drops, key, drops ? *drops : before);
	if (!have && !step && !p->all_sockets)
		return NULL;
	if (!have)
		place = sample_place(s, PLACE_SOCKET, ns->place, key);
	if (place == PLACE_NONE)
		return NULL;
	keep(b, &b->next_place, key, place);
	put(s, counter, place, step);
	s->place[place].sock->drops = drops ? *drops : 0;
	return s->place[place].sock;
}

struct sock_fact *sockbook_show(struct sockbook *b, const struct probe *p, const struct netns *ns, uint64_t key)
{
	uint32_t place = sample_place(p->sample, PLACE_SOCKET, ns->place, key);

	if (place == PLACE_NONE)
		return NULL;
	keep(b, &b->next_place, key, place);
	return p->sample->place[place].sock;
}

/* Takes over what the read did not reach. */
static void carry(struct sockbook *b, struct hash *next, const struct hash *last)
{
	uint32_t v;

	for (uint32_t i = 0; i < last->cap; i++)
		if (last->state[i] == 1 && !hash_get(next, last->key[i], &v))
			keep(b, next, last->key[i], last->val[i]);
}

static void bury(struct sample *s, const struct hash *next, const struct hash *last)
{
	uint32_t v;

	for (uint32_t i = 0; i < last->cap; i++)
		if (last->state[i] == 1 && !hash_get(next, last->key[i], &v))
			sample_gone(s, last->val[i]);
}

void sockbook_end(struct sockbook *b, struct sample *s, bool whole)
{
	if (whole) {
		bury(s, &b->next_place, &b->place);
	} else {
		carry(b, &b->next_drops, &b->drops);
		carry(b, &b->next_place, &b->place);
	}
	hash_swap(&b->drops, &b->next_drops);
	hash_swap(&b->place, &b->next_place);
	/* A first read that was cut short would make every socket it missed look like a new one. */
	b->based = b->based || whole;
	if (b->short_of_memory)
		s->no_room++;
}

void sockbook_free(struct sockbook *b)
{
	hash_free(&b->drops);
	hash_free(&b->next_drops);
	hash_free(&b->place);
	hash_free(&b->next_place);
}
