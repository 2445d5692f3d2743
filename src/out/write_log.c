/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One line per interval for logs and grep; nothing but words of the form name=value. Values are escaped so that no
 * process name can forge a field:
 *   2026-11-22T17:05:10+00:00 lost=120 rate=12.0/s socket.udp_rcvbuf_full=100{ns=lab-b,owner=python3/4711} ... unseen=2
 *   2026-11-22T17:05:20+00:00 lost=0 policy=0 refused=0 benign=0 unseen=2
 */
#include "out/writer.h"

#include <string.h>
#include <time.h>

#include "tell/name.h"

static void put_time(struct fmt *out, uint64_t real_ns)
{
	time_t t = (time_t)(real_ns / 1000000000);
	struct tm tm;
	char day[40], zone[8];

	if (!localtime_r(&t, &tm) || !strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm) ||
	    strftime(zone, sizeof(zone), "%z", &tm) != 5) {
		fmt_add(out, "-");
		return;
	}
	fmt_add(out, "%s%.3s:%.2s", day, zone, zone + 3);
}

static bool plain(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c && strchr("._:/@+*-[]", c));
}

/* Everything else, UTF-8 included, becomes \xNN: a log is read by tools with other ideas of a character. */
static void put_value(struct fmt *out, const char *s)
{
	for (; *s; s++)
		if (plain((unsigned char)*s))
			fmt_bytes(out, s, 1);
		else
			fmt_add(out, "\\x%02x", (unsigned char)*s);
}

static void put_field(struct fmt *out, bool *some, const char *name, const char *value)
{
	if (!value[0])
		return;
	fmt_add(out, "%s%s=", *some ? "," : "{", name);
	put_value(out, value);
	*some = true;
}

/* A name of several words: udp_10.77.0.2:5000. */
static void put_words(struct fmt *out, bool *some, const char *name, const char *words)
{
	char text[256];
	struct fmt f;

	fmt_init(&f, text, sizeof(text));
	for (; *words; words++)
		fmt_bytes(&f, *words == ' ' ? "_" : words, 1);
	put_field(out, some, name, text);
}

static const struct place *place_at(const struct sample *s, uint32_t place, enum place_kind kind)
{
	return place < s->places && s->place[place].kind == kind && s->place[place].any ? &s->place[place] : NULL;
}

static void put_entry(struct fmt *out, const struct report *r, const struct finding *f)
{
	const struct entry *e = f->entry;
	const struct place *dev = place_at(r->sample, e->device, PLACE_DEVICE);
	const struct place *k = place_at(r->sample, e->sock, PLACE_SOCKET);
	bool some = false;
	char ns[128];
	struct fmt name;

	fmt_init(&name, ns, sizeof(ns));
	if (place_at(r->sample, e->ns, PLACE_NETNS))
		name_netns(&name, r->sample, e->ns);
	fmt_add(out, " %s=%llu", cause_rows[e->cause].id, (unsigned long long)e->packets);
	put_field(out, &some, "ns", ns);
	put_field(out, &some, "dev", dev ? dev->link->name : "");
	if (k && k->sock->owner.pid > 0) {
		put_field(out, &some, "owner", k->sock->owner.comm[0] ? k->sock->owner.comm : "?");
		fmt_add(out, "/%d", (int)k->sock->owner.pid);
	}
	put_words(out, &some, "socket", f->socket);
	put_words(out, &some, "rule", f->rule);
	if (e->cpu >= 0)
		fmt_add(out, "%scpu=%d", some ? "," : "{", e->cpu);
	if (some || e->cpu >= 0)
		fmt_add(out, "}");
}

static void log_write(const struct report *r, const struct writer_opts *o, struct fmt *out)
{
	const struct ledger *l = r->ledger;

	(void)o;
	put_time(out, r->sample->real_ns);
	fmt_add(out, " lost=%llu", (unsigned long long)l->lost);
	if (l->lost && !r->since_boot && r->seconds > 0)
		fmt_add(out, " rate=%.1f/s", (double)l->lost / r->seconds);
	for (uint32_t i = 0; i < r->findings; i++) {
		const struct entry *e = r->finding[i].entry;

		if (e->packets && verdict_is_loss(cause_rows[e->cause].verdict))
			put_entry(out, r, &r->finding[i]);
	}
	fmt_add(out, " policy=%llu refused=%llu benign=%llu unseen=%u\n", (unsigned long long)l->policy,
		(unsigned long long)l->refused, (unsigned long long)l->benign, r->unseens);
}

const struct writer write_log = { .name = "log", .write = log_write };
