/* SPDX-License-Identifier: BSD-2-Clause */
/* What the names of one device's driver statistics mean to us: which counters they feed. Part of ethtool.c. */
#ifndef SOURCE_ETHTOOL_FEED_H
#define SOURCE_ETHTOOL_FEED_H

#include "sample/sample.h"

#define FEEDS_MOST 16
#define FEEDS_NAMES 131071u /* a driver with more names than this is not believed */

/* One counter of a device and the sum of all the names that feed it. */
struct feed {
	uint16_t counter;
	uint32_t slot;
	uint64_t sum;
};

struct feeds {
	uint32_t place;	    /* the device */
	uint16_t row, rows; /* of table/driver.c; none: nothing of this driver is known */
	uint32_t n;	    /* names; map[i] is 1 + the feed of name i, 0 for none */
	uint8_t *map;	    /* released by the caller */
	struct feed feed[FEEDS_MOST];
	unsigned feeds;
};

struct slice feeds_trim(struct slice s);
/* Finds the rows of a driver. */
void feeds_driver(struct feeds *f, struct slice driver);
/* Binds the names of an ETHTOOL_GSTRINGS answer, 32 bytes each; 0 or -errno. */
int feeds_bind(struct feeds *f, struct sample *s, struct slice strings, struct err *err);
/* Puts the values of an ETHTOOL_GSTATS answer; false when they are not as many as there are names. */
bool feeds_put(struct feeds *f, struct sample *s, struct slice values);
/* Puts what the text of `ethtool -S` says; bound anew each time, for recordings are read a few times at most. */
void feeds_text(struct feeds *f, struct sample *s, struct slice text);

#endif
