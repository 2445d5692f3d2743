/* SPDX-License-Identifier: BSD-2-Clause */
/* Devices as a recorded host shows them: what a link message says, which number is which, what comes and changes, and
 * /proc/net/dev where there is no netlink. What is new and what is old: netdev_test.c; notifications: tests/lab/042. */
#include "source_fixture.h"

#include <linux/if_link.h>
#include <net/if.h>

#define STATS 25 /* of Linux 5.19 and later */
#define FIELD(name) offsetof(struct rtnl_link_stats64, name) / sizeof(__u64)

struct link_words {
	int index;
	const char *name, *kind;
	unsigned flags, mtu, master, link;
	int carrier, xdp;
};

static void add_link(struct answer *a, const struct link_words *l)
{
	struct ifinfomsg ifi = { .ifi_index = l->index, .ifi_flags = l->flags };

	add_message(a, RTM_NEWLINK, &ifi, sizeof(ifi));
	add_text(a, IFLA_IFNAME, l->name);
	add_u32(a, IFLA_MTU, l->mtu);
	if (l->master)
		add_u32(a, IFLA_MASTER, l->master);
	if (l->link)
		add_u32(a, IFLA_LINK, l->link);
	add_attr(a, IFLA_CARRIER, &(uint8_t){ (uint8_t)l->carrier }, 1);
	add_u32(a, IFLA_CARRIER_CHANGES, 3);
	if (l->kind) {
		begin_nest(a, IFLA_LINKINFO);
		add_text(a, IFLA_INFO_KIND, l->kind);
		end_nest(a);
	}
	begin_nest(a, IFLA_XDP);
	add_attr(a, IFLA_XDP_ATTACHED, &(uint8_t){ (uint8_t)l->xdp }, 1);
	end_nest(a);
}

static void add_stats(struct answer *a, int index, const uint64_t *v, unsigned n)
{
	struct if_stats_msg m = { .ifindex = (uint32_t)index, .filter_mask = 1 };

	add_message(a, RTM_NEWSTATS, &m, sizeof(m));
	add_attr(a, IFLA_STATS_LINK_64, v, n * sizeof(*v));
}

static void put_links(const struct link_words *l, unsigned n)
{
	struct answer a = { 0 };

	for (unsigned i = 0; i < n; i++)
		add_link(&a, &l[i]);
	put_answer("getlink", &a);
}

/* Numbers of device 2, and of 3 when there are two. */
static void put_numbers(unsigned devices, const uint64_t v[][STATS], unsigned n)
{
	struct answer a = { 0 };

	for (unsigned i = 0; i < devices; i++)
		add_stats(&a, 2 + (int)i, v[i], n);
	put_answer("getstats", &a);
}

static const struct link_words two[] = {
	{ .index = 2, .name = "eth0", .flags = IFF_UP, .mtu = 1500, .carrier = 1, .master = 3 },
	{ .index = 3, .name = "bond0", .kind = "bond", .flags = 0, .mtu = 9000, .carrier = 0, .xdp = 2, .link = 7 },
};

static void a_link_message_says_what_a_device_is(void **x)
{
	const uint64_t v[2][STATS] = { { 0 } };
	const struct link_fact *l;

	(void)x;
	put_links(two, 2);
	put_numbers(2, v, STATS);
	assert_int_equal(read_next(SRC_netdev), 0);
	l = s.place[device(2)].link;
	assert_string_equal(l->name, "eth0");
	assert_string_equal(l->kind, "");
	assert_true(l->up && l->carrier && l->have);
	assert_int_equal(l->mtu, 1500);
	/* the master stands behind its port in the dump */
	assert_int_equal(l->master, device(3));
	l = s.place[device(3)].link;
	assert_string_equal(l->kind, "bond");
	assert_false(l->up);
	assert_false(l->carrier);
	assert_int_equal(l->xdp, 2);
	assert_int_equal(l->peer_ifindex, 7);
	assert_int_equal(l->master, PLACE_NONE);
}

