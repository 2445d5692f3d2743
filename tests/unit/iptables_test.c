/* SPDX-License-Identifier: BSD-2-Clause */
/* Made tables of legacy iptables go in, rule places and their packets come out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "source/tree.h"

#define tree_net fake_net
#define tree_blob fake_blob
static int fake_net(struct netns *ns, enum net_file f, struct slice *ret, struct err *err);
static int fake_blob(struct netns *ns, const char *name, int (*get)(struct netns *ns, void *arg, struct fmt *out),
		     void *arg, struct slice *ret, struct err *err);
#include "source/rules.c"
#include "source/iptables_entry.c"
#include "source/iptables.c"

#include <linux/netfilter/xt_NFQUEUE.h>
#include <linux/netfilter/xt_conntrack.h>
#include <linux/netfilter/xt_tcpudp.h>

/* The table "filter" that the kernel of these tests has. */
static struct {
	struct ipt_getinfo info;
	struct ipt_get_entries get;
	char entries[32768];
} table;
static size_t size, offset;
static const char *names, *names6;
static char asked[128];

static int fake_net(struct netns *ns, enum net_file f, struct slice *ret, struct err *err)
{
	const char *text = f == NET_IPT_NAMES ? names : f == NET_IP6T_NAMES ? names6 : "";

	(void)ns;
	(void)err;
	if (!text)
		return -ENOENT;
	*ret = slice_str(text);
	return 0;
}

/* The answer is laid out without the padding of the struct above, hence at an odd address. */
static int fake_blob(struct netns *ns, const char *name, int (*get)(struct netns *ns, void *arg, struct fmt *out),
		     void *arg, struct slice *ret, struct err *err)
{
	static char blob[sizeof(table)];
	size_t head = offsetof(struct ipt_get_entries, entrytable);
	struct fmt f;

	(void)ns;
	(void)get;
	(void)arg;
	(void)err;
	fmt_init(&f, asked + strlen(asked), sizeof(asked) - strlen(asked));
	fmt_add(&f, "%s ", name);
	table.info.size = (unsigned)size;
	memcpy(blob, &table.info, sizeof(table.info));
	memcpy(blob + sizeof(table.info), &table.get, head);
	memcpy(blob + sizeof(table.info) + head, table.entries, size);
	*ret = slice_of(blob, sizeof(table.info) + head + size);
	return 0;
}

static struct sample s;
static struct netns ns;
static struct ipt_state st;
static struct err err;

static void empty_table(void)
{
	size = 0;
	memset(&table, 0, sizeof(table));
	asked[0] = 0;
}

static int setup(void **state)
{
	(void)state;
	empty_table();
	names = "filter\n";
	names6 = NULL;
	assert_int_equal(sample_init(&s), 0);
	sample_begin(&s, 1, 1);
	ns = (struct netns){ .place = sample_place(&s, PLACE_NETNS, s.host, 1) };
	err = (struct err){ 0 };
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	source_iptables.forget(&st);
	sample_free(&s);
	return 0;
}

static int look(void)
{
	struct probe p = { .sample = &s };

	return source_iptables.read(&p, &ns, &st, &err);
}

static void next(void)
{
	empty_table();
	sample_begin(&s, s.mono_ns + 1000000000, s.real_ns + 1000000000);
}

/* Entries: begin, matches, target. Everything is written where the kernel would. */
static void begin_entry(uint64_t packets, uint16_t dport)
{
	struct ipt_entry e = { .counters = { .pcnt = packets, .bcnt = packets * 100 } };

	offset = size;
	e.ip.proto = dport ? IPPROTO_UDP : 0;
	memcpy(table.entries + size, &e, sizeof(e));
	size += sizeof(e);
}

static void extension_at_end(const char *name, unsigned rev, const void *data, size_t n)
{
	struct xt_entry_match m = { 0 };
	size_t full = (sizeof(m) + n + 7) & ~(size_t)7;

	m.u.user.match_size = (uint16_t)full;
	m.u.user.revision = (uint8_t)rev;
	memcpy(m.u.user.name, name, strlen(name));
	memcpy(table.entries + size, &m, sizeof(m));
	memset(table.entries + size + sizeof(m), 0, full - sizeof(m));
	memcpy(table.entries + size + sizeof(m), data, n);
	size += full;
}

