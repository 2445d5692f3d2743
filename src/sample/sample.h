/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One sample: the numbers the kernel shows, each number once, with the place it came from; and how far each moved
 * since the baseline. Sources write into it, everybody after them only reads. Nothing here asks the kernel.
 *
 * A series is one counter at one place. Its slot number is its identity. `sum` is what it moved since the baseline,
 * tick by tick, so that wraps, resets and vanished places never turn into billions; the ledger is a pure function of
 * these sums, hence a part seen one tick before its total corrects itself.
 */
#ifndef SAMPLE_SAMPLE_H
#define SAMPLE_SAMPLE_H

#include "base/hash.h"
#include "base/slice.h"
#include "table/table.h"

#include <sys/types.h>

#define SLOT_NONE UINT32_MAX
#define PLACE_NONE UINT32_MAX

enum place_kind { PLACE_HOST, PLACE_NETNS, PLACE_DEVICE, PLACE_CPU, PLACE_SOCKET, PLACE_RULE, PLACE_KINDS };

/* What is known of a network namespace; zero or empty where unknown. */
struct ns_fact {
	uint64_t inode, cookie;
	char name[96];        /* ip netns name, else container or pod, else "" */
	char container[80];   /* container id or pod uid from the cgroup path, "" when none */
	pid_t pid;            /* a process inside, 0 when none */
	bool own;             /* the one we live in */
	bool files, sockets;  /* what we may see of it */
	bool borrowed;        /* the name is that of a container, pod or unit: ip netns does not know it */
};

/* What is known of a network device. */
struct link_fact {
	int ifindex, peer_ifindex, master_ifindex;  /* 0 when none */
	int peer_nsid;            /* id, seen from here, of the namespace that peer_ifindex is in; -1: this one */
	char name[32], kind[16], driver[32];        /* kind: IFLA_INFO_KIND, "" for hardware; driver: ethtool -i */
	uint32_t mtu, flags, txqlen, rx_queues, tx_queues;
	uint8_t operstate;
	bool carrier, up, have;   /* have: a link message was seen, else only the name is known */
	uint8_t xdp;              /* IFLA_XDP_ATTACHED: 0 none, 1 driver, 2 generic, 3 hardware, 4 several */
	bool filter_ingress, filter_egress, filters_known;  /* of the clsact qdisc */
	char qdisc[16];           /* kind of the root qdisc, "" unknown */
	uint64_t carrier_changes;
	uint32_t peer, master;    /* device places, PLACE_NONE when unknown */
	uint32_t peer_sought;     /* how many places there were when the peer was looked for in vain */
};

enum sock_kind { SOCK_KIND_UDP, SOCK_KIND_TCP_LISTEN, SOCK_KIND_TCP, SOCK_KIND_RAW, SOCK_KIND_PACKET, SOCK_KIND_NETLINK,
		 SOCK_KIND_UNIX, SOCK_KINDS };

/* Who holds a socket; pid 0 when nobody was found (gone, or no privilege). */
struct owner {
	pid_t pid;
	char comm[32];
	char unit[80];        /* systemd unit, container id or pod, "" when none */
};

/* One socket that loses or is about to. */
struct sock_fact {
	enum sock_kind kind;
	uint8_t family;               /* AF_INET, AF_INET6, ... */
	uint8_t addr[16], peer[16];
	uint16_t port, peer_port;     /* host order; packet: EtherType; netlink: protocol */
	uint32_t protocol;            /* IP protocol of a raw socket, netlink family, else 0 */
	uint32_t ifindex, uid;
	uint64_t inode, cookie;
	uint32_t rmem, rcvbuf, wmem, sndbuf, backlog_mem;  /* bytes */
	uint32_t queue, queue_max;    /* listener: waiting connections and backlog; else bytes unread and 0 */
	uint32_t drops;
	bool have_mem;
	struct owner owner;
	uint32_t sought;              /* tick + 1 of the last look for an owner that found nobody, 0 none */
};

enum rule_verdict { RULE_DROP = 1, RULE_REJECT, RULE_QUEUE, RULE_POLICY };

