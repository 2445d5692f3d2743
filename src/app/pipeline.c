/* SPDX-License-Identifier: BSD-2-Clause */
/* The tick, in the order of the rooms, with no logic between the calls but what must be asked when. */
#include "app/pipeline.h"

#include "app/priv.h"
#include "source/owner.h"
#include "source/peer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static uint64_t clock_ns(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void begin(struct pipeline *p)
{
	uint64_t real, mono;

	tree_when(p->tree, &real, &mono);
	if (tree_live(p->tree) || !real) {
		real = clock_ns(CLOCK_REALTIME);
		mono = clock_ns(CLOCK_MONOTONIC);
		p->untimed |= !tree_live(p->tree);
	}
	sample_begin(&p->sample, mono, real);
}

int pipeline_open(struct pipeline *p, const char *path, const char *netns, struct err *err)
{
	struct err wrong;
	int r;

	*p = (struct pipeline){ 0 };
	if (table_check(&wrong))
		return err_set(err, EPROTO, "the built-in tables are wrong: %s", wrong.text);
	if (sample_init(&p->sample) || ledger_init(&p->ledger) || ledger_init(&p->boot)) {
		pipeline_close(p);
		return err_set(err, ENOMEM, "out of memory");
	}
	r = tree_open(&p->tree, path, priv_open(), err);
	if (r == 0 && netns && strcmp(netns, "all") != 0)
		r = tree_only(p->tree, &p->sample, netns, err);
	if (r)
		pipeline_close(p);
	else
		p->probe = (struct probe){ .tree = p->tree, .sample = &p->sample };
	return r;
}

void pipeline_close(struct pipeline *p)
{
	report_free(&p->report);
	if (p->tree)
		tree_close(p->tree);
	ledger_free(&p->ledger);
	ledger_free(&p->boot);
	sample_free(&p->sample);
	*p = (struct pipeline){ 0 };
}

/* True when at least one source could be read: else there is nothing to say. */
static int readable(struct pipeline *p, struct err *err)
{
	for (int i = 0; i < SRC_COUNT; i++)
		if (p->sample.health[i].state == SOURCE_ON)
			return 0;
	return err_set(err, ENODATA, "nothing readable: no source gave an answer (is proc/net there?)");
}

/* Without a baseline nothing is known of the interval: such a zero is no proof. `absent`: what the first of two
 * recordings does not hold counts, too; on a running host that has only begun to exist. */
static void keep_blind(struct pipeline *p, bool absent)
{
	for (unsigned i = 0; i < SRC_COUNT; i++) {
		const struct source_health *h = &p->sample.health[i];
		struct fmt f;

		fmt_init(&f, p->blind[i], sizeof(p->blind[i]));
		if (h->state == SOURCE_BLIND)
			fmt_add(&f, "%.120s", h->why[0] ? h->why : "could not be read");
		else if (absent && h->state == SOURCE_OFF)
			fmt_add(&f, "not in the first recording");
	}
}

static void tell_blind(struct pipeline *p)
{
	for (unsigned i = 0; i < SRC_COUNT; i++) {
		const struct source_health *h = &p->sample.health[i];

		if (p->blind[i][0] && h->state == SOURCE_ON && !(source_rows[i].flags & DEMAND))
			sample_health(&p->sample, (enum source_id)i, SOURCE_BLIND, "at the beginning: %s", p->blind[i]);
	}
}

int pipeline_baseline(struct pipeline *p, struct err *err)
{
	int r;

	begin(p);
	r = tree_scan(p->tree, &p->sample, err);
	if (r)
		return r;
	p->probe.phase = PHASE_BASE;
	source_read_all(&p->probe, CHEAP);
	source_read_all(&p->probe, DETAIL);
	keep_blind(p, false);
	return readable(p, err);
}

