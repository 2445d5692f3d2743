/* SPDX-License-Identifier: BSD-2-Clause */
/* Replaces malloc and its kin by counting ones on top of glibc's own. Not for anything but tests. */
#include "count.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define CALLERS 12

#if defined(__SANITIZE_ADDRESS__) || !defined(__GLIBC__)
#define COUNTS 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define COUNTS 0
#else
#define COUNTS 1
#endif
#else
#define COUNTS 1
#endif

static size_t count;
static bool counting;
static struct {
	void *at;
	size_t size;
} callers[CALLERS];

#if COUNTS
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);
void *__libc_memalign(size_t align, size_t size);

static void note(size_t size, void *caller)
{
	if (!counting)
		return;
	if (count < CALLERS) {
		callers[count].at = caller;
		callers[count].size = size;
	}
	count++;
}

void *malloc(size_t size)
{
	note(size, __builtin_return_address(0));
	return __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	note(n * size, __builtin_return_address(0));
	return __libc_calloc(n, size);
}

void *realloc(void *p, size_t size)
{
	note(size, __builtin_return_address(0));
	return __libc_realloc(p, size);
}

void *aligned_alloc(size_t align, size_t size)
{
	note(size, __builtin_return_address(0));
	return __libc_memalign(align, size);
}

int posix_memalign(void **ret, size_t align, size_t size)
{
	void *p;

	note(size, __builtin_return_address(0));
	p = __libc_memalign(align, size);
	if (!p)
		return ENOMEM;
	*ret = p;
	return 0;
}
#endif

bool count_works(void)
{
	return COUNTS;
}

void count_begin(void)
{
	count = 0;
	counting = true;
}

size_t count_end(void)
{
	counting = false;
	return count;
}

void count_tell(void)
{
	for (size_t i = 0; i < count && i < CALLERS; i++) {
		Dl_info at = { 0 };

		dladdr(callers[i].at, &at);
		fprintf(stderr, "%zu bytes at %s+%#zx (%s)\n", callers[i].size, at.dli_fname ? at.dli_fname : "?",
			(size_t)((char *)callers[i].at - (char *)at.dli_fbase), at.dli_sname ? at.dli_sname : "?");
	}
}
