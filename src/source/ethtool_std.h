/* SPDX-License-Identifier: BSD-2-Clause */
/* The standard groups of ethtool statistics (eth-mac, rmon) of one physical device. Part of ethtool.c. */
#ifndef SOURCE_ETHTOOL_STD_H
#define SOURCE_ETHTOOL_STD_H

#include "source/source.h"

#define ETHTOOL_STD_KEYS 8
struct ethtool_std {
	uint16_t family, counter[ETHTOOL_STD_KEYS];
	bool found, none; /* none: this kernel has no such family */
};

/* Asks for the groups of one device and puts what it has. 0; -ENOENT: neither kernel nor driver has them. */
int ethtool_std_read(struct ethtool_std *x, struct netns *ns, struct sample *s, uint32_t place, struct err *err);

#endif
