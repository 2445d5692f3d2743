/* SPDX-License-Identifier: BSD-2-Clause */
/* Walking rtnetlink attributes with bounds: every length comes from outside. */
#ifndef SOURCE_RTA_H
#define SOURCE_RTA_H

#include "base/slice.h"

#include <linux/rtnetlink.h>

/* One step; false at the end or on a length that does not fit. */
static inline bool rta_next(const struct rtattr **a, int *len)
{
	int step = (int)RTA_ALIGN((*a)->rta_len);

	if (step >= *len)
		return false;
	*len -= step;
	*a = (const struct rtattr *)((const char *)*a + step);
	return RTA_OK(*a, *len);
}

/* for each attribute from a on, len bytes long in all; both are used up */
#define RTA_EACH(a, len) for (bool rta_ok_ = RTA_OK(a, len); rta_ok_; rta_ok_ = rta_next(&(a), &(len)))

static inline unsigned rta_type(const struct rtattr *a)
{
	return a->rta_type & NLA_TYPE_MASK;
}

static inline struct slice rta_text(const struct rtattr *a)
{
	return slice_of(RTA_DATA(a), strnlen(RTA_DATA(a), RTA_PAYLOAD(a)));
}

static inline uint32_t rta_u32(const struct rtattr *a)
{
	uint32_t v = 0;

	if (RTA_PAYLOAD(a) >= sizeof(v))
		memcpy(&v, RTA_DATA(a), sizeof(v));
	return v;
}

static inline uint8_t rta_u8(const struct rtattr *a)
{
	return RTA_PAYLOAD(a) ? *(const uint8_t *)RTA_DATA(a) : 0;
}

#endif
