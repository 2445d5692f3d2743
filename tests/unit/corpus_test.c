/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Real and damaged /proc files of other projects (../shared/corpus, not copied here; without it these tests are skipped):
 * each whole, cut off at each line, and with bytes flipped in a sample of places, put where it belongs in the recorded
 * tree of an otherwise healthy host. Whatever it is: no crash, one sentence with file and line where something is wrong,
 * and all the rest still read.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "table/table.h"

/* The tables are checked by a test of their own, and not a thousand times here. */
#define table_check(err) 0
#include "app/pipeline.c"
#undef table_check

#include "out/writer.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define CORPUS TESTS_DIR "/../../shared/corpus"
#define BASE TESTS_DIR "/fixtures/base"
#define FLIPS 24
#define FILES 128

/* Where the files of the corpus belong, by the end of their names; the first that fits. */
static const struct home {
	const char *end, *path;
	enum source_id source;
} homes[] = {
	{ "/netstat", "proc/net/netstat", SRC_netstat },
	{ ".netstat", "proc/net/netstat", SRC_netstat },
	{ "/snmp", "proc/net/snmp", SRC_snmp },
	{ ".snmp", "proc/net/snmp", SRC_snmp },
	{ "/snmp6", "proc/net/snmp6", SRC_snmp6 },
	{ ".snmp6", "proc/net/snmp6", SRC_snmp6 },
	{ "/dev_snmp6/eth0", "proc/net/snmp6", SRC_snmp6 },
	{ "/dev_snmp6/eth1", "proc/net/snmp6", SRC_snmp6 },
	{ "/sockstat", "proc/net/sockstat", SRC_sockstat },
	{ "/sockstat_rhe4", "proc/net/sockstat", SRC_sockstat },
	{ "/sockstat6", "proc/net/sockstat6", SRC_sockstat },
	{ "/xfrm_stat", "proc/net/xfrm_stat", SRC_xfrm },
	{ "/softnet_stat", "proc/net/softnet_stat", SRC_softnet },
	{ "/softnet_stat.broken", "proc/net/softnet_stat", SRC_softnet },
	{ "/protocols", "proc/net/protocols", SRC_protocols },
	{ "/dev", "proc/net/dev", SRC_netdev },
	{ "/arp_cache", "proc/net/stat/arp_cache", SRC_neigh },
	{ "/ndisc_cache", "proc/net/stat/ndisc_cache", SRC_neigh },
	{ "/nf_conntrack", "proc/net/stat/nf_conntrack", SRC_conntrack },
	{ "/eth0/statistics", "ethtool/eth0/statistics", SRC_ethtool },
	{ "/bond0/statistics", "ethtool/bond0/statistics", SRC_ethtool },
};

struct file {
	char name[200];
	const struct home *home;
	char *data;
	size_t n;
};
static struct file files[FILES];
static unsigned file_count;
static char top[64];

/* What one look told of the file under test. */
struct outcome {
	uint32_t series;
	char why[200];
	enum source_state state;
	bool nothing;
};

static void put(const char *path, const void *data, size_t n)
{
	char full[300];
	int fd;

	snprintf(full, sizeof(full), "%s/%s", top, path);
	for (char *p = full + strlen(top) + 1; (p = strchr(p, '/')); p++) {
		*p = 0;
		mkdir(full, 0755);
		*p = '/';
	}
	fd = open(full, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, n), (ssize_t)n);
	close(fd);
}

static char *slurp(const char *path, size_t *ret_n)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *p;

	assert_true(fd >= 0 && fstat(fd, &st) == 0);
	p = malloc((size_t)st.st_size + 1);
	assert_non_null(p);
	assert_int_equal(read(fd, p, (size_t)st.st_size), st.st_size);
	close(fd);
	*ret_n = (size_t)st.st_size;
	return p;
}

