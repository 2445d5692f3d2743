/* SPDX-License-Identifier: BSD-2-Clause */
/* What is known of one finding: the values of the placeholders of advice. Writing them into a template is fill.c. */
#include "tell/facts.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <sys/socket.h>

static const struct place *place_at(const struct sample *s, uint32_t i)
{
	return i < s->places ? &s->place[i] : NULL;
}

static const struct link_fact *link_at(const struct sample *s, uint32_t i)
{
	const struct place *p = place_at(s, i);

	return p && p->kind == PLACE_DEVICE ? p->link : NULL;
}

const struct link_fact *facts_link(const struct facts *x, uint32_t place)
{
	return link_at(x->s, place);
}

void facts_init(struct facts *x, const struct finding *f, const struct report *r)
{
	const struct place *p;

	*x = (struct facts){
		.r = r, .f = f, .e = f->entry, .s = r->sample, .ns = f->entry->ns, .dev = f->entry->device
	};
	p = place_at(x->s, x->ns);
	x->net = p && p->kind == PLACE_NETNS ? p->ns : NULL;
	x->link = link_at(x->s, x->dev);
	if (x->link) {
		x->peer = link_at(x->s, x->link->peer);
		x->master = link_at(x->s, x->link->master);
	}
	p = place_at(x->s, x->e->sock);
	x->sock = p && p->kind == PLACE_SOCKET ? p->sock : NULL;
	p = place_at(x->s, x->e->rule);
	x->rule = p && p->kind == PLACE_RULE ? p->rule : NULL;
}

bool facts_setting(const struct facts *x, const struct setting *row, uint64_t ret_v[SETTING_VALUES])
{
	uint32_t at = x->link ? x->dev : x->ns != PLACE_NONE ? x->ns : x->s->host;

	if (row->kind == SET_LINK) {
		if (!x->link || !x->link->have)
			return false;
		ret_v[0] = strcmp(row->key, "mtu") == 0 ? x->link->mtu : x->link->txqlen;
		return true;
	}
	for (unsigned i = 0; i < row->values && i < SETTING_VALUES; i++)
		if (!sample_setting_get(x->s, row->key, at, i, &ret_v[i]))
			return false;
	return true;
}

/* ---- values of placeholders ---- */

static void put_setting(struct fmt *out, const struct setting *row, const uint64_t *v)
{
	for (unsigned i = 0; i < row->values; i++)
		fmt_add(out, strcmp(row->unit, "mask") == 0 ? "%s%llx" : "%s%llu", i ? " " : "",
			(unsigned long long)v[i]);
}

bool facts_address(struct fmt *out, const struct sock_fact *sk)
{
	static const uint8_t zero[16];
	char text[INET6_ADDRSTRLEN];
	size_t n = sk->family == AF_INET6 ? 16 : 4;

	if (sk->family != AF_INET && sk->family != AF_INET6)
		return false;
	if (memcmp(sk->addr, zero, n) == 0)
		fmt_add(out, "*");
	else
		fmt_add(out, "%s", inet_ntop(sk->family, sk->addr, text, sizeof(text)) ? text : "?");
	return true;
}

/* All CPUs as the kernel wants a mask: hexadecimal, 32 bits in a group. */
static bool put_cpumask(struct fmt *out, uint32_t cpus)
{
	uint32_t groups = (cpus + 31) / 32, first = cpus % 32;

	if (cpus == 0 || cpus > 1024)
		return false;
	fmt_add(out, "%x", first ? (1U << first) - 1 : 0xffffffffU);
	for (uint32_t i = 1; i < groups; i++)
		fmt_add(out, ",ffffffff");
	return true;
}

static const char *xdp_mode(const struct link_fact *l)
{
	return l->xdp == 1 ? "xdpdrv" : l->xdp == 2 ? "xdpgeneric" : l->xdp == 3 ? "xdpoffload" : NULL;
}

static bool is_service(const char *unit)
{
	size_t n = strlen(unit);

	return (n > 8 && strcmp(unit + n - 8, ".service") == 0) || (n > 7 && strcmp(unit + n - 7, ".socket") == 0);
}

/* Name here, word in the table. */
/* clang-format off */
#define WORDS(X) \
	X(DEV, "dev") X(NS, "ns") X(PID, "pid") X(COMM, "comm") X(UNIT, "unit") X(ADDR, "addr") \
	X(PORT, "port") X(LOST, "lost") X(RATE, "rate") X(SHARE, "share") X(SECONDS, "seconds") X(CPU, "cpu") \
	X(CPUS, "cpus") X(CPUMASK, "cpumask") X(QUEUE, "queue") X(OLD, "old") X(NEW, "new") \
	X(OLD_FRAMES, "old_frames") X(FIT, "fit") X(SETTING, "setting") X(RULE, "rule") X(HANDLE, "handle") \
	X(TABLE, "table") X(CHAIN, "chain") X(FAMILY, "family") X(HOOK, "hook") X(TOOL, "tool") \
	X(RCVBUF, "rcvbuf") X(RMEM, "rmem") X(BACKLOG, "backlog") X(WAITING, "waiting") X(MTU, "mtu") \
	X(PEER, "peer") X(PEER_MTU, "peer_mtu") X(MASTER, "master") X(MASTER_MTU, "master_mtu") \
	X(DRIVER, "driver") X(KIND, "kind") X(QDISC, "qdisc") X(XDP, "xdp") X(GROUP, "group") X(UP, "up") \
	X(CARRIER, "carrier")
/* clang-format on */
enum word {
#define X(name, word) W_##name,
	WORDS(X)
#undef X
		W_COUNT
};
static const char *const words[W_COUNT] = {
#define X(name, word) [W_##name] = word,
	WORDS(X)
#undef X
};

