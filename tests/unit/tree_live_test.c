/* SPDX-License-Identifier: BSD-2-Clause */
/* The live host, with namespaces that come and go (those need root, else they are skipped). */
#include "tree_fixture.h"

static void our_own_namespace_is_read_live(void **state)
{
	struct heard heard;
	struct host h;
	struct netns *own;
	struct slice s;
	struct tree_cost before;

	(void)state;
	open_host(&h, NULL);
	own = tree_own(h.tree);
	assert_true(tree_live(h.tree) && own->own && own->inode);
	assert_int_equal(tree_net(own, NET_SNMP, &s, &h.err), 0);
	assert_true(slice_starts(s, "Ip: Forwarding"));
	before = tree_cost(h.tree);
	assert_int_equal(tree_net(own, NET_SNMP, &s, &h.err), 0);
	assert_int_equal(tree_cost(h.tree).calls - before.calls, 1); /* one pread, no look for the end */
	assert_int_equal(tree_net(own, NET_SOFTNET, &s, &h.err), 0);
	assert_true(s.n > 0);
	assert_int_equal(ask(own, &heard, &h.err), 0);
	assert_true(heard.count >= 1);
	assert_int_equal(tree_file(h.tree, own, "proc/sys/net/core/somaxconn", &s, &h.err), 0);
	assert_int_equal(tree_file(h.tree, NULL, "proc/no/such", &s, &h.err), -ENOENT);
	assert_non_null(strstr(h.err.text, "/proc/no/such"));
	close_host(&h);
}

static void an_error_of_the_kernel_is_returned_with_its_sentence(void **state)
{
	struct {
		struct nlmsghdr h;
		struct ifinfomsg m;
	} q = { { sizeof(q), RTM_GETLINK, NLM_F_REQUEST, 0, 0 }, { .ifi_index = 0x7ffffff0 } };
	struct heard heard = { 0 };
	struct host h;

	(void)state;
	open_host(&h, NULL);
	assert_int_equal(tree_ask(tree_own(h.tree), NL_ROUTE, "onelink", &q.h, hear_one, &heard, &h.err), -ENODEV);
	assert_non_null(strstr(h.err.text, "onelink"));
	assert_int_equal(heard.count, 0);
	assert_int_equal(ask(tree_own(h.tree), &heard, NULL), 0); /* the socket is still good */
	q.m.ifi_index = 1;
	heard.count = 0;
	assert_int_equal(tree_ask(tree_own(h.tree), NL_ROUTE, "onelink", &q.h, hear_one, &heard, &h.err), 0);
	assert_int_equal(heard.count, 1);
	close_host(&h);
}

static void a_caller_who_has_heard_enough_does_not_spoil_the_next_answer(void **state)
{
	struct question q = links();
	struct heard heard;
	struct host h;
	unsigned all;
	int count = 0;

	(void)state;
	open_host(&h, NULL);
	assert_int_equal(ask(tree_own(h.tree), &heard, NULL), 0);
	all = heard.count;
	assert_int_equal(tree_ask(tree_own(h.tree), NL_ROUTE, "getlink", &q.h, stop_at_once, &count, NULL), 0);
	assert_int_equal(count, 1);
	assert_int_equal(ask(tree_own(h.tree), &heard, NULL), 0);
	assert_int_equal(heard.count, all);
	close_host(&h);
}

static void without_descriptors_to_spare_files_are_opened_each_time(void **state)
{
	struct host h;
	struct slice s;

	(void)state;
	open_host(&h, NULL);
	h.tree->budget = 0;
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(tree_net(tree_own(h.tree), NET_SNMP, &s, &h.err), 0);
	assert_int_equal(tree_own(h.tree)->fd[NET_SNMP], -1);
	close_host(&h);
}

static void a_file_longer_than_the_buffer_comes_whole(void **state)
{
	char *big = malloc(300000);
	struct tree t = { .kind = TREE_DIR };
	struct slice s;
	int fd;

	(void)state;
	for (unsigned i = 0; i < 300000; i++)
		big[i] = (char)('a' + i % 23);
	put_bytes("big", big, 300000);
	fd = open(in_top("big"), O_RDONLY);
	for (unsigned single = 0; single < 2; single++) {
		assert_int_equal(tree_read_fd(&t, fd, single, &s), 0);
		assert_int_equal(s.n, 300000);
		assert_memory_equal(s.p, big, s.n);
	}
	close(fd);
	free(t.buf);
	free(big);
}

/* A tick as the program makes it. */
static void tick(struct host *h)
{
	sample_begin(&h->sample, h->sample.mono_ns + 1000000000u, h->sample.real_ns + 1000000000u);
	tree_watch(h->tree, &h->sample);
}

