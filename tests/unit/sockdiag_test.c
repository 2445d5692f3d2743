/* SPDX-License-Identifier: BSD-2-Clause */
/* Made netlink answers go in, places and series come out. The kernel's own answers are tested in tests/lab. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "source/tree.h"

#define tree_ask fake_ask
#define tree_module fake_module
static int fake_ask(struct netns *ns, enum nl_socket sock, const char *name, struct nlmsghdr *request,
		    int (*each)(const struct nlmsghdr *nlh, void *arg), void *arg, struct err *err);
static bool fake_module(struct tree *t, const char *module);
#include "source/sockdiag.c"

/* One recorded answer for each name; what was asked is remembered. */
#define ANSWERS 8
static struct answer {
	const char *name;
	char data[8192];
	size_t n;
	int result;
} answers[ANSWERS];
static char asked[256];
static const char *absent_module;

static int fake_ask(struct netns *ns, enum nl_socket sock, const char *name, struct nlmsghdr *request,
		    int (*each)(const struct nlmsghdr *nlh, void *arg), void *arg, struct err *err)
{
	struct fmt f;

	(void)ns;
	(void)err;
	assert_int_equal(sock, NL_DIAG);
	assert_int_equal(request->nlmsg_type, SOCK_DIAG_BY_FAMILY);
	fmt_init(&f, asked + strlen(asked), sizeof(asked) - strlen(asked));
	fmt_add(&f, "%s ", name);
	for (unsigned i = 0; i < ANSWERS; i++) {
		if (!answers[i].name || strcmp(answers[i].name, name) != 0)
			continue;
		for (size_t at = 0; at < answers[i].n;) {
			const struct nlmsghdr *nlh = (const void *)(answers[i].data + at);

			assert_int_equal(each(nlh, arg), 0);
			at += NLMSG_ALIGN(nlh->nlmsg_len);
		}
		return answers[i].result;
	}
	return 0;
}

static bool fake_module(struct tree *t, const char *module)
{
	(void)t;
	return !absent_module || strcmp(module, absent_module) != 0;
}

static struct answer *answer(const char *name)
{
	unsigned i = 0;

	while (answers[i].name && strcmp(answers[i].name, name) != 0)
		i++;
	assert_true(i < ANSWERS);
	answers[i].name = name;
	return &answers[i];
}

static void forget_answers(void)
{
	memset(answers, 0, sizeof(answers));
}

static void add(struct answer *a, const void *fixed, size_t n, const void *attrs, size_t m)
{
	struct nlmsghdr nlh = { .nlmsg_len = (uint32_t)(NLMSG_LENGTH(n) + m), .nlmsg_type = SOCK_DIAG_BY_FAMILY };

	assert_true(a->n + NLMSG_ALIGN(nlh.nlmsg_len) <= sizeof(a->data));
	memcpy(a->data + a->n, &nlh, sizeof(nlh));
	memcpy(a->data + a->n + NLMSG_HDRLEN, fixed, n);
	if (m)
		memcpy(a->data + a->n + NLMSG_LENGTH(n), attrs, m);
	a->n += NLMSG_ALIGN(nlh.nlmsg_len);
}

/* An attribute of no interest before the one that counts, as the kernel does it. */
struct attrs {
	uint16_t len0, type0;
	uint32_t v0;
	uint16_t len, type;
	uint32_t mem[SK_MEMINFO_VARS];
};

static struct attrs attrs_of(uint16_t type, uint32_t drops, uint32_t rmem, uint32_t rcvbuf)
{
	struct attrs a = { .len0 = 5, .type0 = INET_DIAG_SHUTDOWN, .len = 4 + sizeof(a.mem), .type = type };

	a.mem[SK_MEMINFO_DROPS] = drops;
	a.mem[SK_MEMINFO_RMEM_ALLOC] = rmem;
	a.mem[SK_MEMINFO_RCVBUF] = rcvbuf;
	return a;
}

