/* SPDX-License-Identifier: BSD-2-Clause */
/* Parsing verbs over slices: lines, words, numbers. */
#include "base/slice.h"

bool slice_line(struct slice *rest, struct slice *ret_line)
{
	const char *nl;

	if (rest->n == 0)
		return false;
	nl = memchr(rest->p, '\n', rest->n);
	*ret_line = slice_of(rest->p, nl ? (size_t)(nl - rest->p) : rest->n);
	if (nl) {
		rest->n -= ret_line->n + 1;
		rest->p = nl + 1;
	} else {
		rest->p += rest->n;
		rest->n = 0;
	}
	return true;
}

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

bool slice_word(struct slice *rest, struct slice *ret_word)
{
	size_t i = 0, start;

	while (i < rest->n && blank(rest->p[i]))
		i++;
	start = i;
	while (i < rest->n && !blank(rest->p[i]))
		i++;
	*ret_word = slice_of(rest->p + start, i - start);
	rest->p += i;
	rest->n -= i;
	return ret_word->n > 0;
}

bool slice_u64(struct slice s, uint64_t *ret_v)
{
	uint64_t v = 0;

	if (s.n == 0 || s.n > 20)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		unsigned d = (unsigned char)s.p[i] - '0';

		if (d > 9 || v > (UINT64_MAX - d) / 10)
			return false;
		v = v * 10 + d;
	}
	*ret_v = v;
	return true;
}

bool slice_i64(struct slice s, int64_t *ret_v)
{
	bool neg = s.n > 0 && s.p[0] == '-';
	uint64_t v;

	if (neg)
		s = slice_of(s.p + 1, s.n - 1);
	if (!slice_u64(s, &v) || v > (uint64_t)INT64_MAX)
		return false;
	*ret_v = neg ? -(int64_t)v : (int64_t)v;
	return true;
}

bool slice_hex(struct slice s, uint64_t *ret_v)
{
	uint64_t v = 0;

	if (s.n == 0 || s.n > 16)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		unsigned d;

		if (c >= '0' && c <= '9')
			d = (unsigned)(c - '0');
		else if (c >= 'a' && c <= 'f')
			d = (unsigned)(c - 'a') + 10;
		else if (c >= 'A' && c <= 'F')
			d = (unsigned)(c - 'A') + 10;
		else
			return false;
		v = v << 4 | d;
	}
	*ret_v = v;
	return true;
}

void slice_copy(struct slice s, char *dst, size_t size)
{
	size_t n = s.n < size - 1 ? s.n : size - 1;

	for (size_t i = 0; i < n; i++)
		dst[i] = s.p[i] ? s.p[i] : '?';
	dst[n] = 0;
}
