/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of the tree share. Nobody else includes this: sources know tree.h only. */
#ifndef SOURCE_TREE_INNER_H
#define SOURCE_TREE_INNER_H

#include "source/source.h"
#include "source/tree.h"

#include <dirent.h>

/* Files by path: what was recorded, or what an archive held. */
struct pack_file {
	char *path;
	char *data;    /* NULL: a directory, or a name seen in one */
	char *link;    /* target of a soft link, else NULL */
	size_t n;
};
struct pack {
	struct pack_file *file;
	uint32_t count, cap;
	uint64_t bytes;
	struct hash index;
};

/* How often each outcome came at this tick, per source; source.c. */
struct tally { uint32_t tick, ok, absent, denied, failed, shown[4]; bool any; char text[160]; };

/* Directories where namespaces have names; the first is that of `ip netns`. */
#define RUN_DIRS 2
struct run_dir {
	int64_t mtime_ns, looked_ns;
	uint32_t pending;  /* names without a namespace behind them yet */
	uint32_t retries;  /* looks at those so far */
	uint32_t hidden;   /* namespaces behind a name that we cannot enter */
	bool there;
};

struct tree_ns {
	struct netns ns;         /* first: the two are cast into each other */
	uint64_t alt;            /* number of its /proc/net/snmp: tells namespaces apart without privilege */
	uint64_t cookie;
	char name[96], container[80];  /* as in ns_fact, for the recording */
	uint64_t denied;         /* bit per enum net_file: not allowed to open */
	int sysfs;               /* a detached mount of its sysfs, -1 not tried, -2 not possible */
	uint32_t entry;          /* its position in tree.ns */
	bool pid_seen, run_seen; /* by the scan that runs */
	bool other_name;         /* a second name was met */
	bool borrowed;           /* as in ns_fact, for the recording */
	pid_t candidate;         /* another process inside, found by the scan that runs */
};

enum tree_kind { TREE_LIVE, TREE_DIR, TREE_PACK };

struct tree {
	enum tree_kind kind;
	const struct priv *priv;
	struct tree_ns **ns;
	uint32_t ns_count, ns_cap;
	struct hash by_id;       /* inode and alt -> position */
	struct netns *own;
	bool own_hidden;         /* tree_only excluded it: kept for the machine-wide sources */
	struct tree_cost cost;
	char *buf;               /* every answer that is text lands here */
	size_t buf_cap;
	char *nlbuf;
	size_t nlbuf_cap;
	uint32_t seq;
	bool asking;             /* nlbuf is in use */
	struct fmt blob;
	struct hash modules;     /* name -> 0 or 1 */
	uint32_t kept, budget;   /* descriptors held open, and how many may be */
	char kernel[128], hostname[128];
	uint64_t real_ns, mono_ns;
	uint32_t hidden, half;
	char only[128];          /* what tree_only wants, "" = all */
	bool only_name;          /* it is a name, though it may look like a number */
	char only_path[160];     /* and where that name is */
	uint64_t only_id;        /* the namespace of the process it names, 0 none */
	bool looked;             /* namespaces were looked for at least once */

	bool ready;              /* the live side is set up */
	bool enterable;          /* setns works */
	bool pidfds;             /* the numbers in /proc are those of our pid namespace */
	dev_t nsfs_dev;
	DIR *proc;
	int loadavg, epoll;
	uint64_t last_pid;
	pid_t *pids, *pids_new;  /* ascending, as /proc lists them */
	uint32_t pid_count, pid_cap, pid_new_cap;
	pid_t *young[2];         /* born since the last look, and the one before: may still change namespace */
	uint32_t young_count[2], young_cap[2];
	struct run_dir run[RUN_DIRS];
	uint32_t watches, full_after;
	bool scan_wanted;
	struct hash left;        /* cookies of namespaces that we gave up and that may come back */
	struct hash unwanted;    /* numbers of namespaces that tree_only excludes */

	int dir;                 /* TREE_DIR */
	char net_dir[4][40];     /* where files of our own namespace may lie: "proc/net", "proc/1/net", ... */
	struct pack pack;        /* TREE_PACK */
	bool recording;
	struct pack rec;
	struct tally tally[SRC_COUNT];
};

static inline struct tree_ns *inner(struct netns *ns)
{
	return (struct tree_ns *)ns;
}

extern const bool net_file_single[NET_FILES], net_file_kept[NET_FILES];

