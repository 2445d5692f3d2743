/* SPDX-License-Identifier: BSD-2-Clause */
/* See traced.h. PTRACE_GET_SYSCALL_INFO (Linux 5.3) names calls and arguments the same way on each architecture. */
#include "traced.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/ptrace.h>

#ifndef PTRACE_GET_SYSCALL_INFO
#define PTRACE_GET_SYSCALL_INFO 0x420e
#endif
#define MARK SYS_setpgid
#define MARK_ARG 0x5eed /* no such process: the call changes nothing */

void traced_mark(void)
{
	syscall(MARK, MARK_ARG << 8, MARK_ARG);
}

int traced_ready(void)
{
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL))
		return -errno;
	return raise(SIGSTOP) ? -errno : 0;
}

bool traced_reads(const struct traced_call *c)
{
	switch (c->nr) {
	case SYS_read:
	case SYS_pread64:
	case SYS_recvfrom:
	case SYS_recvmsg:
	case SYS_getdents64:
		return true;
	default:
		return false;
	}
}

static void tell_path(pid_t child, uint64_t at, void (*path_of)(const char *path, void *arg), void *arg)
{
	char text[512];
	size_t n = 0;

	/* byte by page: the string may end right before unmapped memory */
	while (n < sizeof(text) - 1) {
		size_t step = 64 - (at + n) % 64;
		struct iovec to = { text + n, step < sizeof(text) - 1 - n ? step : sizeof(text) - 1 - n };
		struct iovec from = { (void *)(uintptr_t)(at + n), to.iov_len };
		ssize_t got = process_vm_readv(child, &to, 1, &from, 1, 0);

		if (got <= 0)
			break;
		for (ssize_t i = 0; i < got; i++) {
			if (!text[n + (size_t)i]) {
				path_of(text, arg);
				return;
			}
		}
		n += (size_t)got;
	}
	text[n] = 0;
	path_of(text, arg);
}

static int put(struct traced_list *l, const struct traced_call *c)
{
	if (l->n == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 4096;
		struct traced_call *p = realloc(l->call, cap * sizeof(*p));

		if (!p)
			return -ENOMEM;
		l->call = p;
		l->cap = cap;
	}
	l->call[l->n++] = *c;
	return 0;
}

int traced_follow(pid_t child, void (*each)(struct traced_list *list, unsigned nr, void *arg),
		  void (*path_of)(const char *path, void *arg), void *arg)
{
	struct traced_list list = { 0 };
	struct traced_call now = { 0 };
	unsigned nr = 0;
	int status, pass = 0;

	if (waitpid(child, &status, 0) < 0 || !WIFSTOPPED(status))
		return -ECHILD;
	if (ptrace(PTRACE_SETOPTIONS, child, NULL,
		   (void *)(PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL | PTRACE_O_TRACEEXEC)))
		return -errno;
	for (;;) {
		struct ptrace_syscall_info info;

		if (ptrace(PTRACE_SYSCALL, child, NULL, (void *)(long)pass) || waitpid(child, &status, 0) < 0) {
			free(list.call);
			return -errno;
		}
		if (!WIFSTOPPED(status))
			break;
		pass = 0;
		if (WSTOPSIG(status) != (SIGTRAP | 0x80)) {
			pass = WSTOPSIG(status) == SIGTRAP ? 0 : WSTOPSIG(status);
			continue;
		}
		if (ptrace(PTRACE_GET_SYSCALL_INFO, child, (void *)sizeof(info), &info) < 0) {
			free(list.call);
			return -errno;
		}
		if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
			now = (struct traced_call){ .nr = info.entry.nr,
						    .arg = { info.entry.args[0], info.entry.args[1],
							     info.entry.args[2] } };
			if (path_of && (now.nr == SYS_openat || now.nr == SYS_openat2))
				tell_path(child, now.arg[1], path_of, arg);
		} else if (info.op == PTRACE_SYSCALL_INFO_EXIT) {
			now.result = info.exit.rval;
			if (now.nr == MARK && now.arg[1] == MARK_ARG) {
				if (each)
					each(&list, nr, arg);
				nr++;
				list.n = 0;
			} else if (each && put(&list, &now)) {
				return -ENOMEM;
			}
		}
	}
	free(list.call);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
