/* SPDX-License-Identifier: BSD-2-Clause */
/* Wraps words into lines of a given width; knows nothing of reports. Columns are counted here and nowhere else. */
#include "out/page.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "table/table.h"

static uint32_t code_point(const unsigned char *p, size_t len)
{
	static const unsigned char head[5] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	uint32_t c = p[0] & head[len];

	for (size_t i = 1; i < len; i++)
		c = c << 6 | (p[i] & 0x3f);
	return c;
}

struct range {
	uint32_t from, to;
};

static bool in_ranges(uint32_t c, const struct range *r, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (c >= r[i].from && c <= r[i].to)
			return true;
	return false;
}

/* wcwidth() answers -1 for all of these in the C locale, hence our own short list (East Asian Width W and F). */
static int char_columns(uint32_t c)
{
	static const struct range zero[] = { { 0x300, 0x36f },	 { 0x483, 0x489 },   { 0x591, 0x5bd },
					     { 0x610, 0x61a },	 { 0x64b, 0x65f },   { 0x1ab0, 0x1aff },
					     { 0x1dc0, 0x1dff }, { 0x200b, 0x200d }, { 0x20d0, 0x20ff },
					     { 0xfe00, 0xfe0f }, { 0xfe20, 0xfe2f }, { 0xfeff, 0xfeff } };
	static const struct range wide[] = { { 0x1100, 0x115f },  { 0x231a, 0x231b }, { 0x23e9, 0x23ec },
					     { 0x2614, 0x2615 },  { 0x26a1, 0x26a1 }, { 0x2705, 0x2705 },
					     { 0x274c, 0x274c },  { 0x2e80, 0xa4cf }, { 0xa960, 0xa97c },
					     { 0xac00, 0xd7a3 },  { 0xf900, 0xfaff }, { 0xfe30, 0xfe6f },
					     { 0xff00, 0xff60 },  { 0xffe0, 0xffe6 }, { 0x1f000, 0x1faff },
					     { 0x20000, 0x3fffd } };

	if (c < 0x300)
		return 1;
	if (in_ranges(c, zero, ARRAY_SIZE(zero)))
		return 0;
	return in_ranges(c, wide, ARRAY_SIZE(wide)) ? 2 : 1;
}

/* Signs that reorder or split lines on a terminal: a process may be named with them to forge our output. */
static bool reorders(uint32_t c)
{
	static const struct range bad[] = { { 0x61c, 0x61c },	{ 0x200e, 0x200f }, { 0x2028, 0x202e },
					    { 0x2060, 0x206f }, { 0xfff9, 0xfffb }, { 0xe0000, 0xe007f } };

	return in_ranges(c, bad, ARRAY_SIZE(bad));
}

int page_columns(const char *s, size_t n)
{
	int cols = 0;

	for (size_t i = 0, len; i < n; i += len) {
		len = fmt_utf8((const unsigned char *)s + i, n - i);
		cols += len ? char_columns(code_point((const unsigned char *)s + i, len)) : 1;
		len = len ? len : 1;
	}
	return cols;
}

/* fmt_safe, and the reordering signs as numbers. Safe text stays as it is when it comes by again. */
static const char *make_safe(struct page *p, const char *s)
{
	struct fmt raw = p->safe;
	size_t n, len;

	fmt_reset(&raw);
	fmt_safe(&raw, s);
	p->safe = raw;
	if (!raw.p)
		return "";
	n = raw.len;
	/* appended behind the NUL of the first pass; the buffer may move, so positions and no pointers */
	fmt_bytes(&p->safe, "", 1);
	for (size_t i = 0; i < n; i += len) {
		uint32_t c;
		char sign[4];

		len = fmt_utf8((unsigned char *)p->safe.p + i, n - i);
		len = len ? len : 1;
		c = code_point((unsigned char *)p->safe.p + i, len);
		memcpy(sign, p->safe.p + i, len);
		if (reorders(c))
			fmt_add(&p->safe, "\\u%04x", c);
		else
			fmt_bytes(&p->safe, sign, len);
	}
	return p->safe.cut ? "" : p->safe.p + n + 1;
}

void page_begin(struct page *p, const struct writer_opts *o, struct fmt *out)
{
	*p = (struct page){ .out = out, .color = o->color, .width = o->width > 0 ? o->width : 80 };
	if (p->width < 40)
		p->width = 40;
	fmt_grow(&p->safe);
	fmt_grow(&p->text);
	fmt_grow(&p->word);
}

static void new_line(struct page *p)
{
	fmt_bytes(p->out, "\n", 1);
	p->col = p->owed = 0;
	p->gap = false;
}

/* Blanks are owed until a word follows, so that no line ends in them. */
static void blanks(struct page *p, int n)
{
	if (n > 0) {
		p->owed += n;
		p->col += n;
	}
}

static void put(struct page *p, enum style style, const char *s, size_t n)
{
	static const char *const on[] = { [PLAIN] = "", [BOLD] = "\033[1m", [ALARM] = "\033[1;31m" };
	bool paint = p->color && style != PLAIN;

	if (p->owed)
		fmt_add(p->out, "%*s", p->owed, "");
	p->owed = 0;
	if (paint)
		fmt_add(p->out, "%s", on[style]);
	fmt_bytes(p->out, s, n);
	if (paint)
		fmt_add(p->out, "\033[0m");
	p->col += page_columns(s, n);
}

