/* SPDX-License-Identifier: BSD-2-Clause */
/* Made nftables messages go in, rule places and their packets come out. The kernel's own are tested in tests/lab.
 * long: a third of it builds messages, and each way of counting is a test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "source/tree.h"

#define tree_ask fake_ask
#define tree_net fake_net
#define tree_live fake_live
#define tree_module fake_module
static int fake_ask(struct netns *ns, enum nl_socket sock, const char *name, struct nlmsghdr *request,
		    int (*each)(const struct nlmsghdr *nlh, void *arg), void *arg, struct err *err);
static int fake_net(struct netns *ns, enum net_file f, struct slice *ret, struct err *err);
static bool fake_live(const struct tree *t);
static bool fake_module(struct tree *t, const char *module);
#include "source/rules.c"
#include "source/nftables.c"

#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/xt_conntrack.h>

/* The kernel of these tests: three dumps and a list of queues. */
struct dump {
	char data[65536];
	size_t n;
	unsigned asked;
};
static struct dump chains, rules_dump, objects;
static const char *queues;
static bool module_there;
static int answer, interrupted;

static struct dump *dump_of(const char *name)
{
	return strcmp(name, "nft-chains") == 0 ? &chains : strcmp(name, "nft-rules") == 0 ? &rules_dump : &objects;
}

static int fake_ask(struct netns *ns, enum nl_socket sock, const char *name, struct nlmsghdr *request,
		    int (*each)(const struct nlmsghdr *nlh, void *arg), void *arg, struct err *err)
{
	struct dump *d = dump_of(name);

	(void)ns;
	(void)err;
	assert_int_equal(sock, NL_NETFILTER);
	assert_true(request->nlmsg_flags & NLM_F_DUMP);
	d->asked++;
	if (answer)
		return answer;
	for (size_t at = 0; at < d->n;) {
		const struct nlmsghdr *nlh = (const void *)(d->data + at);

		if (each(nlh, arg))
			break;
		at += NLMSG_ALIGN(nlh->nlmsg_len);
	}
	return interrupted-- > 0 ? -EINTR : 0;
}

static int fake_net(struct netns *ns, enum net_file f, struct slice *ret, struct err *err)
{
	(void)ns;
	(void)err;
	assert_int_equal(f, NET_NFQUEUE);
	if (!queues)
		return -ENOENT;
	*ret = slice_str(queues);
	return 0;
}

static bool fake_live(const struct tree *t)
{
	(void)t;
	return true;
}

static bool fake_module(struct tree *t, const char *module)
{
	(void)t;
	assert_string_equal(module, "nf_tables");
	return module_there;
}

/* Building messages: attributes are appended; a nest is opened, and closed by setting its length. */
static struct dump *to;
static size_t message_at;

static size_t open_nest(uint16_t type)
{
	struct nlattr a = { .nla_type = type };
	size_t at = to->n;

	assert_true(at + 1024 < sizeof(to->data));
	memcpy(to->data + at, &a, sizeof(a));
	to->n += sizeof(a);
	return at;
}

static void close_nest(size_t at)
{
	uint16_t len = (uint16_t)(to->n - at);

	memcpy(to->data + at, &len, sizeof(len));
	while (to->n % 4)
		to->data[to->n++] = 0;
}

static void attr(uint16_t type, const void *p, size_t n)
{
	size_t at = open_nest(type);

	memcpy(to->data + to->n, p, n);
	to->n += n;
	close_nest(at);
}

static void attr_str(uint16_t type, const char *s)
{
	attr(type, s, strlen(s) + 1);
}

static void attr_be32(uint16_t type, uint32_t v)
{
	v = htobe32(v);
	attr(type, &v, sizeof(v));
}

static void attr_be64(uint16_t type, uint64_t v)
{
	v = htobe64(v);
	attr(type, &v, sizeof(v));
}

static void begin_message(struct dump *d, unsigned type, uint8_t family)
{
	struct nlmsghdr h = { .nlmsg_type = (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | type) };
	struct nfgenmsg g = { .nfgen_family = family };

	to = d;
	message_at = d->n;
	memcpy(d->data + d->n, &h, sizeof(h));
	memcpy(d->data + d->n + sizeof(h), &g, sizeof(g));
	d->n += sizeof(h) + sizeof(g);
}

