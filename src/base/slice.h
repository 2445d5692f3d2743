/* SPDX-License-Identifier: BSD-2-Clause */
/* A view into somebody else's bytes, and the few verbs that parse in place. Nothing here allocates or copies. */
#ifndef BASE_SLICE_H
#define BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct slice {
	const char *p;
	size_t n;
};

static inline struct slice slice_of(const void *p, size_t n)
{
	return (struct slice){ .p = p, .n = n };
}

static inline struct slice slice_str(const char *s)
{
	return slice_of(s, strlen(s));
}

static inline bool slice_eq(struct slice a, const char *s)
{
	size_t n = strlen(s);

	return a.n == n && memcmp(a.p, s, n) == 0;
}

static inline bool slice_same(struct slice a, struct slice b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool slice_starts(struct slice a, const char *s)
{
	size_t n = strlen(s);

	return a.n >= n && memcmp(a.p, s, n) == 0;
}

/* Takes the next line (without its newline) off *rest; false when nothing is left. */
bool slice_line(struct slice *rest, struct slice *ret_line);
/* Takes the next word (blanks and tabs separate) off *rest; false when nothing is left. */
bool slice_word(struct slice *rest, struct slice *ret_word);
/* The whole slice as an unsigned decimal number; false on anything else, overflow included. */
bool slice_u64(struct slice s, uint64_t *ret_v);
/* As slice_u64, but a leading '-' is allowed and the value is signed. */
bool slice_i64(struct slice s, int64_t *ret_v);
/* The whole slice as hexadecimal digits without prefix; false on anything else, overflow included. */
bool slice_hex(struct slice s, uint64_t *ret_v);
/* Copies into a C string, cut to size - 1 bytes; NULs inside become '?'. */
void slice_copy(struct slice s, char *dst, size_t size);

#endif
