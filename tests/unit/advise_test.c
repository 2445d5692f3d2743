/* SPDX-License-Identifier: BSD-2-Clause */
#include "tell_fixture.h"

#include "tell/facts.h"

#include <errno.h>

/* ---- which rows apply ---- */

static void a_socket_with_the_default_buffer_gets_a_larger_default(void **state)
{
	struct tell t;
	const struct fix *fix;

	(void)state;
	tell_init(&t, SOCKET_UDP_RCVBUF_FULL);
	tell_socket(&t, SOCK_KIND_UDP, 212992);
	tell_set(&t, "net.core.rmem_default", t.s.host, 212992);
	tell_set(&t, "net.core.rmem_max", t.s.host, 4194304);
	advise_finding(&t.f, &t.r);
	fix = tell_fix(&t, "net.core.rmem_default=");
	assert_non_null(fix);
	/* 212992 + 120/s * 2304 = 489472 is more than twice: the next power of two */
	assert_string_equal(fix->command, "sysctl -w net.core.rmem_default=524288");
	assert_string_equal(fix->undo, "sysctl -w net.core.rmem_default=212992");
	assert_non_null(strstr(fix->why, "524288 is the next power of two that holds the present buffer and one second"));
	assert_string_equal(fix->persist, "echo 'net.core.rmem_default = 524288' > "
					  "/etc/sysctl.d/90-whydrop-net.core.rmem_default.conf");
	assert_null(tell_fix(&t, "rmem_max"));
	assert_string_equal(t.f.look, "ss -uampn sport = :5000");
	tell_free(&t);
}

static void a_socket_at_the_cap_gets_a_larger_cap(void **state)
{
	struct tell t;

	(void)state;
	tell_init(&t, SOCKET_UDP_RCVBUF_FULL);
	tell_socket(&t, SOCK_KIND_UDP, 425984);
	tell_set(&t, "net.core.rmem_default", t.s.host, 212992);
	tell_set(&t, "net.core.rmem_max", t.s.host, 212992);
	advise_finding(&t.f, &t.r);
	/* twice 425984, as the cap counts half of the buffer: 2 * 212992 and up */
	assert_non_null(tell_fix(&t, "sysctl -w net.core.rmem_max=524288"));
	assert_null(tell_fix(&t, "rmem_default"));
	tell_free(&t);
}

static void a_program_that_asks_for_little_is_not_given_a_sysctl(void **state)
{
	struct tell t;

	(void)state;
	tell_init(&t, SOCKET_UDP_RCVBUF_FULL);
	tell_socket(&t, SOCK_KIND_UDP, 4608);
	tell_set(&t, "net.core.rmem_default", t.s.host, 212992);
	tell_set(&t, "net.core.rmem_max", t.s.host, 4194304);
	advise_finding(&t.f, &t.r);
	assert_null(tell_fix(&t, "sysctl"));
	assert_true(tell_says(&t, "No sysctl changes it"));
	tell_free(&t);
}

static void a_reader_that_loses_more_than_it_reads_is_told_to_read_faster(void **state)
{
	struct tell t;

	(void)state;
	tell_init(&t, SOCKET_UDP_RCVBUF_FULL);
	tell_socket(&t, SOCK_KIND_UDP, 4608);
	t.f.have_traffic = true;
	t.f.traffic = 300;
	advise_finding(&t.f, &t.r);
	assert_true(tell_says(&t, "no buffer cures that"));
	t.f.traffic = 100000;
	advise_finding(&t.f, &t.r);
	assert_false(tell_says(&t, "no buffer cures that"));
	tell_free(&t);
}

static struct sock_fact *listener(struct tell *t, uint32_t queue, uint32_t backlog, uint64_t somaxconn)
{
	struct sock_fact *sk;

	tell_init(t, TCP_ACCEPT_QUEUE_FULL);
	t->e.ns = t->lab;
	sk = tell_socket(t, SOCK_KIND_TCP_LISTEN, 0);
	sk->port = 80;
	sk->queue = queue;
	sk->queue_max = backlog;
	tell_set(t, "net.core.somaxconn", t->lab, somaxconn);
	return sk;
}

