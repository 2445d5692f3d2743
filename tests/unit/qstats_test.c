/* SPDX-License-Identifier: BSD-2-Clause */
/* Made generic netlink answers go in, series come out. */
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
#include "source/qstats.c"

#define FAMILY 23
#define IFINDEX 2

static struct sample s;
static struct netns ns;
static struct probe probe;
static struct qstats state;
static struct err err;
static uint32_t place;

/* The messages of the next dump, and what came of asking. */
static struct {
	char data[4096];
	size_t n;
	int result;
} families, stats;
static unsigned asked_families, asked_stats;

static int fake_ask(struct netns *in, enum nl_socket sock, const char *name, struct nlmsghdr *request,
		    int (*each)(const struct nlmsghdr *nlh, void *arg), void *arg, struct err *e)
{
	bool list = strcmp(name, "genl-families") == 0;
	const char *data = list ? families.data : stats.data;
	size_t n = list ? families.n : stats.n;

	(void)in, (void)e;
	assert_int_equal(sock, NL_GENERIC);
	assert_int_equal(request->nlmsg_type, list ? GENL_ID_CTRL : FAMILY);
	/* by dump only: asking for a family by name may load a module */
	assert_int_equal(request->nlmsg_flags & NLM_F_DUMP, NLM_F_DUMP);
	asked_families += list;
	asked_stats += !list;
	for (size_t at = 0; at < n;) {
		const struct nlmsghdr *nlh = (const void *)(data + at);

		assert_int_equal(each(nlh, arg), 0);
		at += NLMSG_ALIGN(nlh->nlmsg_len);
	}
	return list ? families.result : stats.result;
}

static struct genl_request one(uint16_t type, uint8_t cmd)
{
	struct genl_request q;

	genl_begin(&q, type, cmd, 0);
	return q;
}

static void u32(struct genl_request *q, uint16_t type, uint32_t v)
{
	genl_add(q, type, &v, sizeof(v));
}

static void u64(struct genl_request *q, uint16_t type, uint64_t v)
{
	genl_add(q, type, &v, sizeof(v));
}

static void answer(const struct genl_request *q)
{
	assert_true(stats.n + sizeof(*q) < sizeof(stats.data));
	memcpy(stats.data + stats.n, q, q->n.nlmsg_len);
	stats.n += NLMSG_ALIGN(q->n.nlmsg_len);
}

static void family(const char *name, uint16_t id)
{
	struct genl_request q = one(GENL_ID_CTRL, CTRL_CMD_NEWFAMILY);

	genl_add(&q, CTRL_ATTR_FAMILY_NAME, name, (uint16_t)(strlen(name) + 1));
	genl_add(&q, CTRL_ATTR_FAMILY_ID, &id, sizeof(id));
	memcpy(families.data + families.n, &q, q.n.nlmsg_len);
	families.n += NLMSG_ALIGN(q.n.nlmsg_len);
}

static int setup(void **x)
{
	(void)x;
	memset(&families, 0, sizeof(families));
	memset(&stats, 0, sizeof(stats));
	memset(&state, 0, sizeof(state));
	memset(&err, 0, sizeof(err));
	asked_families = asked_stats = 0;
	family("nlctrl", GENL_ID_CTRL);
	family("netdev2", 22);
	family("netdev", FAMILY);
	family("net", 24);
	assert_int_equal(sample_init(&s), 0);
	sample_begin(&s, 1, 1);
	s.zero_base = true;
	ns = (struct netns){ .place = sample_place(&s, PLACE_NETNS, s.host, 1) };
	place = sample_place(&s, PLACE_DEVICE, ns.place, IFINDEX);
	probe = (struct probe){ .sample = &s };
	return 0;
}

static int teardown(void **x)
{
	(void)x;
	sample_free(&s);
	return 0;
}

static int look(void)
{
	return qstats_read(&probe, &ns, &state, &err);
}

#define UNREAD UINT64_MAX

static uint64_t moved(const char *key)
{
	uint64_t sum;

	assert_true(table_counter(slice_str(key)) != COUNTER_NONE);
	return sample_sum(&s, table_counter(slice_str(key)), place, &sum) ? sum : UNREAD;
}

static void every_key_has_a_counter_row(void **x)
{
	(void)x;
	for (unsigned i = 0; i < QSTATS_TYPES; i++) {
		if (keys[i])
			assert_true(table_counter(slice_str(keys[i])) != COUNTER_NONE);
	}
}

static void numbers_of_four_and_of_eight_bytes_are_taken(void **x)
{
	struct genl_request q = one(FAMILY, QSTATS_GET);

	(void)x;
	u32(&q, QSTATS_IFINDEX, IFINDEX);
	u32(&q, 13, 12);
	u64(&q, 14, 1ULL << 40);
	u32(&q, 34, 3);
	answer(&q);
	assert_int_equal(look(), 0);
	assert_int_equal(moved("qstats.rx-hw-drops"), 12);
	assert_int_equal(moved("qstats.rx-hw-drop-overruns"), 1ULL << 40);
	assert_int_equal(moved("qstats.tx-wake"), 3);
}

static void absent_is_not_zero(void **x)
{
	struct genl_request q = one(FAMILY, QSTATS_GET);

	(void)x;
	u32(&q, QSTATS_IFINDEX, IFINDEX);
	u32(&q, 33, 0);
	answer(&q);
	assert_int_equal(look(), 0);
	assert_int_equal(moved("qstats.tx-stop"), 0);
	assert_int_equal(moved("qstats.rx-hw-drops"), UNREAD);
}