static void end_message(void)
{
	uint32_t len = (uint32_t)(to->n - message_at);

	memcpy(to->data + message_at, &len, sizeof(len));
}

#define NO_HOOK UINT32_MAX

/* A chain; a base chain where hook is one. */
static void chain(uint8_t family, const char *name, uint32_t hook, uint32_t policy)
{
	size_t nest;

	begin_message(&chains, NFT_MSG_NEWCHAIN, family);
	attr_str(NFTA_CHAIN_TABLE, "t");
	attr_str(NFTA_CHAIN_NAME, name);
	attr_be64(NFTA_CHAIN_HANDLE, 1);
	if (hook != NO_HOOK) {
		nest = open_nest(NFTA_CHAIN_HOOK);
		attr_be32(NFTA_HOOK_HOOKNUM, hook);
		close_nest(nest);
		attr_be32(NFTA_CHAIN_POLICY, policy);
	}
	end_message();
}

static void chain_counter(uint64_t packets)
{
	size_t nest = open_nest(NFTA_CHAIN_COUNTERS);

	attr_be64(NFTA_COUNTER_PACKETS, packets);
	close_nest(nest);
	end_message();
}

static size_t exprs_at, elem_at, data_at;

static void begin_rule(uint8_t family, const char *in, uint64_t handle)
{
	begin_message(&rules_dump, NFT_MSG_NEWRULE, family);
	attr_str(NFTA_RULE_TABLE, "t");
	attr_str(NFTA_RULE_CHAIN, in);
	attr_be64(NFTA_RULE_HANDLE, handle);
	exprs_at = open_nest(NFTA_RULE_EXPRESSIONS);
}

static void end_rule(void)
{
	close_nest(exprs_at);
	end_message();
}

static void begin_expr(const char *name)
{
	elem_at = open_nest(NFTA_LIST_ELEM);
	attr_str(NFTA_EXPR_NAME, name);
	data_at = open_nest(NFTA_EXPR_DATA);
}

static void end_expr(void)
{
	close_nest(data_at);
	close_nest(elem_at);
}

static void plain(const char *name)
{
	begin_expr(name);
	end_expr();
}

static void counter(uint64_t packets)
{
	begin_expr("counter");
	attr_be64(NFTA_COUNTER_BYTES, packets * 100);
	attr_be64(NFTA_COUNTER_PACKETS, packets);
	end_expr();
}

static void verdict(int32_t code, const char *target)
{
	size_t data, nest;

	begin_expr("immediate");
	attr_be32(NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT);
	data = open_nest(NFTA_IMMEDIATE_DATA);
	nest = open_nest(NFTA_DATA_VERDICT);
	attr_be32(NFTA_VERDICT_CODE, (uint32_t)code);
	if (target)
		attr_str(NFTA_VERDICT_CHAIN, target);
	close_nest(nest);
	close_nest(data);
	end_expr();
}

static void value(uint16_t type, const void *p, size_t n)
{
	size_t nest = open_nest(type);

	attr(NFTA_DATA_VALUE, p, n);
	close_nest(nest);
}

static void meta(uint32_t key, bool set)
{
	begin_expr("meta");
	attr_be32(NFTA_META_KEY, key);
	attr_be32(set ? NFTA_META_SREG : NFTA_META_DREG, 1);
	end_expr();
}

static void cmp(uint32_t op, const void *p, size_t n)
{
	begin_expr("cmp");
	attr_be32(NFTA_CMP_SREG, 1);
	attr_be32(NFTA_CMP_OP, op);
	value(NFTA_CMP_DATA, p, n);
	end_expr();
}

static void payload(uint32_t base, uint32_t offset, uint32_t len)
{
	begin_expr("payload");
	attr_be32(NFTA_PAYLOAD_DREG, 1);
	attr_be32(NFTA_PAYLOAD_BASE, base);
	attr_be32(NFTA_PAYLOAD_OFFSET, offset);
	attr_be32(NFTA_PAYLOAD_LEN, len);
	end_expr();
}

static void bitwise(const void *mask, size_t n)
{
	begin_expr("bitwise");
	attr_be32(NFTA_BITWISE_SREG, 1);
	attr_be32(NFTA_BITWISE_DREG, 1);
	value(NFTA_BITWISE_MASK, mask, n);
	end_expr();
}