static void each_number_is_the_one_of_the_kernels_struct(void **x)
{
	static const struct {
		unsigned at;
		const char *key;
	} fields[] = {
		{ FIELD(rx_packets), "dev.rx_packets" },
		{ FIELD(tx_packets), "dev.tx_packets" },
		{ FIELD(rx_bytes), "dev.rx_bytes" },
		{ FIELD(tx_bytes), "dev.tx_bytes" },
		{ FIELD(rx_errors), "dev.rx_errors" },
		{ FIELD(tx_errors), "dev.tx_errors" },
		{ FIELD(rx_dropped), "dev.rx_dropped" },
		{ FIELD(tx_dropped), "dev.tx_dropped" },
		{ FIELD(multicast), "dev.multicast" },
		{ FIELD(collisions), "dev.collisions" },
		{ FIELD(rx_length_errors), "dev.rx_length_errors" },
		{ FIELD(rx_over_errors), "dev.rx_over_errors" },
		{ FIELD(rx_crc_errors), "dev.rx_crc_errors" },
		{ FIELD(rx_frame_errors), "dev.rx_frame_errors" },
		{ FIELD(rx_fifo_errors), "dev.rx_fifo_errors" },
		{ FIELD(rx_missed_errors), "dev.rx_missed_errors" },
		{ FIELD(tx_aborted_errors), "dev.tx_aborted_errors" },
		{ FIELD(tx_carrier_errors), "dev.tx_carrier_errors" },
		{ FIELD(tx_fifo_errors), "dev.tx_fifo_errors" },
		{ FIELD(tx_heartbeat_errors), "dev.tx_heartbeat_errors" },
		{ FIELD(tx_window_errors), "dev.tx_window_errors" },
		{ FIELD(rx_compressed), "dev.rx_compressed" },
		{ FIELD(tx_compressed), "dev.tx_compressed" },
		{ FIELD(rx_nohandler), "dev.rx_nohandler" },
	};
	uint64_t v[1][STATS];

	(void)x;
	for (unsigned i = 0; i < STATS; i++)
		v[0][i] = 1000 + i;
	put_links(two, 1);
	put_numbers(1, (const uint64_t(*)[STATS])v, STATS);
	assert_int_equal(read_next(SRC_netdev), 0);
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		assert_int_equal(now_at(fields[i].key, device(2)), 1000 + fields[i].at);
	/* the last one is younger than the headers this may be built with */
	assert_int_equal(now_at("dev.rx_otherhost_dropped", device(2)), 1024);
}

static void a_shorter_struct_of_an_older_kernel_leaves_the_rest_unknown(void **x)
{
	uint64_t v[1][STATS] = { { 0 } };

	(void)x;
	put_links(two, 1);
	put_numbers(1, (const uint64_t(*)[STATS])v, 23);
	assert_int_equal(read_next(SRC_netdev), 0);
	assert_int_equal(now_at("dev.tx_compressed", device(2)), 0);
	assert_int_equal(now_at("dev.rx_nohandler", device(2)), UNREAD);
	v[0][6] = 9;
	put_numbers(1, (const uint64_t(*)[STATS])v, 23);
	read_next(SRC_netdev);
	assert_int_equal(moved_at("dev.rx_dropped", device(2)), 9);
}

static void a_longer_struct_of_a_newer_kernel_is_cut(void **x)
{
	struct answer a = { 0 };
	uint64_t v[40];

	(void)x;
	for (unsigned i = 0; i < 40; i++)
		v[i] = i;
	put_links(two, 1);
	add_stats(&a, 2, v, 40);
	put_answer("getstats", &a);
	assert_int_equal(read_next(SRC_netdev), 0);
	assert_int_equal(now_at("dev.rx_otherhost_dropped", device(2)), 24);
}

static void a_device_that_comes_later_counts_from_zero(void **x)
{
	uint64_t v[2][STATS] = { { 0 }, { 0 } };

	(void)x;
	v[0][6] = 100;
	put_links(two, 1);
	put_numbers(1, (const uint64_t(*)[STATS])v, STATS);
	read_next(SRC_netdev);
	v[0][6] = 101;
	v[1][6] = 7;
	put_links(two, 2);
	put_numbers(2, (const uint64_t(*)[STATS])v, STATS);
	assert_int_equal(read_next(SRC_netdev), 0);
	assert_int_equal(moved_at("dev.rx_dropped", device(2)), 1);
	assert_int_equal(moved_at("dev.rx_dropped", device(3)), 7);
	assert_string_equal(s.place[device(3)].link->name, "bond0");
}

static void numbers_of_an_unknown_device_ask_for_the_links_again(void **x)
{
	const uint64_t v[2][STATS] = { { 0 }, { 0 } };

	(void)x;
	put_links(two, 1);
	put_numbers(2, v, STATS);
	assert_int_equal(read_next(SRC_netdev), 0);
	assert_true(device(3) != PLACE_NONE);
	put_links(two, 2);
	assert_int_equal(read_next(SRC_netdev), 0);
	assert_true(s.place[device(3)].link->have);
}

static void a_second_recording_may_have_changed_links(void **x)
{
	const uint64_t v[1][STATS] = { { 0 } };
	struct link_words l = two[0];

	(void)x;
	put_links(&l, 1);
	put_numbers(1, v, STATS);
	read_next(SRC_netdev);
	l.flags = 0;
	l.mtu = 1400;
	put_links(&l, 1);
	assert_int_equal(read_next(SRC_netdev), 0);
	assert_false(s.place[device(2)].link->up);
	assert_int_equal(s.place[device(2)].link->mtu, 1400);
}

