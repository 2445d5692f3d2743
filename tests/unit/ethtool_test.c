/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Made answers go in, series come out: names of 32 bytes, counts that change, devices that leave, the text form.
 * long: one fake kernel and one fake recording serve all of these.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <sys/ioctl.h>

#include "source/tree.h"

/* The tree and the kernel of these tests. */
#define tree_ask fake_ask
#define tree_blob fake_blob
#define tree_file fake_file
#define tree_live fake_live
#define ioctl fake_ioctl
static int fake_ask(struct netns *ns, enum nl_socket sock, const char *name, struct nlmsghdr *request,
		    int (*each)(const struct nlmsghdr *nlh, void *arg), void *arg, struct err *err);
static int fake_blob(struct netns *ns, const char *name, int (*fetch)(struct netns *ns, void *arg, struct fmt *out),
		     void *arg, struct slice *ret, struct err *err);
static int fake_file(struct tree *t, struct netns *ns, const char *path, struct slice *ret, struct err *err);
static bool fake_live(const struct tree *t);
static int fake_ioctl(int fd, unsigned long request, void *arg);
#include "source/genl.c"
#include "source/ethtool_feed.c"
#include "source/ethtool_std.c"
#include "source/ethtool.c"

static bool live;
static unsigned calls, asks;

/* Recorded blobs by name. */
static struct {
	const char *name, *data;
	size_t n;
} blobs[8];

/* The device of the fake kernel. */
static struct {
	const char *driver;
	char names[64][32];
	uint64_t value[64];
	uint32_t n, says;
	int fail;
	bool minds;
} dev;

static struct sample s;
static struct netns ns;
static struct probe probe;
static struct ethtool state;
static struct err err;
static uint32_t place;

static int fake_ask(struct netns *in, enum nl_socket sock, const char *name, struct nlmsghdr *request,
		    int (*each)(const struct nlmsghdr *nlh, void *arg), void *arg, struct err *e)
{
	(void)in, (void)sock, (void)name, (void)request, (void)each, (void)arg, (void)e;
	asks++;
	return -ENOENT;
}

static int fake_blob(struct netns *in, const char *name, int (*fetch)(struct netns *ns, void *arg, struct fmt *out),
		     void *arg, struct slice *ret, struct err *e)
{
	static struct fmt out;
	int r;

	if (live) {
		if (!out.p)
			fmt_grow(&out);
		fmt_reset(&out);
		r = fetch(in, arg, &out);
		*ret = slice_of(out.p, out.len);
		return r < 0 ? err_set(e, -r, "%s: failed", name) : 0;
	}
	for (unsigned i = 0; i < ARRAY_SIZE(blobs); i++) {
		if (!blobs[i].name || strcmp(blobs[i].name, name) != 0)
			continue;
		*ret = slice_of(blobs[i].data, blobs[i].n);
		return 0;
	}
	return -ENOENT;
}

static int fake_file(struct tree *t, struct netns *in, const char *path, struct slice *ret, struct err *e)
{
	return (void)t, fake_blob(in, path, NULL, NULL, ret, e);
}

static bool fake_live(const struct tree *t)
{
	return (void)t, live;
}

static int fake_ioctl(int fd, unsigned long request, void *arg)
{
	struct ifreq *ifr = arg;
	void *data = ifr->ifr_data;
	struct {
		struct ethtool_sset_info info;
		uint32_t count;
	} *set = data;
	struct ethtool_drvinfo *drv = data;
	struct ethtool_gstrings *g = data;
	struct ethtool_stats *st = data;
	uint32_t cmd;

	assert_true(fd >= 0);
	assert_int_equal(request, SIOCETHTOOL);
	calls++;
	memcpy(&cmd, data, sizeof(cmd));
	if (dev.fail) {
		errno = dev.fail;
		return -1;
	}
	switch (cmd) {
	case ETHTOOL_GDRVINFO:
		slice_copy(slice_str(dev.driver), drv->driver, sizeof(drv->driver));
		return 0;
	case ETHTOOL_GSSET_INFO:
		set->count = dev.says ? dev.says : dev.n;
		return 0;
	case ETHTOOL_GSTRINGS:
		g->len = dev.n;
		memcpy(g->data, dev.names, (size_t)dev.n * 32);
		return 0;
	case ETHTOOL_GSTATS:
		if (dev.minds && st->n_stats != dev.n) {
			st->n_stats = 0;
			return 0;
		}
		st->n_stats = dev.n;
		memcpy(st->data, dev.value, (size_t)dev.n * 8);
		return 0;
	default:
		fail_msg("unexpected command %u", cmd);
		return -1;
	}
}

