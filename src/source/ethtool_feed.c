/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the names of `ethtool -S` to counters: a name is looked up among the rows of its driver (table/driver.c),
 * several names of one meaning (one per queue) are added up. Not here: how names and values are got (ethtool.c).
 */
#include "source/ethtool_feed.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <stdlib.h>
#include <string.h>

struct slice feeds_trim(struct slice s)
{
	while (s.n && (s.p[0] == ' ' || s.p[0] == '\t'))
		s = slice_of(s.p + 1, s.n - 1);
	while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t' || s.p[s.n - 1] == '\r'))
		s.n--;
	return s;
}

/* '*' stands for one or more digits; no digit follows it in a row, so the first try is the only one. */
static bool name_match(const char *pattern, struct slice name)
{
	size_t i = 0;

	for (; *pattern; pattern++) {
		size_t from = i;

		if (*pattern != '*') {
			if (i == name.n || name.p[i++] != *pattern)
				return false;
			continue;
		}
		while (i < name.n && name.p[i] >= '0' && name.p[i] <= '9')
			i++;
		if (i == from)
			return false;
	}
	return i == name.n;
}

/* Unknown names that sound like a loss are shown as evidence, never booked. Those that netdev.c reads are no news. */
static bool sounds_like_loss(struct slice name)
{
	static const char *const words[] = { "drop", "discard", "miss", "err", "fifo", "no_buf", "timeout", "overflow" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (memmem(name.p, name.n, words[i], strlen(words[i])))
			return table_counter2(slice_str("dev"), name) == COUNTER_NONE;
	}
	return false;
}

void feeds_driver(struct feeds *f, struct slice driver)
{
	f->row = f->rows = 0;
	for (size_t i = 0; i < driver_count; i++) {
		if (!slice_eq(driver, driver_rows[i].driver))
			continue;
		if (!f->rows++)
			f->row = (uint16_t)i;
	}
}

/* 1 + the feed of a name, made when new; 0 when nothing wants it. */
static uint8_t feed_of(struct feeds *f, struct sample *s, struct slice name)
{
	const char *key = NULL;
	uint16_t counter;

	name = feeds_trim(name);
	for (unsigned i = f->row; i < (unsigned)f->row + f->rows && !key; i++) {
		if (name_match(driver_rows[i].name, name))
			key = driver_rows[i].key;
	}
	if (!key && sounds_like_loss(name))
		key = "ethtool.shown";
	counter = key ? table_counter(slice_str(key)) : COUNTER_NONE;
	if (counter == COUNTER_NONE)
		return 0;
	for (unsigned i = 0; i < f->feeds; i++) {
		if (f->feed[i].counter == counter)
			return (uint8_t)(i + 1);
	}
	if (f->feeds == FEEDS_MOST)
		return 0;
	f->feed[f->feeds] = (struct feed){ .counter = counter, .slot = sample_slot(s, counter, f->place) };
	return (uint8_t)++f->feeds;
}

/* Binds every name of a strings answer; 0 or -errno. */
int feeds_bind(struct feeds *f, struct sample *s, struct slice strings, struct err *err)
{
	uint32_t n = (uint32_t)(strings.n / ETH_GSTRING_LEN);
	uint8_t *map;

	if (strings.n % ETH_GSTRING_LEN || strings.n / ETH_GSTRING_LEN > FEEDS_NAMES)
		return err_set(err, EINVAL, "%s: %zu bytes of statistics names, expected a multiple of %d",
			       s->place[f->place].link->name, strings.n, ETH_GSTRING_LEN);
	map = realloc(f->map, n ? n : 1);
	if (!map)
		return err_set(err, ENOMEM, "no memory");
	f->map = map;
	f->n = n;
	f->feeds = 0;
	for (uint32_t i = 0; i < n; i++) {
		const char *name = strings.p + (size_t)i * ETH_GSTRING_LEN;

		map[i] = feed_of(f, s, slice_of(name, strnlen(name, ETH_GSTRING_LEN)));
	}
	return 0;
}

static void clear(struct feeds *f)
{
	for (unsigned i = 0; i < f->feeds; i++)
		f->feed[i].sum = 0;
}

static void put(struct feeds *f, struct sample *s)
{
	for (unsigned i = 0; i < f->feeds; i++)
		sample_put(s, f->feed[i].slot, f->feed[i].sum);
}

bool feeds_put(struct feeds *f, struct sample *s, struct slice values)
{
	uint64_t v;

	if (values.n != (size_t)f->n * sizeof(v))
		return false;
	clear(f);
	for (uint32_t i = 0; i < f->n; i++) {
		if (!f->map[i])
			continue;
		memcpy(&v, values.p + (size_t)i * sizeof(v), sizeof(v));
		f->feed[f->map[i] - 1].sum += v;
	}
	put(f, s);
	return true;
}

void feeds_text(struct feeds *f, struct sample *s, struct slice text)
{
	struct slice line;
	uint64_t v;

	clear(f);
	while (slice_line(&text, &line)) {
		/* names may hold a colon themselves ("[0]: rx_discards"): the last one counts */
		const char *colon = line.n ? memrchr(line.p, ':', line.n) : NULL;
		uint8_t k;

		if (!colon || !slice_u64(feeds_trim(slice_of(colon + 1, line.n - (size_t)(colon + 1 - line.p))), &v))
			continue;
		k = feed_of(f, s, slice_of(line.p, (size_t)(colon - line.p)));
		if (k)
			f->feed[k - 1].sum += v;
	}
	put(f, s);
}
