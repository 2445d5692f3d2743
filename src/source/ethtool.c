/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Driver statistics, the numbers of `ethtool -S`. The kernel gives names and values apart: ETHTOOL_GSTRINGS n times
 * 32 bytes, ETHTOOL_GSTATS n times a u64 (net/ethtool/ioctl.c:ethtool_get_strings, ethtool_get_stats). Names are asked
 * once and bound to rows of table/driver.c; after that a read is one ioctl per device. In a recording these are the
 * blobs ethtool/<dev>/driver, ethtool/<dev>/strings and ethtool/<dev>/stats. A tree made by hand may hold the text
 * instead, as ethtool-text/<dev> beside ethtool/<dev>/driver:
 *	NIC statistics:
 *	     rx_queue_0_xdp_drops: 40
 * Devices whose driver has no rows are not asked again. Not here: what a name means to us (ethtool_feed.c), the
 * standard groups (ethtool_std.c), rings and channels (settings.c).
 */
#include "source/source.h"

#include "source/ethtool_feed.h"
#include "source/ethtool_std.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

/* The kernel writes as many entries as the driver has now, whatever we made room for. Hence an area of its own with a
 * page behind it that cannot be written: more than fits is EFAULT, not a damaged heap. Untouched pages cost nothing. */
#define AREA_BYTES ((FEEDS_NAMES + 1) * ETH_GSTRING_LEN)

struct dev {
	bool asked, std, bound;
	struct feeds f;
};

struct ethtool {
	int fd1;       /* 1 + a datagram socket of this namespace: any socket carries these ioctls */
	uint32_t seen; /* places of the sample looked at so far */
	struct dev *dev;
	uint32_t devs, cap;
	struct ethtool_std std;
};

struct read {
	struct probe *p;
	struct netns *ns;
	struct ethtool *x;
	struct err *err;
};

/* What a fetch needs: the device's name and how many values are expected. */
struct ask {
	struct ethtool *x;
	const char *name;
	uint32_t n;
};

static void *area;

/* ---- asking the kernel; these run inside the namespace */

