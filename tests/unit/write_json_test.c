/* SPDX-License-Identifier: BSD-2-Clause */
/* The JSON contract: valid whatever the names are, totals that add up, null where nothing is known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "report_fixture.h"

static int setup(void **state)
{
	static struct fixture x;

	fixture_init(&x);
	*state = &x;
	return 0;
}

static int teardown(void **state)
{
	fixture_free(*state);
	return 0;
}

static const char *blanks(const char *s)
{
	return s + strspn(s, " \n\t\r");
}

static const char *string_end(const char *s)
{
	if (*s++ != '"')
		return NULL;
	for (size_t n; *s != '"'; s += n) {
		if ((unsigned char)*s < 0x20)
			return NULL;
		n = *s == '\\' ? (s[1] == 'u' ? 6 : 2) : fmt_utf8((const unsigned char *)s, strlen(s));
		if (n == 0 || (*s == '\\' && !strchr("\"\\/bfnrtu", s[1])) || strnlen(s, n) < n)
			return NULL;
	}
	return s + 1;
}

static const char *number_end(const char *s)
{
	size_t n = strspn(s, "-0123456789.eE+");

	return n && *s != '+' ? s + n : NULL;
}

static const char *value_end(const char *s, unsigned depth);

/* An object or a list. */
static const char *many_end(const char *s, char close, unsigned depth)
{
	bool object = close == '}';

	s = blanks(s + 1);
	if (*s == close)
		return s + 1;
	for (;;) {
		if (object) {
			s = string_end(blanks(s));
			if (!s || *(s = blanks(s)) != ':')
				return NULL;
			s++;
		}
		s = value_end(blanks(s), depth + 1);
		if (!s)
			return NULL;
		s = blanks(s);
		if (*s == close)
			return s + 1;
		if (*s++ != ',')
			return NULL;
	}
}

/* A small checker of our own, so that the test needs no other program. */
static const char *value_end(const char *s, unsigned depth)
{
	static const char *const words[] = { "true", "false", "null" };

	if (depth > 16)
		return NULL;
	if (*s == '{' || *s == '[')
		return many_end(s, *s == '{' ? '}' : ']', depth);
	if (*s == '"')
		return string_end(s);
	for (unsigned i = 0; i < 3; i++)
		if (strncmp(s, words[i], strlen(words[i])) == 0)
			return s + strlen(words[i]);
	return number_end(s);
}

static const char *written(struct fixture *x)
{
	const char *s = fixture_write(x, &write_json), *end = value_end(s, 0);

	assert_false(x->out.cut);
	if (!end || *blanks(end))
		fail_msg("not one JSON value:\n%s", s);
	return s;
}

static void has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("%s is not in:\n%s", part, text);
}

static void the_checker_itself_refuses_what_is_not_json(void **state)
{
	static const char *const bad[] = { "{\"a\" 1}",	 "{\"a\": }", "[1,]", "{\"a\": \"\n\"}",
					   "[\"\xff\"]", "[1",	      "{,}",  "\"\\x1b\"" };

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(bad); i++)
		assert_null(value_end(bad[i], 0));
	assert_non_null(value_end("{\"a\": [1, {\"b\": null}, \"\\u001b\"]}", 0));
}

static void a_healthy_host_has_empty_lists_and_zero_totals(void **state)
{
	const char *s = written(*state);

	has(s, "\"schema\": 1");
	has(s, "\"entries\": []");
	has(s, "\"unexplained\": []");
	has(s, "\"totals\": {\"lost\": 0,\"policy\": 0,\"refused\": 0,\"benign\": 0");
	has(s, "\"name\": \"kfree_skb\",\"state\": \"off\"");
}

static void an_entry_carries_the_fields_of_the_contract(void **state)
{
	struct fixture *x = *state;
	const char *s;

	fixture_lose_udp(x, 199);
	s = written(x);
	has(s,
	    "{\"cause\": \"socket.udp_rcvbuf_full\",\"layer\": \"socket\",\"verdict\": \"overload\",\"packets\": 199");
	has(s, "\"namespace\": {\"id\": \"8118\",\"inode\": 4026532300,\"name\": \"lab-b\"");
	has(s, "\"device\": null");
	has(s, "\"owner\": {\"pid\": 4711,\"comm\": \"python3\",\"socket\": \"udp 10.77.0.2:5000\"");
	has(s, "\"port\": 5000");
	has(s, "\"traffic\": 102,\"since_boot\": 90210");
	has(s, "\"sure\": \"sure\"");
	has(s, "\"name\": \"Udp.RcvbufErrors\",\"delta\": 199,\"at\": \"lab-b\"");
	has(s, "\"command\": \"sysctl -w net.core.rmem_max=8388608\"");
}

