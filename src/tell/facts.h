/* SPDX-License-Identifier: BSD-2-Clause */
/* What is known of one finding, and how advice is filled from it (facts.c, facts_when.c, fill.c). Private to tell/. */
#ifndef TELL_FACTS_H
#define TELL_FACTS_H

#include "base/fmt.h"
#include "tell/report.h"

/* What the kernel charges a socket for one full-sized datagram (skb->truesize with one 2 KiB buffer). */
#define TRUESIZE 2304

struct facts {
	const struct report *r;
	const struct finding *f;
	const struct entry *e;
	const struct sample *s;
	uint32_t ns, dev; /* places, PLACE_NONE unknown */
	const struct ns_fact *net;
	const struct link_fact *link, *peer, *master;
	const struct sock_fact *sock;
	const struct rule_fact *rule;
	/* of the row being filled */
	const struct setting *setting;
	uint64_t old[SETTING_VALUES], new[SETTING_VALUES];
	bool have_old, have_new;
	char fit[240];
};

enum fill { FILL_TEXT, FILL_SHELL };

void facts_init(struct facts *x, const struct finding *f, const struct report *r);
/* Reads the setting of a row (a sysctl, or a property of the device) into ret_v; false when it is not known. */
bool facts_setting(const struct facts *x, const struct setting *row, uint64_t ret_v[SETTING_VALUES]);
/* The value of a placeholder as text ("dev" without braces); false when it is not known. */
bool facts_get(const struct facts *x, struct slice name, char *dst, size_t size);
/* True when a word in braces is one of ours (others, such as ATTR{address}, stay as they are). */
bool facts_placeholder(struct slice name);
/*
 * Fills a template. FILL_SHELL quotes every value for a shell and puts "ip netns exec" or "nsenter" before commands that
 * must run in the finding's namespace. -ENODATA: a placeholder is not known, or that namespace cannot be entered;
 * -ENOSPC: it does not fit. dst is empty then.
 */
int facts_fill(const struct facts *x, const char *template, enum fill how, char *dst, size_t size);
/* Whether the condition of an advice row holds. */
bool facts_hold(const struct facts *x, enum when when, const char *arg);
/* "10.77.0.2", "fe80::1", "*" when it is all zero; false when the socket has no IP address. */
bool facts_address(struct fmt *out, const struct sock_fact *sk);
const struct link_fact *facts_link(const struct facts *x, uint32_t place);

#endif