static void udp_dport_5000(void)
{
	meta(NFT_META_L4PROTO, false);
	cmp(NFT_CMP_EQ, "\x11", 1);
	payload(NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2);
	cmp(NFT_CMP_EQ, "\x13\x88", 2);
}

static void ct_state(uint32_t mask)
{
	uint32_t zero = 0;

	begin_expr("ct");
	attr_be32(NFTA_CT_KEY, NFT_CT_STATE);
	attr_be32(NFTA_CT_DREG, 1);
	end_expr();
	bitwise(&mask, sizeof(mask));
	cmp(NFT_CMP_NEQ, &zero, sizeof(zero));
}

static void objref(const char *name)
{
	begin_expr("objref");
	attr_be32(NFTA_OBJREF_IMM_TYPE, NFT_OBJECT_COUNTER);
	attr_str(NFTA_OBJREF_IMM_NAME, name);
	end_expr();
}

static void object(const char *name, uint32_t use, uint64_t packets)
{
	size_t nest;

	begin_message(&objects, NFT_MSG_NEWOBJ, NFPROTO_IPV4);
	attr_str(NFTA_OBJ_TABLE, "t");
	attr_str(NFTA_OBJ_NAME, name);
	attr_be32(NFTA_OBJ_TYPE, NFT_OBJECT_COUNTER);
	attr_be32(NFTA_OBJ_USE, use);
	nest = open_nest(NFTA_OBJ_DATA);
	attr_be64(NFTA_COUNTER_PACKETS, packets);
	close_nest(nest);
	end_message();
}

static void xt(const char *expr, const char *name, uint32_t rev, const void *info, size_t n)
{
	bool match = strcmp(expr, "match") == 0;

	begin_expr(expr);
	attr_str(match ? NFTA_MATCH_NAME : NFTA_TARGET_NAME, name);
	attr_be32(match ? NFTA_MATCH_REV : NFTA_TARGET_REV, rev);
	attr(match ? NFTA_MATCH_INFO : NFTA_TARGET_INFO, info, n);
	end_expr();
}

/* One host with one namespace. */
static struct sample s;
static struct netns ns;
static struct nft_state st;
static struct probe probe;

static int setup(void **state)
{
	(void)state;
	chains.n = rules_dump.n = objects.n = 0;
	chains.asked = rules_dump.asked = objects.asked = 0;
	queues = "";
	module_there = true;
	answer = interrupted = 0;
	assert_int_equal(sample_init(&s), 0);
	sample_begin(&s, 1, 1);
	ns = (struct netns){ .place = sample_place(&s, PLACE_NETNS, s.host, 1) };
	probe = (struct probe){ .sample = &s };
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	source_nftables.forget(&st);
	sample_free(&s);
	return 0;
}

static int look(void)
{
	struct err err = { 0 };

	return source_nftables.read(&probe, &ns, &st, &err);
}

/* The next look finds other dumps. */
static void next(void)
{
	chains.n = rules_dump.n = objects.n = 0;
	sample_begin(&s, s.mono_ns + 1000000000, s.real_ns + 1000000000);
}

static const struct rule_fact *only_fact(void)
{
	const struct rule_fact *f = NULL;

	for (uint32_t i = 0; i < s.places; i++) {
		if (s.place[i].kind != PLACE_RULE || s.place[i].gone)
			continue;
		assert_null(f);
		f = s.place[i].rule;
	}
	assert_non_null(f);
	return f;
}

static unsigned booked(void)
{
	unsigned n = 0;

	for (uint32_t i = 0; i < s.count; i++)
		n += s.place[s.series[i].place].kind == PLACE_RULE;
	return n;
}

static uint64_t total(bool sum)
{
	uint64_t n = 0;

	for (uint32_t i = 0; i < s.count; i++)
		n += sum ? s.series[i].sum : s.series[i].now;
	return n;
}

static void simple_rule(uint64_t packets)
{
	chain(NFPROTO_INET, "input", NF_INET_LOCAL_IN, NF_ACCEPT);
	begin_rule(NFPROTO_INET, "input", 4);
	udp_dport_5000();
	counter(packets);
	verdict(NF_DROP, NULL);
	end_rule();
}

