/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Between two ticks nothing is allocated while nothing appears or vanishes. Other programs of this host start and end
 * as they like, so of some ticks one must be without allocation; one that always allocates has none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "count.h"

#include "app/pipeline.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#define WARM 3
#define TICKS 20

/* Datagrams to a port where nobody listens: Udp.NoPorts moves, so that the ledger has something to book. */
static void lose_some(int fd)
{
	const struct sockaddr_in to = { .sin_family = AF_INET,
					.sin_port = htons(9),
					.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	for (int i = 0; i < 3; i++)
		sendto(fd, "x", 1, MSG_DONTWAIT, (const struct sockaddr *)&to, sizeof(to));
}

/* The fewest allocations that a tick needed. */
static size_t fewest(bool lose)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct pipeline p;
	struct err err = { 0 };
	size_t best = SIZE_MAX;

	assert_true(fd >= 0);
	if (pipeline_open(&p, NULL, NULL, &err) || pipeline_baseline(&p, &err))
		fail_msg("%s", err.text);
	for (int i = 0; i < WARM + TICKS && best; i++) {
		size_t n;

		if (lose)
			lose_some(fd);
		count_begin();
		pipeline_tick(&p);
		n = count_end();
		if (i >= WARM && n < best) {
			best = n;
			count_tell();
		}
		usleep(20000);
	}
	pipeline_close(&p);
	close(fd);
	return best;
}

static void a_tick_in_which_nothing_appears_allocates_nothing(void **state)
{
	(void)state;
	if (!count_works())
		skip();
	assert_int_equal(fewest(false), 0);
}

static void a_tick_in_which_known_counters_move_allocates_nothing(void **state)
{
	(void)state;
	if (!count_works())
		skip();
	assert_int_equal(fewest(true), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tick_in_which_nothing_appears_allocates_nothing),
		cmocka_unit_test(a_tick_in_which_known_counters_move_allocates_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
