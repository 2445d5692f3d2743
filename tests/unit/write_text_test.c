/* SPDX-License-Identifier: BSD-2-Clause */
/* The first screen: what it says first, that it keeps its width, and that hostile names cannot spoil it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "report_fixture.h"

#define HOSTILE "a\033[2J\nLOST 0\t\xff\xe2\x80\xae%s%n"

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

static void has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("\"%s\" is not in:\n%s", part, text);
}

static void lacks(const char *text, const char *part)
{
	if (strstr(text, part))
		fail_msg("\"%s\" should not be in:\n%s", part, text);
}

/* The text with line ends and runs of blanks made one blank. */
static const char *unwrapped(const char *s)
{
	static char buf[65536];
	size_t n = 0;

	for (; *s && n + 1 < sizeof(buf); s++) {
		char c = *s == '\n' ? ' ' : *s;

		if (c != ' ' || (n && buf[n - 1] != ' '))
			buf[n++] = c;
	}
	buf[n] = 0;
	return buf;
}

static void a_healthy_host_takes_exactly_three_lines(void **state)
{
	struct fixture *x = *state;
	struct ledger boot = { .lost = 90210, .entry = x->entry, .entries = 1 };
	const char *s;

	x->entry[0].cause = TCP_TIME_WAIT_FULL;
	x->report.boot = &boot;
	strcpy(x->unseen[0], "3 namespaces not visible: run as root");
	x->report.unseens = 3;
	x->report.packets_seen = UINT64_MAX / 3;
	x->sample.count = 123456789;
	s = fixture_write(x, &write_text);
	assert_int_equal(fixture_lines(s), 3);
	assert_true(fixture_width(s) <= 80);
	assert_memory_equal(s, "Nothing lost in 10.0 s", 22);
	has(s, "2 namespaces, 3 devices, 4 CPUs");
	has(s, "Since boot 90 210 lost");
	has(s, "Not seen: 3 things, -v names them.");
	x->report.boot = NULL;
	has(fixture_write(x, &write_text), "\nNot seen: 3 namespaces not visible: run as root; 2 more with -v.\n");
}

static void a_healthy_host_without_totals_since_boot_does_not_claim_any(void **state)
{
	struct fixture *x = *state;
	const char *s;

	x->report.unseens = 1;
	s = fixture_write(x, &write_text);
	assert_int_equal(fixture_lines(s), 3);
	lacks(s, "ince boot");
}

static void the_first_two_lines_name_the_loss_and_its_cause(void **state)
{
	struct fixture *x = *state;
	const char *s;

	fixture_lose_udp(x, 908);
	s = fixture_write(x, &write_text);
	has(s, "LOST 908 of 1 010 packets in 10.0 s (90 %). One cause explains all of it:\npython3 reads");
	assert_memory_equal(s, "LOST", 4);
	has(s, "udp 10.77.0.2:5000");
	has(s, "908 lost  90.8/s  since boot 90 210\n");
	has(s, "\n     $ sysctl -w net.core.rmem_max=8388608\n");
	has(s, "python3 (pid 4711), unit reader.service");
	assert_true(fixture_width(s) <= 80);
}

static void totals_since_boot_have_no_rate(void **state)
{
	struct fixture *x = *state;
	const char *s;

	fixture_lose_udp(x, 908);
	x->report.since_boot = true;
	x->report.recorded = true;
	x->report.seconds = 0;
	s = fixture_write(x, &write_text);
	has(s, "packets since boot");
	lacks(s, "8/s");
	lacks(s, " 10.0 s");
}

static void more_lost_than_devices_saw_gives_no_percentage(void **state)
{
	struct fixture *x = *state;
	const char *s;

	fixture_lose_udp(x, 5000);
	s = fixture_write(x, &write_text);
	assert_memory_equal(s, "LOST 5 000 packets in 10.0 s.", 29);
	lacks(s, "%).");
}

static void the_biggest_cause_comes_first_and_its_share_is_told(void **state)
{
	struct fixture *x = *state;
	const char *s;

	fixture_lose(x, QDISC_OVERLIMIT, 60);
	fixture_lose_udp(x, 50);
	fixture_lose_udp(x, 40);
	s = fixture_write(x, &write_text);
	has(unwrapped(s), "One cause explains 60 % of it: python3");
	has(s, "1. UDP receive buffer full");
	has(s, "2. Send queue full");
	has(s, "90 lost");
	has(s, "   also    40: namespace lab-b");
}