static void end_entry(const char *name, unsigned rev, const void *data, size_t n)
{
	struct ipt_entry e;

	memcpy(&e, table.entries + offset, sizeof(e));
	e.target_offset = (uint16_t)(size - offset);
	extension_at_end(name, rev, data, n);
	e.next_offset = (uint16_t)(size - offset);
	memcpy(table.entries + offset, &e, sizeof(e));
}

static void udp(uint16_t dport)
{
	struct xt_udp u = { .spts = { 0, UINT16_MAX }, .dpts = { dport, dport } };

	extension_at_end("udp", 0, &u, sizeof(u));
}

static void standard(int32_t verdict)
{
	end_entry("", 0, &verdict, sizeof(verdict));
}

#define DROP (-NF_DROP - 1)
#define ACCEPT (-NF_ACCEPT - 1)

static void drop_rule(uint64_t packets, uint16_t dport)
{
	begin_entry(packets, dport);
	udp(dport);
	standard(DROP);
}

static void hook(unsigned h)
{
	table.info.valid_hooks |= 1u << h;
	table.info.hook_entry[h] = (unsigned)size;
}

static void policy(unsigned h, uint64_t packets, int32_t verdict)
{
	table.info.underflow[h] = (unsigned)size;
	begin_entry(packets, 0);
	standard(verdict);
}

/* Opens a user chain and gives the offset that jumps go to. */
static int32_t user_chain(const char *name)
{
	char data[XT_FUNCTION_MAXNAMELEN + 2] = { 0 };

	memcpy(data, name, strlen(name));
	begin_entry(0, 0);
	end_entry("ERROR", 0, data, sizeof(data));
	return (int32_t)size;
}

static void end_table(void)
{
	user_chain("ERROR");
}

/* The number `which` of the place whose rule says so. */
static uint32_t place_of(const char *text)
{
	for (uint32_t i = 0; i < s.places; i++) {
		if (s.place[i].kind == PLACE_RULE && !s.place[i].gone && strcmp(s.place[i].rule->text, text) == 0)
			return i;
	}
	return PLACE_NONE;
}

static uint64_t sum_of(const char *text)
{
	uint64_t v = UINT64_MAX;

	assert_true(sample_sum(&s, table_counter(slice_str("rule.packets")), place_of(text), &v));
	return v;
}

static unsigned booked(void)
{
	unsigned n = 0;

	for (uint32_t i = 0; i < s.count; i++)
		n += s.place[s.series[i].place].kind == PLACE_RULE;
	return n;
}

#define RULE_5000 "-p udp --dport 5000 -j DROP"

static void input_table(uint64_t packets)
{
	hook(NF_INET_LOCAL_IN);
	drop_rule(packets, 5000);
	policy(NF_INET_LOCAL_IN, 77, ACCEPT);
	end_table();
}

static void a_drop_rule_is_booked_with_all_that_names_it(void **state)
{
	const struct rule_fact *f;

	(void)state;
	input_table(40);
	assert_int_equal(look(), 0);
	assert_int_equal(booked(), 1);
	assert_string_equal(asked, "iptables/filter ");
	f = s.place[place_of(RULE_5000)].rule;
	assert_string_equal(f->tool, "iptables");
	assert_string_equal(f->family, "ip");
	assert_string_equal(f->table, "filter");
	assert_string_equal(f->chain, "INPUT");
	assert_string_equal(f->hook, "input");
	assert_int_equal(f->handle, 1);
	assert_int_equal(f->verdict, RULE_DROP);
	assert_false(f->output);
	assert_int_equal(sum_of(RULE_5000), 0);
	next();
	input_table(47);
	assert_int_equal(look(), 0);
	assert_int_equal(sum_of(RULE_5000), 7);
}

