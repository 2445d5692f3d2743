/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * When to look for network namespaces. A full look (all of /proc, 8 us a process) finds everything; the look of a tick
 * asks three things that change whenever a namespace may have come or gone:
 *   /proc/loadavg    "0.42 0.36 0.30 1/82 31337": the last number is the newest pid (fs/proc/loadavg.c)
 *   /run/netns       its mtime moves with every name that comes or goes; the bind mount behind a new name comes a
 *                    moment later without moving it, so such a name is looked at again
 *   pidfds           readable once the process through which we see a namespace has ended (kernel/fork.c:pidfd_poll)
 * A process may move to another namespace after its birth, so the young are looked at three times; later movers are
 * found by the full look. Not here: what a namespace is (tree_netns.c).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "source/tree_inner.h"

#define FULL_EVERY 30 /* watches between two full looks at least */
#define NS_PER_MS 1000000
#define MTIME_GRAIN_NS (50 * NS_PER_MS)
#define RETRIES 10 /* for a name without a namespace; then only with the full look */
#define LEFT_MOST 4096

const char *const run_dirs[RUN_DIRS] = { "/run/netns", "/run/docker/netns" };

static int64_t clock_now(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * 1000000000ll + ts.tv_nsec;
}

static bool append(pid_t **list, uint32_t *count, uint32_t *cap, pid_t pid)
{
	if (*count == *cap) {
		uint32_t n = *cap ? *cap * 2 : 256;
		pid_t *p = realloc(*list, n * sizeof(*p));

		if (!p)
			return false;
		*list = p;
		*cap = n;
	}
	(*list)[(*count)++] = pid;
	return true;
}

/* Sees where one process is. */
static void meet(struct tree *t, struct sample *s, pid_t pid)
{
	struct tree_ns *in;
	struct ident id;

	if (!netns_of_pid(t, pid, &id))
		return;
	if (id.inode == t->own->inode || (id.alt && id.alt == inner(t->own)->alt))
		return;
	in = netns_find(t, id);
	if (!in) {
		netns_adopt(t, s, id, pid, NULL);
		return;
	}
	if (in->ns.pid == pid)
		in->pid_seen = true;
	else if (!in->candidate)
		in->candidate = pid;
}

/* Lists /proc; meets all processes, or only those that were not there the last time. */
static void list_pids(struct tree *t, struct sample *s, bool all)
{
	uint32_t count = 0, old = 0, cap;
	struct dirent *e;
	pid_t *swap;

	rewinddir(t->proc);
	t->cost.calls++;
	while ((e = readdir(t->proc))) {
		uint64_t number;
		pid_t pid;

		if (!slice_u64(slice_str(e->d_name), &number) || number == 0 || number > INT32_MAX)
			continue;
		pid = (pid_t)number;
		if (!append(&t->pids_new, &count, &t->pid_new_cap, pid))
			break;
		while (old < t->pid_count && t->pids[old] < pid)
			old++;
		if (old < t->pid_count && t->pids[old] == pid) {
			if (all)
				meet(t, s, pid);
			continue;
		}
		meet(t, s, pid);
		if (t->pid_count)
			append(&t->young[0], &t->young_count[0], &t->young_cap[0], pid);
	}
	swap = t->pids;
	t->pids = t->pids_new;
	t->pids_new = swap;
	cap = t->pid_cap;
	t->pid_cap = t->pid_new_cap;
	t->pid_new_cap = cap;
	t->pid_count = count;
}

/* A process through which we look at one namespace may have moved to another. */
static void check_anchor(struct tree *t, pid_t pid)
{
	for (uint32_t i = 0; i < t->ns_count; i++)
		if (!t->ns[i]->ns.own && t->ns[i]->ns.pid == pid && !netns_still_there(t->ns[i]))
			t->scan_wanted = true;
}

