/* SPDX-License-Identifier: BSD-2-Clause */
/* What the x_tables matches and targets that matter here mean; both iptables and nft_compat carry them. */
#ifndef SOURCE_RULES_XT_H
#define SOURCE_RULES_XT_H

#include "base/fmt.h"
#include "sample/sample.h"

struct xt_verdict {
	enum rule_verdict verdict;   /* 0: loses nothing */
	uint16_t queue, queue_total;
	bool queue_bypass;
};

/* What a target does with a packet. The standard target (an empty name) loses it when its verdict is DROP or QUEUE. */
void rules_xt_target(struct slice name, unsigned revision, struct slice info, struct xt_verdict *ret);
/* True when the match lets through exactly what conntrack calls invalid. */
bool rules_xt_invalid(struct slice name, unsigned revision, struct slice info);
/* How many bytes of a match's data are the user's and stay the same while it runs. */
size_t rules_xt_stable(struct slice name, size_t size);
/* Adds a match in iptables' words: " --dport 5000", " --ctstate INVALID", " -m comment". */
void rules_xt_text(struct slice name, unsigned revision, struct slice info, struct fmt *out);

#endif
