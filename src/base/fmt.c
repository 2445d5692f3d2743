/* SPDX-License-Identifier: BSD-2-Clause */
/* Bounded formatting. Names on a host are hostile (a process name takes ESC and newline), hence fmt_safe. */
#include "base/fmt.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void fmt_init(struct fmt *f, char *buf, size_t cap)
{
	*f = (struct fmt){ .p = buf, .cap = cap };
	if (cap)
		buf[0] = 0;
}

void fmt_grow(struct fmt *f)
{
	*f = (struct fmt){ .grows = true };
}

void fmt_free(struct fmt *f)
{
	if (f->grows)
		free(f->p);
	*f = (struct fmt){ 0 };
}

void fmt_reset(struct fmt *f)
{
	f->len = 0;
	f->cut = false;
	if (f->p)
		f->p[0] = 0;
}

/* True when n more bytes and a NUL fit. */
static bool room(struct fmt *f, size_t n)
{
	size_t cap;
	char *p;

	if (f->cap > f->len && f->cap - f->len > n)
		return true;
	if (!f->grows) {
		f->cut = true;
		return false;
	}
	cap = f->cap ? f->cap : 256;
	while (cap - f->len <= n)
		cap *= 2;
	p = realloc(f->p, cap);
	if (!p) {
		f->cut = true;
		return false;
	}
	f->p = p;
	f->cap = cap;
	return true;
}

void fmt_add(struct fmt *f, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n > SIZE_MAX / 4 || !room(f, (size_t)n))
		return;
	va_start(ap, fmt);
	vsnprintf(f->p + f->len, f->cap - f->len, fmt, ap);
	va_end(ap);
	f->len += (size_t)n;
}

void fmt_bytes(struct fmt *f, const void *p, size_t n)
{
	if (!room(f, n))
		return;
	if (n)
		memcpy(f->p + f->len, p, n);
	f->len += n;
	f->p[f->len] = 0;
}

size_t fmt_utf8(const unsigned char *p, size_t n)
{
	size_t len = p[0] < 0x80		 ? 1 :
		     p[0] >= 0xc2 && p[0] < 0xe0 ? 2 :
		     p[0] >= 0xe0 && p[0] < 0xf0 ? 3 :
		     p[0] >= 0xf0 && p[0] < 0xf5 ? 4 :
						   0;

	if (len == 0 || len > n)
		return 0;
	for (size_t i = 1; i < len; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	/* overlong, surrogate and beyond U+10FFFF */
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) || (p[0] == 0xf0 && p[1] < 0x90) ||
	    (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return len;
}

void fmt_safe(struct fmt *f, const char *s)
{
	size_t n = strlen(s), len;

	for (size_t i = 0; i < n; i += len) {
		const unsigned char *p = (const unsigned char *)s + i;

		len = fmt_utf8(p, n - i);
		/* C0, DEL and, in UTF-8, C1 controls would reach the terminal */
		if (len == 0 || *p < 0x20 || *p == 0x7f || (len == 2 && p[0] == 0xc2 && p[1] < 0xa0)) {
			len = len ? len : 1;
			for (size_t k = 0; k < len; k++)
				fmt_add(f, "\\x%02x", p[k]);
		} else {
			fmt_bytes(f, p, len);
		}
	}
}

void fmt_count(struct fmt *f, uint64_t v)
{
	char digits[24];
	int n = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)v);

	for (int i = 0; i < n; i++) {
		if (i && (n - i) % 3 == 0)
			fmt_bytes(f, " ", 1);
		fmt_bytes(f, digits + i, 1);
	}
}

void fmt_pad(struct fmt *f, size_t col)
{
	size_t at = 0;

	for (size_t i = f->len; i > 0 && f->p[i - 1] != '\n'; i--)
		if (((unsigned char)f->p[i - 1] & 0xc0) != 0x80)
			at++;
	do
		fmt_bytes(f, " ", 1);
	while (++at < col);
}
