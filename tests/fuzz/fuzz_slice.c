/* SPDX-License-Identifier: BSD-2-Clause */
/* The words every parser is made of, against what the C library says, and what leaves through fmt and json. */
#include "base/fmt.c"
#include "base/json.c"
#include "base/slice.c"

#include <ctype.h>
#include <errno.h>
#include <limits.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void promise(bool kept)
{
	if (!kept)
		__builtin_trap();
}

/* A word is a number exactly when strtoull takes all of it, and then the same one. */
static void check_number(struct slice w)
{
	char text[64], *end;
	uint64_t v = 0;
	int64_t i = 0;
	bool all = w.n > 0 && w.n <= 20;

	for (size_t k = 0; k < w.n; k++)
		all = all && isdigit((unsigned char)w.p[k]);
	slice_copy(w, text, sizeof(text));
	errno = 0;
	promise(slice_u64(w, &v) == (all && (strtoull(text, &end, 10) != ULLONG_MAX || errno == 0)));
	if (slice_u64(w, &v))
		promise(v == strtoull(text, NULL, 10));
	errno = 0;
	if (slice_i64(w, &i))
		promise(i == strtoll(text, NULL, 10) && errno == 0);
	if (slice_hex(w, &v))
		promise(v == strtoull(text, NULL, 16));
}

/* Lines and words put together again are the input, blanks and newlines apart; nothing is outside it. */
static void check_cutting(struct slice all)
{
	struct slice rest = all, line, word;
	size_t lines = 0, newlines = 0;

	for (size_t i = 0; i < all.n; i++)
		newlines += all.p[i] == '\n';
	while (slice_line(&rest, &line)) {
		const char *at = line.p;

		lines++;
		promise(line.p >= all.p && line.p + line.n <= all.p + all.n && !memchr(line.p, '\n', line.n));
		while (slice_word(&line, &word)) {
			promise(word.n > 0 && word.p >= at);
			at = word.p + word.n;
			check_number(word);
		}
	}
	promise(rest.n == 0 && lines == newlines + (all.n && all.p[all.n - 1] != '\n'));
}

static void check_safe(const char *s)
{
	struct fmt f, again;

	fmt_grow(&f);
	fmt_safe(&f, s);
	for (size_t i = 0, len; i < f.len; i += len) {
		len = fmt_utf8((unsigned char *)f.p + i, f.len - i);
		promise(len > 0 && (unsigned char)f.p[i] >= 0x20 && f.p[i] != 0x7f);
	}
	fmt_grow(&again);
	if (f.p)
		fmt_safe(&again, f.p);
	promise(again.len == f.len && (f.len == 0 || memcmp(f.p, again.p, f.len) == 0));
	fmt_free(&again);
	fmt_free(&f);
}

/* A quoted string ends at its last quote and nowhere before, and holds no raw control byte. */
static void check_json(const char *s)
{
	struct fmt f;
	struct json j;

	fmt_grow(&f);
	json_init(&j, &f);
	json_str(&j, NULL, s);
	promise(f.len >= 2 && f.p[0] == '"' && f.p[f.len - 1] == '"');
	for (size_t i = 1, len; i + 1 < f.len; i += len) {
		len = fmt_utf8((unsigned char *)f.p + i, f.len - i);
		promise(len > 0 && (unsigned char)f.p[i] >= 0x20 && f.p[i] != '"');
		if (f.p[i] == '\\') {
			len = f.p[i + 1] == 'u' ? 6 : 2;
			promise(i + len < f.len && strchr("\"\\u", f.p[i + 1]));
		}
	}
	fmt_free(&f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char text[512];

	check_cutting(slice_of(data, n));
	n = n < sizeof(text) ? n : sizeof(text) - 1;
	memcpy(text, data, n);
	text[n] = 0;
	check_safe(text);
	check_json(text);
	return 0;
}
