/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The facts about the kernel: layers, causes, counters, how shared counters are told apart, drop reasons, driver
 * statistics, settings and advice. Plain rows, read by grep; nothing here runs or measures.
 */
#ifndef TABLE_TABLE_H
#define TABLE_TABLE_H

#include "base/err.h"
#include "base/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

enum layer {
#define LAYER(name, id) LAYER_##name,
#include "table/layer.def"
#undef LAYER
	LAYER_COUNT
};

enum verdict { OVERLOAD, MISCONFIG, FAULT, POLICY, REFUSED, BENIGN, UNKNOWN, VERDICT_COUNT };

enum cause {
	CAUSE_NONE,  /* nobody's cause: a TOTAL without one shows its rest as "unexplained" */
#define CAUSE(name, id, layer, verdict, title, what) name,
#include "table/cause.def"
#undef CAUSE
	CAUSE_COUNT
};

enum source_id {
#define SOURCE(name, flags, needs) SRC_##name,
#include "table/source.def"
#undef SOURCE
	SRC_none,  /* a fact that no source of ours reads (yet): explained, never sampled */
	SRC_COUNT = SRC_none
};

enum source_flag { CHEAP = 1, DETAIL = 2, DEMAND = 4, NS = 8, HOST = 16 };

struct layer_row { const char *id; };
struct cause_row {
	const char *id;       /* public name: layer.word */
	enum layer layer;
	enum verdict verdict;
	const char *title;    /* a few words */
	const char *what;     /* one sentence: what happened */
};
struct source_row { const char *name; unsigned flags; const char *needs; };

/* What a counter is. These roles are the whole of "no double counting"; ARCHITECTURE.md, The ledger. */
enum role {
	LEAF,      /* a drop that nobody else counts: booked */
	PART,      /* also counted in .of: booked here, taken off there */
	TOTAL,     /* includes its parts: only what no part explains is booked. May itself have .of */
	WITNESS,   /* another view of .of[0]: shown beside, books only where .of[0] cannot be read */
	PRESSURE,  /* no loss yet */
	SYMPTOM,   /* a loss somewhere else was noticed here; also connections and events that are not packets */
	STATE,     /* a setting or condition */
	TRAFFIC,   /* packets that went well, and bookkeeping without loss */
	ROLE_COUNT
};
enum scope { MACHINE, NETNS, DEVICE, CPU, SOCKET, RULE, SCOPE_COUNT };
/* What one step of the counter stands for. Only units up to LOST_UNITS are ever booked as packets. */
enum unit { PACKETS, SEGMENTS, DATAGRAMS, MESSAGES, SKBS, CONNECTIONS, EVENTS, BYTES, PAGES, OTHER_UNIT };
enum edge_kind {
	EXACT = 1,  /* every step of the part is a step of the total */
	WIDE,       /* only some steps are (other families, forwarded packets, another scope) */
};
/* Where the total of an edge is looked for. */
enum reach {
	HERE,    /* same place, or the namespace (or any device of the namespace, see ledger.c) that holds it */
	MASTER,  /* the same counter of the device that this one is enslaved to */
	PEER,    /* the other end of a veth pair */
	ANY,     /* all places on the machine: distributed to where the total has a rest */
	OVER,    /* the devices that send through this one, or out of this namespace (struct upper) */
};

#define EDGES 8
struct edge { const char *total; enum edge_kind kind; enum reach reach; };

struct counter {
	const char *key;          /* the kernel's own name, prefixed by file or protocol: "Udp.RcvbufErrors" */
	enum source_id from;
	enum role is;
	enum cause cause;         /* what it (or its rest) is booked under; see also split.c */
	struct edge of[EDGES];    /* inner totals before outer ones; ends at the first .total == NULL */
	enum scope scope;
	enum unit unit;
	uint8_t bits;             /* 32 where the kernel keeps 32 bits and wraps, else 0 */
	bool at_socket;           /* these packets died at a socket: the losing socket's drop counter names the owner */
	const char *since;        /* first kernel that has it, NULL when older than all we meet */
	const char *help;         /* one sentence: what a step means */
	const char *wrong;        /* what people get wrong about it, or NULL */
	const char *cite;         /* kernel file:function that counts it */
};

/*
 * Splits: where several causes share one counter, rows tried in table order; each takes what its condition allows
 * off the counter's rest at that place; what no row takes is booked under the counter's own cause.
 */
enum when {
	WHEN_ALWAYS,
	WHEN_KIND,        /* arg: device kind ("veth") or qdisc kind ("netem"), several joined by '|' */
	WHEN_DOWN,        /* the device is administratively down */
	WHEN_NO_CARRIER,  /* the device is up but has no carrier */
	WHEN_XDP,         /* an XDP program is attached in driver mode */
	WHEN_PEER_MTU,    /* the other end of the veth has a larger MTU and counted drops on sending */
	WHEN_PEER_DOWN,   /* the other end of the veth is down */
	WHEN_MOVED,       /* arg: counter keys of the same namespace joined by '|': takes at most the sum of their steps */
	WHEN_MOVED_LESS,  /* as WHEN_MOVED, less the steps of the keys behind a '-' in arg */
	WHEN_SETTING,     /* arg: "setting key=value" holds in the namespace (any device for conf.* keys) */
	WHEN_SOCKET,      /* a socket of the namespace counted drops: takes at most what is left of those */
	WHEN_FILTER,      /* arg: "ingress" or "egress": only that side of the clsact qdisc has filters */
	WHEN_RULE,        /* arg: "ct_invalid", "queue_idle", "policy": a property of the firewall rule */
	WHEN_BEYOND,      /* arg: keys joined by '|': takes what this counter, summed over the namespace, exceeds theirs by */
	WHEN_FULL,        /* arg: "state counter|setting key": the state has reached three quarters of the setting */
	WHEN_LINK_UP,     /* links of the namespace came up while watching and no more was lost than their start explains */
};
enum sure { SURE, LIKELY, LOW };
struct split {
	const char *key;          /* the counter */
	enum cause cause;
	enum sure sure;
	struct { enum when when; const char *arg; } cond[3];
	const char *why;          /* one sentence for -v */
};

