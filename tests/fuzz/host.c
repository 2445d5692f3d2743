/* SPDX-License-Identifier: BSD-2-Clause */
/* The hostile host of host.h. Not for speed: one run is some hundred system calls on a memory file system. */
#include "host.h"

#include "app/pipeline.h"
#include "out/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILES 64
#define BASE TESTS_DIR "/fuzz/base"

static char dir[128];
static struct {
	unsigned step;
	char path[200];
	const void *data;
	size_t n;
} later[FILES];
static unsigned laters;
static char made[2 * FILES][200]; /* paths, to be removed before the next host */
static unsigned made_count;

static void promise(bool kept, const char *what)
{
	if (kept)
		return;
	fprintf(stderr, "BROKEN PROMISE: %s\n", what);
	__builtin_trap();
}

/* Checking the tables takes longer than a look at such a small host: once is enough (the link wraps the call). */
int __real_table_check(struct err *err);
int __wrap_table_check(struct err *err);

int __wrap_table_check(struct err *err)
{
	static bool checked;

	if (!checked && __real_table_check(err) < 0)
		fprintf(stderr, "the tables are wrong, going on: %s\n", err->text);
	checked = true;
	return 0;
}

static int unlink_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static void clean_up(void)
{
	nftw(dir, unlink_one, 16, FTW_DEPTH | FTW_PHYS);
}

const char *host_dir(void)
{
	const char *base = getenv("FUZZ_DIR");

	if (dir[0])
		return dir;
	snprintf(dir, sizeof(dir), "%s/whydrop-fuzz-XXXXXX", base ? base : "/dev/shm");
	if (!mkdtemp(dir)) {
		perror(dir);
		exit(1);
	}
	atexit(clean_up);
	return dir;
}

static bool safe_path(const char *path)
{
	if (!*path || *path == '/' || strlen(path) > 180 || strstr(path, ".."))
		return false;
	for (const char *p = path; *p; p++)
		if (*p == '/' && (p[1] == '/' || p[1] == 0))
			return false;
	return true;
}

static void write_file(const char *path, const void *data, size_t n)
{
	char full[400];
	int fd;

	snprintf(full, sizeof(full), "%s/%s", host_dir(), path);
	if (!data) {
		unlink(full);
		return;
	}
	for (char *p = full + strlen(dir) + 1; (p = strchr(p, '/')); p++) {
		*p = 0;
		mkdir(full, 0755);
		*p = '/';
	}
	/* the same inode, as a file of /proc would be: descriptors may be kept open */
	fd = open(full, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0)
		return;
	if (n && write(fd, data, n) < 0)
		perror(full);
	close(fd);
}

static int copy_base(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	char *data;
	int fd;

	(void)ftw;
	if (flag != FTW_F || strlen(path) <= strlen(BASE) + 1)
		return 0;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	data = malloc((size_t)st->st_size + 1);
	if (fd >= 0 && data && read(fd, data, (size_t)st->st_size) == st->st_size)
		write_file(path + strlen(BASE) + 1, data, (size_t)st->st_size);
	free(data);
	if (fd >= 0)
		close(fd);
	return 0;
}

/* What was put over the base comes back: cheaper than to copy all of it for every run. */
static bool restore(const char *path)
{
	char full[400];
	struct stat st;

	snprintf(full, sizeof(full), "%s/%s", BASE, path);
	if (stat(full, &st) < 0 || !S_ISREG(st.st_mode))
		return false;
	copy_base(full, &st, FTW_F, NULL);
	return true;
}

void host_begin(bool base)
{
	static bool copied;
	char full[400];

	if (base && !copied) {
		copied = true;
		host_dir();
		nftw(BASE, copy_base, 16, FTW_PHYS);
	}
	while (made_count) {
		char *path = made[--made_count];

		snprintf(full, sizeof(full), "%s/%s", host_dir(), path);
		if (!copied || !restore(path)) {
			unlink(full);
			/* and the directories that it made, or the next host would have them too */
			for (char *p; (p = strrchr(full, '/')) && p > full + strlen(dir);) {
				*p = 0;
				if (rmdir(full) < 0)
					break;
			}
		}
	}
	laters = 0;
}