static void no_table_is_asked_for_that_is_not_listed(void **state)
{
	(void)state;
	names = "";
	names6 = "";
	assert_int_equal(look(), 0);
	assert_string_equal(asked, "");
	names = "../../etc\nRaw\nthis-name-is-longer-than-any-table\n";
	assert_int_equal(look(), 0);
	assert_string_equal(asked, "");
	names = names6 = NULL;
	assert_int_equal(look(), -ENOENT);
}

static void a_rule_keeps_its_place_when_another_is_inserted_before_it(void **state)
{
	(void)state;
	input_table(40);
	assert_int_equal(look(), 0);
	next();
	hook(NF_INET_LOCAL_IN);
	drop_rule(3, 5001);
	drop_rule(41, 5000);
	policy(NF_INET_LOCAL_IN, 77, ACCEPT);
	end_table();
	assert_int_equal(look(), 0);
	assert_int_equal(sum_of(RULE_5000), 1);
	assert_int_equal(sum_of("-p udp --dport 5001 -j DROP"), 3);
	assert_int_equal(s.place[place_of(RULE_5000)].rule->handle, 2);
	assert_int_equal(s.resets, 0);
	next();
	input_table(42);
	assert_int_equal(look(), 0);
	assert_int_equal(sum_of(RULE_5000), 2);
	assert_int_equal(place_of("-p udp --dport 5001 -j DROP"), PLACE_NONE);
}

static void two_rules_that_say_the_same_are_two_places(void **state)
{
	(void)state;
	hook(NF_INET_LOCAL_IN);
	drop_rule(3, 5000);
	drop_rule(4, 5000);
	policy(NF_INET_LOCAL_IN, 0, ACCEPT);
	end_table();
	assert_int_equal(look(), 0);
	assert_int_equal(booked(), 2);
}

static void a_drop_policy_is_booked_and_its_past_is_not_new(void **state)
{
	(void)state;
	hook(NF_INET_LOCAL_IN);
	policy(NF_INET_LOCAL_IN, 1000, ACCEPT);
	end_table();
	assert_int_equal(look(), 0);
	assert_int_equal(booked(), 0);
	for (uint64_t packets = 1010; packets < 1020; packets += 7) {
		next();
		hook(NF_INET_LOCAL_IN);
		policy(NF_INET_LOCAL_IN, packets, DROP);
		end_table();
		assert_int_equal(look(), 0);
	}
	assert_int_equal(s.place[place_of("policy DROP")].rule->verdict, RULE_POLICY);
	assert_int_equal(sum_of("policy DROP"), 7);
}

static void a_user_chain_has_the_hooks_that_lead_to_it(void **state)
{
	const struct rule_fact *f;
	int32_t to;

	(void)state;
	/* The jump is written first and needs the offset of what follows it: build twice. */
	for (to = 0;;) {
		int32_t start;

		empty_table();
		hook(NF_INET_LOCAL_IN);
		begin_entry(9, 0);
		standard(to);
		policy(NF_INET_LOCAL_IN, 0, ACCEPT);
		hook(NF_INET_LOCAL_OUT);
		begin_entry(9, 0);
		standard(to);
		policy(NF_INET_LOCAL_OUT, 0, ACCEPT);
		start = user_chain("MINE");
		drop_rule(1, 5001);
		drop_rule(40, 5000);
		begin_entry(0, 0);
		standard(-NF_REPEAT - 1);
		end_table();
		if (start == to)
			break;
		to = start;
	}
	assert_int_equal(look(), 0);
	assert_int_equal(booked(), 2);
	f = s.place[place_of(RULE_5000)].rule;
	assert_string_equal(f->chain, "MINE");
	assert_string_equal(f->hook, "input,output");
	assert_int_equal(f->handle, 2);
	assert_true(f->output);
}