static struct inet_diag_msg msg_of(uint64_t cookie, uint32_t inode)
{
	struct inet_diag_msg m = { .idiag_family = AF_INET, .idiag_state = TCP_CLOSE, .idiag_inode = inode };

	m.id.idiag_sport = htons(5000);
	m.id.idiag_src[0] = htonl(0x0a4d0002);
	m.id.idiag_cookie[0] = (uint32_t)cookie;
	m.id.idiag_cookie[1] = (uint32_t)(cookie >> 32);
	m.idiag_rqueue = 77;
	m.idiag_wqueue = 5;
	m.idiag_uid = 1000;
	return m;
}

static void add_udp(uint64_t cookie, uint32_t drops)
{
	struct inet_diag_msg m = msg_of(cookie, (uint32_t)cookie + 20000);
	struct attrs a = attrs_of(INET_DIAG_SKMEMINFO, drops, 4096, 8192);

	add(answer("diag-udp4"), &m, sizeof(m), &a, sizeof(a));
}

struct bench {
	struct sample s;
	struct netns ns;
	struct probe p;
	struct sockdiag_state st;
	struct err err;
};

static void start(struct bench *b)
{
	*b = (struct bench){ 0 };
	forget_answers();
	absent_module = NULL;
	asked[0] = 0;
	assert_int_equal(sample_init(&b->s), 0);
	b->s.zero_base = false;
	b->ns.place = sample_place(&b->s, PLACE_NETNS, b->s.host, 1);
	b->p = (struct probe){ .sample = &b->s };
}

static void stop(struct bench *b)
{
	sockdiag_forget(&b->st);
	sample_free(&b->s);
}

/* One tick with what was added since the last one. */
static int tick(struct bench *b)
{
	int r;

	sample_begin(&b->s, (b->s.tick + 1) * 1000000000ULL, (b->s.tick + 1) * 1000000000ULL);
	r = sockdiag_read(&b->p, &b->ns, &b->st, &b->err);
	forget_answers();
	return r;
}

static uint32_t place_of(struct bench *b, uint64_t cookie)
{
	return sample_find(&b->s, PLACE_SOCKET, b->ns.place, cookie);
}

static uint64_t lost(struct bench *b, const char *key, uint64_t cookie)
{
	uint64_t sum = 0;

	sample_sum(&b->s, table_counter(slice_str(key)), place_of(b, cookie), &sum);
	return sum;
}

static void drops_before_the_baseline_are_not_booked(void **state)
{
	struct bench b;
	struct sock_fact *f;

	(void)state;
	start(&b);
	add_udp(7, 10);
	assert_int_equal(tick(&b), 0);
	assert_int_equal(place_of(&b, 7), PLACE_NONE);
	add_udp(7, 17);
	assert_int_equal(tick(&b), 0);
	assert_int_equal(lost(&b, "sk_drops.udp", 7), 7);
	add_udp(7, 20);
	assert_int_equal(tick(&b), 0);
	assert_int_equal(lost(&b, "sk_drops.udp", 7), 10);

	f = b.s.place[place_of(&b, 7)].sock;
	assert_int_equal(f->kind, SOCK_KIND_UDP);
	assert_memory_equal(f->addr, "\x0a\x4d\x00\x02", 4);
	assert_int_equal(f->port, 5000);
	assert_int_equal(f->inode, 20007);
	assert_int_equal(f->cookie, 7);
	assert_int_equal(f->uid, 1000);
	assert_int_equal(f->drops, 20);
	assert_int_equal(f->rmem, 4096);
	assert_int_equal(f->rcvbuf, 8192);
	assert_int_equal(f->queue, 77);
	assert_int_equal(f->queue_max, 0);
	assert_true(f->have_mem);
	stop(&b);
}