/* Sockets are asked at once where one of their protocol's counters moved in this tick: the loser may close soon. */
static void ask_sockets(struct pipeline *p)
{
	struct sample *s = &p->sample;
	uint32_t moved = s->moved_count; /* what the sockets themselves add is not looked at */
	bool asked = false;

	for (uint32_t k = 0; k < moved; k++) {
		const struct series *y = &s->series[s->moved[k]];
		struct netns *ns = NULL;

		if (y->tick == s->tick && counter_rows[y->counter].at_socket)
			ns = tree_at(p->tree, s, y->place);
		if (!ns || ns->asked == s->tick + 1)
			continue;
		ns->asked = s->tick + 1;
		if (source_read(&p->probe, SRC_sockdiag, ns) == 0)
			asked = true;
	}
	if (asked)
		owner_find(p->tree, s, NULL);
}

/* The ledger is a function of the sums: where none moved, it stands as it is. */
static bool moved(const struct sample *s)
{
	for (uint32_t k = 0; k < s->moved_count; k++)
		if (s->series[s->moved[k]].tick == s->tick)
			return true;
	return false;
}

void pipeline_tick(struct pipeline *p)
{
	struct netns *ns;

	begin(p);
	tree_watch(p->tree, &p->sample);
	p->probe.phase = PHASE_TICK;
	source_read_all(&p->probe, CHEAP);
	peer_find(p->tree, &p->sample);
	ask_sockets(p);
	for (uint32_t i = 0; (ns = tree_netns(p->tree, i)); i++)
		for (int id = 0; ns->dead && id < SRC_COUNT; id++)
			if (source_rows[id].flags & DETAIL && source_rows[id].flags & NS)
				source_read(&p->probe, (enum source_id)id, ns);
	tree_reap(p->tree, &p->sample);
	if (moved(&p->sample))
		ledger_book(&p->ledger, &p->sample, LEDGER_MOVED);
}

/* Settings are read only where something was lost: they are needed to tell causes apart and to compute the fix. */
static int ask_settings(struct pipeline *p)
{
	const struct ledger *l = &p->ledger;
	bool *lost = calloc(p->sample.places + 1, sizeof(*lost));
	struct netns *ns;

	if (!lost)
		return -ENOMEM;
	for (uint32_t k = 0; k < l->entries; k++)
		lost[l->entry[k].ns == PLACE_NONE ? p->sample.places : l->entry[k].ns] = true;
	for (uint32_t k = 0; k < l->residues; k++) {
		uint32_t at = sample_ns_of(&p->sample, l->residue[k].place);

		if (at != PLACE_NONE)
			lost[at] = true;
	}
	for (uint32_t i = 0; (ns = tree_netns(p->tree, i)); i++)
		if (lost[ns->place] || (ns->own && lost[p->sample.places]))
			source_read(&p->probe, SRC_settings, ns);
	free(lost);
	return 0;
}

/* The neighbour statistics exist only in the initial namespace, so without them we live in another one. */
static bool contained(struct tree *t)
{
	struct slice text;

	return tree_live(t) && tree_net(tree_own(t), NET_ARP_CACHE, &text, NULL) == -ENOENT;
}

/* How long the interval was; 0 when nobody knows. */
static double seconds(const struct pipeline *p)
{
	const struct sample *s = &p->sample;

	if (p->since_boot || p->untimed)
		return 0;
	if (s->mono_ns >= s->began_mono_ns)
		return (double)(s->mono_ns - s->began_mono_ns) / 1e9;
	return s->real_ns > s->began_real_ns ? (double)(s->real_ns - s->began_real_ns) / 1e9 :
					       0; /* started anew in between */
}

static int conclude(struct pipeline *p, struct err *err)
{
	struct report *r = &p->report;
	int e;

	peer_find(p->tree, &p->sample);
	if (ledger_book(&p->ledger, &p->sample, LEDGER_MOVED))
		return err_set(err, ENOMEM, "out of memory");
	if (ask_settings(p))
		return err_set(err, ENOMEM, "out of memory");
	owner_find(p->tree, &p->sample, NULL);
	if (ledger_book(&p->ledger, &p->sample, LEDGER_MOVED) || ledger_book(&p->boot, &p->sample, LEDGER_SINCE_BOOT))
		return err_set(err, ENOMEM, "out of memory");
	ledger_compare(&p->ledger, &p->boot);
	e = readable(p, err);
	if (e)
		return e;
	tell_blind(p);
	report_free(r);
	*r = (struct report){ .recorded = !tree_live(p->tree), .since_boot = p->since_boot, .boot = &p->boot };
	slice_copy(slice_str(tree_hostname(p->tree)), r->host, sizeof(r->host));
	slice_copy(slice_str(tree_kernel(p->tree)), r->kernel, sizeof(r->kernel));
	slice_copy(slice_str(WHYDROP_VERSION), r->version, sizeof(r->version));
	r->seconds = seconds(p);
	r->container = contained(p->tree) && !tree_netns(p->tree, 1);
	return report_build(r, &p->sample, &p->ledger, err);
}

