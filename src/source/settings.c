/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The settings of table/setting.c, asked only for a namespace that loses packets: they tell causes apart and say what a
 * fix would change. Not here: what a setting means.
 *
 * A sysctl is one line of numbers under /proc/sys (kernel/sysctl.c:proc_dointvec and its kin); masks are hexadecimal
 * with a comma after each 32 bits (lib/vsprintf.c:bitmap_string):
 *	4096	131072	33554432
 *	00000000,0000000f
 * Rings, coalescing, channels and the RSS table of a network card are SIOCETHTOOL answers (net/ethtool/ioctl.c), kept in
 * a recording as the blobs ethtool/<dev>/ring, coalesce, channels and rss: the kernel's structs as they are.
 */
#include "source/source.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* With more devices than this only those are asked whose counters moved: a container host has thousands. */
#define DEVICES_ALL 64
/* rps_cpus is one file a queue; the first ones tell whether it is in use. */
#define QUEUES_READ 8
/* Entries of the RSS table: what cards have today is 128 to 2048. */
#define RSS_MAX 4096

struct asker {
	struct probe *p;
	struct netns *ns;
	unsigned known; /* settings that could be read */
	int refused;	/* -EACCES or -EPERM when one was */
	int fd;		/* datagram socket of the namespace for SIOCETHTOOL, -1 not opened */
};

/* ---- sysctls ---- */

/* Hexadecimal with commas; only the last 64 bits, but all of their ones in ret_ones. */
static bool parse_mask(struct slice text, uint64_t *ret_v, uint64_t *ret_ones)
{
	uint64_t v = 0, ones = 0;
	bool any = false;

	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		unsigned digit;

		if (c == ',' || c == '\n' || c == ' ')
			continue;
		if (c >= '0' && c <= '9')
			digit = (unsigned)(c - '0');
		else if (c >= 'a' && c <= 'f')
			digit = (unsigned)(c - 'a') + 10;
		else
			return false;
		any = true;
		v = v << 4 | digit;
		ones += (unsigned)__builtin_popcount(digit);
	}
	*ret_v = v;
	*ret_ones = ones;
	return any;
}

static bool parse_numbers(const struct setting *row, struct slice text, uint64_t v[SETTING_VALUES])
{
	struct slice line, word;
	uint64_t ones;

	if (strcmp(row->unit, "mask") == 0)
		return parse_mask(text, &v[0], &ones);
	if (!slice_line(&text, &line))
		return false;
	for (unsigned i = 0; i < row->values; i++)
		if (!slice_word(&line, &word) || !slice_u64(word, &v[i]))
			return false;
	return true;
}

static void note_refusal(struct asker *a, int r)
{
	if (r == -EACCES || r == -EPERM)
		a->refused = r;
}

static void put_sysctl(struct asker *a, const struct setting *row, struct netns *ns, const char *path, uint32_t place)
{
	uint64_t v[SETTING_VALUES] = { 0 };
	struct slice text;
	int r = tree_file(a->p->tree, ns, path, &text, NULL);

	if (r) {
		note_refusal(a, r);
		return;
	}
	if (!parse_numbers(row, text, v))
		return;
	sample_setting(a->p->sample, row->key, place, v, row->values);
	a->known++;
}

/* The path of a row for one device; false where the name cannot be part of a path. */
static bool device_path(const struct setting *row, const char *dev, char *dst, size_t size)
{
	const char *star = strchr(row->path, '*');
	struct fmt out;

	if (!dev[0] || strchr(dev, '/') || strcmp(dev, ".") == 0 || strcmp(dev, "..") == 0)
		return false;
	fmt_init(&out, dst, size);
	fmt_bytes(&out, row->path, (size_t)(star - row->path));
	fmt_bytes(&out, dev, strlen(dev));
	fmt_bytes(&out, star + 1, strlen(star + 1));
	return !out.cut;
}

/* One value for the machine: asked once in a tick, whichever namespace comes first. */
static void read_machine(struct asker *a)
{
	static const struct sample *done;
	static uint64_t done_ns;
	const struct sample *s = a->p->sample;

	if (done && done == s && done_ns == s->mono_ns && s->settings)
		return;
	done = s;
	done_ns = s->mono_ns;
	for (size_t i = 0; i < setting_count; i++)
		if (setting_rows[i].kind == SET_SYSCTL && !setting_rows[i].per_netns)
			put_sysctl(a, &setting_rows[i], NULL, setting_rows[i].path, s->host);
}

