/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Network namespaces: what tells one from another, the ways into it, its name, its place in the sample.
 *
 * Identity is the inode of /proc/PID/ns/net (kernel fs/nsfs.c). Reading it of other users' processes needs
 * CAP_SYS_PTRACE; without, the inode of /proc/PID/net/snmp serves (each namespace has its own entry, numbered by
 * fs/proc/generic.c:proc_alloc_inum). The two number spaces are kept apart by a high bit. Inodes are used again at
 * once; while we hold a descriptor they cannot be, and the cookie (since 5.14) tells for the rest.
 *
 * Lifetime: our descriptors keep a namespace alive, so a dead one is read once more and closed in the same tick.
 * Not here: when to look (tree_watch.c).
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <linux/nsfs.h>
#include <sched.h>

#include "source/tree_inner.h"

#define ALT_SPACE (1ull << 32)
#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71
#endif

/* The inode of /proc/PID/NAME, 0 when it cannot be had; *ret_code says why. */
static uint64_t inode_of(struct tree *t, pid_t pid, const char *name, int *ret_code)
{
	char path[64];
	struct fmt p;
	struct stat st;

	fmt_init(&p, path, sizeof(path));
	fmt_add(&p, "/proc/%d/%s", (int)pid, name);
	t->cost.calls++;
	*ret_code = stat(path, &st) < 0 ? errno : 0;
	return *ret_code ? 0 : st.st_ino;
}

bool netns_of_pid(struct tree *t, pid_t pid, struct ident *ret)
{
	int code, alt_code;
	uint64_t alt = 0;

	ret->inode = inode_of(t, pid, "ns/net", &code);
	if (code && code != EACCES && code != EPERM)
		return false;
	if (code || !t->enterable) {
		alt = inode_of(t, pid, "net/snmp", &alt_code);
		if (alt_code)
			alt = inode_of(t, pid, "net/dev", &alt_code);
	}
	ret->alt = alt ? ALT_SPACE + alt : 0;
	if (!ret->inode)
		ret->inode = ret->alt;
	return ret->inode != 0;
}

struct tree_ns *netns_find(struct tree *t, struct ident id)
{
	uint32_t at;

	if (hash_get(&t->by_id, id.inode, &at))
		return t->ns[at];
	if (id.alt && hash_get(&t->by_id, id.alt, &at))
		return t->ns[at];
	return NULL;
}

bool netns_still_there(struct tree_ns *in)
{
	struct pollfd ended = { .fd = in->ns.pidfd, .events = POLLIN };
	struct ident id;

	if (in->ns.pid <= 0 || (in->ns.pidfd >= 0 && poll(&ended, 1, 0) > 0))
		return false;
	if (!netns_of_pid(in->ns.tree, in->ns.pid, &id))
		return false;
	return id.inode == in->ns.inode || (id.alt && id.alt == in->alt);
}

/* The process through which we look at a namespace; its end is told by the epoll. Between finding it and holding it
 * the number may have changed hands, so it is asked again. */
void netns_anchor(struct tree_ns *in, pid_t pid)
{
	struct tree *t = in->ns.tree;
	struct epoll_event ev = { .events = EPOLLIN };

	if (in->ns.pidfd >= 0) {
		close(in->ns.pidfd);
		t->kept--;
	}
	in->ns.pidfd = -1;
	in->ns.pid = pid;
	if (pid <= 0)
		return;
	if (t->pidfds)
		in->ns.pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (in->ns.pidfd >= 0)
		t->kept++;
	if (!netns_still_there(in)) {
		netns_anchor(in, 0);
		return;
	}
	ev.data.ptr = in;
	if (in->ns.pidfd >= 0 && epoll_ctl(t->epoll, EPOLL_CTL_ADD, in->ns.pidfd, &ev) < 0) {
		close(in->ns.pidfd);
		in->ns.pidfd = -1;
		t->kept--;
	}
}