/* One firewall rule whose counter stands directly before its verdict. */
struct rule_fact {
	char tool[12];                /* "nft", "iptables", "ip6tables" */
	char family[10], table[64], chain[64], hook[16];
	uint64_t handle;              /* nft handle, or rule number of iptables */
	enum rule_verdict verdict;
	bool output;                  /* hooks output/postrouting of locally made packets: the sender was told (EPERM) */
	bool ct_invalid;              /* matches ct state invalid only */
	bool queue_idle;              /* NFQUEUE and nobody listens on that queue (and no bypass) */
	bool queue_bypass;
	uint16_t queue;
	char text[160];               /* the rule in a few words, hostile bytes included */
};

struct place {
	uint8_t kind;                 /* enum place_kind */
	bool born;                    /* appeared after the baseline: its counters start from zero */
	bool gone;                    /* left; what it had lost stays in the books */
	uint32_t parent;              /* namespace of a device, socket or rule; host for namespaces and CPUs */
	uint64_t id;                  /* ifindex, cpu, inode or cookie, handle */
	union {
		struct ns_fact *ns;
		struct link_fact *link;
		struct sock_fact *sock;
		struct rule_fact *rule;
		void *any;
	};                            /* owned by the sample */
	uint32_t *slot;               /* slot + 1 by the counter's index within its scope, 0 when there is none */
	uint32_t child, sibling;      /* the newest place with this parent, the next older one of its own parent; gone ones too */
};

enum series_flag { SERIES_BASED = 1, SERIES_BORN = 2, SERIES_RESET = 4, SERIES_MOVED = 8, SERIES_WRAPPED = 16 };

struct series {
	uint32_t place;
	uint16_t counter;             /* row of counter.c */
	uint16_t flags;
	uint32_t tick;                /* last tick in which it changed (or was first read) */
	uint32_t step;                /* what it moved in that tick, saturated */
	uint64_t now;                 /* as the kernel shows it */
	uint64_t sum;                 /* moved since the baseline */
};

enum event_kind { EVENT_JOIN, EVENT_LEAVE, EVENT_NS_NEW, EVENT_NS_GONE, EVENT_LINK_NEW, EVENT_LINK_GONE, EVENT_RESET,
		  EVENT_SETTING };
struct event {
	enum event_kind kind;
	uint64_t at_ns;               /* CLOCK_REALTIME of the tick that saw it */
	uint32_t place;
	char text[120];
};

enum source_state { SOURCE_OFF, SOURCE_ON, SOURCE_BLIND };
struct source_health {
	enum source_state state;      /* on; off: not there or not asked for; blind: should be there and cannot be read */
	char why[200];
	uint32_t failures;            /* reads that failed */
	uint64_t cost_ns;             /* CPU time used so far */
};

#define SETTING_VALUES 3
struct setting_value { uint32_t setting, place; uint64_t v[SETTING_VALUES]; bool known; };

struct sample {
	struct place *place;
	uint32_t places, place_cap;
	struct hash place_index;
	struct series *series;
	uint32_t count, cap;
	uint16_t *local;              /* counter row -> index within its scope */
	uint16_t scope_size[SCOPE_COUNT];
	uint32_t *moved;              /* slots whose sum became non-zero, in that order */
	uint32_t moved_count, moved_cap;
	struct event *event;
	uint32_t events, event_cap;
	struct setting_value *setting;
	uint32_t settings, setting_cap;
	struct source_health health[SRC_COUNT + 1];
	uint32_t host;                /* the place of the machine itself */
	uint32_t tick;                /* 0 is the baseline */
	uint64_t mono_ns, real_ns, began_mono_ns, began_real_ns;
	uint64_t dt_ns;               /* since the tick before */
	bool zero_base;               /* totals since boot: every series starts from zero */
	uint32_t no_room;             /* things that could not be stored (memory, caps) */
	uint32_t hidden_ns;           /* namespaces that exist and cannot be seen at all */
	uint32_t half_ns;             /* namespaces of which only the files can be seen */
	uint32_t resets;
	uint32_t last_pass;           /* tick that read the cheap counters once more, behind the details; 0 none yet */
	struct hash setting_index;    /* (setting, place) -> position in setting */
};

#define PLACE_CAP (1u << 20)
#define SERIES_CAP (1u << 23)

