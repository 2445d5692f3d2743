/* SPDX-License-Identifier: BSD-2-Clause */
/* The report: denominators, layers, and above all that what could not be seen is said. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "report_fixture.h"

struct host {
	struct fixture x;
	struct report r;
};

static int setup(void **state)
{
	static struct host h;

	fixture_init(&h.x);
	h.r = (struct report){ .seconds = 10, .host = "given", .kernel = "9.9" };
	*state = &h;
	return 0;
}

static int teardown(void **state)
{
	struct host *h = *state;

	report_free(&h->r);
	fixture_free(&h->x);
	return 0;
}

static struct report *built(struct host *h)
{
	struct err err = { 0 };

	assert_int_equal(report_build(&h->r, &h->x.sample, &h->x.ledger, &err), 0);
	return &h->r;
}

static void moved(struct host *h, const char *key, uint32_t place, uint64_t sum)
{
	struct sample *s = &h->x.sample;

	s->series[s->count++] = (struct series){
		.place = place, .counter = table_counter(slice_str(key)), .sum = sum, .now = sum + 1000
	};
	assert_int_not_equal(s->series[s->count - 1].counter, COUNTER_NONE);
}

static unsigned unseen(const struct report *r, const char *part)
{
	unsigned n = 0;

	for (uint32_t i = 0; i < r->unseens; i++)
		n += strstr(r->unseen[i], part) != NULL;
	return n;
}

static void the_denominator_is_what_devices_but_loopback_moved(void **state)
{
	struct host *h = *state;
	struct report *r;

	h->x.b0.kind[0] = 0;
	moved(h, "dev.rx_packets", AT_B0, 1000);
	moved(h, "dev.tx_packets", AT_B0, 10);
	moved(h, "dev.rx_packets", AT_LO, 7777);
	r = built(h);
	assert_true(r->have_packets_seen);
	assert_int_equal(r->packets_seen, 1010);
	h->r.since_boot = true;
	assert_int_equal(built(h)->packets_seen, 3010);
}

static void a_packet_through_a_veth_pair_counts_once_where_both_ends_are_seen(void **state)
{
	struct host *h = *state;

	h->x.lo = h->x.b0;
	strcpy(h->x.lo.name, "a0");
	moved(h, "dev.rx_packets", AT_B0, 1000);
	moved(h, "dev.tx_packets", AT_B0, 10);
	moved(h, "dev.rx_packets", AT_LO, 10);
	moved(h, "dev.tx_packets", AT_LO, 1002);
	assert_int_equal(built(h)->packets_seen, 1012);
	h->r.container = true;
	assert_int_equal(built(h)->packets_seen, 2022);
}

static void what_a_bridge_passes_on_is_not_counted_again(void **state)
{
	struct host *h = *state;

	strcpy(h->x.b0.kind, "bridge");
	moved(h, "dev.rx_packets", AT_B0, 1000);
	assert_false(built(h)->have_packets_seen);
}

static void without_device_counters_there_is_no_denominator(void **state)
{
	assert_false(built(*state)->have_packets_seen);
}

static void losses_are_summed_by_layer_and_policy_is_none(void **state)
{
	struct host *h = *state;
	struct report *r;

	fixture_lose_udp(&h->x, 100);
	fixture_lose_udp(&h->x, 20);
	fixture_lose(&h->x, NETFILTER_RULE, 40);
	r = built(h);
	assert_int_equal(r->layer_lost[LAYER_SOCKET], 120);
	assert_int_equal(r->layer_lost[LAYER_NETFILTER], 0);
	assert_int_equal(r->findings, 3);
	assert_ptr_equal(r->finding[2].entry, &h->x.entry[2]);
	assert_true(r->finding[0].rate > 9.99 && r->finding[0].rate < 10.01);
	built(h);
	assert_int_equal(h->r.layer_lost[LAYER_SOCKET], 120);
}

static void a_losing_socket_and_its_owner_are_named(void **state)
{
	struct host *h = *state;
	struct report *r;

	fixture_lose_udp(&h->x, 100);
	r = built(h);
	assert_string_equal(r->finding[0].socket, "udp 10.77.0.2:5000");
	assert_non_null(strstr(r->finding[0].owner, "python3"));
	assert_non_null(strstr(r->finding[0].owner, "4711"));
	assert_non_null(strstr(r->finding[0].ordinary, "nothing"));
}

static void a_loss_without_owner_names_none(void **state)
{
	struct host *h = *state;
	struct report *r;

	h->x.sock.owner.pid = 0;
	fixture_lose_udp(&h->x, 100);
	r = built(h);
	assert_string_equal(r->finding[0].owner, "");
}

static void nothing_hidden_leaves_only_the_sentence_on_events(void **state)
{
	struct report *r = built(*state);

	assert_int_equal(r->unseens, 1);
	assert_int_equal(unseen(r, "kernel drop events"), 1);
}

static void all_that_could_not_be_seen_is_said_once_and_built_anew(void **state)
{
	struct host *h = *state;
	struct sample *s = &h->x.sample;
	struct report *r;

	s->hidden_ns = 3;
	s->half_ns = 1;
	s->resets = 2;
	s->no_room = 4;
	s->health[SRC_nftables].state = SOURCE_OFF;
	strcpy(s->health[SRC_nftables].why, "needs CAP_NET_ADMIN");
	s->health[SRC_qdisc].state = SOURCE_BLIND;
	s->health[SRC_xfrm].state = SOURCE_OFF;
	strcpy(s->health[SRC_xfrm].why, "not on this kernel");
	strcpy(s->health[SRC_sockdiag].why, "2 capture sockets use a ring");
	h->r.container = true;
	built(h);
	r = built(h);
	assert_string_equal(r->unseen[0], "3 namespaces not visible: run as root");
	assert_int_equal(unseen(r, "one network namespace of a host"), 1);
	assert_int_equal(unseen(r, "1 namespace only half visible"), 1);
	assert_int_equal(unseen(r, "firewall rule counters (nftables): needs CAP_NET_ADMIN"), 1);
	assert_int_equal(unseen(r, "send queues (qdisc): cannot be read"), 1);
	assert_int_equal(unseen(r, "xfrm"), 0);
	assert_int_equal(unseen(r, "2 counters went backwards"), 1);
	assert_int_equal(unseen(r, "4 things had no room"), 1);
	assert_int_equal(unseen(r, "(sock_diag): 2 capture sockets use a ring"), 1);
	assert_int_equal(r->unseens, 9);
}

static void a_layer_is_seen_partly_seen_or_not_seen(void **state)
{
	struct host *h = *state;
	struct sample *s = &h->x.sample;
	struct report *r = built(h);

	assert_int_equal(report_layer_view(r, LAYER_QDISC), LAYER_SEEN);
	s->health[SRC_nftables].state = SOURCE_BLIND;
	assert_int_not_equal(report_layer_view(r, LAYER_NETFILTER), LAYER_SEEN);
	for (unsigned i = 0; i < SRC_COUNT; i++)
		s->health[i].state = SOURCE_OFF;
	for (enum layer i = 0; i < LAYER_COUNT; i++)
		assert_int_equal(report_layer_view(r, i), LAYER_UNSEEN);
}

static void what_the_caller_knows_of_the_host_is_kept(void **state)
{
	struct report *r = built(*state);

	assert_string_equal(r->host, "given");
	assert_string_equal(r->kernel, "9.9");
	assert_int_equal(r->namespaces, 2);
	assert_int_equal(r->devices, 2);
	assert_int_equal(r->cpus, 1);
}

static void places_that_left_are_not_in_view(void **state)
{
	struct host *h = *state;

	h->x.place[AT_B0].gone = true;
	h->x.place[AT_LAB].gone = true;
	assert_int_equal(built(h)->namespaces, 1);
	assert_int_equal(h->r.devices, 1);
}

static void a_contradiction_of_the_table_names_both_counters(void **state)
{
	struct residue c = { table_counter(slice_str("Udp.RcvbufErrors")), AT_LAB, 7 };
	struct host *h = *state;
	const char *words = "self.table_contradiction: Udp.RcvbufErrors moved 7 more than Udp.InErrors";

	h->x.ledger.contradiction = &c;
	h->x.ledger.contradictions = 1;
	assert_true(built(h)->unseens > 0);
	assert_memory_equal(h->r.unseen[0], words, strlen(words));
	h->x.ledger.contradictions = 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_denominator_is_what_devices_but_loopback_moved),
		TEST(a_packet_through_a_veth_pair_counts_once_where_both_ends_are_seen),
		TEST(what_a_bridge_passes_on_is_not_counted_again),
		TEST(without_device_counters_there_is_no_denominator),
		TEST(losses_are_summed_by_layer_and_policy_is_none),
		TEST(a_losing_socket_and_its_owner_are_named),
		TEST(a_loss_without_owner_names_none),
		TEST(nothing_hidden_leaves_only_the_sentence_on_events),
		TEST(all_that_could_not_be_seen_is_said_once_and_built_anew),
		TEST(a_layer_is_seen_partly_seen_or_not_seen),
		TEST(what_the_caller_knows_of_the_host_is_kept),
		TEST(places_that_left_are_not_in_view),
		TEST(a_contradiction_of_the_table_names_both_counters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
