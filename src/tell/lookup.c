/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the tables know of a name, as a person would spell it: "RcvbufErrors", "Udp:RcvbufErrors", "UdpRcvbufErrors" (as
 * nstat prints it), "rmem_max", "SKB_DROP_REASON_NO_SOCKET", "softnet_stat column 2", "conntrack.table_full". Names are
 * compared as letters and digits only. It reads tables, never a host.
 */
#include "tell/lookup.h"

#include "table/table.h"
#include "tell/lookup_text.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#define NAME_MAX_LEN 96
#define HITS 200
#define NEAR 5

struct hits {
	struct hit hit[HITS];
	size_t n;
};

/* Columns of /proc/net/softnet_stat, net/core/net-procfs.c:softnet_seq_show; 4 to 8 are always zero. */
static const char *const softnet_columns[] = {
	NULL,
	"softnet.processed",
	"softnet.dropped",
	"softnet.time_squeeze",
	NULL,
	NULL,
	NULL,
	NULL,
	NULL,
	"softnet.cpu_collision",
	"softnet.received_rps",
	"softnet.flow_limit_count",
	"softnet.backlog_len",
	"softnet.cpu",
	"softnet.input_qlen",
	"softnet.process_qlen",
};

/* Lower-case letters and digits of s; what is too long is cut, and then matches nothing. */
static void squeeze(const char *s, char dst[NAME_MAX_LEN])
{
	size_t n = 0;

	for (; *s && n < NAME_MAX_LEN - 1; s++)
		if (isalnum((unsigned char)*s))
			dst[n++] = (char)tolower((unsigned char)*s);
	dst[n] = 0;
}

static void hit_add(struct hits *h, enum hit_kind kind, size_t row, bool exact)
{
	if (h->n < HITS)
		h->hit[h->n++] = (struct hit){ .kind = kind, .row = row, .exact = exact };
}

/* full is the table's spelling, bare the part people use alone (or NULL); name is squeezed. */
static void try_name(struct hits *h, enum hit_kind kind, size_t row, const char *name, const char *full,
		     const char *bare)
{
	char text[NAME_MAX_LEN];

	squeeze(full, text);
	if (strcmp(text, name) == 0) {
		hit_add(h, kind, row, true);
		return;
	}
	if (!bare)
		return;
	squeeze(bare, text);
	if (strcmp(text, name) == 0)
		hit_add(h, kind, row, false);
}

static const char *after(const char *s, char c)
{
	const char *p = strrchr(s, c);

	return p ? p + 1 : NULL;
}

/* "Udp6RcvbufErrors" without its protocol: from the capital after the last digit of the prefix. */
static const char *snmp6_bare(const char *key)
{
	static const char *const prefix[] = { "UdpLite6", "Udp6", "Icmp6", "Ip6", "Sctp", "Xfrm", "Mib" };

	for (size_t i = 0; i < ARRAY_SIZE(prefix); i++)
		if (strncmp(key, prefix[i], strlen(prefix[i])) == 0)
			return key + strlen(prefix[i]);
	return NULL;
}

/* A driver's name with '*' for digits, against what the user typed. */
static bool driver_match(const char *pattern, const char *name)
{
	while (*pattern && *name) {
		if (*pattern == '*') {
			if (*name == '*')
				name++;
			else if (!isdigit((unsigned char)*name))
				return false;
			while (isdigit((unsigned char)*name))
				name++;
			pattern++;
		} else if (tolower((unsigned char)*pattern++) != tolower((unsigned char)*name++)) {
			return false;
		}
	}
	return !*pattern && !*name;
}

/* "softnet_stat column 2", "softnet col 3": the row of that column, or COUNTER_NONE. */
static uint16_t softnet_column(const char *name)
{
	const char *p = strstr(name, "softnet"), *col = p ? strstr(p, "col") : NULL, *digit;
	uint64_t n;

	if (!col)
		return COUNTER_NONE;
	digit = col + strcspn(col, "0123456789");
	if (!slice_u64(slice_str(digit), &n) || n >= ARRAY_SIZE(softnet_columns) || !softnet_columns[n])
		return COUNTER_NONE;
	return table_counter(slice_str(softnet_columns[n]));
}

static void find_words(struct hits *h, const char *name)
{
	for (size_t i = 0; i < LAYER_COUNT; i++)
		try_name(h, HIT_LAYER, i, name, layer_rows[i].id, NULL);
	for (size_t i = 0; i < VERDICT_COUNT; i++)
		try_name(h, HIT_VERDICT, i, name, verdict_ids[i], NULL);
	for (size_t i = 0; i < ROLE_COUNT; i++)
		try_name(h, HIT_ROLE, i, name, role_ids[i], NULL);
	for (size_t i = 0; i < ARRAY_SIZE(sure_ids); i++)
		try_name(h, HIT_SURE, i, name, sure_ids[i], NULL);
}

