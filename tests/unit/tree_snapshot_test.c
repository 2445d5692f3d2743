/* SPDX-License-Identifier: BSD-2-Clause */
/* Snapshots: the round trip, other archives, and damage at every turn. */
#include "tree_fixture.h"

static int fetch_bytes(struct netns *ns, void *arg, struct fmt *out)
{
	(void)ns;
	fmt_bytes(out, arg, 5);
	return 0;
}

/* A snapshot of this host; returns how many links it has. */
static unsigned make_snapshot(const char *path, char *ret_snmp, size_t size)
{
	struct heard heard;
	struct host h;
	struct slice s;
	struct fmt names;

	open_host(&h, NULL);
	tree_record(h.tree);
	assert_int_equal(tree_net(tree_own(h.tree), NET_SNMP, &s, NULL), 0);
	slice_copy(s, ret_snmp, size);
	assert_int_equal(tree_net(tree_own(h.tree), NET_DEV, &s, NULL), 0);
	assert_int_equal(ask(tree_own(h.tree), &heard, NULL), 0);
	assert_int_equal(tree_blob(tree_own(h.tree), "bytes", fetch_bytes, (char *)"a\0b\xff!", &s, NULL), 0);
	assert_int_equal(tree_file(h.tree, NULL, "sys/class/net/lo/mtu", &s, NULL), 0);
	fmt_grow(&names);
	assert_int_equal(tree_list(h.tree, NULL, "sys/class/net", collect, &names), 0);
	fmt_free(&names);
	assert_int_equal(tree_write(h.tree, path, &h.err), 0);
	close_host(&h);
	return heard.count;
}

static void a_snapshot_answers_as_the_host_did(void **state)
{
	char snmp[8192];
	unsigned links_then = make_snapshot(in_top("snap.tar"), snmp, sizeof(snmp));
	uint64_t real, mono;
	struct heard heard;
	struct host h;
	struct slice s;
	struct fmt names;

	(void)state;
	open_host(&h, in_top("snap.tar"));
	assert_int_equal(h.err.code, 0);
	assert_text(tree_net(tree_own(h.tree), NET_SNMP, &s, NULL), s, snmp);
	assert_int_equal(ask(tree_own(h.tree), &heard, NULL), 0);
	assert_int_equal(heard.count, links_then);
	assert_int_equal(tree_blob(tree_own(h.tree), "bytes", never_fetch, NULL, &s, NULL), 0);
	assert_int_equal(s.n, 5);
	assert_memory_equal(s.p, "a\0b\xff!", 5);
	fmt_grow(&names);
	assert_int_equal(tree_list(h.tree, NULL, "sys/class/net", collect, &names), 0);
	assert_non_null(strstr(names.p, "lo "));
	fmt_reset(&names);
	assert_int_equal(tree_list(h.tree, NULL, "sys/class/nothing", collect, &names), -ENOENT);
	fmt_free(&names);
	tree_when(h.tree, &real, &mono);
	assert_true(real > 1000000000000000000u && mono > 0);
	assert_true(tree_kernel(h.tree)[0]);
	close_host(&h);
}

