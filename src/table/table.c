/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rows made from the .def files, and how a row is found: by key, by cause id, by setting, and in the order in which
 * the ledger works. Names become indices here, once. The rules the tables must obey are in check.c.
 */
#include "table/table.h"

#include "base/hash.h"
#include "table/check.h"

const struct layer_row layer_rows[LAYER_COUNT] = {
#define LAYER(name, id) [LAYER_##name] = { id },
#include "table/layer.def"
#undef LAYER
};

const struct cause_row cause_rows[CAUSE_COUNT] = {
	[CAUSE_NONE] = { "none", LAYER_SELF, UNKNOWN, "Not explained", "Nothing is known about these packets." },
#define CAUSE(name, id, layer, verdict, title, what) [name] = { id, LAYER_##layer, verdict, title, what },
#include "table/cause.def"
#undef CAUSE
};

const struct source_row source_rows[SRC_COUNT + 1] = {
#define SOURCE(name, flags, needs) [SRC_##name] = { #name, flags, needs },
#include "table/source.def"
#undef SOURCE
	[SRC_none] = { "none", 0, "" },
};

const char *const verdict_ids[VERDICT_COUNT] = {
	[OVERLOAD] = "overload", [MISCONFIG] = "misconfig", [FAULT] = "fault", [POLICY] = "policy",
	[REFUSED] = "refused", [BENIGN] = "benign", [UNKNOWN] = "unknown",
};

const char *const role_ids[ROLE_COUNT] = {
	[LEAF] = "leaf", [PART] = "part", [TOTAL] = "total", [WITNESS] = "witness", [PRESSURE] = "pressure",
	[SYMPTOM] = "symptom", [STATE] = "state", [TRAFFIC] = "traffic",
};

const char *const sure_ids[3] = { [SURE] = "sure", [LIKELY] = "likely", [LOW] = "low" };

const char *const unit_ids[OTHER_UNIT + 1] = {
	[PACKETS] = "packets", [SEGMENTS] = "segments", [DATAGRAMS] = "datagrams", [MESSAGES] = "messages",
	[SKBS] = "skbs", [CONNECTIONS] = "connections", [EVENTS] = "events", [BYTES] = "bytes", [PAGES] = "pages",
	[OTHER_UNIT] = "other",
};

#define KEY_MAX 96
#define SLOTS (2 * ROWS_MAX)

/* Built at the first look-up and never changed after; the rows themselves are constants. */
static uint16_t slots[SLOTS];           /* row + 1 by hash of the key, 0 free */
static uint16_t edges[ROWS_MAX][EDGES];
static uint16_t order[ROWS_MAX];
static bool ready;

static uint16_t lookup(struct slice key)
{
	for (uint64_t i = hash_bytes(key.p, key.n) % SLOTS; slots[i]; i = (i + 1) % SLOTS)
		if (slice_eq(key, counter_rows[slots[i] - 1].key))
			return slots[i] - 1;
	return COUNTER_NONE;
}

static void build(void)
{
	size_t n = counter_count < ROWS_MAX ? counter_count : ROWS_MAX;

	ready = true;
	for (size_t c = 0; c < n; c++) {
		uint64_t i = hash_bytes(counter_rows[c].key, strlen(counter_rows[c].key)) % SLOTS;

		while (slots[i])
			i = (i + 1) % SLOTS;
		slots[i] = (uint16_t)(c + 1);
	}
	for (size_t c = 0; c < n; c++) {
		for (unsigned e = 0; e < EDGES; e++)
			edges[c][e] = COUNTER_NONE;
		for (unsigned e = 0; e < EDGES && counter_rows[c].of[e].total; e++)
			edges[c][e] = lookup(slice_str(counter_rows[c].of[e].total));
	}
	table_sort(counter_rows, n, edges, order);
}

bool verdict_is_loss(enum verdict v)
{
	return v == OVERLOAD || v == MISCONFIG || v == FAULT || v == UNKNOWN;
}

uint16_t table_counter(struct slice key)
{
	if (!ready)
		build();
	return lookup(key);
}

uint16_t table_counter2(struct slice prefix, struct slice name)
{
	char key[KEY_MAX];

	/* no key is that long, so what does not fit is not there */
	if (prefix.n + name.n + 1 > sizeof(key))
		return COUNTER_NONE;
	memcpy(key, prefix.p, prefix.n);
	key[prefix.n] = '.';
	memcpy(key + prefix.n + 1, name.p, name.n);
	return table_counter(slice_of(key, prefix.n + 1 + name.n));
}

enum cause table_cause(struct slice id)
{
	for (unsigned i = CAUSE_NONE + 1; i < CAUSE_COUNT; i++)
		if (slice_eq(id, cause_rows[i].id))
			return (enum cause)i;
	return CAUSE_NONE;
}

const struct setting *table_setting(const char *key)
{
	for (size_t i = 0; i < setting_count; i++)
		if (strcmp(setting_rows[i].key, key) == 0)
			return &setting_rows[i];
	return NULL;
}

const uint16_t *table_order(void)
{
	if (!ready)
		build();
	return order;
}

uint16_t table_edge(uint16_t c, unsigned e)
{
	if (!ready)
		build();
	return c < counter_count && c < ROWS_MAX && e < EDGES ? edges[c][e] : COUNTER_NONE;
}

int table_check(struct err *err)
{
	const struct tables t = {
		.counter = counter_rows, .counters = counter_count, .split = split_rows, .splits = split_count,
		.reason = reason_rows, .reasons = reason_count, .driver = driver_rows, .drivers = driver_count,
		.setting = setting_rows, .settings = setting_count, .advice = advice_rows, .advices = advice_count,
		.cause = cause_rows, .causes = CAUSE_COUNT,
	};

	return table_check_rows(&t, err);
}