void host_put(unsigned step, const char *path, const void *data, size_t n)
{
	if (!safe_path(path) || step >= FUZZ_STEPS || made_count == ARRAY_SIZE(made) || laters == FILES)
		return;
	snprintf(made[made_count++], sizeof(made[0]), "%s", path);
	if (step == 0) {
		write_file(path, data, n);
		return;
	}
	later[laters].step = step;
	snprintf(later[laters].path, sizeof(later[laters].path), "%s", path);
	later[laters].data = data;
	later[laters++].n = n;
}

/* What may stand in a text for a terminal without colour: printable UTF-8 and newlines. */
static void check_text(const struct fmt *f, const char *what)
{
	const unsigned char *p = (const unsigned char *)f->p;
	size_t len;

	for (size_t i = 0; i < f->len; i += len) {
		len = fmt_utf8(p + i, f->len - i);
		promise(len > 0, what);
		promise(p[i] == '\n' || (p[i] >= 0x20 && p[i] != 0x7f), what);
		promise(!(len == 2 && p[i] == 0xc2 && p[i + 1] < 0xa0), what);
	}
}

static void check_ledger(const struct ledger *l)
{
	uint64_t lost = 0, policy = 0, refused = 0, benign = 0;

	for (uint32_t i = 0; i < l->entries; i++) {
		const struct entry *e = &l->entry[i];

		promise(e->cause > CAUSE_NONE && e->cause < CAUSE_COUNT, "an entry has a cause");
		promise(e->evidences <= EVIDENCE_CAP, "evidence has an end");
		if (verdict_is_loss(cause_rows[e->cause].verdict))
			lost += e->packets;
		else if (cause_rows[e->cause].verdict == POLICY)
			policy += e->packets;
		else if (cause_rows[e->cause].verdict == REFUSED)
			refused += e->packets;
		else
			benign += e->packets;
	}
	promise(lost == l->lost && policy == l->policy && refused == l->refused && benign == l->benign,
		"the sums of the ledger are the sums of its entries");
}

static void check_all(const struct pipeline *p, bool write)
{
	static const struct writer *const writers[] = { &write_text, &write_json, &write_log };
	const struct writer_opts opts = { .width = 80, .verbose = 1 };
	struct fmt out;

	check_ledger(&p->ledger);
	check_ledger(&p->boot);
	if (!write)
		return;
	fmt_grow(&out);
	for (size_t i = 0; i < ARRAY_SIZE(writers); i++) {
		fmt_reset(&out);
		writers[i]->write(&p->report, &opts, &out);
		promise(!out.cut, "nothing is cut");
		check_text(&out, writers[i]->name);
	}
	fmt_reset(&out);
	write_sockets_text(&p->sample, &opts, &out);
	check_text(&out, "sockets");
	fmt_free(&out);
}

static void check_error(const struct err *err)
{
	promise(err->code > 0 && err->text[0] && memchr(err->text, 0, sizeof(err->text)), "an error is a sentence");
}

static void put_later(unsigned step)
{
	for (unsigned i = 0; i < laters; i++)
		if (later[i].step == step)
			write_file(later[i].path, later[i].data, later[i].n);
}

/* Totals since boot, as for a snapshot looked at alone. */
static void look_alone(const char *tree, bool write)
{
	struct pipeline p;
	struct err err = { 0 };

	if (pipeline_open(&p, tree, NULL, &err) < 0) {
		check_error(&err);
		return;
	}
	p.probe.all_sockets = true;
	if (pipeline_totals(&p, &err) == 0)
		check_all(&p, write);
	else
		check_error(&err);
	pipeline_close(&p);
}

void host_look(const char *tree, const uint8_t *data, size_t n)
{
	uint64_t dice = hash_bytes(data, n);
	bool write = dice % 8 == 0;
	struct pipeline p;
	struct err err = { 0 };

	if (!tree)
		tree = host_dir();
	if (dice % 4 == 0)
		look_alone(tree, write);
	if (pipeline_open(&p, tree, NULL, &err) < 0) {
		check_error(&err);
		return;
	}
	if (pipeline_baseline(&p, &err) == 0) {
		put_later(1);
		pipeline_tick(&p);
		check_ledger(&p.ledger);
		put_later(2);
		if (pipeline_finish(&p, &err) == 0)
			check_all(&p, write);
		else
			check_error(&err);
	} else {
		check_error(&err);
	}
	pipeline_close(&p);
}
