/* SPDX-License-Identifier: BSD-2-Clause */
/* Text of /proc/net/raw, raw6 and netlink goes in, places and series come out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "source/tree.h"

#define tree_net fake_net
#define net_file_paths fake_paths
extern const char *const fake_paths[NET_FILES];
static int fake_net(struct netns *ns, enum net_file f, struct slice *ret, struct err *err);
#include "source/sockproc.c"

const char *const fake_paths[NET_FILES] = { [NET_RAW] = "raw", [NET_RAW6] = "raw6", [NET_NETLINK] = "netlink" };

#define HEAD4                                                                                                   \
	"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref " \
	"pointer drops\n"
#define HEAD6                                                                                            \
	"  sl  local_address                         remote_address                        st tx_queue " \
	"rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops\n"
#define HEADN "sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode\n"

/* A line that lost `drops` at socket `inode`. */
#define RAW4(inode, drops)                                                                              \
	"   1: 0200000A:0001 00000000:0000 07 00000000:00000D00 00:00000000 00000000  1000    0 " inode \
	" 2 0000000000000000 " drops "\n"
#define NETLINK(inode, drops) \
	"000000000b48780a 0   1542       00000001 2304     16       0     2        " drops "        " inode "     \n"

static const char *text[NET_FILES];

static int fake_net(struct netns *ns, enum net_file f, struct slice *ret, struct err *err)
{
	(void)ns;
	(void)err;
	if (!text[f])
		return -ENOENT;
	*ret = slice_str(text[f]);
	return 0;
}

struct bench {
	struct sample s;
	struct netns ns;
	struct probe p;
	struct sockproc_state st;
	struct err err;
};

static void start(struct bench *b)
{
	*b = (struct bench){ 0 };
	memset(text, 0, sizeof(text));
	assert_int_equal(sample_init(&b->s), 0);
	b->ns.place = sample_place(&b->s, PLACE_NETNS, b->s.host, 1);
	b->p = (struct probe){ .sample = &b->s };
}

static void stop(struct bench *b)
{
	sockproc_forget(&b->st);
	sample_free(&b->s);
}

static int tick(struct bench *b, enum net_file f, const char *now)
{
	text[f] = now;
	sample_begin(&b->s, (b->s.tick + 1) * 1000000000ULL, (b->s.tick + 1) * 1000000000ULL);
	return sockproc_read(&b->p, &b->ns, &b->st, &b->err);
}

static uint32_t place_of(struct bench *b, enum sock_kind kind, uint64_t inode)
{
	return sample_find(&b->s, PLACE_SOCKET, b->ns.place, (uint64_t)(kind + 1) << 56 | inode);
}

static uint64_t lost(struct bench *b, enum sock_kind kind, uint64_t inode)
{
	const char *key = kind == SOCK_KIND_RAW ? "sk_drops.raw" : "sk_drops.netlink";
	uint64_t sum = 0;

	sample_sum(&b->s, table_counter(slice_str(key)), place_of(b, kind, inode), &sum);
	return sum;
}

static void a_raw_socket_is_booked_from_the_baseline_on(void **state)
{
	struct bench b;
	struct sock_fact *f;

	(void)state;
	start(&b);
	assert_int_equal(tick(&b, NET_RAW, HEAD4 RAW4("21511", "36")), 0);
	assert_int_equal(place_of(&b, SOCK_KIND_RAW, 21511), PLACE_NONE);
	assert_int_equal(tick(&b, NET_RAW, HEAD4 RAW4("21511", "40")), 0);
	assert_int_equal(tick(&b, NET_RAW, HEAD4 RAW4("21511", "41")), 0);
	assert_int_equal(lost(&b, SOCK_KIND_RAW, 21511), 5);
	f = b.s.place[place_of(&b, SOCK_KIND_RAW, 21511)].sock;
	assert_int_equal(f->kind, SOCK_KIND_RAW);
	assert_int_equal(f->family, AF_INET);
	assert_memory_equal(f->addr, "\x0a\0\0\x02", 4);
	assert_int_equal(f->protocol, 1);
	assert_int_equal(f->inode, 21511);
	assert_int_equal(f->uid, 1000);
	assert_int_equal(f->rmem, 0xd00);
	assert_int_equal(f->drops, 41);
	assert_false(f->have_mem);
	stop(&b);
}

