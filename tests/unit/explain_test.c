/* SPDX-License-Identifier: BSD-2-Clause */
#include "tell_fixture.h"

static void a_udp_socket_is_named_with_place_owner_and_buffer(void **state)
{
	struct tell t;
	struct sock_fact *sk;

	(void)state;
	tell_init(&t, SOCKET_UDP_RCVBUF_FULL);
	t.e.ns = t.lab;
	sk = tell_socket(&t, SOCK_KIND_UDP, 212992);
	snprintf(sk->owner.unit, sizeof(sk->owner.unit), "reader.service");
	tell_set(&t, "net.core.rmem_max", t.s.host, 4194304);
	explain_finding(&t.f, &t.r);
	assert_string_equal(t.f.socket, "udp 10.77.0.2:5000");
	assert_string_equal(t.f.where, "namespace lab-b, udp 10.77.0.2:5000");
	assert_string_equal(t.f.owner, "python3 (pid 4711), unit reader.service");
	assert_string_equal(t.f.rule, "");
	assert_non_null(strstr(t.f.why, "212 992 bytes of 212 992 in use now."));
	assert_non_null(strstr(t.f.why, "net.core.rmem_max is 4 194 304"));
	tell_free(&t);
}

static void addresses_are_written_as_people_write_them(void **state)
{
	struct tell t;
	struct sock_fact *sk;

	(void)state;
	tell_init(&t, SOCKET_UDP_RCVBUF_FULL);
	sk = tell_socket(&t, SOCK_KIND_UDP, 1);
	memset(sk->addr, 0, sizeof(sk->addr));
	explain_finding(&t.f, &t.r);
	assert_string_equal(t.f.socket, "udp *:5000");
	sk->family = AF_INET6;
	explain_finding(&t.f, &t.r);
	assert_string_equal(t.f.socket, "udp *:5000");
	inet_pton(AF_INET6, "fe80::1", sk->addr);
	explain_finding(&t.f, &t.r);
	assert_string_equal(t.f.socket, "udp [fe80::1]:5000");
	sk->kind = SOCK_KIND_RAW;
	sk->protocol = 89;
	explain_finding(&t.f, &t.r);
	assert_string_equal(t.f.socket, "raw [fe80::1] protocol 89");
	tell_free(&t);
}

static void packet_and_netlink_sockets_are_named_by_device_and_family(void **state)
{
	struct tell t;
	struct sock_fact *sk;

	(void)state;
	tell_init(&t, CAPTURE_BUFFER_FULL);
	sk = tell_socket(&t, SOCK_KIND_PACKET, 1);
	sk->family = AF_PACKET;
	sk->ifindex = 2;
	explain_finding(&t.f, &t.r);
	assert_string_equal(t.f.socket, "packet eth0");
	sk->ifindex = 0;
	explain_finding(&t.f, &t.r);
	assert_string_equal(t.f.socket, "packet any");
	sk->ifindex = 99;
	explain_finding(&t.f, &t.r);
	assert_string_equal(t.f.socket, "packet (device gone)");
	sk->kind = SOCK_KIND_NETLINK;
	sk->family = AF_NETLINK;
	sk->protocol = 0;
	explain_finding(&t.f, &t.r);
	assert_string_equal(t.f.socket, "netlink route");
	sk->protocol = 4000000000;
	explain_finding(&t.f, &t.r);
	assert_string_equal(t.f.socket, "netlink 4000000000");
	tell_free(&t);
}

static void an_owner_that_is_not_known_stays_empty(void **state)
{
	struct tell t;

	(void)state;
	tell_init(&t, SOCKET_UDP_RCVBUF_FULL);
	tell_socket(&t, SOCK_KIND_UDP, 1)->owner.pid = 0;
	explain_finding(&t.f, &t.r);
	assert_string_equal(t.f.owner, "");
	tell_free(&t);
}

static void a_listener_shows_its_queue(void **state)
{
	struct tell t;
	struct sock_fact *sk;

	(void)state;
	tell_init(&t, TCP_ACCEPT_QUEUE_FULL);
	sk = tell_socket(&t, SOCK_KIND_TCP_LISTEN, 0);
	sk->queue = 129;
	sk->queue_max = 128;
	explain_finding(&t.f, &t.r);
	assert_non_null(strstr(t.f.why, "has room for 128 and holds 129 now"));
	tell_free(&t);
}

static void rules_are_named_as_their_tool_names_them(void **state)
{
	struct tell t;
	struct rule_fact *r;

	(void)state;
	tell_init(&t, NETFILTER_RULE);
	t.e.rule = sample_place(&t.s, PLACE_RULE, t.lab, 4);
	r = t.s.place[t.e.rule].rule;
	*r = (struct rule_fact){ .tool = "nft",
				 .family = "inet",
				 .table = "filter",
				 .chain = "input",
				 .handle = 4,
				 .verdict = RULE_DROP,
				 .text = "tcp dport 80 drop\033[2J" };
	explain_finding(&t.f, &t.r);
	assert_string_equal(t.f.rule, "inet filter input handle 4");
	assert_non_null(strstr(t.f.why, "tcp dport 80 drop\\x1b[2J"));
	snprintf(r->tool, sizeof(r->tool), "iptables");
	snprintf(r->chain, sizeof(r->chain), "IN\nPUT");
	explain_finding(&t.f, &t.r);
	assert_string_equal(t.f.rule, "iptables -t filter IN\\x0aPUT rule 4");
	r->verdict = RULE_POLICY;
	explain_finding(&t.f, &t.r);
	assert_string_equal(t.f.rule, "iptables -t filter IN\\x0aPUT policy");
	tell_free(&t);
}