static struct netns *named(struct host *h, const char *name)
{
	struct netns *ns;

	for (uint32_t i = 0; (ns = tree_netns(h->tree, i)); i++)
		if (strcmp(h->sample.place[ns->place].ns->name, name) == 0)
			return ns;
	return NULL;
}

static unsigned events_of(const struct host *h, enum event_kind kind, const char *name)
{
	unsigned n = 0;

	for (uint32_t i = 0; i < h->sample.events; i++)
		n += h->sample.event[i].kind == kind && strstr(h->sample.event[i].text, name) != NULL;
	return n;
}

static bool ip_netns(const char *what, const char *name)
{
	char cmd[128];

	snprintf(cmd, sizeof(cmd), "ip netns %s %s 2>/dev/null", what, name);
	return system(cmd) == 0;
}

/* The name differs per process: two runs of this test may share the host. */
static const char *test_name(void)
{
	static char name[32];

	snprintf(name, sizeof(name), "tree-%d", (int)getpid());
	return name;
}

static bool can_make_namespaces(void)
{
	if (geteuid() == 0 && ip_netns("add", test_name()))
		return true;
	print_message("skipped: needs root and ip netns\n");
	return false;
}

static void a_namespace_without_processes_is_found_read_and_let_go(void **state)
{
	char self[64] = "", after[64] = "";
	struct heard heard;
	struct host h;
	struct netns *ns;
	struct slice s;
	uint32_t place;

	(void)state;
	if (!can_make_namespaces())
		skip();
	assert_true(readlink("/proc/thread-self/ns/net", self, sizeof(self) - 1) > 0);
	open_host(&h, NULL);
	ns = named(&h, test_name());
	assert_non_null(ns);
	place = ns->place;
	assert_int_equal(tree_net(ns, NET_SNMP, &s, &h.err), 0);
	assert_int_equal(ask(ns, &heard, &h.err), 0);
	assert_int_equal(heard.count, 1); /* lo */
	assert_int_equal(tree_file(h.tree, ns, "sys/class/net/lo/ifindex", &s, &h.err), 0);
	assert_text(0, s, "1\n");
	assert_int_equal(tree_file(h.tree, ns, "sys/class/net/eth0/ifindex", &s, &h.err), -ENOENT);
	assert_true(readlink("/proc/thread-self/ns/net", after, sizeof(after) - 1) > 0);
	assert_string_equal(self, after);
	tick(&h);
	assert_false(ns->dead);
	assert_true(ip_netns("del", test_name()));
	tick(&h);
	assert_true(ns->dead);
	assert_int_equal(tree_net(ns, NET_SNMP, &s, &h.err), 0); /* its last words */
	tree_reap(h.tree, &h.sample);
	assert_null(named(&h, test_name()));
	assert_true(h.sample.place[place].gone);
	assert_int_equal(events_of(&h, EVENT_NS_GONE, test_name()), 1);
	close_host(&h);
}

static void one_wanted_namespace_is_found_by_name_inode_and_pid(void **state)
{
	char inode[24], pid[24];
	const char *which[] = { test_name(), inode, pid };
	struct sample s;
	struct stat st;
	struct tree *t;
	char path[64];
	pid_t child;
	int go[2];

	(void)state;
	if (!can_make_namespaces())
		skip();
	snprintf(path, sizeof(path), "/run/netns/%s", test_name());
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(pipe(go), 0);
	child = fork();
	if (child == 0) {
		int fd = open(path, O_RDONLY);

		if (fd < 0 || setns(fd, CLONE_NEWNET) < 0 || write(go[1], "x", 1) < 0)
			_exit(1);
		while (1)
			pause();
	}
	assert_int_equal(read(go[0], path, 1), 1);
	snprintf(inode, sizeof(inode), "%llu", (unsigned long long)st.st_ino);
	snprintf(pid, sizeof(pid), "%d", (int)child);
	for (unsigned i = 0; i < ARRAY_SIZE(which); i++) {
		assert_int_equal(sample_init(&s), 0);
		sample_begin(&s, 1, 1);
		assert_int_equal(tree_open(&t, NULL, priv_open(), NULL), 0);
		assert_int_equal(tree_only(t, &s, which[i], NULL), 0);
		assert_int_equal(tree_scan(t, &s, NULL), 0);
		assert_int_equal(tree_netns(t, 0)->inode, st.st_ino);
		assert_null(tree_netns(t, 1));
		sample_begin(&s, 2, 2);
		assert_int_equal(tree_scan(t, &s, NULL), 0);
		assert_null(tree_netns(t, 1));
		tree_close(t);
		sample_free(&s);
	}
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	ip_netns("del", test_name());
	close(go[0]);
	close(go[1]);
}

