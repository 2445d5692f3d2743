/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A tree is one host as we read it: live, a directory with a proc/ inside, or a snapshot file. Three kinds of question:
 * a text file, a netlink dump, a blob (any other system call). Each has a path in the tree, so whatever a source asks
 * can be recorded (tree_record) and answered from the recording.
 *
 * Paths of a recording: `proc/net/snmp` belongs to the namespace we lived in; another namespace keeps its files in
 * `netns/<inode>/net/snmp`, with `netns/<inode>/about` (lines "name: x", "pid: n", "cookie: n", "container: x").
 * Netlink answers are `netlink/<what>` or `netns/<inode>/netlink/<what>`: the raw messages one after the other.
 * Blobs are `blob/<what>` or `netns/<inode>/blob/<what>`. Machine-wide files keep their /proc or /sys path.
 */
#ifndef SOURCE_TREE_H
#define SOURCE_TREE_H

#include "base/err.h"
#include "base/fmt.h"
#include "base/slice.h"
#include "sample/sample.h"

#include <linux/netlink.h>

/* Files of /proc/net that are read per namespace; descriptors stay open. */
enum net_file {
	NET_SNMP, NET_NETSTAT, NET_SNMP6, NET_SOCKSTAT, NET_SOCKSTAT6, NET_PROTOCOLS, NET_SOFTNET, NET_XFRM,
	NET_CONNTRACK, NET_ARP_CACHE, NET_NDISC_CACHE, NET_RT_CACHE, NET_IGMP, NET_IGMP6, NET_DEV_MCAST, NET_MCFILTER,
	NET_MCFILTER6, NET_RAW, NET_RAW6, NET_NETLINK, NET_PACKET, NET_NFQUEUE, NET_IPT_NAMES, NET_IP6T_NAMES, NET_DEV,
	NET_IP_MR_CACHE, NET_SYNPROXY, NET_SCTP, NET_ICMP, NET_ICMP6, NET_FILES
};
extern const char *const net_file_paths[NET_FILES];  /* below .../net/: "stat/arp_cache" */

/* One network namespace and the ways into it. */
struct netns {
	uint32_t place;        /* in the sample */
	uint64_t inode;        /* of nsfs, or another number that tells namespaces apart where that cannot be read */
	bool own;              /* the one we live in: files through /proc/self/net, no entering needed */
	bool dead;             /* has left: one last read, then closed */
	pid_t pid;             /* a process inside, 0 when none */
	char *run_path;        /* /run/netns/NAME, NULL when none */
	int nsfd;              /* to enter it, -1 when not allowed */
	int pidfd;             /* readable once the process has ended, -1 when none */
	int fd[NET_FILES];     /* -1 not yet opened, -2 absent */
	int nl[5];             /* netlink sockets by enum nl_socket, -1 not opened, -2 not possible */
	struct tree *tree;
	void *state[SRC_COUNT];
	uint32_t asked;        /* tick + 1 in which its sockets were asked last; the pipeline's */
};
enum nl_socket { NL_ROUTE, NL_NOTIFY, NL_DIAG, NL_GENERIC, NL_NETFILTER };

/* Privileged acts, implemented by app/priv.c; NULL functions mean "not allowed". */
struct priv {
	int (*enter)(int nsfd);   /* this thread goes into the namespace; 0 or -errno */
	int (*leave)(void);       /* and back */
};

struct tree;

/* path NULL: this host. A directory: read-only recorded tree. A file: a snapshot. zero-base is the caller's business. */
int tree_open(struct tree **ret, const char *path, const struct priv *priv, struct err *err);
void tree_close(struct tree *t);
bool tree_live(const struct tree *t);
/* When a recording was made (CLOCK_REALTIME, CLOCK_MONOTONIC in ns; 0 unknown), and on which kernel. */
void tree_when(const struct tree *t, uint64_t *ret_real_ns, uint64_t *ret_mono_ns);
const char *tree_kernel(const struct tree *t);    /* uname -r of that host, "" unknown */
const char *tree_hostname(const struct tree *t);

/* Finds namespaces and makes their places. tree_scan looks at everything; tree_watch is the cheap look of a tick
 * (only what appeared or left since). Both mark the dead ones; tree_reap closes those after their last read. */
int tree_scan(struct tree *t, struct sample *s, struct err *err);
void tree_watch(struct tree *t, struct sample *s);
void tree_reap(struct tree *t, struct sample *s);
struct netns *tree_netns(struct tree *t, uint32_t i);  /* NULL past the last */
struct netns *tree_own(struct tree *t);
/* So many namespaces live here that what the kernel finds by walking the sockets of all of them is asked of ours only. */
bool tree_many(const struct tree *t);
struct netns *tree_at(struct tree *t, const struct sample *s, uint32_t place);  /* NULL when that is none, or gone */
/* Keep only the namespace with this name, inode or pid; 0 or -ENOENT. */
int tree_only(struct tree *t, struct sample *s, const char *which, struct err *err);

/* The text of a file of a namespace. The slice is valid until the next question. -ENOENT: the kernel has no such file. */
int tree_net(struct netns *ns, enum net_file f, struct slice *ret, struct err *err);
/* The text of any other file, by path without leading slash ("proc/sys/net/core/rmem_max", "sys/class/net/eth0/..."),
 * as seen from inside ns (NULL: from where we are). Not kept open. */
int tree_file(struct tree *t, struct netns *ns, const char *path, struct slice *ret, struct err *err);
/* Calls each name in a directory; for recorded trees too. */
int tree_list(struct tree *t, struct netns *ns, const char *path, void (*each)(const char *name, void *arg), void *arg);
/* Sends a netlink request (its seq is set here) and calls each for every answer up to NLMSG_DONE or the ACK. `name` is
 * its path in a recording ("getqdisc", "diag-udp4"). each returns 0 to go on. -EINTR means the dump was inconsistent
 * (NLM_F_DUMP_INTR) and may be repeated. */
int tree_ask(struct netns *ns, enum nl_socket sock, const char *name, struct nlmsghdr *request,
	     int (*each)(const struct nlmsghdr *nlh, void *arg), void *arg, struct err *err);
/* Any other system call: fetch puts the answer's bytes into out (0 or -errno); it runs inside the namespace. */
int tree_blob(struct netns *ns, const char *name, int (*fetch)(struct netns *ns, void *arg, struct fmt *out), void *arg,
	      struct slice *ret, struct err *err);
/* True when asking for this family cannot load a kernel module: it is built in or loaded already ("udp_diag"). */
bool tree_module(struct tree *t, const char *module);
/* Enter and leave a namespace (nothing for our own); 0 or -errno. */
int tree_enter(struct netns *ns);
void tree_leave(struct netns *ns);

/* From here on every answer is also kept, to be written by tree_write. */
void tree_record(struct tree *t);
int tree_write(struct tree *t, const char *path, struct err *err);
bool tree_recording(const struct tree *t);

/* What was asked of the kernel so far: system calls that read, and bytes read. For the bench and for status. */
struct tree_cost { uint64_t calls, bytes; };
struct tree_cost tree_cost(const struct tree *t);
/* Books one more reading system call of n bytes, for reads that do not go through the tree. */
void tree_count(struct tree *t, uint64_t n);

#endif
