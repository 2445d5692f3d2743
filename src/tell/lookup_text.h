/* SPDX-License-Identifier: BSD-2-Clause */
/* How a row of a table is told in words. Private to lookup. */
#ifndef TELL_LOOKUP_TEXT_H
#define TELL_LOOKUP_TEXT_H

#include "base/fmt.h"

enum hit_kind {
	HIT_COUNTER,
	HIT_CAUSE,
	HIT_REASON,
	HIT_SETTING,
	HIT_DRIVER,
	HIT_LAYER,
	HIT_VERDICT,
	HIT_ROLE,
	HIT_SURE
};
struct hit {
	enum hit_kind kind;
	size_t row;
	bool exact;
};

/* All that the tables say of it. */
void lookup_long(const struct hit *h, struct fmt *out);
/* One line. */
void lookup_short(const struct hit *h, struct fmt *out);

#endif