static void read_netns(struct asker *a)
{
	for (size_t i = 0; i < setting_count; i++) {
		const struct setting *row = &setting_rows[i];

		if (row->kind == SET_SYSCTL && row->per_netns && !strchr(row->path, '*'))
			put_sysctl(a, row, a->ns, row->path, a->ns->place);
	}
}

/* ---- network cards ---- */

struct ask {
	struct asker *a;
	const char *dev;
	uint32_t cmd;
	size_t size;
};

static int ioctl_of(const struct ask *k, void *data)
{
	struct ifreq ifr = { .ifr_data = data };

	if (k->a->fd < 0)
		k->a->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (k->a->fd < 0)
		return -errno;
	if (strlen(k->dev) >= sizeof(ifr.ifr_name))
		return -ENODEV;
	memcpy(ifr.ifr_name, k->dev, strlen(k->dev) + 1);
	return ioctl(k->a->fd, SIOCETHTOOL, &ifr) < 0 ? -errno : 0;
}

/* One of the plain structs, all of which begin with the command. */
static int fetch_struct(struct netns *ns, void *arg, struct fmt *out)
{
	const struct ask *k = arg;
	union {
		uint32_t cmd;
		struct ethtool_ringparam ring;
		struct ethtool_coalesce coalesce;
		struct ethtool_channels channels;
	} u = { .cmd = 0 };
	int r;

	(void)ns;
	u.cmd = k->cmd;
	r = ioctl_of(k, &u);
	if (r == 0)
		fmt_bytes(out, &u, k->size);
	return r;
}

/* The kernel writes at most as many entries as we say there is room for. */
static int fetch_rss(struct netns *ns, void *arg, struct fmt *out)
{
	static struct {
		struct ethtool_rxfh_indir head;
		uint32_t ring[RSS_MAX];
	} t;
	int r;

	(void)ns;
	t.head = (struct ethtool_rxfh_indir){ .cmd = ETHTOOL_GRXFHINDIR };
	r = ioctl_of(arg, &t.head);
	if (r)
		return r;
	if (t.head.size == 0 || t.head.size > RSS_MAX)
		return -E2BIG;
	r = ioctl_of(arg, &t.head);
	if (r)
		return r;
	fmt_bytes(out, t.ring, t.head.size * sizeof(t.ring[0]));
	return 0;
}

/* Asks a card one thing; the answer is valid until the next question. False when the driver has no such thing. */
static bool ask_card(struct asker *a, const char *dev, const char *what, uint32_t cmd, size_t size, struct slice *ret)
{
	struct ask k = { .a = a, .dev = dev, .cmd = cmd, .size = size };
	struct fmt path;
	char name[64];

	fmt_init(&path, name, sizeof(name));
	fmt_add(&path, "ethtool/%s/%s", dev, what);
	return !path.cut &&
	       tree_blob(a->ns, name, cmd == ETHTOOL_GRXFHINDIR ? fetch_rss : fetch_struct, &k, ret, NULL) == 0 &&
	       ret->n >= size;
}

static void put(struct asker *a, const char *key, uint32_t place, uint64_t v)
{
	sample_setting(a->p->sample, key, place, &v, 1);
	a->known++;
}

static void read_rss(struct asker *a, const char *dev, uint32_t place)
{
	uint64_t seen[RSS_MAX / 64] = { 0 }, queues = 0;
	struct slice text;

	if (!ask_card(a, dev, "rss", ETHTOOL_GRXFHINDIR, 0, &text))
		return;
	for (size_t i = 0; i + 4 <= text.n; i += 4) {
		uint32_t ring;

		memcpy(&ring, text.p + i, 4);
		if (ring < RSS_MAX && !(seen[ring / 64] >> ring % 64 & 1)) {
			seen[ring / 64] |= 1ULL << ring % 64;
			queues++;
		}
	}
	if (queues)
		put(a, "rss.queues", place, queues);
}