static int area_make(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *p;

	if (area)
		return 0;
	p = mmap(NULL, AREA_BYTES + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (p == MAP_FAILED)
		return -ENOMEM;
	if (mprotect(p + AREA_BYTES, page, PROT_NONE) < 0) {
		munmap(p, AREA_BYTES + page);
		return -ENOMEM;
	}
	area = p;
	return 0;
}

/* One SIOCETHTOOL; data begins with the command. */
static int ask_kernel(const struct ask *a, void *data)
{
	struct ifreq ifr = { .ifr_data = data };

	if (a->x->fd1 == 0) {
		int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

		if (fd < 0)
			return -errno;
		a->x->fd1 = fd + 1;
	}
	if (strlen(a->name) >= sizeof(ifr.ifr_name))
		return -ENODEV;
	memcpy(ifr.ifr_name, a->name, strlen(a->name) + 1);
	return ioctl(a->x->fd1 - 1, SIOCETHTOOL, &ifr) < 0 ? -errno : 0;
}

static int fetch_driver(struct netns *ns, void *arg, struct fmt *out)
{
	struct ethtool_drvinfo info = { .cmd = ETHTOOL_GDRVINFO };
	int r = ask_kernel(arg, &info);

	(void)ns;
	if (r == 0)
		fmt_bytes(out, info.driver, strnlen(info.driver, sizeof(info.driver)));
	return r;
}

static int fetch_strings(struct netns *ns, void *arg, struct fmt *out)
{
	struct {
		struct ethtool_sset_info info;
		uint32_t count;
	} set = {
		.info = { .cmd = ETHTOOL_GSSET_INFO, .sset_mask = 1ULL << ETH_SS_STATS },
	};
	struct ethtool_gstrings *g;
	int r = area_make();

	(void)ns;
	if (r == 0)
		r = ask_kernel(arg, &set);
	if (r < 0)
		return r;
	if (!(set.info.sset_mask & 1ULL << ETH_SS_STATS) || set.count == 0)
		return -EOPNOTSUPP;
	if (set.count > FEEDS_NAMES)
		return -E2BIG;
	g = area;
	*g = (struct ethtool_gstrings){ .cmd = ETHTOOL_GSTRINGS, .string_set = ETH_SS_STATS, .len = set.count };
	r = ask_kernel(arg, g);
	if (r < 0)
		return r;
	if (g->len > FEEDS_NAMES)
		return -E2BIG;
	fmt_bytes(out, g->data, (size_t)g->len * ETH_GSTRING_LEN);
	return 0;
}

static int fetch_stats(struct netns *ns, void *arg, struct fmt *out)
{
	const struct ask *a = arg;
	struct ethtool_stats *st;
	int r = area_make();

	(void)ns;
	if (r < 0)
		return r;
	st = area;
	*st = (struct ethtool_stats){ .cmd = ETHTOOL_GSTATS, .n_stats = a->n };
	r = ask_kernel(a, st);
	if (r < 0)
		return r;
	if (st->n_stats > FEEDS_NAMES)
		return -E2BIG;
	/* A kernel that minds our count answers with none when the driver has another by now: the caller rebinds. */
	fmt_bytes(out, st->data, (size_t)st->n_stats * sizeof(uint64_t));
	return 0;
}

static int no_fetch(struct netns *ns, void *arg, struct fmt *out)
{
	(void)ns, (void)arg, (void)out;
	return -ENOENT;
}

/* ---- one device */

static const char *dev_name(const struct read *r, const struct dev *d)
{
	return r->p->sample->place[d->f.place].link->name;
}

/* The name becomes part of a path in a recording. */
static bool name_usable(const char *name)
{
	return *name && !strchr(name, '/') && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

static int blob(struct read *r, struct dev *d, const char *what,
		int (*fetch)(struct netns *ns, void *arg, struct fmt *out), struct slice *ret)
{
	struct ask a = { .x = r->x, .name = dev_name(r, d), .n = d->f.n };
	char path[96];
	struct fmt f;

	fmt_init(&f, path, sizeof(path));
	if (*what)
		fmt_add(&f, "ethtool/%s/%s", a.name, what);
	else
		fmt_add(&f, "ethtool-text/%s", a.name);
	return tree_blob(r->ns, path, fetch, &a, ret, r->err);
}

/* Who drives it: once per device. */
static int ask_driver(struct read *r, struct dev *d)
{
	struct link_fact *l = r->p->sample->place[d->f.place].link;
	struct slice s, line;
	char path[96];
	struct fmt f;
	int ret = 0;

	if (!l->driver[0]) {
		ret = blob(r, d, "driver", fetch_driver, &s);
		if (ret < 0 && !tree_live(r->p->tree) && r->ns->own) {
			fmt_init(&f, path, sizeof(path));
			fmt_add(&f, "ethtool/%s/driver", l->name);
			ret = tree_file(r->p->tree, NULL, path, &s, r->err);
		}
		if (ret == 0) {
			if (slice_line(&s, &line))
				slice_copy(feeds_trim(line), l->driver, sizeof(l->driver));
		}
	}
	if (ret < 0 && ret != -EOPNOTSUPP && ret != -ENODEV && ret != -ENOENT)
		return ret;
	d->asked = true;
	feeds_driver(&d->f, slice_str(l->driver));
	d->std = l->have && !l->kind[0] && !(l->flags & IFF_LOOPBACK);
	return 0;
}

/* Values, with names first where they are not bound or no longer fit. */
static int read_blobs(struct read *r, struct dev *d)
{
	struct slice s;
	int ret = 0;

	for (int tries = 0; tries < 2; tries++) {
		if (!d->bound) {
			ret = blob(r, d, "strings", fetch_strings, &s);
			if (ret == 0)
				ret = feeds_bind(&d->f, r->p->sample, s, r->err);
			if (ret < 0)
				return ret;
			d->bound = true;
		}
		ret = blob(r, d, "stats", fetch_stats, &s);
		if (ret < 0)
			return ret;
		if (feeds_put(&d->f, r->p->sample, s))
			return 0;
		d->bound = false;
	}
	return err_set(r->err, EINVAL, "%s: %u names and %zu bytes of values", dev_name(r, d), d->f.n, s.n);
}

static int read_text(struct read *r, struct dev *d)
{
	struct slice text;
	int ret = blob(r, d, "", no_fetch, &text);

	if (ret == 0)
		feeds_text(&d->f, r->p->sample, text);
	return ret;
}

/* 1 when something was put, 0 when this device has nothing (now or ever), -errno. */
static int read_dev(struct read *r, struct dev *d)
{
	bool live = tree_live(r->p->tree);
	int ret = -ENOENT, std = -ENOENT;

	if (!name_usable(dev_name(r, d)))
		return 0;
	if (!d->asked) {
		ret = ask_driver(r, d);
		if (ret < 0)
			return ret;
		ret = -ENOENT;
	}
	if (d->f.rows)
		ret = read_blobs(r, d);
	if (ret == -ENOENT && !live)
		ret = read_text(r, d);
	if (ret == -EOPNOTSUPP)
		d->f.rows = 0;
	if (d->std) {
		std = ethtool_std_read(&r->x->std, r->ns, r->p->sample, d->f.place, r->err);
		if (std == -ENOENT)
			d->std = false;
	}
	if (ret == 0 || std == 0)
		return 1;
	/* it left between the dump of links and this; the next dump says so */
	if (ret == -ENODEV || ret == -EOPNOTSUPP || ret == -ENOENT)
		ret = 0;
	return ret ? ret : std == -ENOENT ? 0 : std;
}

/* ---- all devices of a namespace */

/* Places are only ever added, the newest stands first: each read looks at the new ones. */
static int find_devices(struct ethtool *x, const struct sample *s, uint32_t ns)
{
	for (uint32_t i = sample_child(s, ns); i != PLACE_NONE && i >= x->seen; i = s->place[i].sibling) {
		const struct place *p = &s->place[i];

		if (p->kind != PLACE_DEVICE || p->gone)
			continue;
		if (x->devs == x->cap) {
			uint32_t cap = x->cap ? x->cap * 2 : 8;
			struct dev *d = realloc(x->dev, cap * sizeof(*d));

			if (!d)
				return -ENOMEM;
			x->dev = d;
			x->cap = cap;
		}
		x->dev[x->devs++] = (struct dev){ .f.place = i };
	}
	x->seen = s->places;
	return 0;
}

/* True for a device that needs no more reading: it is gone, or it has been asked and nothing of it is wanted. */
static bool finished(const struct read *r, const struct dev *d)
{
	if (r->p->sample->place[d->f.place].gone)
		return true;
	return d->asked && !d->f.rows && !d->std && tree_live(r->p->tree);
}

static int ethtool_read(struct probe *p, struct netns *ns, void *state, struct err *err)
{
	struct read r = { .p = p, .ns = ns, .x = state, .err = err };
	struct ethtool *x = state;
	struct err first = { 0 };
	unsigned fed = 0;
	int bad = 0;

	if (find_devices(x, p->sample, ns->place) < 0)
		return err_set(err, ENOMEM, "no memory");
	for (uint32_t i = 0; i < x->devs;) {
		struct dev *d = &x->dev[i];
		int ret = finished(&r, d) ? 0 : read_dev(&r, d);

		if (ret < 0 && !bad) {
			bad = ret;
			first = err ? *err : first;
		}
		if (ret == -EPERM || ret == -EACCES)
			break; /* the door is closed, and for all of them */
		fed += ret > 0;
		if (finished(&r, d)) {
			free(d->f.map);
			*d = x->dev[--x->devs];
			continue;
		}
		i++;
	}
	if (err)
		*err = first; /* a device without statistics is no remark */
	return bad ? bad : fed ? 0 : -ENOENT;
}

static void ethtool_forget(void *state)
{
	struct ethtool *x = state;

	for (uint32_t i = 0; i < x->devs; i++)
		free(x->dev[i].f.map);
	free(x->dev);
	if (x->fd1)
		close(x->fd1 - 1);
}

const struct source source_ethtool = { sizeof(struct ethtool), ethtool_read, ethtool_forget };
