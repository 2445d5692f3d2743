/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "table/table.h"
#include "tell/lookup.h"

#include <errno.h>

static char *found(const char *name, int want)
{
	static struct fmt out;

	fmt_free(&out);
	fmt_grow(&out);
	if (lookup_explain(name, &out) != want)
		fail_msg("\"%s\": %s", name, out.p ? out.p : "");
	return out.p ? out.p : (char *)"";
}

static void starts(const char *name, const char *with)
{
	const char *text = found(name, 0);

	if (strncmp(text, with, strlen(with)) != 0)
		fail_msg("\"%s\" gives %.60s, not %s", name, text, with);
}

static void a_counter_is_found_however_it_is_spelt(void **state)
{
	static const char *const names[] = {
		"Udp.RcvbufErrors", "Udp:RcvbufErrors", "UdpRcvbufErrors",
		"RcvbufErrors",	    "rcvbuferrors",	"udp rcvbuf errors",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		starts(names[i], "Udp.RcvbufErrors: a counter of /proc/net/snmp");
	starts("Udp6RcvbufErrors", "Udp6RcvbufErrors: a counter");
	starts("TcpExtListenDrops", "TcpExt.ListenDrops: a counter");
	starts("rx_dropped", "dev.rx_dropped: a counter of ip -s link");
	starts("time_squeeze", "softnet.time_squeeze: a counter");
}

static void a_column_of_softnet_stat_is_found(void **state)
{
	(void)state;
	starts("softnet_stat column 2", "softnet.dropped:");
	starts("/proc/net/softnet_stat col 3", "softnet.time_squeeze:");
	found("softnet_stat column 4", -ENOENT);
	found("softnet_stat column 99999999999999999999", -ENOENT);
	assert_non_null(strstr(found("softnet_stat column 3", 0), "not a drop counter"));
}

static void a_counter_says_who_else_counts_the_packet(void **state)
{
	(void)state;
	assert_non_null(strstr(found("Udp.RcvbufErrors", 0), "Also in   Udp.InErrors (every step)"));
	assert_non_null(strstr(found("Udp.InErrors", 0), "Udp.RcvbufErrors"));
	assert_non_null(strstr(found("Udp.InErrors", 0), "never add it"));
}

static void several_rows_of_one_name_are_all_listed(void **state)
{
	const char *text = found("RcvbufErrors", 0);

	(void)state;
	assert_non_null(strstr(text, "\n  Udp6RcvbufErrors "));
	assert_non_null(strstr(text, "\n  UdpLite.RcvbufErrors "));
}

static void causes_reasons_settings_and_words_are_found(void **state)
{
	(void)state;
	starts("socket.udp_rcvbuf_full", "socket.udp_rcvbuf_full: a cause, overload:");
	starts("SOCKET_UDP_RCVBUF_FULL", "socket.udp_rcvbuf_full: a cause");
	starts("udp_rcvbuf_full", "socket.udp_rcvbuf_full: a cause");
	starts("SKB_DROP_REASON_NO_SOCKET", "NO_SOCKET: a drop reason");
	starts("no_socket", "NO_SOCKET: a drop reason");
	starts("rmem_max", "net.core.rmem_max: a setting in bytes, of the whole machine");
	starts("/proc/sys/net/core/rmem_max", "net.core.rmem_max: a setting");
	starts("net.core.somaxconn", "net.core.somaxconn: a setting in connections, of each network namespace");
	starts("benign", "benign: a verdict");
	starts("witness", "a role of a counter: witness");
	starts("likely", "likely: how sure");
	starts("neighbour", "neighbour: a layer");
}

static void a_driver_statistic_is_found_with_any_queue_number(void **state)
{
	(void)state;
	starts("rx_queue_12_xdp_drops", "rx_queue_*_xdp_drops: a statistic of the driver");
	starts("rx_queue_*_xdp_drops", "rx_queue_*_xdp_drops: a statistic of the driver");
	found("rx_queue__xdp_drops_", -ENOENT);
}

static void a_mistyped_name_gets_its_neighbours(void **state)
{
	(void)state;
	assert_non_null(strstr(found("RcvbufErors", -ENOENT), "Udp.RcvbufErrors"));
	assert_non_null(strstr(found("rmem_maks", -ENOENT), "net.core.rmem_max"));
	assert_non_null(strstr(found("conntrack.tabel_full", -ENOENT), "conntrack.table_full"));
}

static void nothing_near_is_said_so_and_hostile_names_are_harmless(void **state)
{
	char big[5000];

	(void)state;
	assert_string_equal(found("", -ENOENT), "nothing here is called \"\"\n");
	assert_string_equal(found("\033[2J", -ENOENT), "nothing here is called \"\\x1b[2J\"\n");
	memset(big, 'a', sizeof(big));
	big[sizeof(big) - 1] = 0;
	found(big, -ENOENT);
}

static void every_row_of_every_table_can_be_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < counter_count; i++)
		assert_non_null(strstr(found(counter_rows[i].key, 0), counter_rows[i].key));
	for (size_t i = CAUSE_NONE + 1; i < CAUSE_COUNT; i++)
		assert_non_null(strstr(found(cause_rows[i].id, 0), "To do"));
	for (size_t i = 0; i < setting_count; i++)
		found(setting_rows[i].key, 0);
	for (size_t i = 0; i < reason_count; i++)
		found(reason_rows[i].name, 0);
	for (size_t i = 0; i < driver_count; i++)
		found(driver_rows[i].name, 0);
}

static void no_placeholder_is_left_unfilled(void **state)
{
	(void)state;
	for (size_t i = CAUSE_NONE + 1; i < CAUSE_COUNT; i++) {
		const char *text = found(cause_rows[i].id, 0);

		if (strstr(text, "{dev}") || strstr(text, "{new}") || strstr(text, "{in_peer}"))
			fail_msg("%s", text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_counter_is_found_however_it_is_spelt),
		cmocka_unit_test(a_column_of_softnet_stat_is_found),
		cmocka_unit_test(a_counter_says_who_else_counts_the_packet),
		cmocka_unit_test(several_rows_of_one_name_are_all_listed),
		cmocka_unit_test(causes_reasons_settings_and_words_are_found),
		cmocka_unit_test(a_driver_statistic_is_found_with_any_queue_number),
		cmocka_unit_test(a_mistyped_name_gets_its_neighbours),
		cmocka_unit_test(nothing_near_is_said_so_and_hostile_names_are_harmless),
		cmocka_unit_test(every_row_of_every_table_can_be_told),
		cmocka_unit_test(no_placeholder_is_left_unfilled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
