/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The firewall rules of one namespace that lose packets: which place and slot each one has, and what a queue rule
 * lost while nobody listened. Used by nftables.c and iptables.c, which do the asking and the parsing.
 */
#ifndef SOURCE_RULES_H
#define SOURCE_RULES_H

#include "source/source.h"

#define RULE_NONE UINT32_MAX
#define QUEUES_KNOWN 64

/* The NFQUEUE numbers that somebody is bound to. */
struct queue_list {
	bool known;                    /* false: the list could not be read or is too long */
	unsigned count;
	uint16_t num[QUEUES_KNOWN];
};

struct rule_ref {
	uint64_t id;
	uint32_t place, slot, round;
	uint32_t table, chain;         /* the caller's numbers of its table and chain, for this round */
	uint16_t hooks;                /* hooks that its fact names */
	uint16_t queue_total;          /* width of a group of queues, set by the caller */
	uint8_t verdict;
	bool idle, fresh, old;         /* queue idle at the last read; not yet put; was there before we looked */
	uint64_t last, lost;           /* queue rules: counter at the last read, lost while idle */
};

struct rules {
	struct rule_ref *ref;
	uint32_t count, cap, round;
	struct hash index;             /* id to ref */
	uint16_t counter;              /* row of "rule.packets" */
	bool based;                    /* one complete read has been done */
	struct queue_list queues;
};

/* Starts a reading; reads the list of bound queues, hence call it before any other question. */
void rules_begin(struct rules *r, struct netns *ns);
/* The reference of a rule, marked as still there; RULE_NONE when it is new. */
uint32_t rules_find(struct rules *r, uint64_t id);
/* Gives a new rule its place. accrued: its counter may have run before it lost packets (a policy), so its first value
 * is no loss. RULE_NONE when out of room. */
uint32_t rules_add(struct rules *r, struct probe *p, struct netns *ns, uint64_t id, const struct rule_fact *fact,
		   bool accrued);
/* Writes a rule's packet counter. Of a queue rule only what passed while its queue was idle is written. */
void rules_put(struct rules *r, struct probe *p, uint32_t i, uint64_t packets);
/* Names the hooks (bits of `mask`, names[bit]) in the rule's fact, if they changed; output: the sender is told. */
void rules_hooks(struct rules *r, struct probe *p, uint32_t i, const char *const *names, uint16_t mask, bool output);
/* Ends a reading. complete: what was not seen has gone. */
void rules_end(struct rules *r, struct probe *p, bool complete);
void rules_free(struct rules *r);
/* Writes the names of the bits of mask joined by commas, "several" when they do not fit. */
void rules_hook_names(const char *const *names, uint16_t mask, char *dst, size_t size);
/* Makes an array longer so that index n exists; 0 or -ENOMEM. */
int rules_room(void **array, uint32_t *cap, uint32_t n, size_t size);
/* Forgets all keys but keeps the memory. */
void rules_clear(struct hash *h);
/* Continues hash h over s and its length, so that ("a", "bc") and ("ab", "c") differ. */
uint64_t rules_hash(uint64_t h, struct slice s);
/* Reads the text of /proc/net/netfilter/nfnetlink_queue into a list. */
void rules_queues(struct slice text, struct queue_list *ret);

#endif