/* Looks again at those born lately: they may have unshared since. */
static void meet_young(struct tree *t, struct sample *s)
{
	pid_t *list = t->young[1];
	uint32_t cap = t->young_cap[1];

	for (unsigned k = 0; k < 2; k++) {
		for (uint32_t i = 0; i < t->young_count[k]; i++) {
			meet(t, s, t->young[k][i]);
			check_anchor(t, t->young[k][i]);
		}
	}
	t->young[1] = t->young[0];
	t->young_count[1] = t->young_count[0];
	t->young_cap[1] = t->young_cap[0];
	t->young[0] = list;
	t->young_count[0] = 0;
	t->young_cap[0] = cap;
}

static bool in_dir(const char *path, unsigned dir)
{
	size_t n = strlen(run_dirs[dir]);

	return path && strncmp(path, run_dirs[dir], n) == 0 && path[n] == '/';
}

/* One name in a run directory. */
static void meet_name(struct tree *t, struct sample *s, unsigned dir, const char *name)
{
	struct run_dir *d = &t->run[dir];
	struct tree_ns *in;
	struct ident id = { 0 };
	char path[300];
	struct stat st;
	struct fmt p;
	uint32_t no;

	fmt_init(&p, path, sizeof(path));
	fmt_add(&p, "%s/%s", run_dirs[dir], name);
	t->cost.calls++;
	if (p.cut || stat(path, &st) < 0)
		return;
	if (st.st_dev != t->nsfs_dev) {
		d->pending++;
		return;
	}
	id.inode = st.st_ino;
	in = id.inode == t->own->inode ? inner(t->own) : netns_find(t, id);
	if (!in) {
		if (hash_get(&t->unwanted, id.inode, &no))
			return;
		if (!t->enterable || (!netns_adopt(t, s, id, 0, path) && !hash_get(&t->unwanted, id.inode, &no)))
			d->hidden++;
		return;
	}
	if (!in->ns.run_path) {
		in->ns.run_path = strdup(path);
		in->run_seen = true;
		netns_refresh(s, in);
	} else if (strcmp(in->ns.run_path, path) == 0) {
		in->run_seen = true;
	} else if (in_dir(in->ns.run_path, dir)) {
		in->other_name = true;
	}
}

/* Reads one run directory; true when a name went while the namespace has another one, not yet taken. */
static bool look_once(struct tree *t, struct sample *s, unsigned dir)
{
	struct run_dir *d = &t->run[dir];
	bool again = false;
	struct dirent *e;
	DIR *list;

	d->pending = d->hidden = 0;
	for (uint32_t i = 0; i < t->ns_count; i++)
		t->ns[i]->run_seen = t->ns[i]->other_name = false;
	list = opendir(run_dirs[dir]);
	t->cost.calls++;
	while (list && (e = readdir(list)))
		if (e->d_name[0] != '.')
			meet_name(t, s, dir, e->d_name);
	if (list)
		closedir(list);
	for (uint32_t i = 0; i < t->ns_count; i++) {
		struct tree_ns *in = t->ns[i];

		if (in->run_seen || !in_dir(in->ns.run_path, dir))
			continue;
		free(in->ns.run_path);
		in->ns.run_path = NULL;
		again |= in->other_name;
		if (!in->other_name)
			netns_refresh(s, in);
	}
	return again;
}

/* Looks at a run directory where that can be worth it. */
static void look_at_run(struct tree *t, struct sample *s, unsigned dir, bool full)
{
	struct run_dir *d = &t->run[dir];
	struct stat st = { 0 };
	int64_t mtime, now;
	bool there, retry;

	if (!full && !d->there && dir > 0)
		return; /* one that most hosts lack is looked for rarely */
	there = stat(run_dirs[dir], &st) == 0;
	t->cost.calls++;
	if (!there && !d->there)
		return;
	mtime = st.st_mtim.tv_sec * 1000000000ll + st.st_mtim.tv_nsec;
	retry = d->pending && d->retries < RETRIES;
	if (!full && there == d->there && mtime == d->mtime_ns && !retry && d->looked_ns - mtime > MTIME_GRAIN_NS)
		return;
	now = clock_now(CLOCK_REALTIME);
	d->retries = mtime == d->mtime_ns && there == d->there ? d->retries + 1 : 0;
	d->there = there;
	d->mtime_ns = mtime;
	d->looked_ns = now;
	if (look_once(t, s, dir))
		look_once(t, s, dir);
}