int sample_init(struct sample *s);  /* 0 or -ENOMEM */
void sample_free(struct sample *s);
/* Opens a tick. The first call is the baseline. Times in ns; real for people, mono for rates. */
void sample_begin(struct sample *s, uint64_t mono_ns, uint64_t real_ns);
/* Starts a new interval: what moved so far is forgotten, what the kernel shows now is the new baseline. */
void sample_rebase(struct sample *s);
/* The place (kind, parent, id), made when new (then its fact is zeroed memory of the kind's size); PLACE_NONE when out
 * of room. A place that was gone and is asked for again under the same id is a new place. */
uint32_t sample_place(struct sample *s, enum place_kind kind, uint32_t parent, uint64_t id);
/* As sample_place, but PLACE_NONE when there is none (or it is gone). */
uint32_t sample_find(const struct sample *s, enum place_kind kind, uint32_t parent, uint64_t id);
void sample_gone(struct sample *s, uint32_t place);
/* The slot of a counter at a place, made when new; SLOT_NONE when counter is COUNTER_NONE or out of room. */
uint32_t sample_slot(struct sample *s, uint16_t counter, uint32_t place);
/* As sample_slot for a counter that the kernel shows only once it is not zero: it starts from zero. */
uint32_t sample_slot_born(struct sample *s, uint16_t counter, uint32_t place);
/* n slots in a row for counters[] (COUNTER_NONE entries get no slot of their own and must not be put); used where one
 * line of a file holds many counters. ret_slot[i] is the slot of counters[i]. */
int sample_slots(struct sample *s, const uint16_t *counters, size_t n, uint32_t place, uint32_t *ret_slot);
/* Writes what the kernel shows now. A value that goes down is a wrap only where the row says 32 bits and the step is
 * short; otherwise a reset: the step is unknown, an EVENT_RESET says so, and nothing is booked for it. */
void sample_put_changed(struct sample *s, uint32_t slot, uint64_t value);
static inline void sample_put(struct sample *s, uint32_t slot, uint64_t value)
{
	if (slot < s->count && (s->series[slot].now != value || !(s->series[slot].flags & SERIES_BASED)))
		sample_put_changed(s, slot, value);
}

/* The step from last to now of a raw counter of `bits` (32 or 64) that a source adds up itself (per CPU rows, qdiscs);
 * false when it was reset: the step is unknown. */
bool sample_step(uint64_t last, uint64_t now, unsigned bits, uint64_t *ret_step);
/* The place of a row's numbers for a namespace: the namespace itself, or the host for machine-wide rows. */
uint32_t sample_place_of(const struct sample *s, uint16_t counter, uint32_t ns);
/* Slot lookup without making one; SLOT_NONE when absent. */
uint32_t sample_lookup(const struct sample *s, uint16_t counter, uint32_t place);
/* What counter moved at place since the baseline; false when that series was never read. */
bool sample_sum(const struct sample *s, uint16_t counter, uint32_t place, uint64_t *ret_sum);
void sample_event(struct sample *s, enum event_kind kind, uint32_t place, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
void sample_health(struct sample *s, enum source_id src, enum source_state st, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* Settings: values are kept per place (host, namespace or device). */
void sample_setting(struct sample *s, const char *key, uint32_t place, const uint64_t *v, unsigned n);
/* False when the value is not known; looks at place, then its namespace, then the host. */
bool sample_setting_get(const struct sample *s, const char *key, uint32_t place, unsigned index, uint64_t *ret_v);
/* The value of a row of setting.c at exactly this place; NULL when it is not known. */
const struct setting_value *sample_setting_at(const struct sample *s, const struct setting *row, uint32_t place);
/* Each place below a parent: for (i = sample_child(s, ns); i != PLACE_NONE; i = s->place[i].sibling) */
static inline uint32_t sample_child(const struct sample *s, uint32_t parent)
{
	return parent < s->places ? s->place[parent].child : PLACE_NONE;
}
/* Calls for each series of a place that moved since the baseline, in the order of the table. */
void sample_each_moved(const struct sample *s, uint32_t place, void (*each)(const struct series *y, void *arg), void *arg);
/* The namespace place a place belongs to; PLACE_NONE for the host and CPUs. */
uint32_t sample_ns_of(const struct sample *s, uint32_t place);
/* The place of the namespace we live in; PLACE_NONE before the first read. */
uint32_t sample_own_ns(const struct sample *s);

#endif