/* A name as the kernel gives it: 32 bytes, without a NUL when it fills them. */
static void name(unsigned i, const char *text, uint64_t value)
{
	size_t n = strlen(text) < 32 ? strlen(text) : 32;

	memset(dev.names[i], 0, 32);
	memcpy(dev.names[i], text, n);
	dev.value[i] = value;
	if (dev.n < i + 1)
		dev.n = i + 1;
}

static int setup(void **x)
{
	(void)x;
	live = true;
	calls = asks = 0;
	memset(blobs, 0, sizeof(blobs));
	memset(&dev, 0, sizeof(dev));
	memset(&state, 0, sizeof(state));
	memset(&err, 0, sizeof(err));
	dev.driver = "veth";
	assert_int_equal(sample_init(&s), 0);
	sample_begin(&s, 1, 1);
	ns = (struct netns){ .own = true, .place = sample_place(&s, PLACE_NETNS, s.host, 1) };
	place = sample_place(&s, PLACE_DEVICE, ns.place, 7);
	slice_copy(slice_str("veth0"), s.place[place].link->name, 32);
	slice_copy(slice_str("veth"), s.place[place].link->kind, 16);
	s.place[place].link->have = true;
	s.place[place].link->ifindex = 7;
	probe = (struct probe){ .sample = &s };
	return 0;
}

static int teardown(void **x)
{
	(void)x;
	ethtool_forget(&state);
	sample_free(&s);
	return 0;
}

static int look(void)
{
	return ethtool_read(&probe, &ns, &state, &err);
}

static void tick(void)
{
	sample_begin(&s, s.mono_ns + 1000000000, s.real_ns + 1000000000);
}

static uint64_t moved(const char *key)
{
	uint64_t sum = UINT64_MAX;

	assert_true(table_counter(slice_str(key)) != COUNTER_NONE);
	return sample_sum(&s, table_counter(slice_str(key)), place, &sum) ? sum : UINT64_MAX;
}

#define UNREAD UINT64_MAX

static void queues_of_one_meaning_are_added_up(void **x)
{
	(void)x;
	name(0, "peer_ifindex", 4);
	name(1, "rx_queue_0_xdp_drops", 5);
	name(2, "rx_queue_1_xdp_drops", 7);
	name(3, "rx_queue_15_xdp_drops", 1);
	assert_int_equal(look(), 0);
	assert_int_equal(moved("ethtool.xdp_drop"), 0);
	dev.value[0] = 400;
	dev.value[1] += 3;
	dev.value[3] += 40;
	tick();
	assert_int_equal(look(), 0);
	assert_int_equal(moved("ethtool.xdp_drop"), 43);
}

static void a_name_of_32_bytes_without_nul_ends_there(void **x)
{
	(void)x;
	dev.driver = "gve";
	name(0, "rx_drops_invalid_checksum[12345]", 5);
	name(1, "rx_drops_packet_over_mru[1234567", 5); /* cut by the kernel: not the whole name */
	name(2, "]", 100);
	assert_int_equal(look(), 0);
	dev.value[0] += 3;
	dev.value[1] += 50;
	tick();
	assert_int_equal(look(), 0);
	assert_int_equal(moved("ethtool.rx_bad_frame"), 3);
}

static void blanks_around_a_name_do_not_count(void **x)
{
	(void)x;
	dev.driver = "vmxnet3";
	name(0, "Rx Queue#", 0);
	name(1, "  pkts rx OOB", 1);
	name(2, "Rx Queue#", 1);
	name(3, "  pkts rx OOB", 2);
	assert_int_equal(look(), 0);
	dev.value[1]++;
	dev.value[3]++;
	tick();
	assert_int_equal(look(), 0);
	assert_int_equal(moved("ethtool.rx_ring_full_own"), 2);
}