static void evidence(struct tell *t, const char *key, uint32_t place, uint64_t n)
{
	t->e.evidence[t->e.evidences++] =
		(struct evidence){ .counter = table_counter(slice_str(key)), .place = place, .delta = n };
}

static void the_ordinary_tools_are_silent_about_a_socket(void **state)
{
	struct tell t;

	(void)state;
	tell_init(&t, SOCKET_UDP_RCVBUF_FULL);
	evidence(&t, "Udp.RcvbufErrors", t.own, 12);
	explain_finding(&t.f, &t.r);
	assert_string_equal(t.f.ordinary, "ip -s link, netstat -i and ethtool -S show nothing of it");
	tell_free(&t);
}

static void evidence_of_a_device_is_what_the_ordinary_tools_show(void **state)
{
	struct tell t;

	(void)state;
	tell_init(&t, SOFTIRQ_BACKLOG_FULL);
	evidence(&t, "softnet.dropped", t.s.host, 12);
	evidence(&t, "dev.rx_dropped", t.eth0, 12);
	explain_finding(&t.f, &t.r);
	assert_string_equal(t.f.ordinary, "eth0 rx_dropped +12");
	tell_free(&t);
}

static void other_counters_of_the_device_are_said_to_be_of_all_causes(void **state)
{
	struct tell t;

	(void)state;
	tell_init(&t, DEVICE_DROPPED_UNEXPLAINED);
	t.e.device = t.eth0;
	tell_moved(&t, "dev.rx_packets", t.eth0, 99);
	tell_moved(&t, "dev.tx_dropped", t.eth0, 7);
	explain_finding(&t.f, &t.r);
	assert_string_equal(t.f.ordinary, "eth0 tx_dropped +7 (all causes together)");
	tell_free(&t);
}

static void a_guess_is_called_a_guess(void **state)
{
	struct tell t;

	(void)state;
	tell_init(&t, DEVICE_LINK_DOWN);
	t.e.device = t.eth0;
	t.s.place[t.eth0].link->up = false;
	t.e.sure = LOW;
	t.e.why = "the interface is down";
	t.e.by_witness = true;
	explain_finding(&t.f, &t.r);
	assert_non_null(strstr(t.f.why, "The device is down now."));
	assert_non_null(strstr(t.f.why, "the interface is down."));
	assert_non_null(strstr(t.f.why, "This is a guess"));
	assert_non_null(strstr(t.f.why, "cannot be read"));
	t.e.sure = SURE;
	t.e.by_witness = false;
	explain_finding(&t.f, &t.r);
	assert_null(strstr(t.f.why, "guess"));
	tell_free(&t);
}

static void hostile_names_are_made_harmless(void **state)
{
	struct tell t;
	struct sock_fact *sk;

	(void)state;
	tell_init(&t, SOCKET_UDP_RCVBUF_FULL);
	t.e.ns = t.lab;
	t.e.device = t.b0;
	snprintf(t.s.place[t.lab].ns->name, 96, "lab\033]0;x\007");
	snprintf(t.s.place[t.b0].link->name, 32, "b\n0");
	sk = tell_socket(&t, SOCK_KIND_UDP, 1);
	snprintf(sk->owner.comm, sizeof(sk->owner.comm), "a\x9b\xff");
	explain_finding(&t.f, &t.r);
	assert_string_equal(t.f.where, "namespace lab\\x1b]0;x\\x07, device b\\x0a0, udp 10.77.0.2:5000");
	assert_string_equal(t.f.owner, "a\\x9b\\xff (pid 4711)");
	tell_free(&t);
}

static void the_longest_names_do_not_overrun(void **state)
{
	struct tell t;
	struct sock_fact *sk;

	(void)state;
	tell_init(&t, SOCKET_UDP_RCVBUF_FULL);
	t.e.ns = t.lab;
	t.e.device = t.b0;
	memset(t.s.place[t.lab].ns->name, 1, 95);
	memset(t.s.place[t.b0].link->name, 1, 31);
	sk = tell_socket(&t, SOCK_KIND_UDP, 1);
	memset(sk->owner.comm, 1, 31);
	memset(sk->owner.unit, 1, 79);
	explain_finding(&t.f, &t.r);
	advise_finding(&t.f, &t.r);
	assert_true(strlen(t.f.where) < sizeof(t.f.where));
	assert_true(strlen(t.f.owner) < sizeof(t.f.owner));
	tell_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_udp_socket_is_named_with_place_owner_and_buffer),
		cmocka_unit_test(addresses_are_written_as_people_write_them),
		cmocka_unit_test(packet_and_netlink_sockets_are_named_by_device_and_family),
		cmocka_unit_test(an_owner_that_is_not_known_stays_empty),
		cmocka_unit_test(a_listener_shows_its_queue),
		cmocka_unit_test(rules_are_named_as_their_tool_names_them),
		cmocka_unit_test(the_ordinary_tools_are_silent_about_a_socket),
		cmocka_unit_test(evidence_of_a_device_is_what_the_ordinary_tools_show),
		cmocka_unit_test(other_counters_of_the_device_are_said_to_be_of_all_causes),
		cmocka_unit_test(a_guess_is_called_a_guess),
		cmocka_unit_test(hostile_names_are_made_harmless),
		cmocka_unit_test(the_longest_names_do_not_overrun),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
