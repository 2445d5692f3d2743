/* SPDX-License-Identifier: BSD-2-Clause */
#include "tell_fixture.h"

/* ---- which rows apply ---- */

static void a_socket_with_the_default_buffer_gets_a_larger_default(void **state)
{
	struct tell t;
	const struct fix *fix;

	(void)state;
	tell_init(&t, SOCKET_UDP_RCVBUF_FULL);
	tell_socket(&t, SOCK_KIND_UDP, 212992);
	tell_set(&t, "net.core.rmem_default", t.s.host, 212992);
	tell_set(&t, "net.core.rmem_max", t.s.host, 4194304);
	advise_finding(&t.f, &t.r);
	fix = tell_fix(&t, "net.core.rmem_default=");
	assert_non_null(fix);
	/* 212992 + 120/s * 2304 = 489472 is more than twice: the next power of two */
	assert_string_equal(fix->command, "sysctl -w net.core.rmem_default=524288");
	assert_string_equal(fix->undo, "sysctl -w net.core.rmem_default=212992");
	assert_non_null(
		strstr(fix->why, "524288 is the next power of two that holds the present buffer and one second"));
	assert_string_equal(fix->persist, "echo 'net.core.rmem_default = 524288' > "
					  "/etc/sysctl.d/90-whydrop-net.core.rmem_default.conf");
	assert_null(tell_fix(&t, "rmem_max"));
	assert_string_equal(t.f.look, "ss -uampn sport = :5000");
	tell_free(&t);
}

static void a_socket_at_the_cap_gets_a_larger_cap(void **state)
{
	struct tell t;

	(void)state;
	tell_init(&t, SOCKET_UDP_RCVBUF_FULL);
	tell_socket(&t, SOCK_KIND_UDP, 425984);
	tell_set(&t, "net.core.rmem_default", t.s.host, 212992);
	tell_set(&t, "net.core.rmem_max", t.s.host, 212992);
	advise_finding(&t.f, &t.r);
	/* twice 425984, as the cap counts half of the buffer: 2 * 212992 and up */
	assert_non_null(tell_fix(&t, "sysctl -w net.core.rmem_max=524288"));
	assert_null(tell_fix(&t, "rmem_default"));
	tell_free(&t);
}

static void a_program_that_asks_for_little_is_not_given_a_sysctl(void **state)
{
	struct tell t;

	(void)state;
	tell_init(&t, SOCKET_UDP_RCVBUF_FULL);
	tell_socket(&t, SOCK_KIND_UDP, 4608);
	tell_set(&t, "net.core.rmem_default", t.s.host, 212992);
	tell_set(&t, "net.core.rmem_max", t.s.host, 4194304);
	advise_finding(&t.f, &t.r);
	assert_null(tell_fix(&t, "sysctl"));
	assert_true(tell_says(&t, "No sysctl changes it"));
	tell_free(&t);
}

static void a_reader_that_loses_more_than_it_reads_is_told_to_read_faster(void **state)
{
	struct tell t;

	(void)state;
	tell_init(&t, SOCKET_UDP_RCVBUF_FULL);
	tell_socket(&t, SOCK_KIND_UDP, 4608);
	t.f.have_traffic = true;
	t.f.traffic = 300;
	advise_finding(&t.f, &t.r);
	assert_true(tell_says(&t, "no buffer cures that"));
	t.f.traffic = 100000;
	advise_finding(&t.f, &t.r);
	assert_false(tell_says(&t, "no buffer cures that"));
	tell_free(&t);
}

static struct sock_fact *listener(struct tell *t, uint32_t queue, uint32_t backlog, uint64_t somaxconn)
{
	struct sock_fact *sk;

	tell_init(t, TCP_ACCEPT_QUEUE_FULL);
	t->e.ns = t->lab;
	sk = tell_socket(t, SOCK_KIND_TCP_LISTEN, 0);
	sk->port = 80;
	sk->queue = queue;
	sk->queue_max = backlog;
	tell_set(t, "net.core.somaxconn", t->lab, somaxconn);
	return sk;
}

static void the_kernel_limit_of_a_listener_is_raised_when_it_is_the_limit(void **state)
{
	struct tell t;
	struct sock_fact *sk = listener(&t, 129, 128, 128);

	(void)state;
	snprintf(sk->owner.unit, sizeof(sk->owner.unit), "nginx.service");
	advise_finding(&t.f, &t.r);
	assert_non_null(tell_fix(&t, "ip netns exec lab-b sysctl -w net.core.somaxconn=4096"));
	assert_non_null(tell_fix(&t, "systemctl restart nginx.service"));
	assert_string_equal(t.f.look, "ip netns exec lab-b ss -ltnp sport = :80");
	tell_free(&t);
}