static void find_all(struct hits *h, const char *typed)
{
	char name[NAME_MAX_LEN], *reason;
	uint16_t column;

	squeeze(typed, name);
	if (!name[0])
		return;
	column = softnet_column(name);
	if (column != COUNTER_NONE)
		hit_add(h, HIT_COUNTER, column, true);
	for (size_t i = 0; i < counter_count; i++) {
		const char *key = counter_rows[i].key, *bare = strchr(key, '.');

		try_name(h, HIT_COUNTER, i, name, key, bare ? bare + 1 : snmp6_bare(key));
	}
	for (size_t i = CAUSE_NONE + 1; i < CAUSE_COUNT; i++) {
		size_t before = h->n;

		try_name(h, HIT_CAUSE, i, name, cause_rows[i].id, after(cause_rows[i].id, '.'));
		if (h->n == before)
			try_name(h, HIT_CAUSE, i, name, cause_rows[i].title, NULL);
	}
	for (size_t i = 0; i < setting_count; i++) {
		size_t before = h->n;

		try_name(h, HIT_SETTING, i, name, setting_rows[i].key, after(setting_rows[i].key, '.'));
		if (h->n == before && setting_rows[i].path)
			try_name(h, HIT_SETTING, i, name, setting_rows[i].path, NULL);
	}
	reason = strncmp(name, "skbdropreason", 13) == 0 ? name + 13 : name;
	for (size_t i = 0; i < reason_count; i++)
		try_name(h, HIT_REASON, i, reason, reason_rows[i].name, NULL);
	for (size_t i = 0; i < driver_count; i++)
		if (driver_match(driver_rows[i].name, typed))
			hit_add(h, HIT_DRIVER, i, true);
	find_words(h, name);
}

/* ---- nothing found: the nearest names ---- */

struct near {
	const char *name;
	unsigned distance;
};

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Letters to change to make b of a (Levenshtein); 0 is kept for equal names. */
static unsigned distance(const char *a, const char *b)
{
	unsigned row[NAME_MAX_LEN + 1], old, diagonal;
	size_t nb = strlen(b);

	for (size_t k = 0; k <= nb; k++)
		row[k] = (unsigned)k;
	for (size_t i = 1; a[i - 1]; i++) {
		diagonal = row[0];
		row[0] = (unsigned)i;
		for (size_t k = 1; k <= nb; k++) {
			old = row[k];
			row[k] = least(least(row[k], row[k - 1]) + 1, diagonal + (a[i - 1] != b[k - 1]));
			diagonal = old;
		}
	}
	return row[nb];
}

static void near_try(struct near near[NEAR], const char *name, const char *full, const char *bare)
{
	char text[NAME_MAX_LEN];
	unsigned d, at;

	squeeze(full, text);
	d = distance(name, text);
	/* a part of the name is nearer than a few wrong letters */
	if (strlen(name) > 2 && strstr(text, name))
		d = 1;
	if (bare) {
		squeeze(bare, text);
		d = least(d, distance(name, text));
	}
	if (d > (strlen(name) < 4 ? 1 : 1 + strlen(name) / 4))
		return;
	for (at = 0; at < NEAR && near[at].name; at++) {
		if (strcmp(near[at].name, full) == 0)
			return;
		if (near[at].distance > d)
			break;
	}
	if (at == NEAR)
		return;
	memmove(&near[at + 1], &near[at], (NEAR - 1 - at) * sizeof(*near));
	near[at] = (struct near){ full, d };
}

static void say_nearest(const char *typed, struct fmt *out)
{
	struct near near[NEAR] = { 0 };
	char name[NAME_MAX_LEN];

	squeeze(typed, name);
	for (size_t i = CAUSE_NONE + 1; i < CAUSE_COUNT; i++)
		near_try(near, name, cause_rows[i].id, after(cause_rows[i].id, '.'));
	for (size_t i = 0; i < counter_count; i++)
		near_try(near, name, counter_rows[i].key, after(counter_rows[i].key, '.'));
	for (size_t i = 0; i < setting_count; i++)
		near_try(near, name, setting_rows[i].key, after(setting_rows[i].key, '.'));
	for (size_t i = 0; i < reason_count; i++)
		near_try(near, name, reason_rows[i].name, NULL);
	for (size_t i = 0; i < driver_count; i++)
		near_try(near, name, driver_rows[i].name, NULL);
	fmt_add(out, "nothing here is called \"");
	fmt_safe(out, typed);
	fmt_add(out, "\"");
	for (size_t i = 0; i < NEAR && near[i].name; i++)
		fmt_add(out, "%s%s", i ? ", " : "; near it: ", near[i].name);
	fmt_add(out, "\n");
}

/* Which of several rows is told at length: the exact name; a driver's name only when there is no other. */
static int weight(const struct hit *h)
{
	if (h->kind == HIT_DRIVER)
		return 0;
	if (h->kind == HIT_REASON && reason_rows[h->row].location)
		return 2;
	return h->exact ? 3 : 1;
}

int lookup_explain(const char *name, struct fmt *out)
{
	static struct hits h;
	size_t first = 0;

	h.n = 0;
	find_all(&h, name);
	if (h.n == 0) {
		say_nearest(name, out);
		return -ENOENT;
	}
	for (size_t i = 1; i < h.n; i++)
		if (weight(&h.hit[i]) > weight(&h.hit[first]))
			first = i;
	lookup_long(&h.hit[first], out);
	if (h.n > 1)
		fmt_add(out, "\nAlso called so:\n");
	for (size_t i = 0; i < h.n; i++)
		if (i != first)
			lookup_short(&h.hit[i], out);
	return 0;
}
