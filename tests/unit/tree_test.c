/* SPDX-License-Identifier: BSD-2-Clause */
/* Recorded directories, netlink recordings full of garbage, names of containers. */
#include "tree_fixture.h"

static void a_directory_answers_like_a_host(void **state)
{
	struct host h;
	struct slice s;

	(void)state;
	put_text("proc/net/snmp", "Udp: a\nUdp: 1\n");
	put_text("proc/sys/net/core/rmem_max", "212992\n");
	put_text("proc/sys/kernel/osrelease", "6.1.0\n");
	open_host(&h, top);
	assert_false(tree_live(h.tree));
	assert_string_equal(tree_kernel(h.tree), "6.1.0");
	assert_text(tree_net(tree_own(h.tree), NET_SNMP, &s, NULL), s, "Udp: a\nUdp: 1\n");
	assert_text(tree_file(h.tree, NULL, "proc/sys/net/core/rmem_max", &s, NULL), s, "212992\n");
	assert_text(tree_file(h.tree, tree_own(h.tree), "proc/net/snmp", &s, NULL), s, "Udp: a\nUdp: 1\n");
	assert_int_equal(tree_net(tree_own(h.tree), NET_NETSTAT, &s, NULL), -ENOENT);
	assert_null(tree_netns(h.tree, 1));
	close_host(&h);
}

static void files_below_a_process_serve_where_proc_net_lacks_them(void **state)
{
	struct host h;
	struct slice s;

	(void)state;
	put_text("proc/net/sockstat", "in net");
	put_text("proc/26231/net/snmp", "by pid");
	put_text("proc/26231/net/sockstat", "not this");
	open_host(&h, top);
	assert_text(tree_net(tree_own(h.tree), NET_SOCKSTAT, &s, NULL), s, "in net");
	assert_text(tree_net(tree_own(h.tree), NET_SNMP, &s, NULL), s, "by pid");
	close_host(&h);
}

static void other_namespaces_of_a_recording_keep_their_own_files(void **state)
{
	struct host h;
	struct netns *ns;
	struct slice s;

	(void)state;
	put_text("proc/net/snmp", "ours");
	put_text("about", "kernel: 5.10\nhostname: box\nreal_ns: 17\nmono_ns: 4\nown_inode: 11\n");
	put_text("netns/4026532000/net/snmp", "theirs");
	put_text("netns/4026532000/proc/sys/net/core/somaxconn", "77\n");
	put_text("netns/4026532000/about", "name: blue\npid: 42\ncookie: 9\ncontainer: abc\n");
	put_text("netns/not-a-number/net/snmp", "nobody's");
	open_host(&h, top);
	ns = tree_netns(h.tree, 1);
	assert_non_null(ns);
	assert_null(tree_netns(h.tree, 2));
	assert_text(tree_net(ns, NET_SNMP, &s, NULL), s, "theirs");
	assert_text(tree_file(h.tree, ns, "proc/sys/net/core/somaxconn", &s, NULL), s, "77\n");
	assert_int_equal(tree_file(h.tree, NULL, "proc/sys/net/core/somaxconn", &s, NULL), -ENOENT);
	assert_string_equal(h.sample.place[ns->place].ns->name, "blue");
	assert_int_equal(h.sample.place[ns->place].ns->cookie, 9);
	assert_int_equal(h.sample.place[ns->place].ns->inode, 4026532000);
	assert_int_equal(h.sample.place[tree_own(h.tree)->place].ns->inode, 11);
	close_host(&h);
}

/* As the program asks: the wish comes before the first look. */
static void only_before_looking(const char *which)
{
	struct sample s;
	struct tree *t;
	struct err err;

	assert_int_equal(sample_init(&s), 0);
	sample_begin(&s, 1, 1);
	assert_int_equal(tree_open(&t, top, NULL, NULL), 0);
	assert_int_equal(tree_only(t, &s, which, NULL), 0);
	assert_int_equal(tree_scan(t, &s, &err), 0);
	assert_int_equal(tree_netns(t, 0)->inode, 4026532000);
	assert_null(tree_netns(t, 1));
	assert_non_null(tree_own(t));
	tree_close(t);
	assert_int_equal(tree_open(&t, top, NULL, NULL), 0);
	assert_int_equal(tree_only(t, &s, "green", NULL), 0);
	assert_int_equal(tree_scan(t, &s, &err), -ENOENT);
	assert_non_null(strstr(err.text, "green"));
	tree_close(t);
	sample_free(&s);
}