static void a_small_backlog_of_the_program_is_not_cured_by_somaxconn(void **state)
{
	struct tell t;

	(void)state;
	listener(&t, 6, 5, 4096);
	advise_finding(&t.f, &t.r);
	assert_null(tell_fix(&t, "somaxconn"));
	assert_true(tell_says(&t, "own listen() backlog is the limit"));
	tell_free(&t);
}

static void an_unknown_setting_leaves_only_the_last_resort(void **state)
{
	struct tell t;

	(void)state;
	tell_init(&t, CONNTRACK_TABLE_FULL);
	advise_finding(&t.f, &t.r);
	assert_int_equal(t.f.fixes, 1);
	assert_string_equal(t.f.fix[0].command, "");
	tell_free(&t);
}

static void what_is_large_enough_already_is_not_raised(void **state)
{
	struct tell t;

	(void)state;
	tell_init(&t, SOFTIRQ_BACKLOG_FULL);
	tell_set(&t, "net.core.netdev_max_backlog", t.s.host, 32768);
	advise_finding(&t.f, &t.r);
	assert_null(tell_fix(&t, "netdev_max_backlog"));
	assert_true(t.f.fixes > 0);
	tell_free(&t);
}

static void benign_causes_say_that_nothing_is_to_be_done(void **state)
{
	(void)state;
	for (int c = CAUSE_NONE + 1; c < CAUSE_COUNT; c++) {
		struct tell t;

		if (cause_rows[c].verdict != BENIGN)
			continue;
		tell_init(&t, (enum cause)c);
		t.e.device = t.eth0;
		advise_finding(&t.f, &t.r);
		if (t.f.fixes || strncmp(t.f.nothing, "nothing to do", 13) != 0)
			fail_msg("%s: %s", cause_rows[c].id, t.f.nothing);
		tell_free(&t);
	}
}

static void every_cause_has_something_to_say_on_a_host_that_shows_nothing(void **state)
{
	(void)state;
	for (int c = CAUSE_NONE + 1; c < CAUSE_COUNT; c++) {
		struct tell t;

		tell_init(&t, (enum cause)c);
		t.e.ns = PLACE_NONE;
		advise_finding(&t.f, &t.r);
		if (!t.f.fixes && !t.f.nothing[0])
			fail_msg("%s: no advice", cause_rows[c].id);
		tell_free(&t);
	}
}

/* ---- numbers ---- */

