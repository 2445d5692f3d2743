/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What others need for the same kind of sample, where they are installed: node_exporter with its network collectors, a
 * scrape; netdata with the network part of its proc plugin, a second. All in a namespace of its own, on loopback.
 * No limit: others may get better.
 */
#include "app/pipeline.h"

#include "bench.h"
#include "sandbox.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORT 19100
#define SCRAPES 50
#define TICKS 300
#define SETTLE_S 5
#define WATCH_S 10

static double tick_us, own_rss;

static int loopback_up(void)
{
	struct ifreq q = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), r = 0;

	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &q))
		r = -errno;
	if (fd >= 0)
		close(fd);
	return r;
}

/* The first of these names that is a program in PATH. */
static const char *program(const char *const *names, char *buf, size_t size)
{
	const char *path = getenv("PATH");

	for (; *names; names++) {
		for (const char *p = path; p && *p;) {
			size_t n = strcspn(p, ":");

			snprintf(buf, size, "%.*s/%s", (int)n, p, *names);
			if (access(buf, X_OK) == 0)
				return buf;
			p += n + (p[n] == ':');
		}
	}
	return NULL;
}

static int ourselves(void)
{
	static double t[TICKS];
	const char *whydrop = getenv("WHYDROP");
	const char *argv[] = { whydrop ? whydrop : "build/whydrop", "look", "--for", "60s", NULL };
	struct err err = { 0 };
	struct pipeline p;
	int pid;

	if (pipeline_open(&p, NULL, NULL, &err) || pipeline_baseline(&p, &err)) {
		printf("  %s\n", err.text);
		return -EIO;
	}
	for (unsigned i = 0; i < TICKS; i++) {
		double began = bench_cpu();

		pipeline_tick(&p);
		t[i] = bench_cpu() - began;
	}
	tick_us = bench_median(t, TICKS);
	pipeline_close(&p);
	pid = sandbox_spawn(argv, -1);
	usleep(1500000);
	own_rss = pid > 0 ? bench_rss(pid) : 0;
	if (pid > 0)
		sandbox_end(pid);
	return 0;
}

/* One GET; the bytes of the answer, 0 when there was none. */
static size_t scrape(void)
{
	static const char request[] = "GET /metrics HTTP/1.0\r\n\r\n";
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons(PORT),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char buf[16384];
	size_t sum = 0;
	ssize_t n;

	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0 && write(fd, request, sizeof(request) - 1) > 0)
		while ((n = read(fd, buf, sizeof(buf))) > 0)
			sum += (size_t)n;
	close(fd);
	return sum;
}

static void tell(const char *name, double us, const char *what, double rss)
{
	char title[80];

	snprintf(title, sizeof(title), "%s, %s", name, what);
	bench_ratio(title, us, "us", "whydrop, a tick", tick_us, 0);
	snprintf(title, sizeof(title), "%s, memory", name);
	bench_ratio(title, rss / 1048576, "MB", "whydrop look", own_rss / 1048576, 0);
}

static void node_exporter(void)
{
	static const char *const names[] = { "prometheus-node-exporter", "node_exporter", NULL };
	char path[512];
	const char *argv[] = { program(names, path, sizeof(path)),
			       "--web.listen-address=127.0.0.1:19100",
			       "--collector.disable-defaults",
			       "--web.disable-exporter-metrics",
			       "--collector.netstat",
			       "--collector.netdev",
			       "--collector.sockstat",
			       "--collector.softnet",
			       "--collector.udp_queues",
			       "--collector.conntrack",
			       "--collector.arp",
			       NULL };
	unsigned got = 0;
	double cpu;
	int pid;

	if (!argv[0]) {
		bench_skip("node_exporter", "not installed");
		return;
	}
	pid = sandbox_spawn(argv, -1);
	for (unsigned i = 0; i < 50 && !scrape(); i++)
		usleep(100000);
	cpu = bench_cpu_of(pid);
	for (unsigned i = 0; i < SCRAPES; i++) {
		got += scrape() > 0;
		usleep(20000);
	}
	cpu = bench_cpu_of(pid) - cpu;
	if (got == SCRAPES)
		tell("node_exporter (network)", cpu / SCRAPES, "a scrape", bench_rss(pid));
	else
		bench_skip("node_exporter", "answered %u of %u times", got, SCRAPES);
	sandbox_end(pid);
}