static void the_kernel_limit_of_a_listener_is_raised_when_it_is_the_limit(void **state)
{
	struct tell t;
	struct sock_fact *sk = listener(&t, 129, 128, 128);

	(void)state;
	snprintf(sk->owner.unit, sizeof(sk->owner.unit), "nginx.service");
	advise_finding(&t.f, &t.r);
	assert_non_null(tell_fix(&t, "ip netns exec lab-b sysctl -w net.core.somaxconn=4096"));
	assert_non_null(tell_fix(&t, "systemctl restart nginx.service"));
	assert_string_equal(t.f.look, "ip netns exec lab-b ss -ltnp sport = :80");
	tell_free(&t);
}

static void a_small_backlog_of_the_program_is_not_cured_by_somaxconn(void **state)
{
	struct tell t;

	(void)state;
	listener(&t, 6, 5, 4096);
	advise_finding(&t.f, &t.r);
	assert_null(tell_fix(&t, "somaxconn"));
	assert_true(tell_says(&t, "own listen() backlog is the limit"));
	tell_free(&t);
}

static void an_unknown_setting_leaves_only_the_last_resort(void **state)
{
	struct tell t;

	(void)state;
	tell_init(&t, CONNTRACK_TABLE_FULL);
	advise_finding(&t.f, &t.r);
	assert_int_equal(t.f.fixes, 1);
	assert_string_equal(t.f.fix[0].command, "");
	tell_free(&t);
}

static void what_is_large_enough_already_is_not_raised(void **state)
{
	struct tell t;

	(void)state;
	tell_init(&t, SOFTIRQ_BACKLOG_FULL);
	tell_set(&t, "net.core.netdev_max_backlog", t.s.host, 32768);
	advise_finding(&t.f, &t.r);
	assert_null(tell_fix(&t, "netdev_max_backlog"));
	assert_true(t.f.fixes > 0);
	tell_free(&t);
}

static void benign_causes_say_that_nothing_is_to_be_done(void **state)
{
	(void)state;
	for (int c = CAUSE_NONE + 1; c < CAUSE_COUNT; c++) {
		struct tell t;

		if (cause_rows[c].verdict != BENIGN)
			continue;
		tell_init(&t, (enum cause)c);
		t.e.device = t.eth0;
		advise_finding(&t.f, &t.r);
		if (t.f.fixes || strncmp(t.f.nothing, "nothing to do", 13) != 0)
			fail_msg("%s: %s", cause_rows[c].id, t.f.nothing);
		tell_free(&t);
	}
}

static void every_cause_has_something_to_say_on_a_host_that_shows_nothing(void **state)
{
	(void)state;
	for (int c = CAUSE_NONE + 1; c < CAUSE_COUNT; c++) {
		struct tell t;

		tell_init(&t, (enum cause)c);
		t.e.ns = PLACE_NONE;
		advise_finding(&t.f, &t.r);
		if (!t.f.fixes && !t.f.nothing[0])
			fail_msg("%s: no advice", cause_rows[c].id);
		tell_free(&t);
	}
}

/* ---- numbers ---- */

