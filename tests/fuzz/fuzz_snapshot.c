/* SPDX-License-Identifier: BSD-2-Clause */
/* A snapshot file that somebody sent us is hostile: the archive itself and what it holds. */
#include "host.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char path[200];
	int fd;

	host_begin(false);
	snprintf(path, sizeof(path), "%s/snapshot", host_dir());
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return 0;
	if (n && write(fd, data, n) < 0)
		perror(path);
	close(fd);
	host_look(path, data, n);
	unlink(path);
	return 0;
}