/* Names go first where we can enter what they name, so that nothing appears without its name. Where we cannot, the
 * processes go first: a name adds to a namespace that is visible, or is one more that is hidden. */
static void look_at_names(struct tree *t, struct sample *s, bool full)
{
	for (unsigned i = 0; i < RUN_DIRS; i++)
		look_at_run(t, s, i, full);
}

/* Whoever has neither a process nor a name is dead; said only after a full look, as we know one process of many. */
static void settle(struct tree *t, struct sample *s, bool full)
{
	uint32_t half = 0, by_alt = 0, hidden = 0;

	for (uint32_t i = 0; i < t->ns_count; i++) {
		struct tree_ns *in = t->ns[i];

		if (in->ns.own)
			continue;
		if (in->ns.pid <= 0 && in->candidate && !in->ns.dead) {
			netns_anchor(in, in->candidate);
			netns_refresh(s, in);
			in->candidate = full && !in->ns.run_path ? in->candidate : 0;
		}
		if (in->ns.pid <= 0 && !in->ns.run_path && !in->ns.dead) {
			in->ns.dead = full && !in->candidate;
			t->scan_wanted |= !in->ns.dead;
		}
		half += in->ns.nsfd < 0;
		by_alt += in->ns.inode == in->alt;
	}
	for (unsigned i = 0; i < RUN_DIRS; i++)
		hidden += t->run[i].hidden;
	/* Without privilege a name and a process cannot be matched: each such process may be one of the names. */
	s->hidden_ns = t->hidden = hidden > by_alt ? hidden - by_alt : 0;
	s->half_ns = t->half = half;
}

static int set_up(struct tree *t, struct sample *s, struct err *err)
{
	struct stat st;
	int fd, r;

	t->proc = opendir("/proc");
	if (!t->proc)
		return err_set(err, errno, "/proc: %s", strerror(errno));
	t->loadavg = open("/proc/loadavg", O_RDONLY | O_CLOEXEC);
	t->epoll = epoll_create1(EPOLL_CLOEXEC);
	fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (fd >= 0 && fstat(fd, &st) == 0)
		t->nsfs_dev = st.st_dev;
	if (fd >= 0 && t->priv && t->priv->enter && t->priv->leave && t->priv->enter(fd) == 0) {
		t->priv->leave();
		t->enterable = true;
	}
	if (fd >= 0)
		close(fd);
	r = netns_own(t, s);
	if (r < 0)
		return err_set(err, -r, "our own network namespace: %s", strerror(-r));
	t->ready = true;
	return 0;
}

/* Files that were absent or forbidden may be there now: a module was loaded, a device created. */
static void probe_again(struct tree_ns *in)
{
	in->denied = 0;
	for (unsigned i = 0; i < NET_FILES; i++)
		if (in->ns.fd[i] == -2)
			in->ns.fd[i] = -1;
}

/* After all processes were met: those whose process was not take another one. */
static void renew_anchors(struct tree *t, struct sample *s)
{
	for (uint32_t i = 0; i < t->ns_count; i++) {
		struct tree_ns *in = t->ns[i];

		if (in->ns.own || in->ns.dead || in->pid_seen)
			continue;
		if (in->ns.pid > 0 || in->candidate) {
			netns_anchor(in, in->candidate);
			netns_refresh(s, in);
		}
	}
}