static void a_quiet_socket_gets_no_place(void **state)
{
	struct bench b;

	(void)state;
	start(&b);
	for (int i = 0; i < 3; i++) {
		add_udp(7, 0);
		add_udp(8, 5);
		assert_int_equal(tick(&b), 0);
	}
	assert_int_equal(place_of(&b, 7), PLACE_NONE);
	assert_int_equal(place_of(&b, 8), PLACE_NONE);
	assert_int_equal(b.st.book[0].drops.used, 1);
	stop(&b);
}

static void the_fact_stays_fresh_when_nothing_more_is_lost(void **state)
{
	struct inet_diag_msg m = msg_of(7, 1);
	struct attrs a = attrs_of(INET_DIAG_SKMEMINFO, 3, 123, 456);
	struct bench b;

	(void)state;
	start(&b);
	assert_int_equal(tick(&b), 0);
	add_udp(7, 3);
	assert_int_equal(tick(&b), 0);
	add(answer("diag-udp4"), &m, sizeof(m), &a, sizeof(a));
	assert_int_equal(tick(&b), 0);
	assert_int_equal(b.s.place[place_of(&b, 7)].sock->rmem, 123);
	assert_int_equal(lost(&b, "sk_drops.udp", 7), 3);
	stop(&b);
}

static void eight_memory_numbers_mean_unknown_drops_not_zero(void **state)
{
	struct inet_diag_msg m = msg_of(7, 1);
	struct attrs a = attrs_of(INET_DIAG_SKMEMINFO, 9, 100, 200);
	struct bench b;

	(void)state;
	start(&b);
	add_udp(7, 10);
	assert_int_equal(tick(&b), 0);
	a.len = 4 + SK_MEMINFO_DROPS * 4;
	add(answer("diag-udp4"), &m, sizeof(m), &a, sizeof(a) - 4);
	assert_int_equal(tick(&b), 0);
	assert_int_equal(place_of(&b, 7), PLACE_NONE);
	assert_non_null(strstr(b.s.health[SRC_sockdiag].why, "1 sockets without a drop count"));
	add_udp(7, 12);
	assert_int_equal(tick(&b), 0);
	assert_int_equal(lost(&b, "sk_drops.udp", 7), 2);
	stop(&b);
}

static void a_message_that_breaks_off_is_reported_and_the_rest_is_read(void **state)
{
	struct inet_diag_msg m = msg_of(8, 1);
	struct attrs a = attrs_of(INET_DIAG_SKMEMINFO, 9, 100, 200);
	struct bench b;

	(void)state;
	start(&b);
	assert_int_equal(tick(&b), 0);
	/* an attribute longer than the message, one shorter than its own header, a message without its fixed part */
	add(answer("diag-udp4"), &m, sizeof(m), &a, sizeof(a) - 8);
	a.len0 = 3;
	add(answer("diag-udp4"), &m, sizeof(m), &a, sizeof(a));
	add(answer("diag-udp4"), &m, sizeof(m) - 4, NULL, 0);
	add_udp(7, 4);
	assert_int_equal(tick(&b), -EINVAL);
	assert_non_null(strstr(b.err.text, "netlink diag-udp4: message of"));
	assert_int_equal(lost(&b, "sk_drops.udp", 7), 4);
	assert_int_equal(place_of(&b, 8), PLACE_NONE);
	stop(&b);
}

static void every_cut_of_a_message_is_survived(void **state)
{
	struct inet_diag_msg m = msg_of(8, 1);
	struct attrs a = attrs_of(INET_DIAG_SKMEMINFO, 9, 100, 200);
	char whole[sizeof(m) + sizeof(a)];
	struct bench b;

	(void)state;
	start(&b);
	memcpy(whole, &m, sizeof(m));
	memcpy(whole + sizeof(m), &a, sizeof(a));
	for (size_t n = 0; n < sizeof(whole); n++) {
		add(answer("diag-udp4"), whole, n, NULL, 0);
		add(answer("diag-packet"), whole, n, NULL, 0);
		add(answer("diag-listen6"), whole, n, NULL, 0);
		tick(&b);
	}
	assert_int_equal(place_of(&b, 8), PLACE_NONE);
	stop(&b);
}