static void drops_printed_as_negative_numbers_are_32_bit_counts(void **state)
{
	struct bench b;

	(void)state;
	start(&b);
	assert_int_equal(tick(&b, NET_RAW, HEAD4 RAW4("5", "-5")), 0);
	assert_int_equal(tick(&b, NET_RAW, HEAD4 RAW4("5", "-1")), 0);
	assert_int_equal(lost(&b, SOCK_KIND_RAW, 5), 4);
	assert_int_equal(tick(&b, NET_RAW, HEAD4 RAW4("5", "4294967295")), 0);
	assert_int_equal(lost(&b, SOCK_KIND_RAW, 5), 4);
	assert_int_equal(tick(&b, NET_RAW, HEAD4 RAW4("5", "5")), 0);
	assert_int_equal(lost(&b, SOCK_KIND_RAW, 5), 10);
	/* past the sign, upwards */
	assert_int_equal(tick(&b, NET_RAW, HEAD4 RAW4("6", "2147483647")), 0);
	assert_int_equal(tick(&b, NET_RAW, HEAD4 RAW4("6", "-2147483648")), 0);
	assert_int_equal(lost(&b, SOCK_KIND_RAW, 6), 2147483648);
	stop(&b);
}

static void a_damaged_line_is_named_and_the_others_are_read(void **state)
{
	static const char *const bad[] = {
		"   1: 0200000A:0001 00000000:0000 07\n",
		RAW4("21511", "12x"),
		RAW4("21511", "4294967296"),
		RAW4("21511", "-2147483649"),
		RAW4("x", "1"),
		RAW4("99999999999999999999999", "1"),
		"\n",
		"\001\002\003\n",
	};
	struct bench b;
	char buf[2048];

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(bad); i++) {
		struct fmt f;

		start(&b);
		fmt_init(&f, buf, sizeof(buf));
		fmt_add(&f, "%s%s%s", HEAD4 RAW4("7", "1"), bad[i], RAW4("8", "1"));
		assert_int_equal(tick(&b, NET_RAW, HEAD4 RAW4("7", "0")), 0);
		assert_int_equal(tick(&b, NET_RAW, buf), -EINVAL);
		assert_non_null(strstr(b.err.text, "/proc/net/raw:3: expected "));
		assert_int_equal(lost(&b, SOCK_KIND_RAW, 7), 1);
		assert_int_equal(lost(&b, SOCK_KIND_RAW, 8), 1);
		assert_int_equal(place_of(&b, SOCK_KIND_RAW, 21511), PLACE_NONE);
		stop(&b);
	}
}

static void a_damaged_file_does_not_keep_the_others_from_being_read(void **state)
{
	struct bench b;

	(void)state;
	start(&b);
	text[NET_RAW] = "";
	assert_int_equal(tick(&b, NET_NETLINK, HEADN NETLINK("7", "0")), -EINVAL);
	assert_int_equal(tick(&b, NET_NETLINK, HEADN NETLINK("7", "3")), -EINVAL);
	assert_non_null(strstr(b.err.text, "/proc/net/raw:1: expected a header"));
	assert_int_equal(lost(&b, SOCK_KIND_NETLINK, 7), 3);
	stop(&b);
}

static void columns_are_found_by_name(void **state)
{
	static const struct {
		const char *base, *now;
	} variants[] = {
		/* 3.x: Dump is a pointer; later ones may put columns anywhere */
		{ "sk       Eth Pid    Groups   Rmem     Wmem     Dump     Locks     Drops     Inode\n"
		  "dfdf 0 1542 0 2304 16 00000000 2 10 7\n",
		  "sk       Eth Pid    Groups   Rmem     Wmem     Dump     Locks     Drops     Inode\n"
		  "dfdf 0 1542 0 2304 16 ffff8800 2 13 7\n" },
		{ "Inode Drops New Rmem Pid Eth\n7 10 a 2304 1542 0\n",
		  "Inode Drops New Rmem Pid Eth\n7 13 b 2304 1542 0\n" },
		{ HEADN NETLINK("7", "10"), HEADN NETLINK("7", "13") },
	};
	struct bench b;

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(variants); i++) {
		struct sock_fact *f;

		start(&b);
		assert_int_equal(tick(&b, NET_NETLINK, variants[i].base), 0);
		assert_int_equal(tick(&b, NET_NETLINK, variants[i].now), 0);
		assert_int_equal(lost(&b, SOCK_KIND_NETLINK, 7), 3);
		f = b.s.place[place_of(&b, SOCK_KIND_NETLINK, 7)].sock;
		assert_int_equal(f->rmem, 2304);
		assert_int_equal(f->kind, SOCK_KIND_NETLINK);
		stop(&b);
	}
}

static void a_header_without_drops_is_an_error_not_zero(void **state)
{
	struct bench b;

	(void)state;
	start(&b);
	assert_int_equal(tick(&b, NET_NETLINK, "sk Eth Pid Groups Rmem Wmem Dump Locks\n1 2 3 4 5 6 7 8\n"), -EINVAL);
	assert_non_null(strstr(b.err.text, "/proc/net/netlink:1: expected a header with a drops"));
	stop(&b);
}