static void what_is_not_known_is_null(void **state)
{
	struct fixture *x = *state;
	const char *s;

	fixture_lose(x, SOFTIRQ_BACKLOG_FULL, 5);
	x->entry[0].ns = PLACE_NONE;
	x->finding[0].why[0] = 0;
	s = written(x);
	has(s, "\"namespace\": null,\"device\": null,\"owner\": null");
	has(s, "\"traffic\": null,\"since_boot\": null");
	has(s, "\"why\": null");
}

static void an_owner_that_was_not_found_is_null_but_its_socket_is_named(void **state)
{
	struct fixture *x = *state;
	const char *s;

	x->sock.owner.pid = 0;
	fixture_lose_udp(x, 199);
	s = written(x);
	has(s, "\"owner\": null");
	has(s, "\"socket\": \"udp 10.77.0.2:5000\"");
}

static void a_namespace_without_cookie_is_known_by_its_inode(void **state)
{
	struct fixture *x = *state;

	x->lab = (struct ns_fact){ .inode = 4026532300 };
	fixture_lose_udp(x, 1);
	has(written(x), "\"namespace\": {\"id\": \"4026532300\",\"inode\": 4026532300,\"name\": null");
}

static void totals_are_the_sums_of_the_entries_that_are_written(void **state)
{
	struct fixture *x = *state;

	fixture_lose_udp(x, 199);
	fixture_lose(x, QDISC_OVERLIMIT, 1);
	fixture_lose(x, IP_DISCARDED, 10);
	fixture_lose(x, TCP_PAWS, 0);
	fixture_lose(x, NETFILTER_RULE, 40);
	fixture_lose(x, IP_NO_ROUTE_LOCAL, 3);
	fixture_lose(x, TCP_OLD_DUPLICATE, 12);
	x->ledger.lost = 0;
	has(written(x), "\"totals\": {\"lost\": 210,\"policy\": 40,\"refused\": 3,\"benign\": 12");
	assert_null(strstr(x->out.p, "tcp.paws"));
}

static void every_hostile_name_stays_inside_its_string(void **state)
{
	static const char evil[] = "\",\"lost\": 1}]\033\n\xff\xc0\x80\\";
	struct fixture *x = *state;
	struct finding *f = fixture_lose_udp(x, 199);
	char *const field[] = { f->where,     f->owner,		f->socket,	    f->rule,
				f->why,	      f->look,		f->nothing,	    f->fix[0].command,
				x->unseen[0], x->event[0].text, x->sock.owner.unit, x->sock.owner.comm,
				x->lab.name,  x->b0.name,	x->report.host,	    x->sample.health[0].why };

	for (unsigned i = 0; i < ARRAY_SIZE(field); i++)
		memcpy(field[i], evil, sizeof(evil));
	x->entry[0].device = AT_B0;
	x->report.unseens = 1;
	x->sample.events = 1;
	has(written(x), "\"comm\": \"\\\",\\\"lost\\\": 1}]\\u001b\\u000a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\\\\\"");
}

static void residues_are_listed_as_unexplained(void **state)
{
	struct fixture *x = *state;

	x->residue[0] = (struct residue){ table_counter(slice_str("Ip.OutDiscards")), AT_LAB, 2 };
	x->residue[1] = (struct residue){ COUNTER_NONE, AT_LAB, 7 };
	x->ledger.residues = 2;
	has(written(x), "\"unexplained\": [\n  {\"counter\": \"Ip.OutDiscards\",\"packets\": 2,\"at\": \"lab-b\"}]");
}

static void a_blind_source_says_why(void **state)
{
	struct fixture *x = *state;

	x->sample.health[SRC_nftables].state = SOURCE_BLIND;
	strcpy(x->sample.health[SRC_nftables].why, "need CAP_NET_ADMIN");
	has(written(x), "\"name\": \"nftables\",\"state\": \"blind\",\"why\": \"need CAP_NET_ADMIN\"");
}

static void totals_since_boot_have_no_rate(void **state)
{
	struct fixture *x = *state;
	const char *s;

	fixture_lose_udp(x, 199);
	x->report.since_boot = true;
	s = written(x);
	has(s, "\"rate\": null");
	has(s, "\"since_boot\": 199");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_checker_itself_refuses_what_is_not_json),
		TEST(a_healthy_host_has_empty_lists_and_zero_totals),
		TEST(an_entry_carries_the_fields_of_the_contract),
		TEST(what_is_not_known_is_null),
		TEST(an_owner_that_was_not_found_is_null_but_its_socket_is_named),
		TEST(a_namespace_without_cookie_is_known_by_its_inode),
		TEST(totals_are_the_sums_of_the_entries_that_are_written),
		TEST(every_hostile_name_stays_inside_its_string),
		TEST(residues_are_listed_as_unexplained),
		TEST(a_blind_source_says_why),
		TEST(totals_since_boot_have_no_rate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