static bool word_of(struct slice name, enum word *ret)
{
	for (enum word w = 0; w < W_COUNT; w++) {
		if (slice_eq(name, words[w])) {
			*ret = w;
			return true;
		}
	}
	return false;
}

bool facts_placeholder(struct slice name)
{
	enum word w;

	return slice_eq(name, "in_peer") || word_of(name, &w);
}

static bool put_str(struct fmt *out, const char *s)
{
	if (!s || !s[0])
		return false;
	fmt_bytes(out, s, strlen(s));
	return true;
}

static bool put_num(struct fmt *out, bool known, uint64_t v)
{
	if (known)
		fmt_add(out, "%llu", (unsigned long long)v);
	return known;
}

static bool put_entry(struct fmt *out, const struct facts *x, enum word w)
{
	uint64_t lost = x->e->packets, rate = (uint64_t)x->f->rate;

	switch (w) {
	case W_LOST:
		return put_num(out, true, lost);
	case W_RATE:
		return put_num(out, true, rate ? rate : 1);
	case W_SHARE:
		return put_num(out, x->f->have_traffic && lost,
			       (uint64_t)(100.0 * (double)lost / ((double)lost + (double)x->f->traffic)));
	case W_SECONDS:
		return put_num(out, !x->r->since_boot, (uint64_t)x->r->seconds);
	case W_CPU:
		return put_num(out, x->e->cpu >= 0, (uint64_t)x->e->cpu);
	case W_CPUS:
		return put_num(out, x->r->cpus, x->r->cpus);
	case W_CPUMASK:
		return put_cpumask(out, x->r->cpus);
	default:
		return false;
	}
}

static bool put_link(struct fmt *out, const struct link_fact *l, const struct facts *x, enum word w)
{
	if (!l)
		return false;
	switch (w) {
	case W_DEV:
		return put_str(out, l->name);
	case W_MTU:
		return put_num(out, l->have && l->mtu, l->mtu);
	case W_PEER:
		return x->peer && put_str(out, x->peer->name);
	case W_PEER_MTU:
		return x->peer && put_num(out, x->peer->have && x->peer->mtu, x->peer->mtu);
	case W_MASTER:
		return x->master && put_str(out, x->master->name);
	case W_MASTER_MTU:
		return x->master && put_num(out, x->master->have && x->master->mtu, x->master->mtu);
	case W_DRIVER:
		return put_str(out, l->driver);
	case W_KIND:
		return put_str(out, l->kind);
	case W_QDISC:
		return put_str(out, l->qdisc);
	case W_UP:
		return put_num(out, l->have, l->up);
	case W_CARRIER:
		return put_num(out, l->have, l->carrier);
	case W_XDP:
		return put_str(out, xdp_mode(l));
	default:
		return false;
	}
}

static bool put_sock(struct fmt *out, const struct sock_fact *sk, enum word w)
{
	if (!sk)
		return false;
	switch (w) {
	case W_PID:
		return put_num(out, sk->owner.pid > 0, (uint64_t)sk->owner.pid);
	case W_COMM:
		return sk->owner.pid > 0 && put_str(out, sk->owner.comm);
	case W_UNIT:
		return is_service(sk->owner.unit) && put_str(out, sk->owner.unit);
	case W_ADDR:
		return facts_address(out, sk);
	case W_PORT:
		return put_num(out, sk->port && sk->kind <= SOCK_KIND_TCP, sk->port);
	case W_RCVBUF:
		return put_num(out, sk->have_mem && sk->rcvbuf, sk->rcvbuf);
	case W_RMEM:
		return put_num(out, sk->have_mem, sk->rmem);
	case W_BACKLOG:
		return put_num(out, sk->kind == SOCK_KIND_TCP_LISTEN, sk->queue_max);
	case W_WAITING:
		return put_num(out, sk->kind == SOCK_KIND_TCP_LISTEN, sk->queue);
	default:
		return false;
	}
}

static bool put_rule(struct fmt *out, const struct rule_fact *r, enum word w)
{
	if (!r)
		return false;
	switch (w) {
	case W_RULE:
		return put_str(out, r->text);
	case W_HANDLE:
		return put_num(out, r->handle, r->handle);
	case W_TABLE:
		return put_str(out, r->table);
	case W_CHAIN:
		return put_str(out, r->chain);
	case W_FAMILY:
		return put_str(out, r->family);
	case W_HOOK:
		return put_str(out, r->hook);
	case W_TOOL:
		return put_str(out, r->tool);
	case W_QUEUE:
		return put_num(out, r->verdict == RULE_QUEUE, r->queue);
	default:
		return false;
	}
}

static bool put_row(struct fmt *out, const struct facts *x, enum word w)
{
	switch (w) {
	case W_OLD:
		if (x->have_old)
			put_setting(out, x->setting, x->old);
		return x->have_old;
	case W_NEW:
		if (x->have_new)
			put_setting(out, x->setting, x->new);
		return x->have_new;
	case W_OLD_FRAMES:
		return put_num(out, x->have_old, x->old[0] / TRUESIZE);
	case W_FIT:
		return put_str(out, x->fit);
	case W_SETTING:
		return x->setting && put_str(out, x->setting->key);
	case W_NS:
		return x->net && put_str(out, x->net->name);
	default:
		return false;
	}
}

bool facts_get(const struct facts *x, struct slice name, char *dst, size_t size)
{
	struct fmt out;
	enum word w;

	fmt_init(&out, dst, size);
	return word_of(name, &w) &&
	       (put_entry(&out, x, w) || put_link(&out, x->link, x, w) || put_sock(&out, x->sock, w) ||
		put_rule(&out, x->rule, w) || put_row(&out, x, w)) &&
	       !out.cut;
}
