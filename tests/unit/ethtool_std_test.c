/* SPDX-License-Identifier: BSD-2-Clause */
/* Made answers of ETHTOOL_MSG_STATS_GET go in, series come out. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>

#include "source/tree.h"

#define tree_ask fake_ask
static int fake_ask(struct netns *ns, enum nl_socket sock, const char *name, struct nlmsghdr *request,
		    int (*each)(const struct nlmsghdr *nlh, void *arg), void *arg, struct err *err);
#include "source/genl.c"
#include "source/ethtool_std.c"

#define FAMILY 21

static struct sample s;
static uint32_t place;
static struct netns ns;
static struct ethtool_std state;
static struct {
	struct nlmsghdr n;
	struct genlmsghdr g;
	char data[512];
} m;
static int result;
static unsigned asks;

/* Checks the question as the kernel would, then hands out the message. */
static int fake_ask(struct netns *in, enum nl_socket sock, const char *name, struct nlmsghdr *request,
		    int (*each)(const struct nlmsghdr *nlh, void *arg), void *arg, struct err *err)
{
	struct slice rest, v, in_nest;
	unsigned type;
	uint64_t n = 0;

	(void)in, (void)err;
	assert_int_equal(sock, NL_GENERIC);
	asks++;
	if (request->nlmsg_type == GENL_ID_CTRL)
		return result;
	assert_string_equal(name, "ethtool-stats-7");
	assert_true(genl_attrs(request, FAMILY, ETHTOOL_MSG_STATS_GET, &rest));
	assert_true(genl_next(&rest, &type, &v));
	assert_int_equal(type, 2); /* ETHTOOL_A_STATS_HEADER; 1 is padding */
	in_nest = v;
	assert_true(genl_next(&in_nest, &type, &v) && genl_uint(v, &n));
	assert_int_equal(n, 7);
	assert_true(genl_next(&rest, &type, &v));
	assert_int_equal(type, ETHTOOL_A_STATS_GROUPS);
	assert_false(genl_next(&rest, &type, &v));
	if (result == 0 && m.n.nlmsg_len)
		each(&m.n, arg);
	return result;
}

static int setup(void **x)
{
	(void)x;
	asks = 0;
	result = 0;
	memset(&m, 0, sizeof(m));
	assert_int_equal(sample_init(&s), 0);
	sample_begin(&s, 1, 1);
	s.zero_base = true;
	ns = (struct netns){ .place = sample_place(&s, PLACE_NETNS, s.host, 1) };
	place = sample_place(&s, PLACE_DEVICE, ns.place, 7);
	s.place[place].link->ifindex = 7;
	state = (struct ethtool_std){ .family = FAMILY, .found = true };
	for (unsigned i = 0; i < ETHTOOL_STD_KEYS; i++) {
		state.counter[i] = table_counter(slice_str(rows[i].key));
		assert_true(state.counter[i] != COUNTER_NONE);
	}
	return 0;
}

static int teardown(void **x)
{
	(void)x;
	sample_free(&s);
	return 0;
}

#define UNREAD UINT64_MAX

static uint64_t moved(const char *key)
{
	uint64_t sum;

	return sample_sum(&s, table_counter(slice_str(key)), place, &sum) ? sum : UNREAD;
}

static void put_attr(char *to, size_t *at, uint16_t type, const void *p, uint16_t n)
{
	struct nlattr a = { .nla_len = (uint16_t)(NLA_HDRLEN + n), .nla_type = type };

	memcpy(to + *at, &a, sizeof(a));
	memcpy(to + *at + NLA_HDRLEN, p, n);
	memset(to + *at + NLA_HDRLEN + n, 0, (size_t)(NLA_ALIGN(a.nla_len) - a.nla_len));
	*at += (size_t)NLA_ALIGN(a.nla_len);
}

