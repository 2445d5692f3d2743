/* SPDX-License-Identifier: BSD-2-Clause */
/* Asking generic netlink: finding a family by its name, and building a request within bounds. */
#ifndef SOURCE_GENL_H
#define SOURCE_GENL_H

#include "source/tree.h"

#include <linux/genetlink.h>

/* A request with room for a few attributes. */
struct genl_request {
	struct nlmsghdr n;
	struct genlmsghdr g;
	char attr[96];
};

/* Finds a family among those the kernel has. All of them are listed and none is asked for by name: a name that is not
 * there makes the kernel load a module. 0; -ENOENT: there is no such family; other -errno. */
int genl_family(struct netns *ns, const char *name, uint16_t *ret_id, struct err *err);
/* Starts a request to a family. */
void genl_begin(struct genl_request *q, uint16_t family, uint8_t cmd, uint16_t flags);
/* Adds an attribute of n bytes; too much is our own mistake. The offset is for genl_end_nest. */
size_t genl_add(struct genl_request *q, uint16_t type, const void *p, uint16_t n);
/* What was added since genl_add(q, type, NULL, 0) gave `at` becomes the content of that attribute. */
void genl_end_nest(struct genl_request *q, size_t at);
/* The attributes of an answer; false when it is not from this family or too short. */
bool genl_attrs(const struct nlmsghdr *nlh, uint16_t family, uint8_t cmd, struct slice *ret);
/* Takes the next attribute off *rest; false at the end or on a length that does not fit. */
bool genl_next(struct slice *rest, unsigned *ret_type, struct slice *ret_value);
/* A number of 4 or 8 bytes (the kernel sends the shorter where it fits); false on any other size. */
bool genl_uint(struct slice value, uint64_t *ret_v);

#endif