static void the_index_may_stand_behind_the_numbers(void **x)
{
	struct genl_request q = one(FAMILY, QSTATS_GET);

	(void)x;
	u32(&q, 24, 5);
	u32(&q, QSTATS_IFINDEX, IFINDEX);
	answer(&q);
	assert_int_equal(look(), 0);
	assert_int_equal(moved("qstats.tx-hw-drops"), 5);
}

static void odd_sizes_unknown_types_and_unknown_devices_are_passed_over(void **x)
{
	struct genl_request q = one(FAMILY, QSTATS_GET), r = one(FAMILY, QSTATS_GET), no = one(FAMILY, QSTATS_GET);

	(void)x;
	u32(&q, QSTATS_IFINDEX, IFINDEX);
	genl_add(&q, 13, "abc", 3);
	genl_add(&q, 24, NULL, 0);
	u32(&q, 35, 9);
	u32(&q, 0x3fff, 9);
	u32(&q, 25, 4);
	answer(&q);
	u32(&r, QSTATS_IFINDEX, 99);
	u32(&r, 25, 100);
	answer(&r);
	u32(&no, 25, 1000);
	answer(&no);
	assert_int_equal(look(), 0);
	assert_int_equal(moved("qstats.rx-hw-drops"), UNREAD);
	assert_int_equal(moved("qstats.tx-hw-drops"), UNREAD);
	assert_int_equal(moved("qstats.tx-hw-drop-errors"), 4);
}

static void answers_of_another_family_or_command_are_not_read(void **x)
{
	struct genl_request q = one(FAMILY + 1, QSTATS_GET), r = one(FAMILY, QSTATS_GET - 1);

	(void)x;
	u32(&q, QSTATS_IFINDEX, IFINDEX);
	u32(&q, 25, 4);
	answer(&q);
	u32(&r, QSTATS_IFINDEX, IFINDEX);
	u32(&r, 25, 4);
	answer(&r);
	assert_int_equal(look(), -ENOENT);
	assert_int_equal(moved("qstats.tx-hw-drop-errors"), UNREAD);
}

static void a_message_cut_anywhere_is_read_up_to_there(void **x)
{
	struct genl_request q = one(FAMILY, QSTATS_GET);
	uint32_t whole;

	(void)x;
	u32(&q, QSTATS_IFINDEX, IFINDEX);
	u64(&q, 13, 7);
	whole = q.n.nlmsg_len;
	assert_int_equal(look(), -ENOENT);
	for (uint32_t n = NLMSG_HDRLEN; n < whole; n++) {
		struct read r = { .s = &s, .x = &state, .ns = ns.place };
		char *copy = malloc(n); /* exactly n bytes, so that one too far is seen by ASan */

		q.n.nlmsg_len = n;
		memcpy(copy, &q, n);
		each_device((struct nlmsghdr *)(void *)copy, &r);
		free(copy);
		assert_int_equal(moved("qstats.rx-hw-drops"), UNREAD);
	}
}

static void a_kernel_without_the_family_is_asked_once(void **x)
{
	(void)x;
	families.n = 0;
	family("nlctrl", GENL_ID_CTRL);
	family("netdev2", 22);
	assert_int_equal(look(), -ENOENT);
	assert_int_equal(look(), -ENOENT);
	assert_int_equal(asked_families, 1);
	assert_int_equal(asked_stats, 0);
}

static void a_kernel_that_does_not_know_the_question_is_asked_once(void **x)
{
	(void)x;
	stats.result = -EOPNOTSUPP;
	assert_int_equal(look(), -ENOENT);
	assert_int_equal(look(), -ENOENT);
	assert_int_equal(asked_stats, 1);
}

static void a_failure_is_told_and_tried_again(void **x)
{
	struct genl_request q = one(FAMILY, QSTATS_GET);

	(void)x;
	stats.result = -ENOBUFS;
	assert_int_equal(look(), -ENOBUFS);
	stats.result = 0;
	u32(&q, QSTATS_IFINDEX, IFINDEX);
	u32(&q, 13, 2);
	answer(&q);
	assert_int_equal(look(), 0);
	assert_int_equal(moved("qstats.rx-hw-drops"), 2);
	assert_int_equal(asked_families, 1);
}

static void no_device_with_such_statistics_is_absent(void **x)
{
	(void)x;
	assert_int_equal(look(), -ENOENT);
	assert_int_equal(look(), -ENOENT);
	assert_int_equal(asked_stats, 1);
	sample_place(&s, PLACE_DEVICE, ns.place, 77); /* a new device may have them */
	assert_int_equal(look(), -ENOENT);
	assert_int_equal(asked_stats, 2);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(every_key_has_a_counter_row),
		TEST(numbers_of_four_and_of_eight_bytes_are_taken),
		TEST(absent_is_not_zero),
		TEST(the_index_may_stand_behind_the_numbers),
		TEST(odd_sizes_unknown_types_and_unknown_devices_are_passed_over),
		TEST(answers_of_another_family_or_command_are_not_read),
		TEST(a_message_cut_anywhere_is_read_up_to_there),
		TEST(a_kernel_without_the_family_is_asked_once),
		TEST(a_kernel_that_does_not_know_the_question_is_asked_once),
		TEST(a_failure_is_told_and_tried_again),
		TEST(no_device_with_such_statistics_is_absent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
