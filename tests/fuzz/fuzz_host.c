/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A whole host is hostile. The input is a list of files, each opened by a line of its own and ended by the next:
 *   @@0 proc/net/snmp
 *   @@1 proc/net/snmp      as it is one tick later (steps 0 to 2)
 * tools/fuzz.sh makes such inputs from the recorded hosts of tests/fixtures.
 */
#include "host.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Length up to the next "\n@@", or all. */
static size_t body(const uint8_t *data, size_t n)
{
	const uint8_t *end = n ? memmem(data, n, "\n@@", 3) : NULL;

	return end ? (size_t)(end - data) + 1 : n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const uint8_t *all = data, *end = data + n;

	host_begin(false);
	while (end - data > 4 && data[0] == '@' && data[1] == '@') {
		const uint8_t *nl = memchr(data, '\n', (size_t)(end - data));
		char path[200];
		size_t len;

		if (!nl || nl - data < 5 || nl - data >= (int)sizeof(path))
			break;
		memcpy(path, data + 4, (size_t)(nl - data) - 4);
		path[nl - data - 4] = 0;
		len = body(nl + 1, (size_t)(end - nl - 1));
		host_put((unsigned)(data[2] - '0'), path, nl + 1, len);
		data = nl + 1 + len;
	}
	host_look(NULL, all, n);
	return 0;
}