static void only_one_namespace_is_kept_by_name_inode_or_pid(void **state)
{
	static const char *const which[] = { "blue", "4026532000", "42" };

	(void)state;
	put_text("proc/net/snmp", "ours");
	put_text("netns/4026532000/about", "name: blue\npid: 42\n");
	put_text("netns/4026532001/about", "name: red\npid: 43\n");
	for (unsigned i = 0; i < ARRAY_SIZE(which); i++) {
		struct host h;

		open_host(&h, top);
		assert_int_equal(tree_only(h.tree, &h.sample, "green", &h.err), -ENOENT);
		assert_non_null(strstr(h.err.text, "green"));
		assert_int_equal(tree_only(h.tree, &h.sample, "all", NULL), 0);
		assert_non_null(tree_netns(h.tree, 2));
		assert_int_equal(tree_only(h.tree, &h.sample, which[i], NULL), 0);
		assert_int_equal(tree_netns(h.tree, 0)->inode, 4026532000);
		assert_null(tree_netns(h.tree, 1));
		assert_non_null(tree_own(h.tree)); /* machine-wide sources still have a home */
		close_host(&h);
		only_before_looking(which[i]);
	}
}

static void a_link_cannot_lead_outside(void **state)
{
	struct host h;
	struct slice s;

	(void)state;
	put_text("proc/net/snmp", "ours");
	put_text("real", "inside");
	assert_int_equal(symlink("/etc/passwd", in_top("proc/net/netstat")), 0);
	assert_int_equal(symlink("../../../../../../../../etc/passwd", in_top("proc/net/snmp6")), 0);
	assert_int_equal(symlink("/real", in_top("proc/net/sockstat")), 0);
	open_host(&h, top);
	assert_int_equal(tree_net(tree_own(h.tree), NET_NETSTAT, &s, NULL), -ENOENT);
	assert_int_equal(tree_net(tree_own(h.tree), NET_SNMP6, &s, NULL), -ENOENT);
	assert_text(tree_net(tree_own(h.tree), NET_SOCKSTAT, &s, NULL), s, "inside");
	assert_int_equal(tree_file(h.tree, NULL, "../../etc/passwd", &s, NULL), -ENOENT);
	close_host(&h);
}

static void a_pipe_or_directory_in_place_of_a_file_is_absent(void **state)
{
	struct host h;
	struct slice s;

	(void)state;
	put_text("proc/net/snmp/file", "x");
	assert_int_equal(mkfifo(in_top("proc/net/netstat"), 0644), 0);
	open_host(&h, top);
	assert_int_equal(tree_net(tree_own(h.tree), NET_SNMP, &s, NULL), -ENOENT);
	assert_int_equal(tree_net(tree_own(h.tree), NET_NETSTAT, &s, NULL), -ENOENT);
	close_host(&h);
}

static void ethtool_text_comes_from_fixtures_and_sosreports(void **state)
{
	struct host h;
	struct slice s;
	struct fmt names;

	(void)state;
	put_text("proc/net/snmp", "ours");
	put_text("ethtool/eth0/statistics", "NIC statistics:\n");
	put_text("sos_commands/networking/ethtool_-S_eth1", "NIC statistics:\n     a: 1\n");
	put_text("blob/ethtool-eth2", "blob");
	open_host(&h, top);
	assert_text(tree_blob(tree_own(h.tree), "ethtool-text/eth0", never_fetch, NULL, &s, NULL), s,
		    "NIC statistics:\n");
	assert_text(tree_blob(tree_own(h.tree), "ethtool-text/eth1", never_fetch, NULL, &s, NULL), s,
		    "NIC statistics:\n     a: 1\n");
	assert_text(tree_blob(tree_own(h.tree), "ethtool-eth2", never_fetch, NULL, &s, NULL), s, "blob");
	assert_int_equal(tree_blob(tree_own(h.tree), "ethtool-text/eth3", never_fetch, NULL, &s, NULL), -ENOENT);
	fmt_grow(&names);
	assert_int_equal(tree_list(h.tree, NULL, "ethtool", collect, &names), 0);
	assert_non_null(strstr(names.p, "eth0 "));
	assert_non_null(strstr(names.p, "eth1 "));
	fmt_free(&names);
	close_host(&h);
}

static void another_namespace_under_the_same_inode_is_another_place(void **state)
{
	struct host h;
	struct tree *next;
	uint32_t before;

	(void)state;
	put_text("proc/net/snmp", "ours");
	put_text("netns/5000/about", "name: a\ncookie: 1\n");
	open_host(&h, top);
	before = tree_netns(h.tree, 1)->place;
	put_text("netns/5000/about", "name: b\ncookie: 2\n");
	sample_begin(&h.sample, 2, 2);
	assert_int_equal(tree_open(&next, top, NULL, NULL), 0);
	assert_int_equal(tree_scan(next, &h.sample, NULL), 0);
	assert_int_not_equal(tree_netns(next, 1)->place, before);
	assert_true(h.sample.place[before].gone);
	assert_int_equal(tree_own(next)->place, tree_own(h.tree)->place);
	tree_close(next);
	close_host(&h);
}

static size_t message(char *at, uint16_t type, size_t payload)
{
	struct nlmsghdr h = { .nlmsg_len = (uint32_t)(NLMSG_HDRLEN + payload), .nlmsg_type = type };

	memset(at, 0xa5, NLMSG_ALIGN(h.nlmsg_len));
	memcpy(at, &h, sizeof(h));
	return NLMSG_ALIGN(h.nlmsg_len);
}