static void five_cards_are_shown_and_the_rest_is_counted(void **state)
{
	struct fixture *x = *state;
	static const enum cause causes[] = { QDISC_OVERLIMIT, IP_NO_ROUTE,	NIC_RX_RING_FULL, UDP_NO_SOCKET,
					     TCP_PAWS,	      TUNNEL_NO_REMOTE, BRIDGE_DOWN };
	const char *s;

	for (unsigned i = 0; i < 7; i++)
		fixture_lose(x, causes[i], 70 - i);
	s = fixture_write(x, &write_text);
	has(s, "5. Old TCP timestamp");
	lacks(s, "6. ");
	has(s, "and 2 more; -v shows all:");
	has(s, "Bridge or bridge port is down [bridge.down]");
	x->opts.verbose = 1;
	s = fixture_write(x, &write_text);
	has(s, "7. Bridge or bridge port is down");
}

static void a_layer_nobody_could_look_at_is_a_dash_and_never_zero(void **state)
{
	struct fixture *x = *state;
	const char *s;

	fixture_lose_udp(x, 908);
	for (unsigned i = 0; i < SRC_COUNT; i++)
		x->sample.health[i].state = SOURCE_OFF;
	x->sample.health[SRC_snmp].state = SOURCE_ON;
	s = fixture_write(x, &write_text);
	has(s, "qdisc -");
	has(s, "socket 908");
	has(s, "- not here or not visible");
	lacks(s, "qdisc .");
}

static void policy_refused_and_harmless_are_not_called_lost(void **state)
{
	struct fixture *x = *state;
	struct finding *f = fixture_lose(x, NETFILTER_RULE, 40);
	const char *s;

	strcpy(f->rule, "inet filter input handle 4");
	fixture_lose(x, IP_NO_ROUTE_LOCAL, 3);
	fixture_lose(x, TCP_OLD_DUPLICATE, 12);
	s = unwrapped(fixture_write(x, &write_text));
	assert_memory_equal(s, "Nothing lost", 12);
	has(s, "(policy) 40: Firewall rule, inet filter input handle 4. Refused");
	has(s, "sender 3: No route");
	has(s, "(benign) 12: Old");
}

static void a_residue_is_shown_as_not_explained(void **state)
{
	struct fixture *x = *state;

	x->residue[0] = (struct residue){ table_counter(slice_str("Ip.OutDiscards")), AT_LAB, 2 };
	x->ledger.residues = 1;
	has(fixture_write(x, &write_text), "Not explained: Ip.OutDiscards 2 in lab-b");
}

static void hostile_and_endless_names_keep_the_width_and_reach_no_terminal(void **state)
{
	struct fixture *x = *state;
	struct finding *f = fixture_lose_udp(x, 908);
	char *const field[] = { f->where,    f->owner,	   f->socket,	     f->why,	   f->nothing,
				f->ordinary, x->unseen[0], x->event[0].text, f->fix[0].why };
	const char *s;

	f->fixes = 1;
	for (unsigned i = 0; i < ARRAY_SIZE(field); i++) {
		strcpy(field[i], HOSTILE);
		memset(field[i] + strlen(field[i]), 'w', 80);
	}
	strcpy(f->look, HOSTILE); /* a command, so never wrapped */
	strcpy(f->where, HOSTILE "\xe6\xbc\xa2\xe6\xbc\xa2 \xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2");
	for (unsigned i = 0; i < 40; i++)
		memcpy(f->owner + 3 * i, "\xe6\xbc\xa2", 4);
	memcpy(x->sock.owner.comm, "\033]0;x\a LOST", 12);
	strcpy(x->lab.name, HOSTILE);
	x->report.unseens = 1;
	x->sample.events = 1;
	for (int v = 0; v < 2; v++) {
		x->opts.verbose = v;
		s = fixture_write(x, &write_text);
		assert_false(x->out.cut);
		assert_true(fixture_width(s) <= 80);
		for (const char *c = s; *c; c++)
			assert_true((unsigned char)*c >= 0x20 || *c == '\n');
		lacks(s, "\xe2\x80\xae");
		lacks(s, "\xff");
		lacks(s, "\nLOST 0");
		has(s, "\\x1b[2J\\x0aLOST");
	}
}