/* A word that no line can hold is cut into lines. */
static void put_long(struct page *p, enum style style, const char *s, size_t n)
{
	while (n) {
		size_t take = 0;

		while (take < n) {
			size_t len = fmt_utf8((const unsigned char *)s + take, n - take);

			len = len ? len : 1;
			if (p->col + page_columns(s, take + len) > p->width && (take || p->col > p->indent))
				break;
			take += len;
		}
		if (take)
			put(p, style, s, take);
		s += take;
		n -= take;
		if (n) {
			new_line(p);
			blanks(p, p->indent);
		}
	}
}

static void flush_word(struct page *p)
{
	int need = page_columns(p->word.p, p->word.len);
	const char *s = p->word.p;

	if (!p->pieces)
		return;
	if (p->gap && p->col + 1 + need > p->width) {
		new_line(p);
		blanks(p, p->indent);
	} else if (p->gap) {
		blanks(p, 1);
	}
	for (unsigned i = 0; i < p->pieces; i++) {
		put_long(p, p->piece[i].style, s, p->piece[i].n);
		s += p->piece[i].n;
	}
	p->gap = true;
	p->pieces = 0;
}

static void put_word(struct page *p, enum style style, const char *s, size_t n)
{
	if (!n)
		return;
	if (!p->glue || p->pieces == ARRAY_SIZE(p->piece))
		flush_word(p);
	if (!p->pieces)
		fmt_reset(&p->word);
	fmt_bytes(&p->word, s, n);
	if (p->word.cut) {
		p->out->cut = true;
		return;
	}
	p->piece[p->pieces].style = style;
	p->piece[p->pieces++].n = n;
	p->glue = false;
}

/* The line as it is, with nothing waiting; at its start when fresh is set. */
static void settle(struct page *p, bool fresh)
{
	flush_word(p);
	p->glue = false;
	if (fresh && p->col)
		new_line(p);
}

void page_end(struct page *p)
{
	settle(p, true);
	fmt_free(&p->safe);
	fmt_free(&p->text);
	fmt_free(&p->word);
}

void page_at(struct page *p, int col, int wrap)
{
	settle(p, false);
	if (p->col > col || (p->col && p->col == col && p->gap))
		new_line(p);
	p->indent = wrap;
	blanks(p, col - p->col);
	p->gap = false;
}

void page_blank(struct page *p)
{
	settle(p, true);
	new_line(p);
	p->indent = 0;
}

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

/* A blank between digit groups: "90 210". */
static bool grouping(const char *start, const char *s)
{
	return s > start && digit(s[-1]) && digit(s[1]) && digit(s[2]) && digit(s[3]) && !digit(s[4]);
}

static void flow(struct page *p, enum style style, const char *s)
{
	const char *start = s, *word = s;

	for (; *s; s++) {
		if (*s != ' ' || grouping(start, s))
			continue;
		put_word(p, style, word, (size_t)(s - word));
		word = s + 1;
	}
	put_word(p, style, word, (size_t)(s - word));
}

#define FORMAT(p, fmt)                                       \
	do {                                                 \
		char line_[2048];                            \
		va_list ap_;                                 \
		va_start(ap_, fmt);                          \
		vsnprintf(line_, sizeof(line_), fmt, ap_);   \
		va_end(ap_);                                 \
		fmt_reset(&(p)->text);                       \
		fmt_bytes(&(p)->text, line_, strlen(line_)); \
	} while (0)

void page_say(struct page *p, enum style style, const char *fmt, ...)
{
	FORMAT(p, fmt);
	flow(p, style, make_safe(p, p->text.p ? p->text.p : ""));
}

void page_unit(struct page *p, enum style style, const char *fmt, ...)
{
	const char *s;

	FORMAT(p, fmt);
	s = make_safe(p, p->text.p ? p->text.p : "");
	if (page_columns(s, strlen(s)) > p->width - p->indent)
		flow(p, style, s);
	else
		put_word(p, style, s, strlen(s));
}

void page_right(struct page *p, enum style style, const char *text)
{
	const char *s = make_safe(p, text);
	int need = page_columns(s, strlen(s));

	settle(p, false);
	if (p->col + 2 + need > p->width)
		new_line(p);
	if (need > p->width) {
		flow(p, style, s);
		return;
	}
	blanks(p, p->width - need - p->col);
	put(p, style, s, strlen(s));
	p->gap = true;
}

void page_command(struct page *p, int col, const char *lead, const char *command)
{
	const char *s = make_safe(p, command);

	page_at(p, col, col);
	put(p, PLAIN, lead, strlen(lead));
	put(p, lead[0] == '$' ? BOLD : PLAIN, s, strlen(s));
	new_line(p);
}

void page_glue(struct page *p)
{
	p->glue = p->pieces > 0;
}

int page_column(struct page *p)
{
	settle(p, false);
	return p->col;
}

struct number page_number(uint64_t v)
{
	struct number n;
	struct fmt f;

	fmt_init(&f, n.s, sizeof(n.s));
	fmt_count(&f, v);
	return n;
}

struct number page_real(double v)
{
	struct number n;

	if (v >= 999.5 && v < 1e18)
		return page_number((uint64_t)(v + 0.5));
	snprintf(n.s, sizeof(n.s), v >= 99.95 ? "%.0f" : v >= 9.995 ? "%.1f" : "%.2f", v);
	return n;
}
