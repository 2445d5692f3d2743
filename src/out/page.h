/* SPDX-License-Identifier: BSD-2-Clause */
/* Flowing text into columns: words wrap at the width, hostile bytes are shown, colours take no column. */
#ifndef OUT_PAGE_H
#define OUT_PAGE_H

#include "out/writer.h"

enum style { PLAIN, BOLD, ALARM };

struct page {
	struct fmt *out;
	struct fmt safe, text; /* scratch */
	struct fmt word;       /* not yet written: a comma may follow it */
	struct {
		enum style style;
		size_t n;
	} piece[8]; /* of word */
	unsigned pieces;
	int width, col, indent; /* indent: where a wrapped line goes on */
	int owed;		/* blanks of col that are not written yet */
	bool color, gap, glue;	/* gap: a blank is due before the next word; glue: none, and no line end either */
};

void page_begin(struct page *p, const struct writer_opts *o, struct fmt *out);
void page_end(struct page *p);
/* Starts a new line if the present one is not empty; the next words start at column col and wrap to column wrap. */
void page_at(struct page *p, int col, int wrap);
void page_blank(struct page *p);
/* Adds words; blanks separate, except inside a grouped number ("90 210"), which never breaks. */
void page_say(struct page *p, enum style style, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Adds one piece that may hold blanks and stays on one line where that is possible. */
void page_unit(struct page *p, enum style style, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Adds text that ends at the right edge, on the next line where it does not fit on this one. */
void page_right(struct page *p, enum style style, const char *text);
/* A command behind its lead ("$ ", "keep: ") on a line of its own, never broken: it is there to be pasted. */
void page_command(struct page *p, int col, const char *lead, const char *command);
/* The next word follows without a blank and stays on the line of the last one. */
void page_glue(struct page *p);
/* The column reached. */
int page_column(struct page *p);

/* Columns that n bytes of valid UTF-8 take on a terminal. */
int page_columns(const char *s, size_t n);
/* v grouped by blanks into buf: "90 210". */
struct number {
	char s[100];
};
struct number page_number(uint64_t v);
/* "90.8", "0.04", "12 345": three digits are enough for a rate. */
struct number page_real(double v);

#endif