static void a_long_command_stays_whole_on_a_line_of_its_own(void **state)
{
	struct fixture *x = *state;
	struct finding *f = fixture_lose_udp(x, 908);
	char line[320];
	const char *s;

	memset(f->fix[0].command, 'x', 200);
	for (unsigned i = 9; i < 200; i += 10)
		f->fix[0].command[i] = ' ';
	f->fix[0].command[200] = 0;
	snprintf(line, sizeof(line), "\n     $ %s\n", f->fix[0].command);
	s = fixture_write(x, &write_text);
	has(s, line);
	assert_true(fixture_width(s) <= 80);
}

static void what_scrolled_away_is_said_again_below(void **state)
{
	struct fixture *x = *state;
	const char *s;

	fixture_lose_udp(x, 908);
	x->opts.rows = 200;
	s = fixture_write(x, &write_text);
	assert_null(strstr(s + 1, "LOST"));
	x->opts.rows = 10;
	s = fixture_write(x, &write_text);
	assert_int_equal(strncmp(s, "LOST", 4), 0);
	has(s, "\n\nLOST 908 ");
}

static void colour_adds_escapes_and_changes_no_column(void **state)
{
	struct fixture *x = *state;
	char plain[8192], bare[8192];
	size_t n = 0;
	const char *s;

	fixture_lose_udp(x, 908);
	s = fixture_write(x, &write_text);
	lacks(s, "\033");
	snprintf(plain, sizeof(plain), "%s", s);
	x->opts.color = true;
	s = fixture_write(x, &write_text);
	has(s, "\033[1;31mLOST\033[0m");
	while (*s && n + 1 < sizeof(bare))
		if (*s == '\033')
			s += strcspn(s, "m") + 1;
		else
			bare[n++] = *s++;
	bare[n] = 0;
	assert_string_equal(bare, plain);
}

static void every_width_from_forty_up_is_kept(void **state)
{
	struct fixture *x = *state;

	fixture_lose_udp(x, 908);
	fixture_lose(x, QDISC_OVERLIMIT, 60);
	fixture_lose(x, NETFILTER_RULE, 40);
	x->opts.verbose = 1;
	for (int w = 40; w <= 130; w++) {
		x->opts.width = w;
		if (fixture_width(fixture_write(x, &write_text)) > w)
			fail_msg("wider than %d:\n%s", w, x->out.p);
	}
}

static void neither_words_nor_numbers_are_cut_where_a_line_ends(void **state)
{
	struct fixture *x = *state;
	struct finding *f = fixture_lose_udp(x, 908);

	strcpy(f->why, "212 992 bytes of 212 992 bytes and 212 992 bytes of 212 992 bytes and 212 992 bytes");
	for (int w = 60; w <= 100; w++) {
		x->opts.width = w;
		has(unwrapped(fixture_write(x, &write_text)),
		    "up to 8 MiB of kernel memory for each such socket undo:");
		lacks(x->out.p, "212\n");
	}
}

static void columns_are_counted_as_a_terminal_does(void **state)
{
	(void)state;
	assert_int_equal(page_columns("abc", 3), 3);
	assert_int_equal(page_columns("\xc3\xa9", 2), 1);
	assert_int_equal(page_columns("\xe6\xbc\xa2", 3), 2);
	assert_int_equal(page_columns("e\xcc\x81", 3), 1);
	assert_int_equal(page_columns("\xf0\x9f\x98\x80", 4), 2);
	assert_int_equal(page_columns("\xff", 1), 1);
}

static void verbose_shows_the_counters_behind_a_cause(void **state)
{
	struct fixture *x = *state;

	fixture_lose_udp(x, 908);
	x->opts.verbose = 1;
	has(fixture_write(x, &write_text), "Udp.RcvbufErrors +908 at lab-b (booked)");
}

static void the_socket_table_names_the_number_that_is_wrong(void **state)
{
	struct fixture *x = *state;
	const char *s;

	write_sockets_text(&x->sample, &x->opts, &x->out);
	s = x->out.p;
	has(s, "908   100%  udp 10.77.0.2:5000, python3 (pid 4711), unit reader.service,");
	has(unwrapped(s), "receive buffer 212 992 of 212 992 bytes");
	assert_true(fixture_width(s) <= 80);
	fmt_reset(&x->out);
	strcpy(x->sock.owner.comm, "x\033\n");
	memset(x->sock.owner.unit, 'u', 79);
	memset(x->lab.name, 'n', 95);
	write_sockets_text(&x->sample, &x->opts, &x->out);
	assert_true(fixture_width(x->out.p) <= 80);
	lacks(x->out.p, "\033");
}

