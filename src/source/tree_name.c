/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who a process belongs to, from its cgroup path. Not here: any question to a container engine.
 *
 * /proc/PID/cgroup (kernel/cgroup/cgroup.c:proc_cgroup_show), one line per hierarchy, one in all with cgroup v2:
 *   0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod0ab1_..._9f.slice/cri-containerd-<64 hex>.scope
 *   0::/system.slice/docker-<64 hex>.scope          or, with cgroup v1: 5:devices:/docker/<64 hex>
 */
#include <string.h>

#include "source/tree_inner.h"

#define ID_DIGITS 64
#define ID_SHOWN 12

static bool hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/* A container id: exactly 64 hex digits in a row. */
static bool find_id(struct slice part, struct slice *ret)
{
	size_t run = 0;

	for (size_t i = 0; i <= part.n; i++) {
		if (i < part.n && hex(part.p[i])) {
			run++;
			continue;
		}
		if (run == ID_DIGITS) {
			*ret = slice_of(part.p + i - ID_DIGITS, ID_DIGITS);
			return true;
		}
		run = 0;
	}
	return false;
}

/* "pod" and a uid: 36 characters with four separators, or 32 hex digits (pods from a file on the node). */
static bool find_pod(struct slice part, struct slice *ret)
{
	for (size_t i = 0; i + 3 + 32 <= part.n; i++) {
		size_t n = 0, dashes = 0;

		if (memcmp(part.p + i, "pod", 3) != 0)
			continue;
		for (const char *p = part.p + i + 3; p + n < part.p + part.n; n++) {
			bool dash = p[n] == '-' || p[n] == '_';

			if (!dash && !hex(p[n]))
				break;
			dashes += dash;
		}
		if ((n == 36 && dashes == 4) || (n == 32 && dashes == 0)) {
			*ret = slice_of(part.p + i + 3, n);
			return true;
		}
	}
	return false;
}

static bool ends(struct slice s, const char *tail)
{
	size_t n = strlen(tail);

	return s.n > n && memcmp(s.p + s.n - n, tail, n) == 0;
}

void netns_container(struct slice cgroup, char *ret, size_t size, char *ret_unit, size_t unit_size)
{
	struct slice line, id = { 0 }, pod = { 0 }, unit = { 0 };

	while (slice_line(&cgroup, &line)) {
		bool kube = memmem(line.p, line.n, "kubepods", 8) != NULL;

		while (line.n) {
			const char *slash = memchr(line.p, '/', line.n);
			struct slice part = slice_of(line.p, slash ? (size_t)(slash - line.p) : line.n);

			line.p += part.n + (slash ? 1 : 0);
			line.n -= part.n + (slash ? 1 : 0);
			if (kube && !pod.n)
				find_pod(part, &pod);
			if (!id.n)
				find_id(part, &id);
			if (ends(part, ".service") && !slice_starts(part, "user@"))
				unit = part;
		}
	}
	ret[0] = ret_unit[0] = 0;
	if (pod.n) {
		slice_copy(pod, ret, size);
		for (char *p = ret; *p; p++)
			*p = *p == '_' ? '-' : *p;
	} else if (id.n) {
		slice_copy(slice_of(id.p, ID_SHOWN), ret, size);
	}
	if (unit.n)
		slice_copy(unit, ret_unit, unit_size);
}
