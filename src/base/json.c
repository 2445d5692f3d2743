/* SPDX-License-Identifier: BSD-2-Clause */
/* Streaming JSON. Depth is bounded by the caller's own nesting, which never passes 16. */
#include "base/json.h"

#include <assert.h>
#include <math.h>
#include <string.h>

void json_init(struct json *j, struct fmt *out)
{
	*j = (struct json){ .out = out };
}

static void quoted(struct json *j, const char *s)
{
	size_t n = strlen(s), len;

	fmt_bytes(j->out, "\"", 1);
	for (size_t i = 0; i < n; i += len) {
		const unsigned char *p = (const unsigned char *)s + i;

		len = fmt_utf8(p, n - i);
		if (len == 0) {
			fmt_bytes(j->out, "\xef\xbf\xbd", 3);
			len = 1;
		} else if (*p == '"' || *p == '\\') {
			fmt_add(j->out, "\\%c", *p);
		} else if (*p < 0x20 || *p == 0x7f) {
			fmt_add(j->out, "\\u%04x", *p);
		} else {
			fmt_bytes(j->out, p, len);
		}
	}
	fmt_bytes(j->out, "\"", 1);
}

static void lead(struct json *j, const char *name)
{
	if (j->comma[j->depth])
		fmt_bytes(j->out, ",", 1);
	j->comma[j->depth] = true;
	if (j->depth == 1 && name)
		fmt_bytes(j->out, "\n ", 2);
	else if (j->depth == 2 && !name)
		fmt_bytes(j->out, "\n  ", 3);
	if (!name)
		return;
	quoted(j, name);
	fmt_bytes(j->out, ": ", 2);
}

static void begin(struct json *j, const char *name, const char *open)
{
	lead(j, name);
	fmt_bytes(j->out, open, 1);
	assert(j->depth + 1 < sizeof(j->comma) / sizeof(j->comma[0]));
	j->comma[++j->depth] = false;
}

void json_object(struct json *j, const char *name)
{
	begin(j, name, "{");
}

void json_list(struct json *j, const char *name)
{
	begin(j, name, "[");
}

void json_end_object(struct json *j)
{
	j->depth--;
	fmt_bytes(j->out, "}", 1);
	if (j->depth == 0)
		fmt_bytes(j->out, "\n", 1);
}

void json_end_list(struct json *j)
{
	j->depth--;
	fmt_bytes(j->out, "]", 1);
}

void json_str(struct json *j, const char *name, const char *val)
{
	if (!val) {
		json_null(j, name);
		return;
	}
	lead(j, name);
	quoted(j, val);
}

void json_u64(struct json *j, const char *name, uint64_t val)
{
	lead(j, name);
	fmt_add(j->out, "%llu", (unsigned long long)val);
}

void json_i64(struct json *j, const char *name, int64_t val)
{
	lead(j, name);
	fmt_add(j->out, "%lld", (long long)val);
}

void json_real(struct json *j, const char *name, double val)
{
	if (!isfinite(val)) {
		json_null(j, name);
		return;
	}
	lead(j, name);
	fmt_add(j->out, "%.6g", val);
}

void json_bool(struct json *j, const char *name, bool val)
{
	lead(j, name);
	fmt_add(j->out, "%s", val ? "true" : "false");
}

void json_null(struct json *j, const char *name)
{
	lead(j, name);
	fmt_add(j->out, "null");
}