static void a_netlink_socket_without_inode_is_known_by_protocol_and_port(void **state)
{
	struct bench b;
	uint32_t place;

	(void)state;
	start(&b);
	assert_int_equal(tick(&b, NET_NETLINK, HEADN NETLINK("0", "2")), 0);
	assert_int_equal(tick(&b, NET_NETLINK, HEADN NETLINK("0", "9")), 0);
	place = place_of(&b, SOCK_KIND_NETLINK, 1ULL << 55 | 1542);
	assert_int_not_equal(place, PLACE_NONE);
	assert_int_equal(lost(&b, SOCK_KIND_NETLINK, 1ULL << 55 | 1542), 7);
	/* a raw socket without inode cannot be told from the next */
	assert_int_equal(tick(&b, NET_RAW, HEAD4 RAW4("0", "2")), 0);
	assert_int_equal(tick(&b, NET_RAW, HEAD4 RAW4("0", "9")), 0);
	assert_int_equal(b.s.places, place + 1);
	stop(&b);
}

static void the_kernels_own_netlink_sockets_are_left_out(void **state)
{
	static const char line[] = HEADN
		"0b48780a 16  0          00000000 0        0        0     2        3        5\n";
	struct bench b;

	(void)state;
	start(&b);
	b.p.all_sockets = true;
	assert_int_equal(tick(&b, NET_NETLINK, line), 0);
	assert_int_equal(b.s.places, b.ns.place + 1);
	stop(&b);
}

static void an_inode_used_again_is_another_socket(void **state)
{
	struct bench b;
	uint32_t old;

	(void)state;
	start(&b);
	assert_int_equal(tick(&b, NET_RAW, HEAD4 RAW4("7", "1000")), 0);
	assert_int_equal(tick(&b, NET_RAW, HEAD4 RAW4("7", "1001")), 0);
	old = place_of(&b, SOCK_KIND_RAW, 7);
	assert_int_equal(tick(&b, NET_RAW, HEAD4 RAW4("7", "2")), 0);
	assert_true(b.s.place[old].gone);
	assert_int_not_equal(place_of(&b, SOCK_KIND_RAW, 7), old);
	assert_int_equal(lost(&b, SOCK_KIND_RAW, 7), 2);
	stop(&b);
}

static void an_ipv6_address_is_in_network_order(void **state)
{
	static const char line[] = HEAD6
		"   1: 000077FD000000000000000002000000:003A 00000000000000000000000000000000:0000 07 00000000:00000100 "
		"00:00000000 00000000     0        0 7 2 0000000000000000 4\n";
	struct bench b;

	(void)state;
	start(&b);
	assert_int_equal(tick(&b, NET_RAW6, HEAD6), 0);
	assert_int_equal(tick(&b, NET_RAW6, line), 0);
	assert_int_equal(lost(&b, SOCK_KIND_RAW, 7), 4);
	assert_memory_equal(b.s.place[place_of(&b, SOCK_KIND_RAW, 7)].sock->addr,
			    "\xfd\x77\0\0\0\0\0\0\0\0\0\0\0\0\0\x02", 16);
	assert_int_equal(b.s.place[place_of(&b, SOCK_KIND_RAW, 7)].sock->protocol, 58);
	stop(&b);
}

static void a_kernel_without_any_of_them_has_none(void **state)
{
	struct bench b;

	(void)state;
	start(&b);
	assert_int_equal(tick(&b, NET_RAW, NULL), -ENOENT);
	stop(&b);
}

static void all_sockets_get_places_when_asked_for(void **state)
{
	struct bench b;

	(void)state;
	start(&b);
	b.p.all_sockets = true;
	assert_int_equal(tick(&b, NET_RAW, HEAD4 RAW4("7", "0") RAW4("8", "4")), 0);
	assert_int_not_equal(place_of(&b, SOCK_KIND_RAW, 7), PLACE_NONE);
	assert_int_not_equal(place_of(&b, SOCK_KIND_RAW, 8), PLACE_NONE);
	assert_int_equal(lost(&b, SOCK_KIND_RAW, 8), 0);
	stop(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_raw_socket_is_booked_from_the_baseline_on),
		cmocka_unit_test(drops_printed_as_negative_numbers_are_32_bit_counts),
		cmocka_unit_test(a_damaged_line_is_named_and_the_others_are_read),
		cmocka_unit_test(a_damaged_file_does_not_keep_the_others_from_being_read),
		cmocka_unit_test(columns_are_found_by_name),
		cmocka_unit_test(a_header_without_drops_is_an_error_not_zero),
		cmocka_unit_test(a_netlink_socket_without_inode_is_known_by_protocol_and_port),
		cmocka_unit_test(the_kernels_own_netlink_sockets_are_left_out),
		cmocka_unit_test(an_inode_used_again_is_another_socket),
		cmocka_unit_test(an_ipv6_address_is_in_network_order),
		cmocka_unit_test(a_kernel_without_any_of_them_has_none),
		cmocka_unit_test(all_sockets_get_places_when_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