static void two_names_of_one_key_share_a_series(void **x)
{
	(void)x;
	dev.driver = "ena";
	name(0, "bw_in_allowance_exceeded", 1);
	name(1, "pps_allowance_exceeded", 2);
	assert_int_equal(look(), 0);
	dev.value[0] += 10;
	dev.value[1] += 20;
	tick();
	assert_int_equal(look(), 0);
	assert_int_equal(moved("ethtool.provider_limit"), 30);
	assert_int_equal(state.dev[0].f.feeds, 1);
}

static void a_name_that_sounds_like_a_loss_is_shown_and_not_booked(void **x)
{
	(void)x;
	name(0, "rx_queue_0_xdp_drops", 0);
	name(1, "rx_pp_alloc_fifo", 0);
	name(2, "rx_missed_errors", 0); /* netdev.c reads it */
	name(3, "rx_queue_0_xdp_packets", 0);
	assert_int_equal(look(), 0);
	dev.value[1] = 4;
	dev.value[2] = 8;
	dev.value[3] = 16;
	tick();
	assert_int_equal(look(), 0);
	assert_int_equal(moved("ethtool.shown"), 4);
	assert_int_equal(moved("ethtool.xdp_drop"), 0);
}

static void once_bound_a_read_is_one_ioctl(void **x)
{
	(void)x;
	name(0, "rx_queue_0_xdp_drops", 0);
	assert_int_equal(look(), 0);
	assert_int_equal(calls, 4); /* driver, count, names, values */
	calls = 0;
	tick();
	assert_int_equal(look(), 0);
	assert_int_equal(calls, 1);
}

static void a_driver_without_rows_is_asked_for_its_name_only_and_only_once(void **x)
{
	(void)x;
	dev.driver = "dummy";
	name(0, "rx_drops", 3);
	assert_int_equal(look(), -ENOENT);
	assert_int_equal(look(), -ENOENT);
	assert_int_equal(calls, 1);
	assert_string_equal(s.place[place].link->driver, "dummy");
	assert_int_equal(state.devs, 0);
}

static void a_driver_that_somebody_else_found_is_not_asked_again(void **x)
{
	(void)x;
	slice_copy(slice_str("veth"), s.place[place].link->driver, 32);
	name(0, "rx_queue_0_xdp_drops", 0);
	assert_int_equal(look(), 0);
	assert_int_equal(calls, 3);
}

static void names_are_bound_anew_when_their_number_changes(void **x)
{
	(void)x;
	name(0, "peer_ifindex", 3);
	name(1, "rx_queue_0_xdp_drops", 5);
	name(2, "rx_queue_1_xdp_drops", 2);
	name(3, "rx_queue_0_drops", 4);
	assert_int_equal(look(), 0);
	dev.n = 0;
	name(0, "rx_queue_0_xdp_drops", 9); /* `ethtool -L`: one queue less, and other places */
	tick();
	assert_int_equal(look(), 0);
	assert_int_equal(moved("ethtool.xdp_drop"), 2);
	assert_int_equal(state.dev[0].f.n, 1);
	assert_int_equal(s.resets, 0); /* a name that went away is not a value of zero */
}

static void a_sum_that_shrinks_with_its_queues_is_a_reset_and_not_a_loss(void **x)
{
	(void)x;
	name(0, "rx_queue_0_xdp_drops", 5);
	name(1, "rx_queue_1_xdp_drops", 100);
	assert_int_equal(look(), 0);
	dev.n = 1;
	tick();
	assert_int_equal(look(), 0);
	assert_int_equal(moved("ethtool.xdp_drop"), 0);
	assert_int_equal(s.resets, 1);
}

static void a_kernel_that_minds_the_count_makes_us_bind_anew(void **x)
{
	(void)x;
	dev.minds = true;
	name(0, "rx_queue_0_xdp_drops", 5);
	assert_int_equal(look(), 0);
	name(1, "rx_queue_1_xdp_drops", 0);
	dev.value[0] = 6;
	tick();
	assert_int_equal(look(), 0);
	assert_int_equal(moved("ethtool.xdp_drop"), 1);
}