static void doubling_goes_to_the_next_power_of_two_within_bounds(void **state)
{
	static const struct {
		uint64_t old, new;
	} t[] = {
		{ 20, 64 }, { 100, 256 }, { 1000, 2048 }, { 2000, 4096 }, { 0, 64 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		struct tell x;
		char want[80];

		tell_init(&x, MULTICAST_MEMBERSHIP_LIMIT);
		tell_set(&x, "net.ipv4.igmp_max_memberships", x.own, t[i].old);
		advise_finding(&x.f, &x.r);
		snprintf(want, sizeof(want), "sysctl -w net.ipv4.igmp_max_memberships=%llu",
			 (unsigned long long)t[i].new);
		assert_int_equal(x.f.fixes, 1);
		assert_string_equal(x.f.fix[0].command, want);
		tell_free(&x);
	}
}

static void nothing_is_advised_beyond_the_bound_of_the_row(void **state)
{
	struct tell t;

	(void)state;
	tell_init(&t, SOCKET_UDP_RCVBUF_FULL);
	tell_socket(&t, SOCK_KIND_UDP, 212992);
	t.f.rate = 1e12;
	tell_set(&t, "net.core.rmem_default", t.s.host, 212992);
	advise_finding(&t.f, &t.r);
	assert_non_null(tell_fix(&t, "net.core.rmem_default=33554432"));
	assert_true(tell_says(&t, "is the most we advise"));
	tell_free(&t);
}

static void three_numbers_in_pages_grow_together_and_are_quoted(void **state)
{
	struct tell t;
	uint64_t mem[3] = { 575799, 767734, 1151598 };

	(void)state;
	tell_init(&t, SOCKET_UDP_MEM_LIMIT);
	t.e.ns = t.lab;
	sample_setting(&t.s, "net.ipv4.udp_mem", t.s.host, mem, 3);
	advise_finding(&t.f, &t.r);
	/* one value for the machine: no prefix although the loss is in lab-b */
	assert_string_equal(t.f.fix[0].command, "sysctl -w net.ipv4.udp_mem='1151598 1535468 2303196'");
	assert_string_equal(t.f.fix[0].undo, "sysctl -w net.ipv4.udp_mem='575799 767734 1151598'");
	assert_non_null(strstr(t.f.fix[0].persist, "echo 'net.ipv4.udp_mem = 1151598 1535468 2303196' >"));
	tell_free(&t);
}

static void of_tcp_rmem_only_the_upper_end_grows(void **state)
{
	struct tell t;
	uint64_t mem[3] = { 4096, 131072, 6291456 };

	(void)state;
	tell_init(&t, TCP_OFO_PRUNED);
	sample_setting(&t.s, "net.ipv4.tcp_rmem", t.own, mem, 3);
	advise_finding(&t.f, &t.r);
	assert_string_equal(t.f.fix[0].command, "sysctl -w net.ipv4.tcp_rmem='4096 131072 12582912'");
	tell_free(&t);
}

static void a_ring_grows_to_what_the_card_can_and_queues_to_the_cpus(void **state)
{
	struct tell t;

	(void)state;
	tell_init(&t, NIC_RX_RING_FULL);
	t.e.device = t.eth0;
	tell_set(&t, "ring.rx", t.eth0, 512);
	tell_set(&t, "ring.rx_max", t.eth0, 4096);
	tell_set(&t, "channels.combined", t.eth0, 2);
	tell_set(&t, "channels.max", t.eth0, 64);
	advise_finding(&t.f, &t.r);
	assert_non_null(tell_fix(&t, "ethtool -G eth0 rx 4096"));
	assert_non_null(tell_fix(&t, "ethtool -L eth0 combined 4"));
	tell_set(&t, "ring.rx", t.eth0, 4096);
	advise_finding(&t.f, &t.r);
	assert_null(tell_fix(&t, "ethtool -G"));
	tell_free(&t);
}

static void the_longest_of_rp_filter_all_and_device_decides(void **state)
{
	struct tell t;

	(void)state;
	tell_init(&t, IP_RP_FILTER);
	t.e.device = t.eth0;
	tell_set(&t, "net.ipv4.conf.all.rp_filter", t.own, 1);
	tell_set(&t, "net.ipv4.conf.*.rp_filter", t.eth0, 0);
	advise_finding(&t.f, &t.r);
	assert_non_null(tell_fix(&t, "sysctl -w net/ipv4/conf/eth0/rp_filter=2"));
	assert_null(tell_fix(&t, "conf.all.rp_filter"));
	tell_set(&t, "net.ipv4.conf.all.rp_filter", t.own, 2);
	advise_finding(&t.f, &t.r);
	assert_null(tell_fix(&t, "rp_filter=2"));
	assert_true(tell_says(&t, "already loose"));
	tell_free(&t);
}

/* ---- namespaces ---- */

static void a_veth_pair_with_two_mtus_is_set_to_the_smaller_one_at_the_sender(void **state)
{
	struct tell t;

	(void)state;
	tell_init(&t, DEVICE_MTU_MISMATCH);
	t.e.ns = t.lab;
	t.e.device = t.b0;
	t.s.place[t.b0].link->peer = t.eth0;
	t.s.place[t.eth0].link->mtu = 1400;
	advise_finding(&t.f, &t.r);
	assert_string_equal(t.f.fix[0].command, "ip netns exec lab-b ip link set dev b0 mtu 1400");
	t.s.place[t.eth0].link->mtu = 9000;
	advise_finding(&t.f, &t.r);
	assert_string_equal(t.f.fix[0].command, "ip link set dev eth0 mtu 1500");
	tell_free(&t);
}

static void a_pair_whose_other_end_is_down_needs_no_cable(void **state)
{
	struct tell t;

	(void)state;
	tell_init(&t, DEVICE_LINK_DOWN);
	t.e.ns = t.lab;
	t.e.device = t.b0;
	t.s.place[t.b0].link->carrier = false;
	advise_finding(&t.f, &t.r);
	assert_true(tell_says(&t, "has no carrier: cable"));
	t.s.place[t.b0].link->peer = t.eth0;
	t.s.place[t.eth0].link->up = false;
	advise_finding(&t.f, &t.r);
	assert_int_equal(t.f.fixes, 1);
	assert_string_equal(t.f.fix[0].command, "ip link set dev eth0 up");
	tell_free(&t);
}

static void a_container_is_entered_by_pid_and_its_sysctl_kept_where_it_is_made(void **state)
{
	struct tell t;

	(void)state;
	tell_init(&t, TCP_TIME_WAIT_FULL);
	t.e.ns = t.pod;
	tell_set(&t, "net.ipv4.tcp_max_tw_buckets", t.pod, 4096);
	advise_finding(&t.f, &t.r);
	assert_string_equal(t.f.fix[0].command, "nsenter -t 4242 -n sysctl -w net.ipv4.tcp_max_tw_buckets=65536");
	assert_non_null(strstr(t.f.fix[0].persist, "docker run --sysctl net.ipv4.tcp_max_tw_buckets=65536"));
	tell_free(&t);
}

static void a_namespace_that_cannot_be_entered_gets_no_command(void **state)
{
	struct tell t;

	(void)state;
	tell_init(&t, TCP_TIME_WAIT_FULL);
	t.e.ns = t.lab;
	t.s.place[t.lab].ns->name[0] = 0;
	tell_set(&t, "net.ipv4.tcp_max_tw_buckets", t.lab, 4096);
	advise_finding(&t.f, &t.r);
	assert_int_equal(t.f.fixes, 1);
	assert_string_equal(t.f.fix[0].command, "");
	tell_free(&t);
}

static void an_odd_device_name_is_not_written_into_files(void **state)
{
	struct tell t;

	(void)state;
	tell_init(&t, NIC_RX_RING_FULL);
	t.e.device = t.eth0;
	snprintf(t.s.place[t.eth0].link->name, sizeof(t.s.place[t.eth0].link->name), "a\"b");
	tell_set(&t, "ring.rx", t.eth0, 512);
	tell_set(&t, "ring.rx_max", t.eth0, 4096);
	advise_finding(&t.f, &t.r);
	assert_non_null(tell_fix(&t, "ethtool -G 'a\"b' rx 4096"));
	assert_string_equal(t.f.fix[0].persist, "");
	tell_free(&t);
}

static void a_counter_that_moved_chooses_between_ipv4_and_ipv6(void **state)
{
	struct tell t;

	(void)state;
	tell_init(&t, NEIGHBOUR_TABLE_FULL);
	tell_set(&t, "net.ipv4.neigh.default.gc_thresh3", t.s.host, 1024);
	tell_set(&t, "net.ipv6.neigh.default.gc_thresh3", t.s.host, 1024);
	tell_moved(&t, "ndisc_cache.table_fulls", t.s.host, 3);
	advise_finding(&t.f, &t.r);
	assert_non_null(tell_fix(&t, "net.ipv6.neigh.default.gc_thresh3=2048"));
	assert_null(tell_fix(&t, "net.ipv4"));
	tell_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_socket_with_the_default_buffer_gets_a_larger_default),
		cmocka_unit_test(a_socket_at_the_cap_gets_a_larger_cap),
		cmocka_unit_test(a_program_that_asks_for_little_is_not_given_a_sysctl),
		cmocka_unit_test(a_reader_that_loses_more_than_it_reads_is_told_to_read_faster),
		cmocka_unit_test(the_kernel_limit_of_a_listener_is_raised_when_it_is_the_limit),
		cmocka_unit_test(a_small_backlog_of_the_program_is_not_cured_by_somaxconn),
		cmocka_unit_test(an_unknown_setting_leaves_only_the_last_resort),
		cmocka_unit_test(what_is_large_enough_already_is_not_raised),
		cmocka_unit_test(benign_causes_say_that_nothing_is_to_be_done),
		cmocka_unit_test(every_cause_has_something_to_say_on_a_host_that_shows_nothing),
		cmocka_unit_test(doubling_goes_to_the_next_power_of_two_within_bounds),
		cmocka_unit_test(nothing_is_advised_beyond_the_bound_of_the_row),
		cmocka_unit_test(three_numbers_in_pages_grow_together_and_are_quoted),
		cmocka_unit_test(of_tcp_rmem_only_the_upper_end_grows),
		cmocka_unit_test(a_ring_grows_to_what_the_card_can_and_queues_to_the_cpus),
		cmocka_unit_test(the_longest_of_rp_filter_all_and_device_decides),
		cmocka_unit_test(a_veth_pair_with_two_mtus_is_set_to_the_smaller_one_at_the_sender),
		cmocka_unit_test(a_pair_whose_other_end_is_down_needs_no_cable),
		cmocka_unit_test(a_container_is_entered_by_pid_and_its_sysctl_kept_where_it_is_made),
		cmocka_unit_test(a_namespace_that_cannot_be_entered_gets_no_command),
		cmocka_unit_test(an_odd_device_name_is_not_written_into_files),
		cmocka_unit_test(a_counter_that_moved_chooses_between_ipv4_and_ipv6),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