static void a_snapshot_is_a_tar_file_and_leaves_no_temporary(void **state)
{
	char snmp[8192], cmd[256];
	struct stat st;

	(void)state;
	make_snapshot(in_top("snap.tar"), snmp, sizeof(snmp));
	snprintf(cmd, sizeof(cmd), "tar tf %s | grep -qx proc/net/snmp", in_top("snap.tar"));
	assert_int_equal(system(cmd), 0);
	assert_int_equal(stat(in_top("snap.tar.tmp"), &st), -1);
	assert_int_equal(stat(in_top("snap.tar"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

/* A small host's snapshot may be shorter than the smallest disk: another file takes all of it. */
static void fill(const char *path)
{
	static const char page[4096];
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	while (write(fd, page, sizeof(page)) > 0)
		;
	assert_int_equal(errno, ENOSPC);
	close(fd);
}

static void a_full_disk_leaves_no_half_snapshot(void **state)
{
	struct host h;
	struct slice s;
	struct stat st;

	(void)state;
	open_host(&h, NULL);
	tree_record(h.tree);
	assert_int_equal(tree_net(tree_own(h.tree), NET_SNMP, &s, NULL), 0);
	assert_int_equal(tree_write(h.tree, in_top("no/such/dir/x"), &h.err), -ENOENT);
	if (geteuid() != 0 || mkdir(in_top("small"), 0755) < 0 ||
	    mount("none", in_top("small"), "tmpfs", 0, "size=4k") < 0) {
		close_host(&h);
		print_message("skipped in part: no small file system without root\n");
		return;
	}
	fill(in_top("small/other"));
	assert_int_equal(tree_write(h.tree, in_top("small/x"), &h.err), -ENOSPC);
	assert_non_null(strstr(h.err.text, "small/x"));
	assert_int_equal(stat(in_top("small/x"), &st), -1);
	assert_int_equal(stat(in_top("small/x.tmp"), &st), -1);
	umount(in_top("small"));
	close_host(&h);
}

static void a_truncated_snapshot_gives_one_sentence_and_what_came_before(void **state)
{
	char snmp[8192], *all, *at;
	struct stat st;
	size_t whole;
	FILE *f;

	(void)state;
	make_snapshot(in_top("snap.tar"), snmp, sizeof(snmp));
	assert_int_equal(stat(in_top("snap.tar"), &st), 0);
	all = malloc((size_t)st.st_size);
	assert_non_null(all);
	f = fopen(in_top("snap.tar"), "r");
	assert_int_equal(fread(all, (size_t)st.st_size, 1, f), 1);
	fclose(f);
	at = memmem(all, (size_t)st.st_size, "proc/net/snmp", sizeof("proc/net/snmp"));
	assert_non_null(at);
	whole = (size_t)(at - all) + 512 + (strlen(snmp) + 511) / 512 * 512;
	for (size_t n = 0; n < (size_t)st.st_size - 1024; n += 100) {
		struct sample s;
		struct slice text;
		struct tree *t;
		struct err err = { 0 };
		int r;

		put_bytes("cut.tar", all, n);
		r = tree_open(&t, in_top("cut.tar"), NULL, &err);
		assert_int_not_equal(err.code, 0);
		assert_non_null(strstr(err.text, "cut.tar"));
		if (r < 0)
			continue;
		assert_int_equal(sample_init(&s), 0);
		sample_begin(&s, 1, 1);
		assert_int_equal(tree_scan(t, &s, NULL), 0);
		r = tree_net(tree_own(t), NET_SNMP, &text, NULL);
		assert_true(r == -ENOENT || (r == 0 && text.n == strlen(snmp)));
		if (n >= whole)
			assert_int_equal(r, 0);
		tree_close(t);
		sample_free(&s);
	}
	free(all);
}

static void a_damaged_snapshot_never_crashes(void **state)
{
	char snmp[8192], *all;
	struct stat st;
	FILE *f;

	(void)state;
	make_snapshot(in_top("snap.tar"), snmp, sizeof(snmp));
	assert_int_equal(stat(in_top("snap.tar"), &st), 0);
	all = malloc((size_t)st.st_size);
	assert_non_null(all);
	f = fopen(in_top("snap.tar"), "r");
	assert_int_equal(fread(all, (size_t)st.st_size, 1, f), 1);
	fclose(f);
	for (size_t n = 0; n < (size_t)st.st_size; n += 100) {
		struct sample s;
		struct tree *t;
		char was = all[n];

		all[n] = (char)(was ^ 0xff);
		put_bytes("bad.tar", all, (size_t)st.st_size);
		all[n] = was;
		if (tree_open(&t, in_top("bad.tar"), NULL, NULL) < 0)
			continue;
		assert_int_equal(sample_init(&s), 0);
		sample_begin(&s, 1, 1);
		tree_scan(t, &s, NULL);
		tree_close(t);
		sample_free(&s);
	}
	free(all);
}

static void packed_archives_with_a_top_directory_are_read(void **state)
{
	static const char *const programs[] = { "gzip", "xz", "zstd", "bzip2" };
	char cmd[512];
	unsigned read = 0;

	(void)state;
	put_text("sosreport-box/proc/net/snmp", "from sos");
	put_text("sosreport-box/proc/self/net/netstat", "through a link");
	put_text("sosreport-box/var/log/messages", "nobody asks");
	put_text("sosreport-box/sos_commands/networking/ethtool_-S_eth0", "NIC statistics:\n");
	assert_int_equal(symlink("../self/net/netstat", in_top("sosreport-box/proc/net/netstat")), 0);
	assert_int_equal(symlink("../../../../../etc/passwd", in_top("sosreport-box/proc/net/snmp6")), 0);
	for (unsigned i = 0; i < ARRAY_SIZE(programs); i++) {
		struct host h;
		struct slice s;

		snprintf(cmd, sizeof(cmd),
			 "command -v %s >/dev/null && tar -C %s -cf - sosreport-box | %s > %s/a.tar.x", programs[i],
			 top, programs[i], top);
		if (system(cmd) != 0)
			continue;
		read++;
		open_host(&h, in_top("a.tar.x"));
		assert_int_equal(h.err.code, 0);
		assert_text(tree_net(tree_own(h.tree), NET_SNMP, &s, NULL), s, "from sos");
		assert_text(tree_net(tree_own(h.tree), NET_NETSTAT, &s, NULL), s, "through a link");
		assert_int_equal(tree_net(tree_own(h.tree), NET_SNMP6, &s, NULL), -ENOENT);
		assert_text(tree_blob(tree_own(h.tree), "ethtool-text/eth0", never_fetch, NULL, &s, NULL), s,
			    "NIC statistics:\n");
		assert_int_equal(tree_file(h.tree, NULL, "var/log/messages", &s, NULL), -ENOENT);
		close_host(&h);
	}
	assert_true(read > 0);
}

static void names_that_climb_or_are_long_are_handled(void **state)
{
	char cmd[1024], deep[300];
	struct host h;
	struct slice s;

	(void)state;
	memset(deep, 'd', sizeof(deep));
	snprintf(deep, sizeof(deep), "proc/sys/net/%0200d", 7);
	put_text("a/proc/net/snmp", "plain");
	put_text("proc/escape", "outside");
	snprintf(cmd, sizeof(cmd), "a/%s", deep);
	put_text(cmd, "long");
	for (unsigned i = 0; i < 2; i++) {
		snprintf(cmd, sizeof(cmd), "cd %s/a && tar --format=%s -P -cf ../x.tar proc ../proc/escape", top,
			 i ? "gnu" : "pax");
		assert_int_equal(system(cmd), 0);
		open_host(&h, in_top("x.tar"));
		assert_int_equal(h.err.code, 0);
		assert_text(tree_file(h.tree, NULL, deep, &s, NULL), s, "long");
		assert_int_equal(tree_file(h.tree, NULL, "proc/escape", &s, NULL), -ENOENT);
		close_host(&h);
	}
}

static void what_is_no_archive_is_refused_by_name(void **state)
{
	struct tree *t;
	struct err err = { 0 };

	(void)state;
	put_text("words", "hello\n");
	assert_int_equal(tree_open(&t, in_top("words"), NULL, &err), -EINVAL);
	assert_non_null(strstr(err.text, "words"));
	assert_int_equal(tree_open(&t, in_top("nothing"), NULL, &err), -ENOENT);
	assert_int_equal(tree_open(&t, "/dev/null", NULL, &err), -EINVAL);
	put_bytes("bomb.gz", "\x1f\x8b\x08\x00garbage", 11);
	assert_true(tree_open(&t, in_top("bomb.gz"), NULL, &err) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_snapshot_answers_as_the_host_did),
		T(a_snapshot_is_a_tar_file_and_leaves_no_temporary),
		T(a_full_disk_leaves_no_half_snapshot),
		T(a_truncated_snapshot_gives_one_sentence_and_what_came_before),
		T(a_damaged_snapshot_never_crashes),
		T(packed_archives_with_a_top_directory_are_read),
		T(names_that_climb_or_are_long_are_handled),
		T(what_is_no_archive_is_refused_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