static void an_absurd_count_is_refused_and_nothing_is_put(void **x)
{
	(void)x;
	name(0, "rx_queue_0_xdp_drops", 5);
	dev.says = 1u << 31;
	assert_int_equal(look(), -E2BIG);
	assert_int_equal(moved("ethtool.xdp_drop"), UNREAD);
}

static void a_device_without_statistics_is_not_asked_again(void **x)
{
	(void)x;
	dev.n = 0;
	assert_int_equal(look(), -ENOENT);
	assert_int_equal(calls, 2);
	assert_int_equal(look(), -ENOENT);
	assert_int_equal(calls, 2);
}

static void a_device_that_leaves_while_it_is_read_is_no_failure(void **x)
{
	(void)x;
	name(0, "rx_queue_0_xdp_drops", 5);
	assert_int_equal(look(), 0);
	dev.fail = ENODEV;
	tick();
	assert_int_equal(look(), -ENOENT);
	assert_int_equal(moved("ethtool.xdp_drop"), 0);
	sample_gone(&s, place);
	assert_int_equal(look(), -ENOENT);
	assert_int_equal(state.devs, 0);
}

static void a_closed_door_is_tried_once_per_read(void **x)
{
	(void)x;
	for (unsigned i = 0; i < 20; i++)
		slice_copy(slice_str("vethx"), s.place[sample_place(&s, PLACE_DEVICE, ns.place, 100 + i)].link->name,
			   32);
	dev.fail = EPERM;
	assert_int_equal(look(), -EPERM);
	assert_int_equal(calls, 1);
	dev.fail = 0;
	name(0, "rx_queue_0_xdp_drops", 5);
	assert_int_equal(look(), 0);
}

static void a_device_of_another_namespace_is_left_alone(void **x)
{
	uint32_t other = sample_place(&s, PLACE_NETNS, s.host, 2);

	(void)x;
	slice_copy(slice_str("eth9"), s.place[sample_place(&s, PLACE_DEVICE, other, 7)].link->name, 32);
	name(0, "rx_queue_0_xdp_drops", 5);
	assert_int_equal(look(), 0);
	assert_int_equal(state.devs, 1);
}

static void a_name_that_would_leave_the_recording_is_not_asked(void **x)
{
	static const char *const bad[] = { "..", ".", "", "../../etc/passwd", "a/b" };

	(void)x;
	for (unsigned i = 0; i < ARRAY_SIZE(bad); i++) {
		slice_copy(slice_str(bad[i]), s.place[place].link->name, 32);
		assert_int_equal(look(), -ENOENT);
	}
	assert_int_equal(calls, 0);
}

static void only_physical_devices_are_asked_for_the_standard_groups(void **x)
{
	(void)x;
	name(0, "rx_queue_0_xdp_drops", 5);
	assert_int_equal(look(), 0);
	assert_int_equal(asks, 0);
	s.place[place].link->kind[0] = 0;
	ethtool_forget(&state);
	memset(&state, 0, sizeof(state));
	assert_int_equal(look(), 0);
	assert_int_equal(look(), 0);
	assert_int_equal(asks, 1); /* no such family: once is enough */
}

/* ---- recordings */

static void record(const char *what, const void *data, size_t n)
{
	unsigned i = 0;

	live = false;
	while (blobs[i].name && strcmp(blobs[i].name, what) != 0)
		i++;
	blobs[i].name = what;
	blobs[i].data = data;
	blobs[i].n = n;
}

static void a_recording_is_read_as_the_kernel_was(void **x)
{
	static const uint64_t value[2] = { 3, 17 };

	(void)x;
	name(0, "peer_ifindex", 0);
	name(1, "rx_queue_0_xdp_drops", 0);
	record("ethtool/veth0/driver", "veth", 4);
	record("ethtool/veth0/strings", dev.names, 64);
	record("ethtool/veth0/stats", value, sizeof(value));
	s.zero_base = true;
	assert_int_equal(look(), 0);
	assert_int_equal(moved("ethtool.xdp_drop"), 17);
	assert_int_equal(calls, 0);
}