int netns_scan(struct tree *t, struct sample *s, struct err *err)
{
	int64_t began = clock_now(CLOCK_MONOTONIC), took_ms;
	int r = t->ready ? 0 : set_up(t, s, err);

	if (r < 0)
		return r;
	hash_free(&t->unwanted);
	for (uint32_t i = 0; i < t->ns_count; i++) {
		t->ns[i]->pid_seen = false;
		t->ns[i]->candidate = 0;
		probe_again(t->ns[i]);
	}
	if (t->enterable)
		look_at_names(t, s, true);
	list_pids(t, s, true);
	renew_anchors(t, s);
	if (!t->enterable)
		look_at_names(t, s, true);
	t->scan_wanted = false;
	settle(t, s, true);
	/* Stay below a hundredth of a CPU however many processes there are. */
	took_ms = (clock_now(CLOCK_MONOTONIC) - began) / NS_PER_MS;
	t->full_after = FULL_EVERY + (uint32_t)took_ms / 10;
	t->watches = 0;
	return 0;
}

/* The newest pid, from the last word of /proc/loadavg; 0 when it cannot be read. */
static uint64_t newest_pid(struct tree *t)
{
	char buf[128];
	ssize_t n = t->loadavg < 0 ? -1 : pread(t->loadavg, buf, sizeof(buf), 0);
	struct slice rest, word, last = { 0 };
	uint64_t pid = 0;

	t->cost.calls++;
	if (n <= 0)
		return 0;
	t->cost.bytes += (size_t)n;
	rest = slice_of(buf, (size_t)n - (buf[n - 1] == '\n'));
	while (slice_word(&rest, &word))
		last = word;
	return slice_u64(last, &pid) ? pid : 0;
}

static void hear_the_ended(struct tree *t)
{
	struct epoll_event ev[64];
	int n = epoll_wait(t->epoll, ev, ARRAY_SIZE(ev), 0);

	t->cost.calls++;
	for (int i = 0; i < n; i++) {
		netns_anchor(ev[i].data.ptr, 0);
		t->scan_wanted = true;
	}
}

void tree_watch(struct tree *t, struct sample *s)
{
	uint64_t newest;

	if (t->kind != TREE_LIVE || !t->ready)
		return;
	hear_the_ended(t);
	newest = newest_pid(t);
	for (uint32_t i = 0; i < t->ns_count; i++) {
		struct netns *ns = &t->ns[i]->ns;

		if (!ns->own && !ns->dead && ns->pid > 0 && ns->pidfd < 0 && !netns_still_there(t->ns[i]))
			t->scan_wanted = true; /* a kernel without pidfds (before 5.3) */
	}
	if (t->scan_wanted || ++t->watches >= t->full_after) {
		t->last_pid = newest;
		netns_scan(t, s, NULL);
		return;
	}
	if (t->enterable)
		look_at_names(t, s, false);
	meet_young(t, s);
	if (newest != t->last_pid || newest == 0)
		list_pids(t, s, false);
	t->last_pid = newest;
	if (!t->enterable)
		look_at_names(t, s, false);
	settle(t, s, false);
	if (t->scan_wanted)
		netns_scan(t, s, NULL);
}

void tree_reap(struct tree *t, struct sample *s)
{
	for (uint32_t i = t->ns_count; i-- > 0;) {
		struct tree_ns *in = t->ns[i];

		if (!in->ns.dead)
			continue;
		netns_gone(s, in->ns.place);
		if (t->left.used >= LEFT_MOST)
			hash_free(&t->left);
		if (in->cookie)
			hash_put(&t->left, in->cookie, 1);
		tree_ns_free(in);
	}
}

void netns_close(struct tree *t)
{
	if (t->proc)
		closedir(t->proc);
	if (t->loadavg >= 0)
		close(t->loadavg);
	if (t->epoll >= 0)
		close(t->epoll);
	free(t->pids);
	free(t->pids_new);
	free(t->young[0]);
	free(t->young[1]);
	hash_free(&t->left);
	hash_free(&t->unwanted);
}