static void a_netlink_recording_is_replayed_message_by_message(void **state)
{
	char data[256];
	struct heard heard;
	struct host h;
	struct question q = links();
	size_t n;
	int count = 0;

	(void)state;
	n = message(data, RTM_NEWLINK, 20);
	n += message(data + n, RTM_NEWLINK, 7);
	put_text("proc/net/snmp", "ours");
	put_bytes("netlink/getlink", data, n);
	open_host(&h, top);
	assert_int_equal(ask(tree_own(h.tree), &heard, NULL), 0);
	assert_int_equal(heard.count, 2);
	assert_int_equal(tree_ask(tree_own(h.tree), NL_ROUTE, "getlink", &q.h, stop_at_once, &count, NULL), 0);
	assert_int_equal(count, 1);
	assert_int_equal(tree_ask(tree_own(h.tree), NL_ROUTE, "getqdisc", &q.h, stop_at_once, &count, NULL), -ENOENT);
	close_host(&h);
}

static void a_message_longer_than_the_recording_is_refused(void **state)
{
	char data[256];
	struct heard heard;
	struct host h;
	size_t n;

	(void)state;
	n = message(data, RTM_NEWLINK, 20);
	message(data + n, RTM_NEWLINK, 100);
	put_text("proc/net/snmp", "ours");
	put_bytes("netlink/getlink", data, n + 50);
	open_host(&h, top);
	assert_int_equal(ask(tree_own(h.tree), &heard, &h.err), -EBADMSG);
	assert_int_equal(heard.count, 1);
	assert_non_null(strstr(h.err.text, "getlink"));
	close_host(&h);
}

static void garbage_in_a_netlink_recording_is_never_read_past_its_end(void **state)
{
	unsigned seed = 1;
	const char *given = getenv("TREE_SEED");
	uint64_t v;

	(void)state;
	if (given && slice_u64(slice_str(given), &v))
		seed = (unsigned)v;
	print_message("seed %u (TREE_SEED)\n", seed);
	put_text("proc/net/snmp", "ours");
	for (unsigned round = 0; round < 300; round++) {
		char data[512];
		size_t n = (size_t)rand_r(&seed) % sizeof(data);
		struct heard heard;
		struct host h;

		for (size_t i = 0; i < n; i++)
			data[i] = (char)rand_r(&seed);
		if (round % 2 && n > 4)
			memcpy(data, &(uint32_t){ (uint32_t)rand_r(&seed) % 64 }, 4);
		put_bytes("netlink/getlink", data, n);
		open_host(&h, top);
		assert_true(ask(tree_own(h.tree), &heard, NULL) <= 0);
		close_host(&h);
	}
}

static void containers_pods_and_units_are_told_from_the_cgroup(void **state)
{
#define HEX64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	static const struct {
		const char *cgroup, *container, *unit;
	} cases[] = {
		{ "0::/\n", "", "" },
		{ "0::/system.slice/docker-" HEX64 ".scope\n", "0123456789ab", "" },
		{ "5:devices:/docker/" HEX64 "\n4:memory:/docker/" HEX64 "\n", "0123456789ab", "" },
		{ "0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod0ab1c2d3_1111_2222_3333_444455556666.slice/"
		  "cri-containerd-" HEX64 ".scope\n",
		  "0ab1c2d3-1111-2222-3333-444455556666", "" },
		{ "9:cpu:/kubepods/besteffort/pod0ab1c2d3-1111-2222-3333-444455556666/" HEX64 "\n",
		  "0ab1c2d3-1111-2222-3333-444455556666", "" },
		{ "0::/system.slice/named.service\n", "", "named.service" },
		{ "0::/user.slice/user-0.slice/user@0.service/init.scope\n", "", "" },
		{ "0::/x/a" HEX64 "\n", "", "" },
		{ "0::/podcast/podium\n", "", "" },
		{ "", "", "" },
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		char container[80], unit[96];

		netns_container(slice_str(cases[i].cgroup), container, sizeof(container), unit, sizeof(unit));
		assert_string_equal(container, cases[i].container);
		assert_string_equal(unit, cases[i].unit);
	}
}

static void every_file_of_the_enum_has_a_path(void **state)
{
	(void)state;
	for (unsigned i = 0; i < NET_FILES; i++)
		assert_non_null(net_file_paths[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(every_file_of_the_enum_has_a_path),
		T(a_directory_answers_like_a_host),
		T(files_below_a_process_serve_where_proc_net_lacks_them),
		T(other_namespaces_of_a_recording_keep_their_own_files),
		T(only_one_namespace_is_kept_by_name_inode_or_pid),
		T(a_link_cannot_lead_outside),
		T(a_pipe_or_directory_in_place_of_a_file_is_absent),
		T(ethtool_text_comes_from_fixtures_and_sosreports),
		T(another_namespace_under_the_same_inode_is_another_place),
		T(a_netlink_recording_is_replayed_message_by_message),
		T(a_message_longer_than_the_recording_is_refused),
		T(garbage_in_a_netlink_recording_is_never_read_past_its_end),
		T(containers_pods_and_units_are_told_from_the_cgroup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