static void read_card(struct asker *a, const char *dev, uint32_t place)
{
	struct ethtool_ringparam ring;
	struct ethtool_coalesce co;
	struct ethtool_channels ch;
	struct slice text;

	if (ask_card(a, dev, "ring", ETHTOOL_GRINGPARAM, sizeof(ring), &text)) {
		memcpy(&ring, text.p, sizeof(ring));
		put(a, "ring.rx", place, ring.rx_pending);
		put(a, "ring.rx_max", place, ring.rx_max_pending);
		put(a, "ring.tx", place, ring.tx_pending);
		put(a, "ring.tx_max", place, ring.tx_max_pending);
	}
	if (ask_card(a, dev, "coalesce", ETHTOOL_GCOALESCE, sizeof(co), &text)) {
		memcpy(&co, text.p, sizeof(co));
		put(a, "coalesce.rx_usecs", place, co.rx_coalesce_usecs);
		put(a, "coalesce.rx_frames", place, co.rx_max_coalesced_frames);
		put(a, "coalesce.adaptive_rx", place, co.use_adaptive_rx_coalesce);
	}
	if (ask_card(a, dev, "channels", ETHTOOL_GCHANNELS, sizeof(ch), &text)) {
		memcpy(&ch, text.p, sizeof(ch));
		/* cards without combined queues have rx and tx apart: no single number describes those */
		if (ch.max_combined) {
			put(a, "channels.combined", place, ch.combined_count);
			put(a, "channels.max", place, ch.max_combined);
		}
	}
	read_rss(a, dev, place);
}

/* The CPUs that receive work is handed to, in the queue with most of them. */
static void read_rps(struct asker *a, const struct link_fact *l, uint32_t place)
{
	uint64_t most = 0, v, ones;
	bool known = false;

	for (uint32_t q = 0; q < QUEUES_READ && q < (l->rx_queues ? l->rx_queues : 1); q++) {
		struct slice text;
		struct fmt out;
		char path[128];

		fmt_init(&out, path, sizeof(path));
		fmt_add(&out, "sys/class/net/%s/queues/rx-%u/rps_cpus", l->name, q);
		if (out.cut || tree_file(a->p->tree, a->ns, path, &text, NULL) || !parse_mask(text, &v, &ones))
			break;
		most = ones > most ? ones : most;
		known = true;
	}
	if (known)
		put(a, "rps.cpus", place, most);
}

/* ---- devices ---- */

static void read_device(struct asker *a, uint32_t place)
{
	const struct link_fact *l = a->p->sample->place[place].link;
	char path[160];

	for (size_t i = 0; i < setting_count; i++) {
		const struct setting *row = &setting_rows[i];

		if (row->kind == SET_SYSCTL && strchr(row->path, '*') && device_path(row, l->name, path, sizeof(path)))
			put_sysctl(a, row, a->ns, path, place);
	}
	if (l->flags & IFF_LOOPBACK || strchr(l->name, '/'))
		return;
	/* our own /sys shows our own namespace only */
	if (a->ns->own)
		read_rps(a, l, place);
	if (!l->kind[0] && l->have)
		read_card(a, l->name, place);
}

static void no_traffic(const struct series *y, void *arg)
{
	*(bool *)arg |= counter_rows[y->counter].is != TRAFFIC;
}

static bool device_moved(const struct sample *s, uint32_t place)
{
	bool moved = false;

	sample_each_moved(s, place, no_traffic, &moved);
	return moved;
}

static void read_devices(struct asker *a)
{
	const struct sample *s = a->p->sample;
	uint32_t devices = 0;

	for (uint32_t i = sample_child(s, a->ns->place); i != PLACE_NONE; i = s->place[i].sibling)
		devices += s->place[i].kind == PLACE_DEVICE && !s->place[i].gone;
	for (uint32_t i = sample_child(s, a->ns->place); i != PLACE_NONE; i = s->place[i].sibling) {
		const struct place *p = &s->place[i];

		if (p->kind != PLACE_DEVICE || p->gone || !p->link->name[0])
			continue;
		if (devices <= DEVICES_ALL || device_moved(s, i))
			read_device(a, i);
	}
}

static int settings_read(struct probe *p, struct netns *ns, void *state, struct err *err)
{
	struct asker a = { .p = p, .ns = ns, .fd = -1 };

	(void)state;
	read_machine(&a);
	read_netns(&a);
	read_devices(&a);
	if (a.fd >= 0)
		close(a.fd);
	if (a.known)
		return 0;
	return a.refused ? err_set(err, -a.refused, "/proc/sys/net: %s", strerror(-a.refused)) : -ENOENT;
}

const struct source source_settings = { .state_size = 1, .read = settings_read };