static void without_a_cookie_the_inode_names_the_socket(void **state)
{
	struct inet_diag_msg m = msg_of(UINT64_MAX, 4242);
	struct attrs a = attrs_of(INET_DIAG_SKMEMINFO, 9, 100, 200);
	struct bench b;

	(void)state;
	start(&b);
	assert_int_equal(tick(&b), 0);
	add(answer("diag-udp4"), &m, sizeof(m), &a, sizeof(a));
	assert_int_equal(tick(&b), 0);
	assert_int_equal(lost(&b, "sk_drops.udp", 1ULL << 63 | 4242), 9);
	stop(&b);
}

static void a_module_that_is_not_loaded_is_not_asked_for(void **state)
{
	struct bench b;

	(void)state;
	start(&b);
	absent_module = "udp_diag";
	assert_int_equal(tick(&b), 0);
	assert_string_equal(asked, "diag-listen4 diag-listen6 diag-packet ");
	assert_string_equal(b.s.health[SRC_sockdiag].why,
			    "not loaded: udp_diag (see modprobe): owners of UDP losses unknown");
	absent_module = "inet_diag";
	asked[0] = 0;
	assert_int_equal(tick(&b), 0);
	assert_string_equal(asked, "diag-packet ");
	assert_string_equal(b.s.health[SRC_sockdiag].why,
			    "not loaded: udp_diag, tcp_diag (see modprobe): owners of UDP, listener losses unknown");
	stop(&b);
}

static void a_module_loaded_later_starts_with_a_baseline(void **state)
{
	struct bench b;

	(void)state;
	start(&b);
	absent_module = "udp_diag";
	assert_int_equal(tick(&b), 0);
	absent_module = NULL;
	add_udp(7, 1000);
	assert_int_equal(tick(&b), 0);
	assert_int_equal(place_of(&b, 7), PLACE_NONE);
	add_udp(7, 1003);
	assert_int_equal(tick(&b), 0);
	assert_int_equal(lost(&b, "sk_drops.udp", 7), 3);
	stop(&b);
}

static void a_listener_shows_its_queue(void **state)
{
	struct inet_diag_msg m = msg_of(7, 1);
	struct attrs a = attrs_of(INET_DIAG_SKMEMINFO, 2, 0, 131072);
	struct bench b;
	struct sock_fact *f;

	(void)state;
	start(&b);
	assert_int_equal(tick(&b), 0);
	m.idiag_family = AF_INET6;
	memcpy(m.id.idiag_src, "\xfd\x77\0\0\0\0\0\0\0\0\0\0\0\0\0\x02", 16);
	add(answer("diag-listen6"), &m, sizeof(m), &a, sizeof(a));
	assert_int_equal(tick(&b), 0);
	assert_int_equal(lost(&b, "sk_drops.tcp_listen", 7), 2);
	f = b.s.place[place_of(&b, 7)].sock;
	assert_int_equal(f->kind, SOCK_KIND_TCP_LISTEN);
	assert_int_equal(f->queue, 77);
	assert_int_equal(f->queue_max, 5);
	assert_memory_equal(f->addr, "\xfd\x77\0\0\0\0\0\0\0\0\0\0\0\0\0\x02", 16);
	stop(&b);
}