static void doubling_goes_to_the_next_power_of_two_within_bounds(void **state)
{
	static const struct { uint64_t old, new; } t[] = {
		{ 20, 64 }, { 100, 256 }, { 1000, 2048 }, { 2000, 4096 }, { 0, 64 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		struct tell x;
		char want[80];

		tell_init(&x, MULTICAST_MEMBERSHIP_LIMIT);
		tell_set(&x, "net.ipv4.igmp_max_memberships", x.own, t[i].old);
		advise_finding(&x.f, &x.r);
		snprintf(want, sizeof(want), "sysctl -w net.ipv4.igmp_max_memberships=%llu", (unsigned long long)t[i].new);
		assert_int_equal(x.f.fixes, 1);
		assert_string_equal(x.f.fix[0].command, want);
		tell_free(&x);
	}
}

static void nothing_is_advised_beyond_the_bound_of_the_row(void **state)
{
	struct tell t;

	(void)state;
	tell_init(&t, SOCKET_UDP_RCVBUF_FULL);
	tell_socket(&t, SOCK_KIND_UDP, 212992);
	t.f.rate = 1e12;
	tell_set(&t, "net.core.rmem_default", t.s.host, 212992);
	advise_finding(&t.f, &t.r);
	assert_non_null(tell_fix(&t, "net.core.rmem_default=33554432"));
	assert_true(tell_says(&t, "is the most we advise"));
	tell_free(&t);
}

static void three_numbers_in_pages_grow_together_and_are_quoted(void **state)
{
	struct tell t;
	uint64_t mem[3] = { 575799, 767734, 1151598 };

	(void)state;
	tell_init(&t, SOCKET_UDP_MEM_LIMIT);
	t.e.ns = t.lab;
	sample_setting(&t.s, "net.ipv4.udp_mem", t.s.host, mem, 3);
	advise_finding(&t.f, &t.r);
	/* one value for the machine: no prefix although the loss is in lab-b */
	assert_string_equal(t.f.fix[0].command, "sysctl -w net.ipv4.udp_mem='1151598 1535468 2303196'");
	assert_string_equal(t.f.fix[0].undo, "sysctl -w net.ipv4.udp_mem='575799 767734 1151598'");
	assert_non_null(strstr(t.f.fix[0].persist, "echo 'net.ipv4.udp_mem = 1151598 1535468 2303196' >"));
	tell_free(&t);
}

static void of_tcp_rmem_only_the_upper_end_grows(void **state)
{
	struct tell t;
	uint64_t mem[3] = { 4096, 131072, 6291456 };

	(void)state;
	tell_init(&t, TCP_OFO_PRUNED);
	sample_setting(&t.s, "net.ipv4.tcp_rmem", t.own, mem, 3);
	advise_finding(&t.f, &t.r);
	assert_string_equal(t.f.fix[0].command, "sysctl -w net.ipv4.tcp_rmem='4096 131072 12582912'");
	tell_free(&t);
}

static void a_ring_grows_to_what_the_card_can_and_queues_to_the_cpus(void **state)
{
	struct tell t;

	(void)state;
	tell_init(&t, NIC_RX_RING_FULL);
	t.e.device = t.eth0;
	tell_set(&t, "ring.rx", t.eth0, 512);
	tell_set(&t, "ring.rx_max", t.eth0, 4096);
	tell_set(&t, "channels.combined", t.eth0, 2);
	tell_set(&t, "channels.max", t.eth0, 64);
	advise_finding(&t.f, &t.r);
	assert_non_null(tell_fix(&t, "ethtool -G eth0 rx 4096"));
	assert_non_null(tell_fix(&t, "ethtool -L eth0 combined 4"));
	tell_set(&t, "ring.rx", t.eth0, 4096);
	advise_finding(&t.f, &t.r);
	assert_null(tell_fix(&t, "ethtool -G"));
	tell_free(&t);
}

static void the_longest_of_rp_filter_all_and_device_decides(void **state)
{
	struct tell t;

	(void)state;
	tell_init(&t, IP_RP_FILTER);
	t.e.device = t.eth0;
	tell_set(&t, "net.ipv4.conf.all.rp_filter", t.own, 1);
	tell_set(&t, "net.ipv4.conf.*.rp_filter", t.eth0, 0);
	advise_finding(&t.f, &t.r);
	assert_non_null(tell_fix(&t, "sysctl -w net/ipv4/conf/eth0/rp_filter=2"));
	assert_null(tell_fix(&t, "conf.all.rp_filter"));
	tell_set(&t, "net.ipv4.conf.all.rp_filter", t.own, 2);
	advise_finding(&t.f, &t.r);
	assert_null(tell_fix(&t, "rp_filter=2"));
	assert_true(tell_says(&t, "already loose"));
	tell_free(&t);
}

/* ---- namespaces ---- */

static void a_veth_pair_with_two_mtus_is_set_to_the_smaller_one_at_the_sender(void **state)
{
	struct tell t;

	(void)state;
	tell_init(&t, DEVICE_MTU_MISMATCH);
	t.e.ns = t.lab;
	t.e.device = t.b0;
	t.s.place[t.b0].link->peer = t.eth0;
	t.s.place[t.eth0].link->mtu = 1400;
	advise_finding(&t.f, &t.r);
	assert_string_equal(t.f.fix[0].command, "ip netns exec lab-b ip link set dev b0 mtu 1400");
	t.s.place[t.eth0].link->mtu = 9000;
	advise_finding(&t.f, &t.r);
	assert_string_equal(t.f.fix[0].command, "ip link set dev eth0 mtu 1500");
	tell_free(&t);
}

static void a_container_is_entered_by_pid_and_its_sysctl_kept_where_it_is_made(void **state)
{
	struct tell t;

	(void)state;
	tell_init(&t, TCP_TIME_WAIT_FULL);
	t.e.ns = t.pod;
	tell_set(&t, "net.ipv4.tcp_max_tw_buckets", t.pod, 4096);
	advise_finding(&t.f, &t.r);
	assert_string_equal(t.f.fix[0].command, "nsenter -t 4242 -n sysctl -w net.ipv4.tcp_max_tw_buckets=65536");
	assert_non_null(strstr(t.f.fix[0].persist, "docker run --sysctl net.ipv4.tcp_max_tw_buckets="));
	tell_free(&t);
}

static void each_command_of_a_line_gets_its_own_prefix(void **state)
{
	struct tell t;
	struct facts x;
	char text[400];

	(void)state;
	tell_init(&t, IP_NO_ROUTE);
	t.e.ns = t.lab;
	facts_init(&x, &t.f, &t.r);
	assert_int_equal(facts_fill(&x, "ip route; ip -6 route | grep 'a; ip b' && sysctl -w vm.min_free_kbytes=1", FILL_SHELL,
				    text, sizeof(text)), 0);
	assert_string_equal(text, "ip netns exec lab-b ip route; ip netns exec lab-b ip -6 route | ip netns exec lab-b grep "
				  "'a; ip b' && sysctl -w vm.min_free_kbytes=1");
	tell_free(&t);
}

static void a_namespace_that_cannot_be_entered_gets_no_command(void **state)
{
	struct tell t;

	(void)state;
	tell_init(&t, TCP_TIME_WAIT_FULL);
	t.e.ns = t.lab;
	t.s.place[t.lab].ns->name[0] = 0;
	tell_set(&t, "net.ipv4.tcp_max_tw_buckets", t.lab, 4096);
	advise_finding(&t.f, &t.r);
	assert_int_equal(t.f.fixes, 1);
	assert_string_equal(t.f.fix[0].command, "");
	tell_free(&t);
}

/* ---- hostile names ---- */

static void fill_dev(const char *name, const char *template, enum fill how, char *text, size_t size, int want)
{
	struct tell t;
	struct facts x;

	tell_init(&t, DEVICE_LINK_DOWN);
	t.e.device = t.eth0;
	snprintf(t.s.place[t.eth0].link->name, sizeof(t.s.place[t.eth0].link->name), "%s", name);
	facts_init(&x, &t.f, &t.r);
	assert_int_equal(facts_fill(&x, template, how, text, size), want);
	tell_free(&t);
}

static void names_are_quoted_for_the_shell(void **state)
{
	static const struct { const char *name, *bare, *quoted; } t[] = {
		{ "eth0.100", "echo eth0.100", "echo 'x eth0.100'" },
		{ "a b", "echo 'a b'", "echo 'x a b'" },
		{ "$(reboot)", "echo '$(reboot)'", "echo 'x $(reboot)'" },
		{ "a'b", "echo 'a'\\''b'", "echo 'x a'\\''b'" },
		{ "a\033[31m", "echo 'a'$'\\x1b''[31m'", "echo 'x a'$'\\x1b''[31m'" },
		{ "a\nb", "echo 'a'$'\\x0a''b'", "echo 'x a'$'\\x0a''b'" },
		{ "\xff", "echo ''$'\\xff'''", "echo 'x '$'\\xff'''" },
		{ ";rm", "echo ';rm'", "echo 'x ;rm'" },
	};
	char text[100];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		fill_dev(t[i].name, "echo {dev}", FILL_SHELL, text, sizeof(text), 0);
		assert_string_equal(text, t[i].bare);
		fill_dev(t[i].name, "echo 'x {dev}'", FILL_SHELL, text, sizeof(text), 0);
		assert_string_equal(text, t[i].quoted);
	}
}

