/* SPDX-License-Identifier: BSD-2-Clause */
/* Filling templates: quoting, prefixes, conditions, and that every row of table/advice.c can be filled. */
#include "tell_fixture.h"

#include "tell/facts.h"

#include <errno.h>

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
	static const struct {
		const char *name, *bare, *quoted;
	} t[] = {
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

/* ---- conditions ---- */

static void conditions_compare_settings_numbers_and_words(void **state)
{
	static const struct {
		const char *arg;
		bool holds;
	} t[] = {
		{ "{dev}", true },
		{ "!{dev}", false },
		{ "{peer}", false },
		{ "!{peer}", true },
		{ "{qdisc} = fq", true },
		{ "{qdisc} = fq_codel", false },
		{ "{qdisc} != fq_codel", true },
		{ "{mtu} > 1499", true },
		{ "{mtu} >= 1501", false },
		{ "2*{mtu} = 3000", true },
		{ "net.core.somaxconn = 128", true },
		{ "net.core.somaxconn < 128", false },
		{ "4*net.core.somaxconn <= 512", true },
		{ "net.ipv4.tcp_mem > 0", false },
		{ "!net.ipv4.tcp_mem > 0", true },
		{ "no.such.key = 1", false },
		{ "{dev} & {qdisc} = fq & !{peer}", true },
		{ "{dev} & {peer}", false },
		{ "{cpus} > 1", true },
		{ "{mtu} > fq", false },
		{ "net.ipv4.conf.*.rp_filter = 1", true },
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
		sk = tell_socket(&t, strstr(cause_rows[a->cause].id, "tcp.") ? SOCK_KIND_TCP_LISTEN : SOCK_KIND_UDP,
				 212992);
		snprintf(sk->owner.unit, sizeof(sk->owner.unit), "a-service-with-a-name.service");
		rule = sample_place(&t.s, PLACE_RULE, t.lab, 9);
		*t.s.place[rule].rule = (struct rule_fact){ .tool = "ip6tables",
							    .family = "inet",
							    .table = "filter-table",
							    .chain = "input-from-outside",
							    .hook = "postrouting",
							    .handle = 123456,
							    .verdict = RULE_QUEUE };
		t.e.rule = rule;
		t.e.cpu = 127;
		t.f.have_traffic = true;
		facts_init(&x, &t.f, &t.r);
		x.setting = a->setting ? table_setting(a->setting) : &setting_rows[0];
		x.have_old = x.have_new = true;
		for (int k = 0; k < 3; k++)
			x.old[k] = x.new[k] = 134217728;
		snprintf(x.fit, sizeof(x.fit),
			 "33554432 is the next power of two that holds the present buffer and one second of "
			 "what is lost (123456 packets of 2304 bytes in kernel memory).");
#define FITS(field, how, size)                                                                    \
	do {                                                                                      \
		int r = a->field ? facts_fill(&x, a->field, how, fix.command, size) : 0;          \
		if (r)                                                                            \
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

static void each_command_of_a_line_gets_its_own_prefix(void **state)
{
	struct tell t;
	struct facts x;
	char text[400];

	(void)state;
	tell_init(&t, IP_NO_ROUTE);
	t.e.ns = t.lab;
	facts_init(&x, &t.f, &t.r);
	assert_int_equal(facts_fill(&x, "ip route; ip -6 route | grep 'a; ip b' && sysctl -w vm.min_free_kbytes=1",
				    FILL_SHELL, text, sizeof(text)),
			 0);
	assert_string_equal(text,
			    "ip netns exec lab-b ip route; ip netns exec lab-b ip -6 route | ip netns exec lab-b grep "
			    "'a; ip b' && sysctl -w vm.min_free_kbytes=1");
	tell_free(&t);
}

static void a_name_that_ip_netns_does_not_know_is_entered_by_a_process(void **state)
{
	char text[100];
	struct tell t;
	struct facts x;

	(void)state;
	tell_init(&t, DEVICE_LINK_DOWN);
	t.s.place[t.lab].ns->borrowed = true;
	t.s.place[t.lab].ns->pid = 4711;
	t.e.ns = t.lab;
	facts_init(&x, &t.f, &t.r);
	assert_int_equal(facts_fill(&x, "ip route", FILL_SHELL, text, sizeof(text)), 0);
	assert_string_equal(text, "nsenter -t 4711 -n ip route");
	t.s.place[t.lab].ns->pid = 0;
	assert_int_equal(facts_fill(&x, "ip route", FILL_SHELL, text, sizeof(text)), -ENODATA);
	tell_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_command_of_a_line_gets_its_own_prefix),
		cmocka_unit_test(a_name_that_ip_netns_does_not_know_is_entered_by_a_process),
		cmocka_unit_test(names_are_quoted_for_the_shell),
		cmocka_unit_test(bash_reads_back_the_name),
		cmocka_unit_test(a_name_that_looks_like_an_option_makes_the_row_unusable),
		cmocka_unit_test(control_bytes_never_reach_a_text),
		cmocka_unit_test(a_command_that_does_not_fit_is_not_given),
		cmocka_unit_test(braces_that_are_not_ours_stay),
		cmocka_unit_test(conditions_compare_settings_numbers_and_words),
		cmocka_unit_test(all_placeholders_of_the_table_are_known),
		cmocka_unit_test(every_command_says_its_risk_and_how_to_undo_it),
		cmocka_unit_test(quotes_of_the_table_are_closed_and_single),
		cmocka_unit_test(conditions_of_the_table_name_settings_that_exist),
		cmocka_unit_test(all_rows_fit_their_fields_with_long_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