static void a_namespace_made_again_under_the_same_name_is_another_one(void **state)
{
	struct host h;
	struct netns *ns;
	uint32_t place;

	(void)state;
	if (!can_make_namespaces())
		skip();
	open_host(&h, NULL);
	ns = named(&h, test_name());
	assert_non_null(ns);
	place = ns->place;
	assert_true(ip_netns("del", test_name()) && ip_netns("add", test_name()));
	tick(&h);
	tree_reap(h.tree, &h.sample);
	ns = named(&h, test_name());
	assert_non_null(ns);
	assert_int_not_equal(ns->place, place);
	assert_true(h.sample.place[ns->place].born);
	assert_true(h.sample.place[place].gone);
	assert_int_equal(events_of(&h, EVENT_NS_NEW, test_name()), 1);
	/* Let go and made again between two ticks: the inode may be used again, the place may not. */
	place = ns->place;
	assert_true(ip_netns("del", test_name()));
	tick(&h);
	tree_reap(h.tree, &h.sample);
	assert_true(ip_netns("add", test_name()));
	tick(&h);
	ns = named(&h, test_name());
	assert_non_null(ns);
	assert_int_not_equal(ns->place, place);
	assert_false(ns->dead);
	ip_netns("del", test_name());
	close_host(&h);
}

static void a_namespace_lives_as_long_as_any_process_inside(void **state)
{
	struct host h;
	struct netns *ns = NULL;
	pid_t first, second;
	int go[2];

	(void)state;
	if (geteuid() != 0 || pipe(go) < 0)
		skip();
	open_host(&h, NULL);
	first = fork();
	if (first == 0) {
		if (unshare(CLONE_NEWNET) < 0)
			_exit(1);
		second = fork();
		if (second == 0)
			while (1)
				pause();
		if (write(go[1], &second, sizeof(second)) < 0)
			_exit(1);
		while (1)
			pause();
	}
	assert_int_equal(read(go[0], &second, sizeof(second)), sizeof(second));
	tick(&h);
	for (uint32_t i = 0; (ns = tree_netns(h.tree, i)); i++)
		if (ns->pid == first || ns->pid == second)
			break;
	assert_non_null(ns);
	assert_true(h.sample.place[ns->place].born);
	kill(first, SIGKILL);
	waitpid(first, NULL, 0);
	tick(&h);
	assert_false(ns->dead);
	assert_int_equal(ns->pid, second);
	kill(second, SIGKILL);
	for (unsigned i = 0; i < 100 && !ns->dead; i++) {
		usleep(5000); /* nobody of ours waits for the second */
		tick(&h);
	}
	assert_true(ns->dead);
	tree_reap(h.tree, &h.sample);
	close(go[0]);
	close(go[1]);
	close_host(&h);
}

static void a_quiet_tick_costs_a_handful_of_calls(void **state)
{
	struct tree_cost before;
	struct host h;
	uint64_t least = UINT64_MAX;

	(void)state;
	open_host(&h, NULL);
	/* The host may be busy: of ticks in a row the last has nobody young left, and one quiet row is enough. */
	for (unsigned i = 0; i < 60; i++) {
		uint64_t calls;

		if (i % 6 == 0)
			usleep(60000);
		before = tree_cost(h.tree);
		tick(&h);
		calls = tree_cost(h.tree).calls - before.calls;
		least = calls < least ? calls : least;
	}
	assert_true(least <= 4);
	close_host(&h);
}

static void no_descriptor_stays_open(void **state)
{
	struct host h;
	struct slice s;
	int low, after;

	(void)state;
	priv_open();
	low = dup(0);
	close(low);
	for (unsigned i = 0; i < 3; i++) {
		open_host(&h, NULL);
		for (uint32_t k = 0; tree_netns(h.tree, k); k++)
			tree_net(tree_netns(h.tree, k), NET_SNMP, &s, NULL);
		close_host(&h);
	}
	after = dup(0);
	close(after);
	assert_int_equal(low, after);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(our_own_namespace_is_read_live),
		T(an_error_of_the_kernel_is_returned_with_its_sentence),
		T(a_caller_who_has_heard_enough_does_not_spoil_the_next_answer),
		T(without_descriptors_to_spare_files_are_opened_each_time),
		T(a_file_longer_than_the_buffer_comes_whole),
		T(a_namespace_without_processes_is_found_read_and_let_go),
		T(one_wanted_namespace_is_found_by_name_inode_and_pid),
		T(a_namespace_made_again_under_the_same_name_is_another_one),
		T(a_namespace_lives_as_long_as_any_process_inside),
		T(a_quiet_tick_costs_a_handful_of_calls),
		T(no_descriptor_stays_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