static void reject_queue_and_invalid_are_told_apart(void **state)
{
	struct xt_conntrack_mtinfo1 info = { .match_flags = XT_CONNTRACK_STATE,
					     .state_mask = XT_CONNTRACK_STATE_INVALID };
	struct xt_NFQ_info_v3 queue = { .queuenum = 7, .queues_total = 1 };
	uint32_t with = 0;

	(void)state;
	hook(NF_INET_LOCAL_IN);
	begin_entry(1, 0);
	extension_at_end("conntrack", 1, &info, sizeof(info));
	standard(DROP);
	begin_entry(2, 0);
	end_entry("REJECT", 0, &with, sizeof(with));
	begin_entry(3, 0);
	end_entry("NFQUEUE", 3, &queue, sizeof(queue));
	queue.flags = NFQ_FLAG_BYPASS;
	begin_entry(3, 0);
	end_entry("NFQUEUE", 3, &queue, sizeof(queue));
	policy(NF_INET_LOCAL_IN, 0, ACCEPT);
	end_table();
	assert_int_equal(look(), 0);
	assert_true(s.place[place_of("--ctstate INVALID -j DROP")].rule->ct_invalid);
	assert_int_equal(s.place[place_of("-j REJECT")].rule->verdict, RULE_REJECT);
	assert_true(s.place[place_of("-j NFQUEUE --queue-num 7")].rule->queue_idle);
	assert_false(s.place[place_of("-j NFQUEUE --queue-num 7 --queue-bypass")].rule->queue_idle);
	assert_int_equal(booked(), 3);
}

static void running_state_of_a_match_does_not_change_the_identity(void **state)
{
	uint32_t rate[10] = { 5, 5, 1 };

	(void)state;
	for (uint64_t packets = 40; packets < 42; packets++) {
		next();
		rate[3] = (uint32_t)packets * 1000;
		hook(NF_INET_LOCAL_IN);
		begin_entry(packets, 0);
		extension_at_end("limit", 0, rate, sizeof(rate));
		standard(DROP);
		policy(NF_INET_LOCAL_IN, 0, ACCEPT);
		end_table();
		assert_int_equal(look(), 0);
	}
	assert_int_equal(booked(), 1);
}

static void a_damaged_table_is_an_error_and_its_rules_stay(void **state)
{
	struct ipt_entry e;

	(void)state;
	input_table(40);
	assert_int_equal(look(), 0);
	next();
	input_table(40);
	memcpy(&e, table.entries, sizeof(e));
	e.next_offset = UINT16_MAX;
	memcpy(table.entries, &e, sizeof(e));
	assert_int_equal(look(), -EPROTO);
	assert_string_equal(err.text, "iptables table filter: entry at byte 0 is damaged");
	assert_int_not_equal(place_of(RULE_5000), PLACE_NONE);
}

/* Whatever bytes come, nothing is read outside of them; the sanitizers watch. The seed is fixed. */
static void any_bytes_do_no_harm(void **state)
{
	static char good[sizeof(table.entries)];
	uint64_t x = 88172645463325252ULL;
	size_t n;

	(void)state;
	input_table(40);
	user_chain("MINE");
	drop_rule(1, 5001);
	n = size;
	memcpy(good, table.entries, n);
	for (unsigned round = 0; round < 5000; round++) {
		memcpy(table.entries, good, n);
		for (unsigned k = 0; k < 4; k++) {
			x = hash_mix(x + k + 1);
			table.entries[x % n] = (char)(x >> 32);
		}
		size = n - (x >> 40) % 64;
		asked[0] = 0;
		look();
	}
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_drop_rule_is_booked_with_all_that_names_it),
		T(no_table_is_asked_for_that_is_not_listed),
		T(a_rule_keeps_its_place_when_another_is_inserted_before_it),
		T(two_rules_that_say_the_same_are_two_places),
		T(a_drop_policy_is_booked_and_its_past_is_not_new),
		T(a_user_chain_has_the_hooks_that_lead_to_it),
		T(reject_queue_and_invalid_are_told_apart),
		T(running_state_of_a_match_does_not_change_the_identity),
		T(a_damaged_table_is_an_error_and_its_rules_stay),
		T(any_bytes_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