static void a_counter_directly_before_drop_is_booked_with_all_that_names_the_rule(void **state)
{
	const struct rule_fact *f;

	(void)state;
	simple_rule(40);
	assert_int_equal(look(), 0);
	f = only_fact();
	assert_string_equal(f->tool, "nft");
	assert_string_equal(f->family, "inet");
	assert_string_equal(f->table, "t");
	assert_string_equal(f->chain, "input");
	assert_string_equal(f->hook, "input");
	assert_string_equal(f->text, "udp dport 5000 drop");
	assert_int_equal(f->handle, 4);
	assert_int_equal(f->verdict, RULE_DROP);
	assert_false(f->output);
	assert_false(f->ct_invalid);
	assert_int_equal(total(false), 40);
	assert_int_equal(total(true), 0);
	next();
	simple_rule(47);
	assert_int_equal(look(), 0);
	assert_int_equal(total(true), 7);
	assert_int_equal(objects.asked, 0);
}

static void a_counter_before_a_match_counts_something_else(void **state)
{
	(void)state;
	chain(NFPROTO_IPV4, "input", NF_INET_LOCAL_IN, NF_ACCEPT);
	begin_rule(NFPROTO_IPV4, "input", 4);
	counter(40);
	udp_dport_5000();
	verdict(NF_DROP, NULL);
	end_rule();
	begin_rule(NFPROTO_IPV4, "input", 5);
	counter(40);
	plain("limit");
	verdict(NF_DROP, NULL);
	end_rule();
	begin_rule(NFPROTO_IPV4, "input", 6);
	counter(40);
	plain("an expression from a newer kernel");
	verdict(NF_DROP, NULL);
	end_rule();
	assert_int_equal(look(), 0);
	assert_int_equal(booked(), 0);
}

static void statements_that_never_break_may_stand_between_counter_and_verdict(void **state)
{
	(void)state;
	chain(NFPROTO_IPV4, "input", NF_INET_LOCAL_IN, NF_ACCEPT);
	begin_rule(NFPROTO_IPV4, "input", 4);
	plain("limit");
	counter(3);
	plain("log");
	plain("notrack");
	meta(NFT_META_MARK, true);
	counter(5);
	verdict(NF_DROP, NULL);
	end_rule();
	assert_int_equal(look(), 0);
	assert_int_equal(booked(), 1);
	assert_int_equal(total(false), 5);
}

static void accept_jump_and_rules_without_a_counter_book_nothing(void **state)
{
	(void)state;
	chain(NFPROTO_IPV4, "input", NF_INET_LOCAL_IN, NF_ACCEPT);
	chain(NFPROTO_IPV4, "sub", NO_HOOK, 0);
	begin_rule(NFPROTO_IPV4, "input", 4);
	counter(40);
	verdict(NF_ACCEPT, NULL);
	end_rule();
	begin_rule(NFPROTO_IPV4, "input", 5);
	counter(40);
	verdict(NFT_JUMP, "sub");
	end_rule();
	begin_rule(NFPROTO_IPV4, "input", 6);
	verdict(NF_DROP, NULL);
	end_rule();
	begin_rule(NFPROTO_IPV4, "input", 7);
	counter(1);
	end_rule();
	assert_int_equal(look(), 0);
	assert_int_equal(booked(), 0);
}

static void reject_is_booked_as_reject(void **state)
{
	(void)state;
	chain(NFPROTO_IPV4, "output", NF_INET_LOCAL_OUT, NF_ACCEPT);
	begin_rule(NFPROTO_IPV4, "output", 4);
	counter(2);
	plain("reject");
	end_rule();
	assert_int_equal(look(), 0);
	assert_int_equal(only_fact()->verdict, RULE_REJECT);
	assert_true(only_fact()->output);
}