static int collect(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	size_t len = strlen(path);

	(void)st;
	(void)ftw;
	for (size_t i = 0; flag == FTW_F && i < ARRAY_SIZE(homes) && file_count < FILES; i++) {
		size_t n = strlen(homes[i].end);

		if (len < n || strcmp(path + len - n, homes[i].end) != 0)
			continue;
		snprintf(files[file_count].name, sizeof(files[file_count].name), "%s", path + strlen(CORPUS) + 1);
		files[file_count].home = &homes[i];
		files[file_count].data = slurp(path, &files[file_count].n);
		file_count++;
		break;
	}
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

/* A healthy host: the files of a fresh namespace. */
static void put_base(void)
{
	static const char *const names[] = { "snmp", "netstat", "snmp6", "xfrm_stat" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		char path[300];
		size_t n;
		char *p;

		snprintf(path, sizeof(path), BASE "/%s", names[i]);
		p = slurp(path, &n);
		snprintf(path, sizeof(path), "proc/net/%s", names[i]);
		put(path, p, n);
		free(p);
	}
	put("ethtool/eth0/driver", "e1000e\n", 7);
	put("ethtool/bond0/driver", "bonding\n", 8);
}

static int setup(void **state)
{
	const char *base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";

	(void)state;
	if (access(CORPUS, R_OK) < 0)
		return 0;
	snprintf(top, sizeof(top), "%s/whydrop-corpus-XXXXXX", base);
	assert_non_null(mkdtemp(top));
	nftw(CORPUS, collect, 16, FTW_PHYS);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	for (unsigned i = 0; i < file_count; i++)
		free(files[i].data);
	if (top[0])
		nftw(top, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	return 0;
}

static void need_corpus(void)
{
	if (file_count)
		return;
	print_message("no corpus at ../shared/corpus\n");
	skip();
}

/* What leaves for a terminal or a parser is UTF-8 without control bytes, whatever came in. */
static void check_text(const struct fmt *f)
{
	assert_false(f->cut);
	for (size_t i = 0, len; i < f->len; i += len) {
		len = fmt_utf8((const unsigned char *)f->p + i, f->len - i);
		assert_true(len > 0);
		assert_true(f->p[i] == '\n' || ((unsigned char)f->p[i] >= 0x20 && f->p[i] != 0x7f));
	}
}

static void check_writers(const struct pipeline *p)
{
	static const struct writer *const writers[] = { &write_text, &write_json, &write_log };
	const struct writer_opts opts = { .width = 80, .verbose = 1 };
	struct fmt out;

	fmt_grow(&out);
	for (size_t i = 0; i < ARRAY_SIZE(writers); i++) {
		fmt_reset(&out);
		writers[i]->write(&p->report, &opts, &out);
		check_text(&out);
	}
	fmt_free(&out);
}

/* Sources of the files that are healthy all the time. */
static void check_rest(const struct pipeline *p, enum source_id not )
{
	static const enum source_id healthy[] = { SRC_snmp, SRC_netstat, SRC_snmp6, SRC_xfrm };

	for (size_t i = 0; i < ARRAY_SIZE(healthy); i++) {
		if (healthy[i] == not )
			continue;
		assert_int_equal(p->sample.health[healthy[i]].state, SOURCE_ON);
		assert_string_equal(p->sample.health[healthy[i]].why, "");
	}
}

static uint32_t based(const struct sample *s, enum source_id from)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < s->count; i++)
		n += (s->series[i].flags & SERIES_BASED) && counter_rows[s->series[i].counter].from == from;
	return n;
}

static void look(const struct file *f, const char *data, size_t n, struct outcome *ret)
{
	struct pipeline p;
	struct err err = { 0 };

	put(f->home->path, data, n);
	assert_int_equal(pipeline_open(&p, top, NULL, &err), 0);
	assert_int_equal(pipeline_totals(&p, &err), 0);
	check_rest(&p, f->home->source);
	check_writers(&p);
	*ret = (struct outcome){ .series = based(&p.sample, f->home->source),
				 .state = p.sample.health[f->home->source].state };
	snprintf(ret->why, sizeof(ret->why), "%s", p.sample.health[f->home->source].why);
	pipeline_close(&p);
}

static void host_of(const struct file *f)
{
	char path[300];

	snprintf(path, sizeof(path), "%s/proc", top);
	nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	snprintf(path, sizeof(path), "%s/ethtool", top);
	nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	put_base();
	if (f->home->source == SRC_ethtool)
		put("proc/net/dev",
		    "  eth0: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n bond0: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n",
		    95);
}