/* What bash makes of the quoted text is the name again, byte for byte. */
static void bash_reads_back_the_name(void **state)
{
	static const char *const names[] = { "a'b;c", "\033]0;x\007", "`id`", "a\\b\"", "\xc3\xa4\xff\x80" };
	char text[200], line[300], back[64];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		size_t n;
		FILE *p;

		fill_dev(names[i], "printf %s {dev}", FILL_SHELL, text, sizeof(text), 0);
		snprintf(line, sizeof(line), "exec bash <<'THE_END'\n%s\nTHE_END\n", text);
		p = popen(line, "r");
		assert_non_null(p);
		n = fread(back, 1, sizeof(back) - 1, p);
		back[n] = 0;
		assert_int_equal(pclose(p), 0);
		assert_string_equal(back, names[i]);
	}
}

static void a_name_that_looks_like_an_option_makes_the_row_unusable(void **state)
{
	char text[100];

	(void)state;
	fill_dev("-x", "ethtool -S {dev}", FILL_SHELL, text, sizeof(text), -ENODATA);
	assert_string_equal(text, "");
	fill_dev("-x", "the device {dev}", FILL_TEXT, text, sizeof(text), 0);
}

static void control_bytes_never_reach_a_text(void **state)
{
	char text[100];

	(void)state;
	fill_dev("a\033b", "the device {dev}", FILL_TEXT, text, sizeof(text), 0);
	assert_string_equal(text, "the device a\\x1bb");
}