/* Everything of netdata off but the network part of its proc plugin. */
static int netdata_config(const char *path)
{
	static const char *const on[] = { "/proc/net/dev",	    "/proc/net/sockstat",      "/proc/net/sockstat6",
					  "/proc/net/netstat",	    "/proc/net/snmp",	       "/proc/net/snmp6",
					  "/proc/net/softnet_stat", "/proc/net/stat/conntrack" };
	static const char *const off[] = { "/proc/stat",
					   "/proc/uptime",
					   "/proc/loadavg",
					   "/proc/sys/kernel/random/entropy_avail",
					   "/proc/pressure",
					   "/proc/interrupts",
					   "/proc/softirqs",
					   "/proc/vmstat",
					   "/proc/meminfo",
					   "/sys/kernel/mm/ksm",
					   "/sys/block/zram",
					   "/sys/devices/system/edac/mc",
					   "/sys/devices/system/node",
					   "/proc/net/wireless",
					   "/proc/net/ip_vs/stats",
					   "/sys/class/infiniband",
					   "/proc/net/sctp/snmp",
					   "/proc/net/stat/synproxy",
					   "/proc/diskstats",
					   "/proc/mdstat",
					   "/proc/net/rpc/nfsd",
					   "/proc/net/rpc/nfs",
					   "/proc/spl/kstat/zfs/arcstats",
					   "/proc/spl/kstat/zfs/pool/state",
					   "/sys/fs/btrfs",
					   "ipc",
					   "/sys/class/power_supply",
					   "/sys/class/drm" };
	static const char *const plugins[] = { "apps",
					       "cgroups",
					       "charts.d",
					       "checks",
					       "diskspace",
					       "ebpf",
					       "idlejitter",
					       "node.d",
					       "python.d",
					       "statsd",
					       "tc",
					       "timex",
					       "slabinfo",
					       "perf",
					       "go.d",
					       "netdata monitoring",
					       "netdata monitoring extended",
					       "loops",
					       "fping",
					       "ioping",
					       "nfacct",
					       "xenstat",
					       "freeipmi",
					       "cups",
					       "enable running new plugins" };
	FILE *f = fopen(path, "w");

	if (!f)
		return -errno;
	fprintf(f,
		"[global]\nrun as user = root\nhostname = bench\n"
		"[directories]\ncache = /run/nd\nlib = /run/nd\nlog = /run/nd\nhome = /run/nd\nlock = /run/nd\n"
		"config = /run/nd\nstock config = /run/nd\nplugins = /run/nd\nweb = /run/nd\n"
		"[logs]\ndebug = none\nerror = none\naccess = none\nhealth = none\n"
		"[db]\nmode = none\nupdate every = 1\n[web]\nmode = none\n[health]\nenabled = no\n[ml]\nenabled = no\n"
		"[registry]\nenabled = no\n[statsd]\nenabled = no\n[plugins]\n");
	for (size_t i = 0; i < sizeof(plugins) / sizeof(*plugins); i++)
		fprintf(f, "%s = no\n", plugins[i]);
	fprintf(f, "proc = yes\n[plugin:proc]\n");
	for (size_t i = 0; i < sizeof(on) / sizeof(*on); i++)
		fprintf(f, "%s = yes\n", on[i]);
	for (size_t i = 0; i < sizeof(off) / sizeof(*off); i++)
		fprintf(f, "%s = no\n", off[i]);
	return fclose(f) ? -errno : 0;
}

static void netdata(void)
{
	static const char *const names[] = { "netdata", NULL };
	char path[512];
	const char *argv[] = { program(names, path, sizeof(path)), "-D", "-c", "/run/netdata.conf", NULL };
	double cpu, rss;
	int pid;

	if (!argv[0]) {
		bench_skip("netdata", "not installed");
		return;
	}
	if (netdata_config("/run/netdata.conf")) {
		bench_skip("netdata", "no configuration could be written");
		return;
	}
	pid = sandbox_spawn(argv, -1);
	sleep(SETTLE_S);
	cpu = bench_cpu_of(pid);
	sleep(WATCH_S);
	rss = bench_rss(pid);
	if (cpu < 0 || rss <= 0)
		bench_skip("netdata", "did not stay");
	else
		tell("netdata (network)", (bench_cpu_of(pid) - cpu) / WATCH_S, "a second", rss);
	sandbox_end(pid);
}

static int peers(void *arg)
{
	(void)arg;
	if (loopback_up() || ourselves())
		return 1;
	node_exporter();
	netdata();
	return 0;
}

int main(void)
{
	int r;

	bench_begin("Others, for the same kind of sample");
	if (!bench_full()) {
		printf("  only with BENCH=full (make bench)\n");
		return bench_end();
	}
	r = sandbox_run(true, peers, NULL);
	if (r < 0)
		bench_skip("others", "no namespaces of our own here: %s (run as root)", strerror(-r));
	else if (r)
		bench_skip("others", "the child ended with %d", r);
	return bench_end();
}
