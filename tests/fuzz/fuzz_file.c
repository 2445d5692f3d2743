/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One file of a host is hostile, TARGET_PATH (paths.list), the others are those of tests/fuzz/base, or none for a text of
 * proc/. The input is what it holds. After "%%NEXT%%" stands what it holds one tick later, after another one what it
 * holds at the end; else it does not change. TARGET_WITHOUT is a file that must be absent for the hostile
 * one to be read at all.
 */
#include "host.h"

#include <string.h>

#define NEXT "%%NEXT%%"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const uint8_t *all = data;
	const size_t all_n = n;

	/* text files stand alone and are read fast alone; what the kernel says about a device needs the device */
	host_begin(strncmp(TARGET_PATH, "proc/", 5) != 0);
#ifdef TARGET_WITHOUT
	host_put(0, TARGET_WITHOUT, NULL, 0);
#endif
	for (unsigned step = 0; step < FUZZ_STEPS; step++) {
		const uint8_t *cut = n ? memmem(data, n, NEXT, strlen(NEXT)) : NULL;
		size_t len = cut ? (size_t)(cut - data) : n;

		host_put(step, TARGET_PATH, data, len);
		if (!cut)
			break;
		data += len + strlen(NEXT);
		n -= len + strlen(NEXT);
	}
	host_look(NULL, all, all_n);
	return 0;
}