static void a_recording_cut_short_is_told_and_not_read(void **x)
{
	static const uint64_t value[2] = { 3, 17 };

	(void)x;
	name(0, "rx_queue_0_xdp_drops", 0);
	name(1, "rx_queue_1_xdp_drops", 0);
	record("ethtool/veth0/driver", "veth", 4);
	record("ethtool/veth0/strings", dev.names, 63);
	record("ethtool/veth0/stats", value, sizeof(value));
	assert_int_equal(look(), -EINVAL);
	assert_non_null(strstr(err.text, "veth0"));
	record("ethtool/veth0/strings", dev.names, 64);
	record("ethtool/veth0/stats", value, 15);
	assert_int_equal(look(), -EINVAL);
	assert_int_equal(moved("ethtool.xdp_drop"), UNREAD);
	record("ethtool/veth0/stats", value, 16);
	assert_int_equal(look(), 0);
}

static void the_text_of_ethtool_serves_where_no_blobs_are(void **x)
{
	static const char text[] =
		"NIC statistics:\n     rx_packets: 900\n     [0]: rx_discards: 12\n     [1]: rx_discards: 3\r\n"
		"     rx_total_discard_pkts: 15\n     [0]: rx_errors: 7\n     rx_pause_frames: 2\n"
		"     garbage\n     rx: -4\n     tx_pause_frames: 99999999999999999999999\n:\n";

	(void)x;
	record("ethtool/veth0/driver", "bnxt_en\n", 8);
	record("ethtool-text/veth0", text, sizeof(text) - 1);
	s.zero_base = true;
	assert_int_equal(look(), 0);
	assert_int_equal(moved("ethtool.rx_ring_full"), 15);
	assert_int_equal(moved("ethtool.rx_pause"), 2);
	assert_int_equal(moved("ethtool.tx_pause"), UNREAD);
	assert_int_equal(moved("ethtool.shown"), 22);
}

static void an_unknown_driver_books_nothing(void **x)
{
	static const char text[] = "NIC statistics:\n     rx_queue_0_xdp_drops: 12\n";

	(void)x;
	record("ethtool-text/veth0", text, sizeof(text) - 1);
	s.zero_base = true;
	assert_int_equal(look(), 0);
	assert_int_equal(moved("ethtool.xdp_drop"), UNREAD);
	assert_int_equal(moved("ethtool.shown"), 12);
}

static void a_recording_without_any_of_it_is_absent(void **x)
{
	(void)x;
	live = false;
	assert_int_equal(look(), -ENOENT);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(queues_of_one_meaning_are_added_up),
		TEST(a_name_of_32_bytes_without_nul_ends_there),
		TEST(blanks_around_a_name_do_not_count),
		TEST(two_names_of_one_key_share_a_series),
		TEST(a_name_that_sounds_like_a_loss_is_shown_and_not_booked),
		TEST(once_bound_a_read_is_one_ioctl),
		TEST(a_driver_without_rows_is_asked_for_its_name_only_and_only_once),
		TEST(a_driver_that_somebody_else_found_is_not_asked_again),
		TEST(names_are_bound_anew_when_their_number_changes),
		TEST(a_sum_that_shrinks_with_its_queues_is_a_reset_and_not_a_loss),
		TEST(a_kernel_that_minds_the_count_makes_us_bind_anew),
		TEST(an_absurd_count_is_refused_and_nothing_is_put),
		TEST(a_device_without_statistics_is_not_asked_again),
		TEST(a_device_that_leaves_while_it_is_read_is_no_failure),
		TEST(a_closed_door_is_tried_once_per_read),
		TEST(a_device_of_another_namespace_is_left_alone),
		TEST(a_name_that_would_leave_the_recording_is_not_asked),
		TEST(only_physical_devices_are_asked_for_the_standard_groups),
		TEST(a_recording_is_read_as_the_kernel_was),
		TEST(a_recording_cut_short_is_told_and_not_read),
		TEST(the_text_of_ethtool_serves_where_no_blobs_are),
		TEST(an_unknown_driver_books_nothing),
		TEST(a_recording_without_any_of_it_is_absent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