static void a_capture_shows_its_device_and_ring_captures_are_told(void **state)
{
	struct packet_diag_msg m = {
		.pdiag_family = AF_PACKET, .pdiag_num = 3, .pdiag_ino = 9, .pdiag_cookie = { 7, 0 }
	};
	struct {
		uint16_t len, type;
		uint32_t v[6];
		uint16_t len2, type2;
		uint32_t uid;
		struct attrs a;
		uint16_t len3, type3;
		uint32_t ring[7];
	} x = {
		.len = 28,
		.type = PACKET_DIAG_INFO,
		.v = { 12 },
		.len2 = 8,
		.type2 = PACKET_DIAG_UID,
		.uid = 33,
		.a = attrs_of(PACKET_DIAG_MEMINFO, 6, 2304, 2304),
		.len3 = 32,
		.type3 = PACKET_DIAG_RX_RING,
	};
	struct bench b;
	struct sock_fact *f;

	(void)state;
	start(&b);
	x.a.type0 = PACKET_DIAG_MCLIST;
	assert_int_equal(tick(&b), 0);
	add(answer("diag-packet"), &m, sizeof(m), &x, sizeof(x));
	assert_int_equal(tick(&b), 0);
	assert_int_equal(lost(&b, "sk_drops.packet", 7), 6);
	f = b.s.place[place_of(&b, 7)].sock;
	assert_int_equal(f->ifindex, 12);
	assert_int_equal(f->uid, 33);
	assert_int_equal(f->port, 3);
	assert_int_equal(f->inode, 9);
	assert_int_equal(f->rcvbuf, 2304);
	assert_non_null(strstr(b.s.health[SRC_sockdiag].why, "1 capture socket with a ring"));
	assert_int_equal(tick(&b), 0);
	assert_string_equal(b.s.health[SRC_sockdiag].why, "");
	stop(&b);
}

static void all_sockets_get_places_and_of_tcp_the_full_ones(void **state)
{
	struct inet_diag_msg full = msg_of(8, 1), easy = msg_of(9, 2), idle = msg_of(10, 3);
	struct attrs f = attrs_of(INET_DIAG_SKMEMINFO, 5, 80, 100), e = attrs_of(INET_DIAG_SKMEMINFO, 5, 79, 100);
	struct bench b;

	(void)state;
	start(&b);
	b.p.all_sockets = true;
	full.idiag_rqueue = 40;
	easy.idiag_rqueue = 40;
	idle.idiag_rqueue = 0;
	for (int i = 0; i < 2; i++) {
		add_udp(7, 0);
		add(answer("diag-tcp4"), &full, sizeof(full), &f, sizeof(f));
		add(answer("diag-tcp4"), &easy, sizeof(easy), &e, sizeof(e));
		add(answer("diag-tcp4"), &idle, sizeof(idle), &f, sizeof(f));
		assert_int_equal(tick(&b), 0);
	}
	assert_int_not_equal(place_of(&b, 7), PLACE_NONE);
	assert_int_not_equal(place_of(&b, 8), PLACE_NONE);
	assert_int_equal(b.s.place[place_of(&b, 8)].sock->kind, SOCK_KIND_TCP);
	assert_int_equal(place_of(&b, 9), PLACE_NONE);
	assert_int_equal(place_of(&b, 10), PLACE_NONE);
	assert_int_equal(b.s.count, 0);
	stop(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(drops_before_the_baseline_are_not_booked),
		cmocka_unit_test(a_quiet_socket_gets_no_place),
		cmocka_unit_test(the_fact_stays_fresh_when_nothing_more_is_lost),
		cmocka_unit_test(eight_memory_numbers_mean_unknown_drops_not_zero),
		cmocka_unit_test(a_message_that_breaks_off_is_reported_and_the_rest_is_read),
		cmocka_unit_test(every_cut_of_a_message_is_survived),
		cmocka_unit_test(without_a_cookie_the_inode_names_the_socket),
		cmocka_unit_test(a_module_that_is_not_loaded_is_not_asked_for),
		cmocka_unit_test(a_module_loaded_later_starts_with_a_baseline),
		cmocka_unit_test(a_listener_shows_its_queue),
		cmocka_unit_test(a_capture_shows_its_device_and_ring_captures_are_told),
		cmocka_unit_test(all_sockets_get_places_and_of_tcp_the_full_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