/* GRP_STAT { stat: value } */
static void put_std(char *to, size_t *at, uint16_t stat, uint64_t value)
{
	char inner[32];
	size_t n = 0;

	put_attr(inner, &n, stat, &value, sizeof(value));
	put_attr(to, at, ETHTOOL_A_STATS_GRP_STAT | NLA_F_NESTED, inner, (uint16_t)n);
}

/* Both groups, with the same number (0) in each, and the number of the first group behind its values. */
static void make_answer(void)
{
	const uint32_t mac = ETHTOOL_STATS_ETH_MAC, rmon = ETHTOOL_STATS_RMON;
	char group[256];
	size_t at = 0, n = 0;

	put_std(group, &n, ETHTOOL_A_STATS_ETH_MAC_6_FCS_ERR, 17);
	put_std(group, &n, ETHTOOL_A_STATS_ETH_MAC_2_TX_PKT, 1000);
	put_attr(group, &n, ETHTOOL_A_STATS_GRP_ID, &mac, 4);
	put_attr(m.data, &at, ETHTOOL_A_STATS_GRP | NLA_F_NESTED, group, (uint16_t)n);
	n = 0;
	put_attr(group, &n, ETHTOOL_A_STATS_GRP_ID, &rmon, 4);
	put_std(group, &n, ETHTOOL_A_STATS_RMON_UNDERSIZE, 2);
	put_attr(m.data, &at, ETHTOOL_A_STATS_GRP | NLA_F_NESTED, group, (uint16_t)n);
	m.g.cmd = ETHTOOL_MSG_STATS_GET_REPLY;
	m.n.nlmsg_len = (uint32_t)(NLMSG_HDRLEN + GENL_HDRLEN + at);
	m.n.nlmsg_type = FAMILY;
}

static void groups_are_told_apart_by_their_number(void **x)
{
	(void)x;
	make_answer();
	assert_int_equal(ethtool_std_read(&state, &ns, &s, place, NULL), 0);
	assert_int_equal(moved("eth-mac.FrameCheckSequenceErrors"), 17);
	assert_int_equal(moved("rmon.undersize"), 2);
	assert_int_equal(moved("rmon.oversize"), UNREAD);
}

static void a_driver_without_any_of_it_is_absent(void **x)
{
	(void)x;
	assert_int_equal(ethtool_std_read(&state, &ns, &s, place, NULL), -ENOENT);
	result = -EOPNOTSUPP;
	assert_int_equal(ethtool_std_read(&state, &ns, &s, place, NULL), -ENOENT);
	result = -ENODEV;
	assert_int_equal(ethtool_std_read(&state, &ns, &s, place, NULL), -ENOENT);
	result = -ENOBUFS;
	assert_int_equal(ethtool_std_read(&state, &ns, &s, place, NULL), -ENOBUFS);
}

static void a_kernel_without_the_family_is_asked_once(void **x)
{
	(void)x;
	state = (struct ethtool_std){ 0 };
	assert_int_equal(ethtool_std_read(&state, &ns, &s, place, NULL), -ENOENT);
	assert_int_equal(ethtool_std_read(&state, &ns, &s, place, NULL), -ENOENT);
	assert_int_equal(asks, 1);
}

static void a_message_cut_anywhere_is_read_up_to_there(void **x)
{
	struct answer a = { .x = &state, .s = &s, .place = place };
	uint32_t whole;

	(void)x;
	make_answer();
	whole = m.n.nlmsg_len;
	for (uint32_t n = NLMSG_HDRLEN; n < whole; n++) {
		char *copy = malloc(n); /* exactly n bytes, so that one too far is seen by ASan */

		m.n.nlmsg_len = n;
		memcpy(copy, &m, n);
		assert_int_equal(each_answer((struct nlmsghdr *)(void *)copy, &a), 0);
		free(copy);
		assert_int_equal(moved("rmon.undersize"), UNREAD);
	}
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(groups_are_told_apart_by_their_number),
		TEST(a_driver_without_any_of_it_is_absent),
		TEST(a_kernel_without_the_family_is_asked_once),
		TEST(a_message_cut_anywhere_is_read_up_to_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
