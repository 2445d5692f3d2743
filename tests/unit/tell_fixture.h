/* SPDX-License-Identifier: BSD-2-Clause */
/* One finding on a host made by sample_* calls: own namespace, one named "lab-b" with a veth b0, a container. */
#ifndef TESTS_TELL_FIXTURE_H
#define TESTS_TELL_FIXTURE_H

#include <arpa/inet.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "tell/report.h"

struct tell {
	struct sample s;
	struct entry e;
	struct finding f;
	struct report r;
	uint32_t own, lab, pod, b0, eth0;
};

static inline uint32_t tell_device(struct tell *t, uint32_t ns, uint64_t id, const char *name)
{
	uint32_t at = sample_place(&t->s, PLACE_DEVICE, ns, id);
	struct link_fact *l = t->s.place[at].link;

	*l = (struct link_fact){ .ifindex = (int)id,
				 .mtu = 1500,
				 .txqlen = 1000,
				 .up = true,
				 .carrier = true,
				 .have = true,
				 .peer = PLACE_NONE,
				 .master = PLACE_NONE };
	snprintf(l->name, sizeof(l->name), "%s", name);
	return at;
}

static inline void tell_init(struct tell *t, enum cause cause)
{
	*t = (struct tell){ 0 };
	assert_int_equal(sample_init(&t->s), 0);
	sample_begin(&t->s, 1000000000, 1700000000000000000);
	t->own = sample_place(&t->s, PLACE_NETNS, t->s.host, 1);
	*t->s.place[t->own].ns = (struct ns_fact){ .inode = 1, .own = true, .pid = 1 };
	t->lab = sample_place(&t->s, PLACE_NETNS, t->s.host, 2);
	*t->s.place[t->lab].ns = (struct ns_fact){ .inode = 2, .name = "lab-b" };
	t->pod = sample_place(&t->s, PLACE_NETNS, t->s.host, 3);
	*t->s.place[t->pod].ns =
		(struct ns_fact){ .inode = 3, .name = "web-1", .container = "9f86d081884c", .pid = 4242 };
	t->eth0 = tell_device(t, t->own, 2, "eth0");
	t->b0 = tell_device(t, t->lab, 3, "b0");
	t->e = (struct entry){ .cause = cause,
			       .ns = t->own,
			       .device = PLACE_NONE,
			       .sock = PLACE_NONE,
			       .rule = PLACE_NONE,
			       .cpu = -1,
			       .packets = 1200 };
	t->r = (struct report){ .sample = &t->s, .seconds = 10, .cpus = 4 };
	t->f = (struct finding){ .entry = &t->e, .rate = 120 };
}

static inline void tell_set(struct tell *t, const char *key, uint32_t place, uint64_t v)
{
	sample_setting(&t->s, key, place, &v, 1);
}

/* Gives the entry a losing UDP socket with this receive buffer. */
static inline struct sock_fact *tell_socket(struct tell *t, enum sock_kind kind, uint32_t rcvbuf)
{
	struct sock_fact *sk;

	t->e.sock = sample_place(&t->s, PLACE_SOCKET, t->e.ns, 77);
	sk = t->s.place[t->e.sock].sock;
	*sk = (struct sock_fact){ .kind = kind,
				  .family = AF_INET,
				  .port = 5000,
				  .rcvbuf = rcvbuf,
				  .rmem = rcvbuf,
				  .have_mem = true,
				  .owner = { .pid = 4711, .comm = "python3" } };
	inet_pton(AF_INET, "10.77.0.2", sk->addr);
	return sk;
}

static inline void tell_moved(struct tell *t, const char *key, uint32_t place, uint64_t n)
{
	uint32_t slot = sample_slot(&t->s, table_counter(slice_str(key)), place);

	assert_int_not_equal(slot, SLOT_NONE);
	sample_put(&t->s, slot, 5);
	sample_begin(&t->s, t->s.mono_ns + 1000000000, t->s.real_ns + 1000000000);
	sample_put(&t->s, slot, 5 + n);
}

/* The fix whose command is or contains text; NULL when there is none. */
static inline const struct fix *tell_fix(const struct tell *t, const char *text)
{
	for (unsigned i = 0; i < t->f.fixes; i++)
		if (strstr(t->f.fix[i].command, text))
			return &t->f.fix[i];
	return NULL;
}

static inline bool tell_says(const struct tell *t, const char *text)
{
	for (unsigned i = 0; i < t->f.fixes; i++)
		if (strstr(t->f.fix[i].why, text))
			return true;
	return strstr(t->f.nothing, text) != NULL;
}

static inline void tell_free(struct tell *t)
{
	sample_free(&t->s);
}

#endif