static void a_socket_with_room_is_only_counted(void **state)
{
	struct fixture *x = *state;

	x->sock.drops = 0;
	x->sock.rmem = 100;
	write_sockets_text(&x->sample, &x->opts, &x->out);
	assert_string_equal(x->out.p, "No socket has lost anything and none is nearly full.\n"
				      "1 socket without loss and with room; -v shows them.\n");
}

static void the_socket_that_lost_most_comes_first(void **state)
{
	struct fixture *x = *state;
	struct sock_fact more = x->sock, full = x->sock;

	more.drops = 909;
	more.rmem = 0;
	more.port = 6000;
	full.drops = 0;
	full.port = 7000;
	x->place[AT_RULE] = (struct place){ .kind = PLACE_SOCKET, .parent = AT_LAB, .sock = &more };
	x->place[AT_CPU] = (struct place){ .kind = PLACE_SOCKET, .parent = AT_LAB, .sock = &full };
	write_sockets_text(&x->sample, &x->opts, &x->out);
	has(x->out.p, ":6000");
	has(strstr(x->out.p, ":6000"), ":5000");
	has(strstr(x->out.p, ":5000"), ":7000");
}

static void a_full_accept_queue_is_called_full(void **state)
{
	struct fixture *x = *state;

	x->sock.kind = SOCK_KIND_TCP_LISTEN;
	x->sock.queue = 129;
	x->sock.queue_max = 128;
	write_sockets_text(&x->sample, &x->opts, &x->out);
	has(x->out.p, "accept queue 129 of 128: full");
}

static void a_log_line_cannot_be_forged_by_a_name(void **state)
{
	struct fixture *x = *state;
	const char *s;

	fixture_lose_udp(x, 908);
	strcpy(x->sock.owner.comm, "a b=1,}\n2026");
	s = fixture_write(x, &write_log);
	assert_int_equal(fixture_lines(s), 1);
	has(s, " lost=908 rate=90.8/s socket.udp_rcvbuf_full=908{ns=lab-b,owner=a\\x20b\\x3d1\\x2c\\x7d\\x0a2026/4711");
	has(s, "} policy=0 refused=0 benign=0 unseen=0\n");
	assert_int_equal(s[10], 'T');
	assert_int_equal(s[22], ':');
}

static void a_quiet_interval_logs_a_zero(void **state)
{
	struct fixture *x = *state;

	has(fixture_write(x, &write_log), " lost=0 policy=0 refused=0 benign=0 unseen=0\n");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_healthy_host_takes_exactly_three_lines),
		TEST(a_healthy_host_without_totals_since_boot_does_not_claim_any),
		TEST(the_first_two_lines_name_the_loss_and_its_cause),
		TEST(totals_since_boot_have_no_rate),
		TEST(more_lost_than_devices_saw_gives_no_percentage),
		TEST(the_biggest_cause_comes_first_and_its_share_is_told),
		TEST(five_cards_are_shown_and_the_rest_is_counted),
		TEST(a_layer_nobody_could_look_at_is_a_dash_and_never_zero),
		TEST(policy_refused_and_harmless_are_not_called_lost),
		TEST(a_residue_is_shown_as_not_explained),
		TEST(hostile_and_endless_names_keep_the_width_and_reach_no_terminal),
		TEST(a_long_command_stays_whole_on_a_line_of_its_own),
		TEST(what_scrolled_away_is_said_again_below),
		TEST(colour_adds_escapes_and_changes_no_column),
		TEST(every_width_from_forty_up_is_kept),
		TEST(neither_words_nor_numbers_are_cut_where_a_line_ends),
		TEST(columns_are_counted_as_a_terminal_does),
		TEST(verbose_shows_the_counters_behind_a_cause),
		TEST(the_socket_table_names_the_number_that_is_wrong),
		TEST(a_socket_with_room_is_only_counted),
		TEST(the_socket_that_lost_most_comes_first),
		TEST(a_full_accept_queue_is_called_full),
		TEST(a_log_line_cannot_be_forged_by_a_name),
		TEST(a_quiet_interval_logs_a_zero),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
