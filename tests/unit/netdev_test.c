/* SPDX-License-Identifier: BSD-2-Clause */
/* Devices that are listed late: which of them are new, and which have counted for years. */
#include "source/netdev.c"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define S 1000000000ULL

static struct sample s;
static struct netdev x;
static struct probe p;
static struct netns ns;
static struct read r;

static int setup(void **state)
{
	(void)state;
	bind_keys();
	assert_int_equal(sample_init(&s), 0);
	sample_begin(&s, S, 1000 * S);
	x = (struct netdev){ 0 };
	p = (struct probe){ .sample = &s };
	ns = (struct netns){ .place = sample_place(&s, PLACE_NETNS, s.host, 1) };
	r = (struct read){ .p = &p, .ns = &ns, .x = &x };
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	netdev_forget(&x);
	sample_free(&s);
	return 0;
}

static void link_of(int ifindex)
{
	struct {
		struct nlmsghdr n;
		struct ifinfomsg ifi;
	} m = {
		.n = { .nlmsg_len = sizeof(m), .nlmsg_type = RTM_NEWLINK },
		.ifi = { .ifi_family = AF_UNSPEC, .ifi_index = ifindex, .ifi_flags = IFF_UP },
	};

	assert_int_equal(each_link(&m.n, &r), 0);
}

/* The device shows that many packets dropped on receiving. */
static uint64_t shows(int ifindex, uint64_t dropped)
{
	struct {
		struct nlmsghdr n;
		struct if_stats_msg m;
		struct rtattr a;
		struct rtnl_link_stats64 v;
	} m = {
		.n = { .nlmsg_len = sizeof(m), .nlmsg_type = RTM_NEWSTATS },
		.m = { .ifindex = (uint32_t)ifindex },
		.a = { .rta_len = RTA_LENGTH(sizeof(m.v)), .rta_type = IFLA_STATS_LINK_64 },
		.v = { .rx_dropped = dropped },
	};
	uint64_t sum = 0;

	assert_int_equal(each_stats(&m.n, &r), 0);
	assert_true(sample_sum(&s, table_counter(slice_str("dev.rx_dropped")),
			       sample_find(&s, PLACE_DEVICE, ns.place, (uint64_t)ifindex), &sum));
	return sum;
}

static void a_device_that_comes_after_a_whole_list_starts_from_zero(void **state)
{
	(void)state;
	link_of(2);
	x.linked = x.whole = true;
	assert_int_equal(shows(2, 700), 0);
	sample_begin(&s, 2 * S, 1001 * S);
	link_of(3);
	assert_int_equal(shows(3, 5), 5);
	assert_int_equal(shows(2, 701), 1);
}

static void a_device_that_an_inconsistent_first_list_missed_is_not_new(void **state)
{
	(void)state;
	link_of(2);
	x.linked = x.relink = true;
	sample_begin(&s, 2 * S, 1001 * S);
	link_of(3);
	assert_int_equal(shows(3, 90210), 0);
	assert_int_equal(shows(3, 90211), 1);
}

static void all_devices_of_a_new_namespace_are_new(void **state)
{
	(void)state;
	sample_begin(&s, 2 * S, 1001 * S);
	ns.place = sample_place(&s, PLACE_NETNS, s.host, 2);
	link_of(2);
	assert_int_equal(shows(2, 5), 5);
}

static void devices_of_an_old_namespace_that_comes_in_sight_are_old(void **state)
{
	(void)state;
	sample_begin(&s, 2 * S, 1001 * S);
	ns.place = sample_place(&s, PLACE_NETNS, s.host, 2);
	s.place[ns.place].born = false;
	link_of(2);
	assert_int_equal(shows(2, 90210), 0);
}

static void a_device_known_by_name_alone_may_be_an_old_one_renamed(void **state)
{
	struct slice line = slice_str("  old: 0 0 0 9 0 0 0 0 0 0 0 0 0 0 0 0");
	uint64_t sum = 1;
	char again[64];

	(void)state;
	assert_int_equal(dev_line(&r, line, 3), 0);
	sample_begin(&s, 2 * S, 1001 * S);
	slice_copy(line, again, sizeof(again));
	memcpy(again + 2, "new", 3);
	assert_int_equal(dev_line(&r, slice_str(again), 3), 0);
	assert_true(sample_sum(&s, table_counter(slice_str("dev.rx_dropped")), s.places - 1, &sum));
	assert_int_equal(sum, 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_device_that_comes_after_a_whole_list_starts_from_zero),
		T(a_device_that_an_inconsistent_first_list_missed_is_not_new),
		T(all_devices_of_a_new_namespace_are_new),
		T(devices_of_an_old_namespace_that_comes_in_sight_are_old),
		T(a_device_known_by_name_alone_may_be_an_old_one_renamed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