/* Once more the cheap counters, in a tick of its own: what moves in it came too late for the details. */
static void read_late(struct pipeline *p)
{
	begin(p);
	p->sample.last_pass = p->sample.tick;
	source_read_all(&p->probe, CHEAP);
}

void pipeline_settle(struct pipeline *p)
{
	p->probe.phase = PHASE_TICK;
	read_late(p);
	ledger_book(&p->ledger, &p->sample, LEDGER_MOVED);
	sample_rebase(&p->sample);
	ledger_book(&p->ledger, &p->sample, LEDGER_MOVED);
}

int pipeline_finish(struct pipeline *p, struct err *err)
{
	int r;

	/* first whatever is new, then the details, then the totals: a total must not be older than its parts */
	begin(p);
	r = tree_scan(p->tree, &p->sample, err);
	if (r)
		return r;
	p->probe.phase = PHASE_FINAL;
	source_read_all(&p->probe, CHEAP);
	source_read_all(&p->probe, DETAIL);
	read_late(p);
	return conclude(p, err);
}

void pipeline_restart(struct pipeline *p)
{
	for (unsigned i = 0; i < SRC_COUNT; i++) {
		if (!p->blind[i][0])
			continue;
		p->blind[i][0] = 0;
		p->sample.health[i].state = SOURCE_OFF; /* said anew at the next read */
		p->sample.health[i].why[0] = 0;
	}
	tree_reap(p->tree, &p->sample);
	sample_rebase(&p->sample);
	ledger_book(&p->ledger, &p->sample, LEDGER_MOVED);
}

int pipeline_totals(struct pipeline *p, struct err *err)
{
	int r;

	p->sample.zero_base = p->since_boot = true;
	begin(p);
	r = tree_scan(p->tree, &p->sample, err);
	if (r)
		return r;
	p->probe.phase = PHASE_FINAL;
	source_read_all(&p->probe, CHEAP | DETAIL);
	return conclude(p, err);
}

/* The namespaces of the second recording go on with what the sources knew of the same ones in the first. */
static void inherit(struct tree *from, struct tree *to)
{
	struct netns *a, *b;

	for (uint32_t i = 0; (b = tree_netns(to, i)); i++) {
		for (uint32_t k = 0; (a = tree_netns(from, k)); k++) {
			if (a->place != b->place)
				continue;
			for (int id = 0; id < SRC_COUNT; id++) {
				b->state[id] = a->state[id];
				a->state[id] = NULL;
			}
		}
	}
}

int pipeline_compare(struct pipeline *p, const char *path, const char *netns, struct err *err)
{
	struct tree *first = p->tree, *second;
	uint64_t real, mono;
	int r = tree_open(&second, path, priv_open(), err);

	if (r)
		return r;
	tree_when(second, &real, &mono);
	if (real && !p->untimed && real < p->sample.real_ns)
		r = err_set(err, EINVAL, "%s: made before the recording it is compared with; swap --from and --to",
			    path);
	if (r == 0 && netns && strcmp(netns, "all") != 0)
		r = tree_only(second, &p->sample, netns, err);
	if (r) {
		tree_close(second);
		return r;
	}
	keep_blind(p, true);
	p->tree = p->probe.tree = second;
	begin(p);
	r = tree_scan(second, &p->sample, err);
	inherit(first, second);
	tree_close(first);
	if (r)
		return r;
	p->probe.phase = PHASE_FINAL;
	source_read_all(&p->probe, CHEAP | DETAIL);
	return conclude(p, err);
}