static void a_command_that_does_not_fit_is_not_given(void **state)
{
	char text[12];

	(void)state;
	fill_dev("eth0", "ethtool -S {dev}", FILL_SHELL, text, sizeof(text), -ENOSPC);
	assert_string_equal(text, "");
}

static void braces_that_are_not_ours_stay(void **state)
{
	char text[100];

	(void)state;
	fill_dev("eth0", "ATTR{tx_queue_len} ENV{INTERFACE} { type filter }", FILL_SHELL, text, sizeof(text), 0);
	assert_string_equal(text, "ATTR{tx_queue_len} ENV{INTERFACE} { type filter }");
}

static void an_odd_device_name_is_not_written_into_files(void **state)
{
	struct tell t;

	(void)state;
	tell_init(&t, NIC_RX_RING_FULL);
	t.e.device = t.eth0;
	snprintf(t.s.place[t.eth0].link->name, sizeof(t.s.place[t.eth0].link->name), "a\"b");
	tell_set(&t, "ring.rx", t.eth0, 512);
	tell_set(&t, "ring.rx_max", t.eth0, 4096);
	advise_finding(&t.f, &t.r);
	assert_non_null(tell_fix(&t, "ethtool -G 'a\"b' rx 4096"));
	assert_string_equal(t.f.fix[0].persist, "");
	tell_free(&t);
}

/* ---- conditions ---- */

static void conditions_compare_settings_numbers_and_words(void **state)
{
	static const struct { const char *arg; bool holds; } t[] = {
		{ "{dev}", true }, { "!{dev}", false }, { "{peer}", false }, { "!{peer}", true }, { "{qdisc} = fq", true },
		{ "{qdisc} = fq_codel", false }, { "{qdisc} != fq_codel", true }, { "{mtu} > 1499", true },
		{ "{mtu} >= 1501", false }, { "2*{mtu} = 3000", true }, { "net.core.somaxconn = 128", true },
		{ "net.core.somaxconn < 128", false }, { "4*net.core.somaxconn <= 512", true },
		{ "net.ipv4.tcp_mem > 0", false }, { "!net.ipv4.tcp_mem > 0", true }, { "no.such.key = 1", false },
		{ "{dev} & {qdisc} = fq & !{peer}", true }, { "{dev} & {peer}", false }, { "{cpus} > 1", true },
		{ "{mtu} > fq", false }, { "net.ipv4.conf.*.rp_filter = 1", true },
	};
	struct tell x;
	struct facts f;

	(void)state;
	tell_init(&x, QDISC_OVERLIMIT);
	x.e.device = x.eth0;
	snprintf(x.s.place[x.eth0].link->qdisc, 16, "fq");
	tell_set(&x, "net.core.somaxconn", x.own, 128);
	tell_set(&x, "net.ipv4.conf.*.rp_filter", x.eth0, 1);
	facts_init(&f, &x.f, &x.r);
	for (size_t i = 0; i < ARRAY_SIZE(t); i++)
		if (facts_hold(&f, WHEN_SETTING, t[i].arg) != t[i].holds)
			fail_msg("\"%s\" should %shold", t[i].arg, t[i].holds ? "" : "not ");
	f.link = NULL;
	assert_false(facts_hold(&f, WHEN_SETTING, "net.ipv4.conf.*.rp_filter = 1"));
	tell_free(&x);
}

static void a_counter_that_moved_chooses_between_ipv4_and_ipv6(void **state)
{
	struct tell t;

	(void)state;
	tell_init(&t, NEIGHBOUR_TABLE_FULL);
	tell_set(&t, "net.ipv4.neigh.default.gc_thresh3", t.s.host, 1024);
	tell_set(&t, "net.ipv6.neigh.default.gc_thresh3", t.s.host, 1024);
	tell_moved(&t, "ndisc_cache.table_fulls", t.s.host, 3);
	advise_finding(&t.f, &t.r);
	assert_non_null(tell_fix(&t, "net.ipv6.neigh.default.gc_thresh3=2048"));
	assert_null(tell_fix(&t, "net.ipv4"));
	tell_free(&t);
}