/* tree.c */
struct tree_ns *tree_ns_new(struct tree *t, uint64_t inode, uint64_t alt);  /* NULL: no memory */
void tree_ns_free(struct tree_ns *in);
void tree_ns_unlist(struct tree_ns *in);
int tree_room(struct tree *t, size_t n);  /* makes buf hold n bytes and a NUL */
int tree_read_fd(struct tree *t, int fd, bool single, struct slice *ret);
/* The path of a file of a namespace in a recording; does it depend on the namespace at all? */
bool tree_path_of(struct netns *ns, const char *path, struct fmt *out);
void tree_keep(struct tree *t, const char *path, struct slice answer);

/* tree_live.c; live_ask and recorded_ask: tree_ask.c */
int live_open(struct tree *t, struct err *err);
int live_net(struct netns *ns, enum net_file f, struct slice *ret, struct err *err);
int live_file(struct tree *t, struct netns *ns, const char *path, struct slice *ret);
DIR *live_dir(struct tree *t, struct netns *ns, const char *path, int *ret_err);
bool live_loaded(const char *module);
bool live_builtin(const char *module);
void live_drop(struct netns *ns);  /* closes every descriptor of a namespace */
/* Closes the sockets of another namespace that only details need, where there are many namespaces. */
void live_rest(struct netns *ns);
int live_ask(struct netns *ns, enum nl_socket which, const char *name, struct nlmsghdr *request,
	     int (*each)(const struct nlmsghdr *nlh, void *arg), void *arg, struct fmt *keep, struct err *err);

/* tree_netns.c */
struct ident { uint64_t inode, alt; };  /* 0 unknown; inode is alt where nsfs cannot be read */
bool netns_of_pid(struct tree *t, pid_t pid, struct ident *ret);
struct tree_ns *netns_find(struct tree *t, struct ident id);
bool netns_still_there(struct tree_ns *in);  /* is its process alive and in it? */
/* Takes in a namespace that was not known; NULL when it is not wanted or there is no room. */
struct tree_ns *netns_adopt(struct tree *t, struct sample *s, struct ident id, pid_t pid, const char *run_path);
void netns_anchor(struct tree_ns *in, pid_t pid);   /* pid 0: none any more */
void netns_refresh(struct sample *s, struct tree_ns *in);
/* Makes the place of a namespace and tells the sample what is known of it. */
int netns_place(struct sample *s, struct tree_ns *in, const struct ns_fact *fact);
void netns_gone(struct sample *s, uint32_t place);
bool netns_wanted(const struct tree_ns *in, const struct ns_fact *fact);
int netns_own(struct tree *t, struct sample *s);
/* Makes it our own one: its place, and whether it is listed. */
int netns_take_own(struct tree *t, struct sample *s, struct tree_ns *in, const struct ns_fact *fact);
/* After the first look: -ENOENT when tree_only wanted one that is not there. */
int netns_only_found(struct tree *t, struct err *err);

/* tree_watch.c */
extern const char *const run_dirs[RUN_DIRS];
int netns_scan(struct tree *t, struct sample *s, struct err *err);
void netns_close(struct tree *t);

/* tree_name.c */
void netns_container(struct slice cgroup, char *ret, size_t size, char *ret_unit, size_t unit_size);

/* tree_record.c */
int recorded_open(struct tree *t, const char *path, struct err *err);
int recorded_scan(struct tree *t, struct sample *s, struct err *err);
int recorded_get(struct tree *t, const char *path, struct slice *ret);
int recorded_net(struct netns *ns, enum net_file f, struct slice *ret);
int recorded_list(struct tree *t, const char *path, void (*each)(const char *name, void *arg), void *arg);
int recorded_ask(struct slice data, int (*each)(const struct nlmsghdr *nlh, void *arg), void *arg,
		 const char *name, struct err *err);
int recorded_blob(struct tree *t, struct netns *ns, const char *name, const char *path, struct slice *ret);
void record_about(struct tree_ns *in);  /* what is known of a namespace, beside its answers */

/* tree_pack.c */
int pack_put(struct pack *p, struct slice path, const void *data, size_t n);  /* data NULL: a name in a directory */
int pack_link(struct pack *p, struct slice path, struct slice target);
/* Follows soft links inside the pack; NULL when there is no such file (a directory is none). */
const struct pack_file *pack_get(const struct pack *p, const char *path);
/* Adds the names directly below path to out, each with its NUL; -ENOENT when there is no such directory. */
int pack_list(const struct pack *p, const char *path, struct fmt *out);
/* Many archives keep everything below one directory: takes that away. */
void pack_strip(struct pack *p);
void pack_free(struct pack *p);

/* tree_tar.c */
/* Reads a tar file, packed or not. What was read before a damage stays in p: then the result is negative too, with
 * the sentence in err. */
int tar_read(struct pack *p, int fd, const char *name, struct err *err);
int tar_write(const struct pack *p, const char *path, uint64_t real_ns, struct err *err);

#endif
