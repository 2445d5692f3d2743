/* SPDX-License-Identifier: BSD-2-Clause */
/* One sentence about what went wrong, carried up to whoever can say it to the user. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

struct err {
	int code;        /* positive errno, 0 when nothing went wrong */
	char text[240];  /* lower case, no full stop, names the thing first */
};

/* Fills err (which may be NULL) and returns -code, so that "return err_set(...)" reads well. */
int err_set(struct err *err, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

#endif
