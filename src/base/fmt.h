/* SPDX-License-Identifier: BSD-2-Clause */
/* The one formatter through which all text leaves: bounded, or growing when it owns its memory. */
#ifndef BASE_FMT_H
#define BASE_FMT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fmt {
	char *p;      /* always NUL terminated once something was added */
	size_t cap;   /* bytes at p, the NUL included */
	size_t len;   /* bytes written, the NUL not included */
	bool grows;   /* p is malloc'ed and may be enlarged */
	bool cut;     /* something did not fit (or no memory): truncation is an error, not a habit */
};

/* Writes into buf of cap bytes. */
void fmt_init(struct fmt *f, char *buf, size_t cap);
/* Owns and grows its memory; release with fmt_free. */
void fmt_grow(struct fmt *f);
void fmt_free(struct fmt *f);
void fmt_reset(struct fmt *f);
void fmt_add(struct fmt *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void fmt_bytes(struct fmt *f, const void *p, size_t n);
/* Adds s with control bytes and invalid UTF-8 shown as \xNN: what may go to a terminal. */
void fmt_safe(struct fmt *f, const char *s);
/* Adds v with a thin grouping blank: 90210 becomes "90 210". */
void fmt_count(struct fmt *f, uint64_t v);
/* Adds spaces up to column col of the present line (at least one). */
void fmt_pad(struct fmt *f, size_t col);
/* Length in bytes of the valid UTF-8 sequence at p (n bytes left), 0 when it is not one. */
size_t fmt_utf8(const unsigned char *p, size_t n);

#endif