static void a_chain_has_the_hooks_of_all_that_jump_to_it(void **state)
{
	(void)state;
	chain(NFPROTO_IPV4, "input", NF_INET_LOCAL_IN, NF_ACCEPT);
	chain(NFPROTO_IPV4, "output", NF_INET_LOCAL_OUT, NF_ACCEPT);
	chain(NFPROTO_IPV4, "a", NO_HOOK, 0);
	chain(NFPROTO_IPV4, "b", NO_HOOK, 0);
	begin_rule(NFPROTO_IPV4, "a", 4);
	verdict(NFT_GOTO, "b");
	end_rule();
	begin_rule(NFPROTO_IPV4, "b", 5);
	counter(1);
	verdict(NF_DROP, NULL);
	end_rule();
	begin_rule(NFPROTO_IPV4, "input", 6);
	verdict(NFT_JUMP, "b");
	end_rule();
	begin_rule(NFPROTO_IPV4, "output", 7);
	verdict(NFT_JUMP, "a");
	end_rule();
	assert_int_equal(look(), 0);
	assert_string_equal(only_fact()->hook, "input,output");
	assert_true(only_fact()->output);
}

static void a_chain_reached_by_a_verdict_map_has_the_hook_of_the_map(void **state)
{
	(void)state;
	chain(NFPROTO_IPV4, "forward", NF_INET_FORWARD, NF_ACCEPT);
	chain(NFPROTO_IPV4, "a", NO_HOOK, 0);
	begin_rule(NFPROTO_IPV4, "forward", 4);
	begin_expr("lookup");
	attr_str(NFTA_LOOKUP_SET, "m");
	attr_be32(NFTA_LOOKUP_DREG, NFT_REG_VERDICT);
	end_expr();
	end_rule();
	begin_rule(NFPROTO_IPV4, "a", 5);
	counter(1);
	verdict(NF_DROP, NULL);
	end_rule();
	assert_int_equal(look(), 0);
	assert_string_equal(only_fact()->hook, "forward");
	assert_false(only_fact()->output);
}

static void jumps_in_a_circle_end(void **state)
{
	(void)state;
	chain(NFPROTO_IPV4, "a", NO_HOOK, 0);
	chain(NFPROTO_IPV4, "b", NO_HOOK, 0);
	begin_rule(NFPROTO_IPV4, "a", 4);
	verdict(NFT_JUMP, "b");
	end_rule();
	begin_rule(NFPROTO_IPV4, "b", 5);
	verdict(NFT_JUMP, "a");
	end_rule();
	assert_int_equal(look(), 0);
}

static void a_named_counter_of_two_drop_rules_is_booked_once(void **state)
{
	(void)state;
	chain(NFPROTO_IPV4, "input", NF_INET_LOCAL_IN, NF_ACCEPT);
	for (uint64_t handle = 4; handle < 6; handle++) {
		begin_rule(NFPROTO_IPV4, "input", handle);
		objref("foo");
		verdict(NF_DROP, NULL);
		end_rule();
	}
	object("foo", 2, 47);
	object("bar", 1, 1000);
	assert_int_equal(look(), 0);
	assert_int_equal(booked(), 1);
	assert_int_equal(total(false), 47);
	assert_string_equal(only_fact()->text, "counter name \"foo\" drop");
}

static void a_named_counter_that_an_accept_rule_shares_is_not_booked(void **state)
{
	(void)state;
	chain(NFPROTO_IPV4, "input", NF_INET_LOCAL_IN, NF_ACCEPT);
	begin_rule(NFPROTO_IPV4, "input", 4);
	objref("foo");
	verdict(NF_DROP, NULL);
	end_rule();
	begin_rule(NFPROTO_IPV4, "input", 5);
	objref("foo");
	verdict(NF_ACCEPT, NULL);
	end_rule();
	object("foo", 2, 47);
	assert_int_equal(look(), 0);
	assert_int_equal(booked(), 0);
}

static void a_bare_counter_counts_for_the_policy_only_as_the_last_rule(void **state)
{
	(void)state;
	chain(NFPROTO_IPV4, "input", NF_INET_LOCAL_IN, NF_DROP);
	chain(NFPROTO_IPV4, "forward", NF_INET_FORWARD, NF_ACCEPT);
	begin_rule(NFPROTO_IPV4, "input", 4);
	counter(100);
	end_rule();
	begin_rule(NFPROTO_IPV4, "input", 5);
	counter(7);
	end_rule();
	begin_rule(NFPROTO_IPV4, "forward", 6);
	counter(50);
	end_rule();
	assert_int_equal(look(), 0);
	assert_int_equal(only_fact()->verdict, RULE_POLICY);
	assert_int_equal(only_fact()->handle, 5);
	assert_int_equal(total(false), 7);
}