/* "snmp:4: ..." or "stat/arp_cache:2: ...": the file of the source and the number of a line in it. */
static void check_sentence(const struct file *f, const struct outcome *o, const char *data, size_t n)
{
	const char *name = f->home->path + strlen("proc/net/"), *at = strstr(o->why, name);
	unsigned lines = 1;

	if (o->state != SOURCE_BLIND)
		return;
	for (size_t i = 0; i < n; i++)
		lines += data[i] == '\n';
	if (!at || at[strlen(name)] != ':' || atol(at + strlen(name) + 1) < 1 ||
	    atol(at + strlen(name) + 1) > (long)lines)
		fail_msg("%s: \"%s\" does not name %s and a line up to %u", f->name, o->why, name, lines);
}

static void every_file_of_the_corpus_is_read(void **state)
{
	struct outcome o;

	(void)state;
	need_corpus();
	assert_true(file_count > 40);
	for (unsigned i = 0; i < file_count; i++) {
		struct file *f = &files[i];

		host_of(f);
		look(f, f->data, f->n, &o);
		check_sentence(f, &o, f->data, f->n);
		if (strstr(f->name, "broken") || strstr(f->name, "somecorrect"))
			assert_int_equal(o.state, SOURCE_BLIND);
		else if (f->home->source != SRC_ethtool && !o.series)
			fail_msg("%s: nothing of it was read: %s", f->name, o.why);
	}
}

static void a_file_cut_off_at_any_line_gives_what_stands_before(void **state)
{
	(void)state;
	need_corpus();
	for (unsigned i = 0; i < file_count; i++) {
		struct file *f = &files[i];
		uint32_t before = 0;

		host_of(f);
		for (size_t n = 0; n <= f->n; n++) {
			struct outcome o;

			if (n && n < f->n && f->data[n - 1] != '\n')
				continue;
			look(f, f->data, n, &o);
			check_sentence(f, &o, f->data, n);
			if (o.series < before)
				fail_msg("%s: %u numbers of the first %zu bytes, %u of fewer", f->name, o.series, n,
					 before);
			before = o.series;
		}
	}
}

/* Half a line is worse than none, and the end of a number looks like a number. */
static void a_file_cut_off_within_a_line_is_survived(void **state)
{
	(void)state;
	need_corpus();
	for (unsigned i = 0; i < file_count; i++) {
		struct file *f = &files[i];

		host_of(f);
		for (size_t n = 1; n < f->n; n += f->n / 16 + 1) {
			struct outcome o;

			look(f, f->data, n, &o);
			check_sentence(f, &o, f->data, n);
		}
	}
}

static void flipped_bytes_are_survived(void **state)
{
	const char *given = getenv("CORPUS_SEED");
	uint64_t seed = given ? strtoull(given, NULL, 0) : clock_ns(CLOCK_REALTIME), x = seed;

	(void)state;
	need_corpus();
	print_message("CORPUS_SEED=%llu makes the same changes again\n", (unsigned long long)seed);
	for (unsigned i = 0; i < file_count; i++) {
		struct file *f = &files[i];
		char *copy = malloc(f->n + 1);

		assert_non_null(copy);
		host_of(f);
		for (unsigned k = 0; k < FLIPS && f->n; k++) {
			struct outcome o;

			memcpy(copy, f->data, f->n);
			for (unsigned m = 0; m <= k % 3; m++) {
				x = hash_pair(x, k);
				copy[x % f->n] =
					(char)(k % 2 ? copy[x % f->n] ^ (1 << (x >> 32) % 8) : (char)(x >> 40));
			}
			look(f, copy, f->n, &o);
			check_sentence(f, &o, copy, f->n);
		}
		free(copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_file_of_the_corpus_is_read),
		cmocka_unit_test(a_file_cut_off_at_any_line_gives_what_stands_before),
		cmocka_unit_test(a_file_cut_off_within_a_line_is_survived),
		cmocka_unit_test(flipped_bytes_are_survived),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
