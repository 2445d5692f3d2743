/* SPDX-License-Identifier: BSD-2-Clause */
/* A small streaming JSON writer. Names and values are escaped here and nowhere else; invalid UTF-8 becomes U+FFFD. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/fmt.h"

#include <stdbool.h>
#include <stdint.h>

struct json {
	struct fmt *out;
	unsigned depth;
	bool comma[16];  /* a value was already written at this depth */
};

void json_init(struct json *j, struct fmt *out);
/* name is NULL inside lists and for the outermost value. */
void json_object(struct json *j, const char *name);
void json_list(struct json *j, const char *name);
void json_end_object(struct json *j);
void json_end_list(struct json *j);
void json_str(struct json *j, const char *name, const char *val);  /* NULL val writes null */
void json_u64(struct json *j, const char *name, uint64_t val);
void json_i64(struct json *j, const char *name, int64_t val);
void json_real(struct json *j, const char *name, double val);
void json_bool(struct json *j, const char *name, bool val);
void json_null(struct json *j, const char *name);

#endif