/* ---- the table as a whole ---- */

static void words_of(const char *text, const char *id)
{
	for (const char *p = text; p && (p = strchr(p, '{')); p++) {
		struct slice name = slice_of(p + 1, strspn(p + 1, "abcdefghijklmnopqrstuvwxyz_"));

		if (name.n && p[1 + name.n] == '}' && !facts_placeholder(name) && !slice_eq(name, "tx_queue_len"))
			fail_msg("%s: {%.*s} is not known", id, (int)name.n, name.p);
	}
}

static void all_placeholders_of_the_table_are_known(void **state)
{
	(void)state;
	for (size_t i = 0; i < advice_count; i++) {
		const struct advice *a = &advice_rows[i];
		const char *id = cause_rows[a->cause].id;

		words_of(a->look, id);
		words_of(a->command, id);
		words_of(a->why, id);
		words_of(a->risk, id);
		words_of(a->undo, id);
		words_of(a->persist, id);
		if (a->cond.when == WHEN_SETTING)
			words_of(a->cond.arg, id);
	}
}

static void every_command_says_its_risk_and_how_to_undo_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < advice_count; i++)
		if (advice_rows[i].command && (!advice_rows[i].risk || !advice_rows[i].undo || !advice_rows[i].why))
			fail_msg("%s: %s", cause_rows[advice_rows[i].cause].id, advice_rows[i].command);
}

static void quotes_of_the_table_are_closed_and_single(void **state)
{
	(void)state;
	for (size_t i = 0; i < advice_count; i++) {
		const char *t[3] = { advice_rows[i].look, advice_rows[i].command, advice_rows[i].cond.arg };

		for (size_t k = 0; k < ARRAY_SIZE(t); k++) {
			size_t quotes = 0;

			for (const char *p = t[k]; p && *p; p++)
				quotes += *p == '\'';
			if (quotes % 2)
				fail_msg("%s: %s", cause_rows[advice_rows[i].cause].id, t[k]);
		}
	}
}

/* Every setting that a condition names must exist: a slip of the pen would silence the row for ever. */
static void conditions_of_the_table_name_settings_that_exist(void **state)
{
	(void)state;
	for (size_t i = 0; i < advice_count; i++) {
		struct slice rest = slice_str(advice_rows[i].cond.arg ? advice_rows[i].cond.arg : ""), w;
		bool known;
		char key[80];

		if (advice_rows[i].cond.when != WHEN_SETTING)
			continue;
		while (slice_word(&rest, &w)) {
			while (w.n && (*w.p == '!' || (*w.p >= '0' && *w.p <= '9') || (*w.p == '*' && w.n > 1)))
				w = slice_of(w.p + 1, w.n - 1);
			slice_copy(w, key, sizeof(key));
			known = !strchr(key, '.') || table_setting(key);
			if (!known)
				fail_msg("%s: %s", cause_rows[advice_rows[i].cause].id, key);
		}
	}
}

