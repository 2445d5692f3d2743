/* SPDX-License-Identifier: BSD-2-Clause */
/* The books on sources: what is told of one that works, is absent, forbidden or broken. The sources here are fakes. */
#include "tree_fixture.h"

static int answer(struct probe *p, struct netns *ns, void *state, struct err *err);
static unsigned reads, forgotten;
static void forget(void *state)
{
	(void)state;
	forgotten++;
}

#include "source/source.c"
#define SOURCE(name, flags, needs) \
	const struct source source_##name = { .state_size = sizeof(unsigned), .read = answer, .forget = forget };
#include "table/source.def"
#undef SOURCE

static int own_result, other_result;

static int answer(struct probe *p, struct netns *ns, void *state, struct err *err)
{
	int r = !ns || ns->own ? own_result : other_result;

	(void)p;
	reads++;
	++*(unsigned *)state;
	return r < 0 ? err_set(err, -r, "fake: it broke") : 0;
}

static void open_two(struct host *h, struct probe *p)
{
	put_text("proc/net/snmp", "ours");
	put_text("netns/5000/about", "name: a\n");
	open_host(h, top);
	*p = (struct probe){ .tree = h->tree, .sample = &h->sample, .phase = PHASE_TICK };
	own_result = other_result = 0;
	reads = forgotten = 0;
}

static void read_with(struct host *h, struct probe *p, int own, int other)
{
	own_result = own;
	other_result = other;
	sample_begin(&h->sample, h->sample.mono_ns + 1, h->sample.real_ns + 1);
	source_read_all(p, CHEAP);
}

static void each_namespace_is_read_and_the_machine_once(void **state)
{
	unsigned want = 0;
	struct probe p;
	struct host h;

	(void)state;
	open_two(&h, &p);
	for (unsigned i = 0; i < SRC_COUNT; i++)
		if (source_rows[i].flags & CHEAP)
			want += source_rows[i].flags & HOST ? 1 : 2;
	read_with(&h, &p, 0, 0);
	assert_int_equal(reads, want);
	read_with(&h, &p, 0, 0);
	assert_int_equal(*(unsigned *)tree_own(h.tree)->state[SRC_snmp], 2); /* the state stays */
	assert_int_equal(h.sample.health[SRC_snmp].state, SOURCE_ON);
	assert_string_equal(h.sample.health[SRC_snmp].why, "");
	assert_int_equal(h.sample.health[SRC_settings].state, SOURCE_OFF);
	close_host(&h);
	assert_int_equal(forgotten, want);
}

static void a_source_that_is_absent_everywhere_is_off_but_not_when_one_namespace_has_it(void **state)
{
	struct probe p;
	struct host h;

	(void)state;
	open_two(&h, &p);
	read_with(&h, &p, -ENOENT, -ENOENT);
	assert_int_equal(h.sample.health[SRC_snmp].state, SOURCE_OFF);
	assert_string_equal(h.sample.health[SRC_snmp].why, "not in this recording");
	assert_int_equal(h.sample.health[SRC_snmp].failures, 0);
	read_with(&h, &p, -ENOENT, 0);
	assert_int_equal(h.sample.health[SRC_snmp].state, SOURCE_ON);
	close_host(&h);
}

static void a_forbidden_source_names_what_it_needs(void **state)
{
	struct probe p;
	struct host h;

	(void)state;
	open_two(&h, &p);
	own_result = other_result = -EPERM;
	assert_int_equal(source_read(&p, SRC_nftables, tree_own(h.tree)), -EPERM);
	assert_int_equal(h.sample.health[SRC_nftables].state, SOURCE_OFF);
	assert_non_null(strstr(h.sample.health[SRC_nftables].why, "CAP_NET_ADMIN"));
	read_with(&h, &p, 0, -EACCES);
	assert_int_equal(h.sample.health[SRC_snmp].state, SOURCE_ON);
	assert_string_equal(h.sample.health[SRC_snmp].why, "1 namespace not allowed");
	assert_int_equal(h.sample.health[SRC_snmp].failures, 0);
	close_host(&h);
}

static void a_broken_source_is_blind_until_it_works_again(void **state)
{
	struct probe p;
	struct host h;

	(void)state;
	open_two(&h, &p);
	read_with(&h, &p, 0, -EBADMSG);
	assert_int_equal(h.sample.health[SRC_snmp].state, SOURCE_BLIND);
	assert_string_equal(h.sample.health[SRC_snmp].why, "fake: it broke");
	read_with(&h, &p, -EBADMSG, -EBADMSG);
	assert_string_equal(h.sample.health[SRC_snmp].why, "2 namespaces: fake: it broke");
	assert_int_equal(h.sample.health[SRC_snmp].failures, 3);
	read_with(&h, &p, 0, 0);
	assert_int_equal(h.sample.health[SRC_snmp].state, SOURCE_ON);
	assert_string_equal(h.sample.health[SRC_snmp].why, "");
	close_host(&h);
}

static void a_namespace_that_leaves_while_it_is_read_is_no_failure(void **state)
{
	struct probe p;
	struct host h;

	(void)state;
	open_two(&h, &p);
	tree_netns(h.tree, 1)->dead = true;
	read_with(&h, &p, 0, -EIO);
	assert_int_equal(h.sample.health[SRC_snmp].state, SOURCE_ON);
	assert_int_equal(h.sample.health[SRC_snmp].failures, 0);
	tree_netns(h.tree, 1)->dead = false;
	read_with(&h, &p, 0, -ESRCH);
	assert_int_equal(h.sample.health[SRC_snmp].state, SOURCE_ON);
	close_host(&h);
}

static void every_source_is_read_once_in_either_direction(void **state)
{
	(void)state;
	for (int phase = PHASE_BASE; phase <= PHASE_FINAL; phase++) {
		unsigned seen[SRC_COUNT] = { 0 };

		for (unsigned i = 0; i < SRC_COUNT; i++)
			seen[nth(i, (enum phase)phase)]++;
		for (unsigned i = 0; i < SRC_COUNT; i++)
			assert_int_equal(seen[i], 1);
	}
	assert_int_equal(nth(0, PHASE_BASE), SRC_netdev);
}

static void the_cost_of_each_source_is_known(void **state)
{
	struct probe p;
	struct host h;

	(void)state;
	open_two(&h, &p);
	for (unsigned i = 0; i < 100; i++)
		read_with(&h, &p, 0, 0);
	assert_true(h.sample.health[SRC_snmp].cost_ns > 0);
	assert_int_equal(h.sample.health[SRC_sockdiag].cost_ns, 0);
	close_host(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(each_namespace_is_read_and_the_machine_once),
		T(a_source_that_is_absent_everywhere_is_off_but_not_when_one_namespace_has_it),
		T(a_forbidden_source_names_what_it_needs),
		T(a_broken_source_is_blind_until_it_works_again),
		T(a_namespace_that_leaves_while_it_is_read_is_no_failure),
		T(every_source_is_read_once_in_either_direction),
		T(the_cost_of_each_source_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