static void damaged_messages_are_survived(void **x)
{
	struct answer a = { 0 }, good = { 0 };
	struct ifinfomsg none = { .ifi_index = 0 }, bridge = { .ifi_index = 2, .ifi_family = AF_BRIDGE };
	const uint64_t v[1][STATS] = { { 0 } };

	(void)x;
	put_numbers(1, v, STATS);
	add_message(&a, RTM_NEWLINK, "xxxx", 4);
	add_message(&a, RTM_NEWLINK, &none, sizeof(none));
	add_message(&a, RTM_NEWLINK, &bridge, sizeof(bridge));
	add_text(&a, IFLA_IFNAME, "wrong");
	add_link(&a, &two[0]);
	/* a name without its end, then an attribute longer than its message */
	add_attr(&a, IFLA_IFNAME, "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz", 52);
	add_bytes(&a, (const uint16_t[]){ 4000, IFLA_MTU }, 4);
	put_answer("getlink", &a);
	assert_int_equal(read_next(SRC_netdev), 0);
	assert_int_equal(strlen(s.place[device(2)].link->name), sizeof(s.place[0].link->name) - 1);
	for (size_t n = 0; n < a.n; n += 3) {
		put_bytes("netlink/getlink", a.b, n);
		read_next(SRC_netdev);
	}
	add_stats(&good, 2, v[0], STATS);
	for (size_t n = 0; n < good.n; n++) {
		put_bytes("netlink/getstats", good.b, n);
		read_next(SRC_netdev);
	}
	put_links(two, 1);
	put_answer("getstats", &good);
	assert_int_equal(read_next(SRC_netdev), 0);
}

#define DEV_HEAD                                                                         \
	"Inter-|   Receive                                                |  Transmit\n" \
	" face |bytes    packets errs drop fifo frame compressed multicast|bytes ...\n"

static uint32_t named(const char *name)
{
	return sample_find(&s, PLACE_DEVICE, tree_own(tree)->place, hash_bytes(name, strlen(name)) | 1ULL << 63);
}

static void proc_net_dev_serves_where_there_is_no_netlink(void **x)
{
	(void)x;
	put_file("proc/net/dev", DEV_HEAD "    lo: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n"
					  "eth0:1:       5 100 0 4 0 0 0 0 0 0 0 0 0 0 0 0\n");
	assert_int_equal(read_next(SRC_netdev), 0);
	put_file("proc/net/dev", DEV_HEAD "    lo: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n"
					  "eth0:1:       5 100 0 9 0 0 0 0 0 0 0 0 0 0 0 0\n");
	assert_int_equal(read_next(SRC_netdev), 0);
	assert_string_equal(s.place[named("eth0:1")].link->name, "eth0:1");
	assert_int_equal(moved_at("dev.rx_dropped", named("eth0:1")), 5);
	assert_int_equal(now_at("dev.tx_dropped", named("lo")), 12);
	assert_int_equal(now_at("dev.rx_fifo_errors", named("lo")), 5);
	/* its drop column holds the missed ones, too */
	assert_int_equal(now_at("dev.rx_missed_errors", named("lo")), UNREAD);
}

static void a_damaged_line_of_proc_net_dev_is_named_and_the_rest_read(void **x)
{
	static const char *const lines[] = { "nonsense\n", "eth0: 1 2 3\n",
					     "eth0: 1 2 3 x 5 6 7 8 9 10 11 12 13 14 15 16\n",
					     " : 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n", "\n" };

	(void)x;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		char text[400];

		snprintf(text, sizeof(text), DEV_HEAD "%seth1: 1 2 3 %zu 5 6 7 8 9 10 11 12 13 14 15 16\n", lines[i],
			 i);
		put_file("proc/net/dev", text);
		assert_int_equal(read_next(SRC_netdev), -EINVAL);
		assert_non_null(strstr(err.text, "dev:3: "));
		assert_int_equal(now_at("dev.rx_dropped", named("eth1")), i);
	}
}

static void nothing_at_all_is_not_a_failure(void **x)
{
	(void)x;
	put_file("proc/net/snmp", "");
	assert_int_equal(read_next(SRC_netdev), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_link_message_says_what_a_device_is, world_open, world_close),
		cmocka_unit_test_setup_teardown(each_number_is_the_one_of_the_kernels_struct, world_open, world_close),
		cmocka_unit_test_setup_teardown(a_shorter_struct_of_an_older_kernel_leaves_the_rest_unknown, world_open,
						world_close),
		cmocka_unit_test_setup_teardown(a_longer_struct_of_a_newer_kernel_is_cut, world_open, world_close),
		cmocka_unit_test_setup_teardown(a_device_that_comes_later_counts_from_zero, world_open, world_close),
		cmocka_unit_test_setup_teardown(numbers_of_an_unknown_device_ask_for_the_links_again, world_open,
						world_close),
		cmocka_unit_test_setup_teardown(a_second_recording_may_have_changed_links, world_open, world_close),
		cmocka_unit_test_setup_teardown(damaged_messages_are_survived, world_open, world_close),
		cmocka_unit_test_setup_teardown(proc_net_dev_serves_where_there_is_no_netlink, world_open, world_close),
		cmocka_unit_test_setup_teardown(a_damaged_line_of_proc_net_dev_is_named_and_the_rest_read, world_open,
						world_close),
		cmocka_unit_test_setup_teardown(nothing_at_all_is_not_a_failure, world_open, world_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