static void a_policy_counter_of_iptables_nft_books_and_its_past_is_not_new(void **state)
{
	(void)state;
	chain(NFPROTO_IPV4, "INPUT", NF_INET_LOCAL_IN, NF_ACCEPT);
	chain_counter(1000);
	assert_int_equal(look(), 0);
	assert_int_equal(booked(), 0);
	next();
	chain(NFPROTO_IPV4, "INPUT", NF_INET_LOCAL_IN, NF_DROP);
	chain_counter(1010);
	assert_int_equal(look(), 0);
	assert_int_equal(only_fact()->verdict, RULE_POLICY);
	assert_int_equal(total(true), 0);
	next();
	chain(NFPROTO_IPV4, "INPUT", NF_INET_LOCAL_IN, NF_DROP);
	chain_counter(1013);
	assert_int_equal(look(), 0);
	assert_int_equal(total(true), 3);
}

static void a_policy_with_a_counter_of_its_own_is_not_booked_again_by_the_last_rule(void **state)
{
	(void)state;
	chain(NFPROTO_IPV4, "INPUT", NF_INET_LOCAL_IN, NF_DROP);
	chain_counter(8);
	begin_rule(NFPROTO_IPV4, "INPUT", 4);
	counter(8);
	end_rule();
	assert_int_equal(look(), 0);
	assert_int_equal(total(false), 8);
}

