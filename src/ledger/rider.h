/* SPDX-License-Identifier: BSD-2-Clause */
/* Devices that send through others (table: upper_rows): VLANs, tunnels, bridges. */
#ifndef LEDGER_RIDER_H
#define LEDGER_RIDER_H

#include "ledger/book.h"

bool rider_is(const struct link_fact *l);
/* Calls each for every device that sends through the place: over that device, or, for a tunnel tied to none, out of that
 * namespace. */
void rider_each(struct book *b, uint32_t place, void (*each)(struct book *b, uint32_t rider, void *arg), void *arg);

#endif