/* Opens the way in, and proves that it leads where we think. */
static void open_door(struct tree_ns *in, const char *run_path)
{
	struct tree *t = in->ns.tree;
	char path[64];
	struct fmt p;
	struct stat st;
	int fd, type;

	if (!t->enterable)
		return;
	fmt_init(&p, path, sizeof(path));
	fmt_add(&p, "/proc/%d/ns/net", (int)in->ns.pid);
	fd = open(run_path ? run_path : path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return;
	type = ioctl(fd, NS_GET_NSTYPE);
	if (fstat(fd, &st) < 0 || st.st_ino != in->ns.inode || (type >= 0 && type != CLONE_NEWNET)) {
		close(fd);
		return;
	}
	in->ns.nsfd = fd;
	t->kept++;
	if (tree_enter(&in->ns) == 0) {
		tree_leave(&in->ns);
		return;
	}
	close(fd);
	in->ns.nsfd = -1;
	t->kept--;
}

/* A number that is never used twice while the machine runs; 0 when this kernel has none or we may not enter. */
static uint64_t cookie_of(struct netns *ns)
{
	uint64_t cookie = 0;
	socklen_t n = sizeof(cookie);
	int fd;

	if (tree_enter(ns) < 0)
		return 0;
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	tree_leave(ns);
	if (fd < 0)
		return 0;
	if (getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &n) < 0)
		cookie = 0;
	close(fd);
	return cookie;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* The name people know it by: of `ip netns`, else the container, pod or unit of a process inside. */
static void name_it(struct tree_ns *in, struct ns_fact *fact)
{
	struct tree *t = in->ns.tree;
	bool run = in->ns.run_path && strncmp(in->ns.run_path, run_dirs[0], strlen(run_dirs[0])) == 0;
	char unit[sizeof(fact->name)] = "", path[64];
	const char *name = "";
	struct slice text;
	struct fmt p;
	int fd = -1;

	fact->container[0] = 0;
	if (in->ns.pid > 0 && !in->ns.own) {
		fmt_init(&p, path, sizeof(path));
		fmt_add(&p, "/proc/%d/cgroup", (int)in->ns.pid);
		fd = open(path, O_RDONLY | O_CLOEXEC);
	}
	if (fd >= 0) {
		if (tree_read_fd(t, fd, false, &text) == 0)
			netns_container(text, fact->container, sizeof(fact->container), unit, sizeof(unit));
		close(fd);
	}
	if (run)
		name = base_name(in->ns.run_path);
	else if (fact->container[0])
		name = fact->container;
	else if (unit[0])
		name = unit;
	else if (in->ns.run_path && !in->ns.own)
		name = base_name(in->ns.run_path);
	slice_copy(slice_str(name), fact->name, sizeof(fact->name));
	fact->borrowed = name[0] && !run;
}

static void fill_fact(struct tree_ns *in, struct ns_fact *fact)
{
	*fact = (struct ns_fact){
		.inode = in->ns.inode == in->alt ? 0 : in->ns.inode,
		.cookie = in->cookie,
		.pid = in->ns.pid,
		.own = in->ns.own,
		.files = true,
		.sockets = in->ns.own || in->ns.nsfd >= 0,
	};
	name_it(in, fact);
	slice_copy(slice_str(fact->name), in->name, sizeof(in->name));
	slice_copy(slice_str(fact->container), in->container, sizeof(in->container));
	in->borrowed = fact->borrowed;
}

void netns_refresh(struct sample *s, struct tree_ns *in)
{
	if (in->ns.place == PLACE_NONE)
		return;
	if (in->ns.pid <= 0 && !in->ns.run_path)
		s->place[in->ns.place].ns->pid = 0; /* it leaves under the name it had */
	else
		fill_fact(in, s->place[in->ns.place].ns);
}

static void tell(struct sample *s, enum event_kind kind, uint32_t place, const char *what)
{
	const struct ns_fact *f = s->place[place].ns;

	if (f->name[0])
		sample_event(s, kind, place, "network namespace %s %s", f->name, what);
	else
		sample_event(s, kind, place, "network namespace %llu %s", (unsigned long long)s->place[place].id, what);
}

void netns_gone(struct sample *s, uint32_t place)
{
	tell(s, EVENT_NS_GONE, place, "left");
	sample_gone(s, place);
}

/* True when names of namespaces are known that we may not enter: whatever appears may be one of them. */
static bool names_hide(const struct tree *t)
{
	for (unsigned i = 0; i < RUN_DIRS; i++)
		if (t->run[i].hidden)
			return true;
	return false;
}

int netns_place(struct sample *s, struct tree_ns *in, const struct ns_fact *fact)
{
	struct tree *t = in->ns.tree;
	uint32_t old = sample_find(s, PLACE_NETNS, s->host, in->ns.inode), place, seen;

	/* The same inode, another namespace: the old one has left and its number was used again. */
	if (old != PLACE_NONE && fact->cookie && s->place[old].ns->cookie && fact->cookie != s->place[old].ns->cookie) {
		netns_gone(s, old);
		old = PLACE_NONE;
	}
	place = sample_place(s, PLACE_NETNS, s->host, in->ns.inode);
	if (place == PLACE_NONE)
		return -ENOSPC;
	in->ns.place = place;
	*s->place[place].ns = *fact;
	if (old == PLACE_NONE && s->tick > 0 && !in->ns.own) {
		/* Not born now, whatever the sample thinks, and its counters are old: one that we had lost sight of,
		 * and perhaps one of those that were hidden until a process was seen in it (ip netns exec). */
		if ((fact->cookie && hash_get(&t->left, fact->cookie, &seen)) || names_hide(t))
			s->place[place].born = false;
		tell(s, EVENT_NS_NEW, place, "appeared");
	}
	return 0;
}

bool netns_wanted(const struct tree_ns *in, const struct ns_fact *fact)
{
	const struct tree *t = in->ns.tree;
	struct stat st;
	uint64_t n;

	if (!t->only[0] || strcmp(t->only, fact->name) == 0)
		return true;
	if (fact->container[0] && strcmp(t->only, fact->container) == 0)
		return true;
	if (t->only_name)
		return stat(t->only_path, &st) == 0 && st.st_ino == in->ns.inode; /* we may meet it before its name */
	if (!slice_u64(slice_str(t->only), &n) || n == 0)
		return false;
	return in->ns.inode == n || in->ns.inode == t->only_id ||
	       (t->kind != TREE_LIVE && in->ns.pid > 0 && (uint64_t)in->ns.pid == n);
}

/* One met by its name: a process of it may be met later whose ns/net we may not read (no CAP_SYS_PTRACE), only the number
 * of its net/snmp. So that both are the same namespace, that number is learnt from inside. */
static void learn_alt(struct tree_ns *in)
{
	struct tree *t = in->ns.tree;
	struct stat st;

	if (in->alt || in->ns.own || in->ns.nsfd < 0 || access("/proc/1/ns/net", R_OK) == 0 || tree_enter(&in->ns))
		return;
	t->cost.calls++;
	if (stat("/proc/thread-self/net/snmp", &st) == 0 && hash_put(&t->by_id, ALT_SPACE + st.st_ino, in->entry) == 0)
		in->alt = ALT_SPACE + st.st_ino;
	tree_leave(&in->ns);
}

struct tree_ns *netns_adopt(struct tree *t, struct sample *s, struct ident id, pid_t pid, const char *run_path)
{
	struct ns_fact fact;
	struct tree_ns *in;
	uint32_t no;

	if (hash_get(&t->unwanted, id.inode, &no))
		return NULL;
	in = tree_ns_new(t, id.inode, id.alt);
	if (!in)
		return NULL;
	in->ns.pid = pid;
	in->ns.run_path = run_path ? strdup(run_path) : NULL;
	netns_anchor(in, pid);
	open_door(in, run_path);
	in->pid_seen = in->ns.pid > 0;
	in->run_seen = run_path != NULL;
	if (run_path)
		learn_alt(in);
	if (in->ns.pid <= 0 && in->ns.nsfd < 0)
		goto drop; /* left while we looked, or not for us */
	in->cookie = cookie_of(&in->ns);
	fill_fact(in, &fact);
	if (!netns_wanted(in, &fact)) {
		hash_put(&t->unwanted, id.inode, 1);
		goto drop;
	}
	if (netns_place(s, in, &fact) == 0)
		return in;
drop:
	tree_ns_free(in);
	return NULL;
}

/* Takes one off the list: our own stays for the machine-wide sources, unlisted. */
static void exclude(struct tree_ns *in)
{
	struct tree *t = in->ns.tree;

	if (!in->ns.own) {
		hash_put(&t->unwanted, in->ns.inode, 1);
		tree_ns_free(in);
		return;
	}
	tree_ns_unlist(in);
	t->own_hidden = true;
}

int netns_take_own(struct tree *t, struct sample *s, struct tree_ns *in, const struct ns_fact *fact)
{
	int r;

	in->ns.own = true;
	t->own = &in->ns;
	r = netns_place(s, in, fact);
	if (r == 0 && !netns_wanted(in, fact))
		exclude(in);
	return r;
}

/* Our own: always there, needs no way in, is never dead. */
int netns_own(struct tree *t, struct sample *s)
{
	struct ident id;
	struct ns_fact fact;
	struct tree_ns *in;
	bool enterable = t->enterable;
	char text[24] = "";
	uint64_t self = 0;

	/* /proc may number processes for another pid namespace than ours; then a pidfd would be somebody else. */
	if (readlink("/proc/self", text, sizeof(text) - 1) <= 0 || !slice_u64(slice_str(text), &self))
		return -ENOENT;
	t->pidfds = (pid_t)self == getpid();
	t->enterable = false; /* asks for alt too: others may be visible by that number only */
	if (!netns_of_pid(t, (pid_t)self, &id))
		id.inode = 0;
	t->enterable = enterable;
	if (!id.inode)
		return -ENOENT;
	in = tree_ns_new(t, id.inode, id.alt);
	if (!in)
		return -ENOMEM;
	in->ns.own = true;
	in->ns.pid = (pid_t)self;
	in->cookie = cookie_of(&in->ns);
	fill_fact(in, &fact);
	return netns_take_own(t, s, in, &fact);
}

static int none_such(const struct tree *t, struct err *err)
{
	return err_set(err, ENOENT, "%s: no such network namespace (name, inode or pid)", t->only);
}

int netns_only_found(struct tree *t, struct err *err)
{
	if (t->looked)
		return 0;
	t->looked = true;
	return t->only[0] && t->ns_count == 0 ? none_such(t, err) : 0;
}

/* Before the first look only the wish is noted, and that look says when nobody answers to it. */
int tree_only(struct tree *t, struct sample *s, const char *which, struct err *err)
{
	bool any = false;
	struct ident id;
	struct fmt p;
	uint64_t n;

	if (strcmp(which, "all") == 0)
		return 0;
	if (strlen(which) >= sizeof(t->only))
		return err_set(err, ENOENT, "%.40s...: no such network namespace", which);
	slice_copy(slice_str(which), t->only, sizeof(t->only));
	/* Somebody may call a namespace 42. */
	fmt_init(&p, t->only_path, sizeof(t->only_path));
	fmt_add(&p, "%s/%s", run_dirs[0], which);
	t->only_name = tree_live(t) && !p.cut && access(t->only_path, F_OK) == 0;
	t->only_id = 0;
	if (tree_live(t) && slice_u64(slice_str(which), &n) && n && n <= INT32_MAX && netns_of_pid(t, (pid_t)n, &id))
		t->only_id = id.inode;
	if (!t->looked)
		return 0;
	for (uint32_t i = 0; i < t->ns_count; i++)
		any |= netns_wanted(t->ns[i], s->place[t->ns[i]->ns.place].ns);
	if (!any) {
		int r = none_such(t, err);

		t->only[0] = 0;
		return r;
	}
	for (uint32_t i = t->ns_count; i-- > 0;) {
		struct tree_ns *in = t->ns[i];

		if (netns_wanted(in, s->place[in->ns.place].ns))
			continue;
		if (!in->ns.own)
			sample_gone(s, in->ns.place);
		exclude(in);
	}
	return 0;
}