static void only_a_test_for_exactly_invalid_is_ct_invalid(void **state)
{
	static const struct {
		uint32_t mask;
		bool invalid;
	} cases[] = {
		{ NF_CT_STATE_INVALID_BIT, true },
		{ 8, false },
		{ NF_CT_STATE_INVALID_BIT | 8, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		teardown(state);
		setup(state);
		chain(NFPROTO_IPV4, "input", NF_INET_LOCAL_IN, NF_ACCEPT);
		begin_rule(NFPROTO_IPV4, "input", 4);
		ct_state(cases[i].mask);
		counter(1);
		verdict(NF_DROP, NULL);
		end_rule();
		assert_int_equal(look(), 0);
		assert_int_equal(only_fact()->ct_invalid, cases[i].invalid);
	}
}

static void an_xt_conntrack_match_for_invalid_is_ct_invalid(void **state)
{
	struct xt_conntrack_mtinfo3 info = { .match_flags = XT_CONNTRACK_STATE,
					     .state_mask = XT_CONNTRACK_STATE_INVALID };

	(void)state;
	chain(NFPROTO_IPV4, "INPUT", NF_INET_LOCAL_IN, NF_ACCEPT);
	begin_rule(NFPROTO_IPV4, "INPUT", 4);
	xt("match", "conntrack", 3, &info, sizeof(info));
	counter(1);
	verdict(NF_DROP, NULL);
	end_rule();
	assert_int_equal(look(), 0);
	assert_true(only_fact()->ct_invalid);
	next();
	info.invert_flags = XT_CONNTRACK_STATE;
	chain(NFPROTO_IPV4, "INPUT", NF_INET_LOCAL_IN, NF_ACCEPT);
	begin_rule(NFPROTO_IPV4, "INPUT", 5);
	xt("match", "conntrack", 3, &info, sizeof(info));
	counter(1);
	verdict(NF_DROP, NULL);
	end_rule();
	assert_int_equal(look(), 0);
	assert_false(only_fact()->ct_invalid);
}

static void queue_rule(uint64_t packets, uint16_t flags)
{
	uint16_t info[4] = { 7, 1, flags, 0 };

	chain(NFPROTO_IPV4, "INPUT", NF_INET_LOCAL_IN, NF_ACCEPT);
	begin_rule(NFPROTO_IPV4, "INPUT", 4);
	counter(packets);
	xt("target", "NFQUEUE", 3, info, sizeof(info));
	end_rule();
}

#define LISTENER "    7   4242     10 2 65531    40     0       52  1\n"

static void a_queue_loses_only_what_comes_while_nobody_listens(void **state)
{
	/* what the rule has counted, whether somebody listens, what is lost in all */
	static const struct {
		uint64_t packets;
		const char *queues;
		uint64_t lost;
	} steps[] = {
		{ 100, "", 0 },	 { 110, "", 10 }, { 120, LISTENER, 10 }, { 150, LISTENER, 10 },
		{ 160, "", 10 }, { 163, "", 13 }, { 1, "", 13 },	 { 3, "", 15 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		next();
		queues = steps[i].queues;
		queue_rule(steps[i].packets, 0);
		assert_int_equal(look(), 0);
		assert_int_equal(total(false), steps[i].lost);
		assert_int_equal(total(true), steps[i].lost);
	}
	assert_int_equal(only_fact()->queue, 7);
	assert_int_equal(s.resets, 0);
}

static void a_queue_with_a_listener_or_with_bypass_is_a_place_without_a_number(void **state)
{
	(void)state;
	queues = LISTENER;
	queue_rule(100, 0);
	assert_int_equal(look(), 0);
	assert_int_equal(booked(), 0);
	assert_false(only_fact()->queue_idle);
	teardown(state);
	setup(state);
	queues = "";
	queue_rule(100, 1);
	assert_int_equal(look(), 0);
	assert_int_equal(booked(), 0);
	assert_true(only_fact()->queue_bypass);
	assert_false(only_fact()->queue_idle);
}

static void a_queue_whose_list_cannot_be_read_is_not_called_idle(void **state)
{
	(void)state;
	queues = "rubbish\n";
	queue_rule(100, 0);
	assert_int_equal(look(), 0);
	assert_int_equal(booked(), 0);
}

static void a_rule_born_later_counts_from_zero_and_a_deleted_one_is_gone(void **state)
{
	(void)state;
	assert_int_equal(look(), 0);
	next();
	simple_rule(9);
	assert_int_equal(look(), 0);
	assert_int_equal(total(true), 9);
	next();
	assert_int_equal(look(), 0);
	assert_int_equal(total(true), 9);
	for (uint32_t i = 0; i < s.places; i++)
		assert_int_equal(s.place[i].gone, s.place[i].kind == PLACE_RULE);
}

static void rules_first_seen_late_because_the_baseline_failed_are_not_new(void **state)
{
	(void)state;
	answer = -EPERM;
	assert_int_equal(look(), -EPERM);
	answer = 0;
	next();
	simple_rule(9);
	assert_int_equal(look(), 0);
	assert_int_equal(total(true), 0);
	assert_int_equal(total(false), 9);
}

static void a_dump_that_was_interrupted_is_asked_again_and_deletes_nothing(void **state)
{
	(void)state;
	simple_rule(9);
	assert_int_equal(look(), 0);
	next();
	interrupted = 1;
	simple_rule(10);
	assert_int_equal(look(), 0);
	assert_int_equal(chains.asked, 3);
	next();
	interrupted = 100;
	assert_int_equal(look(), 0);
	only_fact();
}

static void nothing_is_asked_where_the_module_is_not_there(void **state)
{
	(void)state;
	module_there = false;
	assert_int_equal(look(), -ENOENT);
	assert_int_equal(chains.asked, 0);
}

static void rules_are_not_asked_for_where_there_is_no_chain(void **state)
{
	(void)state;
	assert_int_equal(look(), 0);
	assert_int_equal(chains.asked, 1);
	assert_int_equal(rules_dump.asked, 0);
}

static void text_of(void (*make)(void), uint8_t family, const char *want)
{
	struct nft_rule r;
	char text[160];

	rules_dump.n = 0;
	begin_rule(family, "c", 1);
	make();
	counter(1);
	verdict(NF_DROP, NULL);
	end_rule();
	assert_int_equal(nft_rule_parse((const void *)rules_dump.data, &r), 0);
	nft_rule_text(&r, text, sizeof(text));
	assert_string_equal(text, want);
}

static void make_net(void)
{
	payload(NFT_PAYLOAD_NETWORK_HEADER, 12, 2);
	cmp(NFT_CMP_EQ, "\x0a\x01", 2);
	payload(NFT_PAYLOAD_NETWORK_HEADER, 16, 4);
	bitwise("\xff\xff\xff\x80", 4);
	cmp(NFT_CMP_NEQ, "\x0a\x02\x03\x80", 4);
}

static void make_ports(void)
{
	meta(NFT_META_IIFNAME, false);
	cmp(NFT_CMP_EQ, "eth0\0\0\0\0\0\0\0\0\0\0\0", 16);
	meta(NFT_META_L4PROTO, false);
	cmp(NFT_CMP_EQ, "\x06", 1);
	payload(NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2);
	cmp(NFT_CMP_GTE, "\0\x01", 2);
	cmp(NFT_CMP_LTE, "\0\x64", 2);
	ct_state(1);
}

static void make_strange(void)
{
	plain("fib");
	cmp(NFT_CMP_EQ, "\x06", 1);
	payload(NFT_PAYLOAD_TRANSPORT_HEADER, 77, 2);
	cmp(NFT_CMP_EQ, "\x06", 1);
}

static void the_text_is_what_nft_would_say_and_dots_for_what_is_unknown(void **state)
{
	(void)state;
	text_of(udp_dport_5000, NFPROTO_IPV4, "udp dport 5000 drop");
	text_of(make_net, NFPROTO_IPV4, "ip saddr 10.1.0.0/16 ip daddr != 10.2.3.128/25 drop");
	text_of(make_ports, NFPROTO_INET, "iifname \"eth0\" tcp dport 1-100 ct state invalid drop");
	text_of(make_strange, NFPROTO_INET, "fib ... drop");
}

/* Whatever bytes come, nothing is read outside of them; the sanitizers watch. The seed is fixed. */
static void damaged_messages_do_no_harm(void **state)
{
	static struct dump good, bad;
	uint64_t x = 88172645463325252ULL;

	queue_rule(100, 0);
	simple_rule(40);
	begin_rule(NFPROTO_INET, "input", 9);
	ct_state(1);
	objref("foo");
	make_ports();
	verdict(NFT_JUMP, "input");
	end_rule();
	memcpy(&good, &rules_dump, sizeof(good));
	for (unsigned round = 0; round < 20000; round++) {
		size_t at = 0;

		memcpy(bad.data, good.data, good.n);
		for (unsigned k = 0; k < 4; k++) {
			x = hash_mix(x + k + 1);
			bad.data[x % good.n] = (char)(x >> 32);
		}
		while (at + sizeof(struct nlmsghdr) <= good.n) {
			struct nlmsghdr *h = (void *)(bad.data + at);
			struct nft_rule r;
			char text[160];

			if (h->nlmsg_len < sizeof(*h) || h->nlmsg_len > good.n - at)
				break;
			if (nft_rule_parse(h, &r) == 0)
				nft_rule_text(&r, text, sizeof(text));
			at += NLMSG_ALIGN(h->nlmsg_len);
		}
	}
	(void)state;
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_counter_directly_before_drop_is_booked_with_all_that_names_the_rule),
		T(a_counter_before_a_match_counts_something_else),
		T(statements_that_never_break_may_stand_between_counter_and_verdict),
		T(accept_jump_and_rules_without_a_counter_book_nothing),
		T(reject_is_booked_as_reject),
		T(a_chain_has_the_hooks_of_all_that_jump_to_it),
		T(a_chain_reached_by_a_verdict_map_has_the_hook_of_the_map),
		T(jumps_in_a_circle_end),
		T(a_named_counter_of_two_drop_rules_is_booked_once),
		T(a_named_counter_that_an_accept_rule_shares_is_not_booked),
		T(a_bare_counter_counts_for_the_policy_only_as_the_last_rule),
		T(a_policy_counter_of_iptables_nft_books_and_its_past_is_not_new),
		T(a_policy_with_a_counter_of_its_own_is_not_booked_again_by_the_last_rule),
		T(only_a_test_for_exactly_invalid_is_ct_invalid),
		T(an_xt_conntrack_match_for_invalid_is_ct_invalid),
		T(a_queue_loses_only_what_comes_while_nobody_listens),
		T(a_queue_with_a_listener_or_with_bypass_is_a_place_without_a_number),
		T(a_queue_whose_list_cannot_be_read_is_not_called_idle),
		T(a_rule_born_later_counts_from_zero_and_a_deleted_one_is_gone),
		T(rules_first_seen_late_because_the_baseline_failed_are_not_new),
		T(a_dump_that_was_interrupted_is_asked_again_and_deletes_nothing),
		T(nothing_is_asked_where_the_module_is_not_there),
		T(rules_are_not_asked_for_where_there_is_no_chain),
		T(the_text_is_what_nft_would_say_and_dots_for_what_is_unknown),
		T(damaged_messages_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