static void all_rows_fit_their_fields_with_long_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < advice_count; i++) {
		const struct advice *a = &advice_rows[i];
		struct tell t;
		struct facts x;
		struct sock_fact *sk;
		struct fix fix;
		uint32_t rule;

		tell_init(&t, a->cause);
		t.e.ns = t.lab;
		t.e.device = t.b0;
		snprintf(t.s.place[t.b0].link->name, 32, "enp101s0f0np0.99");
		snprintf(t.s.place[t.b0].link->qdisc, 16, "pfifo_fast");
		t.s.place[t.b0].link->peer = t.s.place[t.b0].link->master = t.eth0;
		t.s.place[t.b0].link->xdp = 2;
		sk = tell_socket(&t, strstr(cause_rows[a->cause].id, "tcp.") ? SOCK_KIND_TCP_LISTEN : SOCK_KIND_UDP, 212992);
		snprintf(sk->owner.unit, sizeof(sk->owner.unit), "a-service-with-a-name.service");
		rule = sample_place(&t.s, PLACE_RULE, t.lab, 9);
		*t.s.place[rule].rule = (struct rule_fact){ .tool = "ip6tables", .family = "inet", .table = "filter-table",
			.chain = "input-from-outside", .hook = "postrouting", .handle = 123456, .verdict = RULE_QUEUE };
		t.e.rule = rule;
		t.e.cpu = 127;
		t.f.have_traffic = true;
		facts_init(&x, &t.f, &t.r);
		x.setting = a->setting ? table_setting(a->setting) : &setting_rows[0];
		x.have_old = x.have_new = true;
		for (int k = 0; k < 3; k++)
			x.old[k] = x.new[k] = 134217728;
		snprintf(x.fit, sizeof(x.fit), "33554432 is the next power of two that holds the present buffer and one second of "
			 "what is lost (123456 packets of 2304 bytes in kernel memory).");
#define FITS(field, how, size) \
	do { \
		int r = a->field ? facts_fill(&x, a->field, how, fix.command, size) : 0; \
		if (r) \
			fail_msg("%s: " #field ": %d: %s", cause_rows[a->cause].id, r, a->field); \
	} while (0)
		if (a->command)
			FITS(command, FILL_SHELL, sizeof(fix.command));
		FITS(look, FILL_SHELL, sizeof(t.f.look));
		FITS(why, FILL_TEXT, sizeof(fix.why));
		FITS(risk, FILL_TEXT, sizeof(fix.risk));
		FITS(undo, FILL_SHELL, sizeof(fix.undo));
		FITS(persist, FILL_SHELL, sizeof(fix.persist));
		tell_free(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_socket_with_the_default_buffer_gets_a_larger_default),
		cmocka_unit_test(a_socket_at_the_cap_gets_a_larger_cap),
		cmocka_unit_test(a_program_that_asks_for_little_is_not_given_a_sysctl),
		cmocka_unit_test(a_reader_that_loses_more_than_it_reads_is_told_to_read_faster),
		cmocka_unit_test(the_kernel_limit_of_a_listener_is_raised_when_it_is_the_limit),
		cmocka_unit_test(a_small_backlog_of_the_program_is_not_cured_by_somaxconn),
		cmocka_unit_test(an_unknown_setting_leaves_only_the_last_resort),
		cmocka_unit_test(what_is_large_enough_already_is_not_raised),
		cmocka_unit_test(benign_causes_say_that_nothing_is_to_be_done),
		cmocka_unit_test(every_cause_has_something_to_say_on_a_host_that_shows_nothing),
		cmocka_unit_test(doubling_goes_to_the_next_power_of_two_within_bounds),
		cmocka_unit_test(nothing_is_advised_beyond_the_bound_of_the_row),
		cmocka_unit_test(three_numbers_in_pages_grow_together_and_are_quoted),
		cmocka_unit_test(of_tcp_rmem_only_the_upper_end_grows),
		cmocka_unit_test(a_ring_grows_to_what_the_card_can_and_queues_to_the_cpus),
		cmocka_unit_test(the_longest_of_rp_filter_all_and_device_decides),
		cmocka_unit_test(a_veth_pair_with_two_mtus_is_set_to_the_smaller_one_at_the_sender),
		cmocka_unit_test(a_container_is_entered_by_pid_and_its_sysctl_kept_where_it_is_made),
		cmocka_unit_test(each_command_of_a_line_gets_its_own_prefix),
		cmocka_unit_test(a_namespace_that_cannot_be_entered_gets_no_command),
		cmocka_unit_test(names_are_quoted_for_the_shell),
		cmocka_unit_test(bash_reads_back_the_name),
		cmocka_unit_test(a_name_that_looks_like_an_option_makes_the_row_unusable),
		cmocka_unit_test(control_bytes_never_reach_a_text),
		cmocka_unit_test(a_command_that_does_not_fit_is_not_given),
		cmocka_unit_test(braces_that_are_not_ours_stay),
		cmocka_unit_test(an_odd_device_name_is_not_written_into_files),
		cmocka_unit_test(conditions_compare_settings_numbers_and_words),
		cmocka_unit_test(a_counter_that_moved_chooses_between_ipv4_and_ipv6),
		cmocka_unit_test(all_placeholders_of_the_table_are_known),
		cmocka_unit_test(every_command_says_its_risk_and_how_to_undo_it),
		cmocka_unit_test(quotes_of_the_table_are_closed_and_single),
		cmocka_unit_test(conditions_of_the_table_name_settings_that_exist),
		cmocka_unit_test(all_rows_fit_their_fields_with_long_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
