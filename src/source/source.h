/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How the kernel is asked. A source is one file with one row here. It reads through a tree (tree.h), so that a
 * recorded tree or a snapshot is as good as a host, and writes into a sample. It never sees the ledger.
 */
#ifndef SOURCE_SOURCE_H
#define SOURCE_SOURCE_H

#include "sample/sample.h"
#include "source/tree.h"

enum phase { PHASE_BASE, PHASE_TICK, PHASE_FINAL };

/* What a source gets for one read. */
struct probe {
	struct tree *tree;
	struct sample *sample;
	enum phase phase;
	bool all_sockets;   /* `whydrop sockets`: give every socket a place, not only those that lost */
};

/*
 * read: 0; -ENOENT: this kernel or namespace has none of it (absent is not zero, and not a failure);
 * (a sentence in err with code 0 is then a remark for the report); -EACCES/-EPERM: not allowed; other -errno with a sentence in err: damaged or failed, what could be read was put.
 * `state` is state_size zeroed bytes of the source's own per namespace (ns is NULL for a HOST source: one for the
 * machine). forget frees what state points to when the namespace goes.
 */
struct source {
	size_t state_size;
	int (*read)(struct probe *p, struct netns *ns, void *state, struct err *err);
	void (*forget)(void *state);
};

extern const struct source *const sources[SRC_COUNT];

/* Reads one source for one namespace (or the host), books its health and its cost. */
int source_read(struct probe *p, enum source_id id, struct netns *ns);
/* Reads all sources whose flags intersect want (CHEAP, DETAIL) for every namespace and the host. */
void source_read_all(struct probe *p, unsigned want);
/* Frees the states of a namespace (or of the host when ns is NULL). */
void source_forget(struct tree *t, struct netns *ns);

#endif