/* One kernel drop reason, by name; numbers are read from BTF at run time. */
struct reason {
	const char *name;         /* without SKB_DROP_REASON_ */
	const char *location;     /* function (prefix) where the name alone says too little, else NULL */
	enum cause cause;         /* CAUSE_NONE: depends on the location */
	const char *help;         /* operator meaning */
	const char *usual;        /* usual cause */
	const char *also;         /* counters that tick too */
};

/* One statistics string of `ethtool -S` of a known driver. '*' in name stands for digits (queue numbers). */
struct driver_stat {
	const char *driver;       /* as in ethtool -i */
	const char *name;         /* the driver's own spelling, '*' for a queue number */
	const char *key;          /* the counter row it feeds: "ethtool.rx_ring_full" and the like (counter.c) */
	const char *cite;         /* the driver's source file and function, or the counter's documentation */
};

/* One setting that matters for advice; %d stands for the device. */
enum setting_kind { SET_SYSCTL, SET_LINK, SET_RING, SET_COALESCE, SET_CHANNELS, SET_RPS };
struct setting {
	const char *key;          /* "net.core.rmem_max", "ring.rx" */
	enum setting_kind kind;
	const char *path;         /* under the root, for sysctls: "proc/sys/net/core/rmem_max"; '*' = every device */
	bool per_netns;           /* false: one value for the machine */
	uint8_t values;           /* numbers in it: 1, or 3 as in tcp_mem */
	const char *unit;         /* "bytes", "pages", "packets", "entries", "" */
	const char *help;
	const char *wrong;        /* what people get wrong, or NULL */
};

/*
 * One piece of advice. Text may hold placeholders in braces; tell/advise.c fills them from the entry and this host:
 * {dev} {ns} {pid} {comm} {unit} {addr} {port} {lost} {rate} {cpu} {queue} {old} {new} {setting} {rule} {handle}
 * {table} {chain} {family} {hook} {rcvbuf} {backlog} {mtu} {peer} {peer_mtu} {group} {driver}.
 * A row whose placeholder cannot be filled is skipped in favour of the next row of the same cause.
 */
enum grow { GROW_NONE, GROW_DOUBLE, GROW_TO_FIT, GROW_TO_MAX, GROW_SET };
struct advice {
	enum cause cause;
	struct { enum when when; const char *arg; } cond;  /* WHEN_ALWAYS, or as in splits */
	const char *look;         /* command that shows it: "ss -uampn sport = :{port}" */
	const char *setting;      /* key of settings.c whose value is {old}; NULL when none is changed */
	enum grow grow;           /* how {new} comes from {old} */
	uint64_t least, most;     /* bounds for {new}; with GROW_SET least is the value */
	const char *command;      /* exact command, NULL when nothing is to be run */
	const char *why;          /* why this cures it and why that number */
	const char *risk;
	const char *undo;
	const char *persist;      /* how to make it last */
};

/* Devices that add the numbers of the devices enslaved to them to their own (an edge with reach MASTER leads there only
 * then). A bridge and a team do not. */
struct master {
	const char *kind;         /* IFLA_INFO_KIND, or the driver where there is none */
	const char *key;          /* the one counter that is repeated, NULL for all */
	const char *cite;
};

/* Devices that send through another one and count as dropped what died there (an edge with reach OVER leads to them). */
struct upper {
	const char *kind;         /* IFLA_INFO_KIND */
	const char *cite;
};

extern const struct upper upper_rows[];
extern const size_t upper_count;
extern const struct master master_rows[];
extern const size_t master_count;
extern const struct layer_row layer_rows[LAYER_COUNT];
extern const struct cause_row cause_rows[CAUSE_COUNT];
extern const struct source_row source_rows[SRC_COUNT + 1];
extern const struct counter counter_rows[];
extern const size_t counter_count;
extern const struct split split_rows[];
extern const size_t split_count;
extern const struct reason reason_rows[];
extern const size_t reason_count;
extern const struct driver_stat driver_rows[];
extern const size_t driver_count;
extern const struct setting setting_rows[];
extern const size_t setting_count;
extern const struct advice advice_rows[];
extern const size_t advice_count;
extern const char *const verdict_ids[VERDICT_COUNT];
extern const char *const role_ids[ROLE_COUNT];
extern const char *const sure_ids[3];
extern const char *const unit_ids[OTHER_UNIT + 1];

#define COUNTER_NONE UINT16_MAX

/* True for the verdicts that make a loss: overload, misconfig, fault, unknown. */
bool verdict_is_loss(enum verdict v);
/* Row index of a counter key, COUNTER_NONE when there is no such row. A hash look-up: not for the loop. */
uint16_t table_counter(struct slice key);
/* As table_counter for "prefix.name" given in two pieces (a line of /proc/net/snmp). */
uint16_t table_counter2(struct slice prefix, struct slice name);
enum cause table_cause(struct slice id);  /* CAUSE_NONE when unknown */
const struct setting *table_setting(const char *key);
/* Row indices of all counters, parts before the totals that contain them (counter_count entries). */
const uint16_t *table_order(void);
/* Index of edge e's total of row c, COUNTER_NONE past the end. */
uint16_t table_edge(uint16_t c, unsigned e);
/* Checks every rule of the tables; 0, or -EINVAL with the first broken row in err. Also run by a test. */
int table_check(struct err *err);

#endif
