/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which UDP socket, TCP listener or capture lost packets: the kernel's sock_diag dumps. Raw and netlink sockets have
 * no dependable dump, see sockproc.c; what a namespace lost as a whole is in snmp.c and netstat.c.
 *
 * A dump is one message a socket: struct inet_diag_msg or packet_diag_msg, then attributes of which one is read, the
 * array of SK_MEMINFO_* numbers (net/ipv4/inet_diag.c inet_sk_diag_fill, net/packet/diag.c sk_diag_fill, both through
 * net/core/sock_diag.c sock_diag_put_meminfo). As `ss -uamn` draws two of them:
 *   UNCONN 0 0      10.0.0.2:5000 0.0.0.0:*  skmem:(r0,rb212992,t0,tb212992,f0,w0,o0,bl0,d0)
 *   UNCONN 213504 0 10.0.0.2:5001 0.0.0.0:*  skmem:(r213504,rb212992,t0,tb212992,f0,w0,o0,bl0,d744)
 * d, sk_drops, is the ninth number; kernels before 4.7 give eight, and then it is unknown, not zero.
 *
 * A capture with a ring (tcpdump, most sniffers) keeps its losses in tp_drops, which only its own process can read
 * (PACKET_STATISTICS, and reading clears it): net/packet/af_packet.c tpacket_rcv leaves sk_drops alone.
 *
 * The dump walks every socket of the host in the kernel, about 1.2 us each; so nothing is done here for a socket that
 * lost nothing but reading its cookie and that one attribute.
 */
#include "source/sockbook.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/inet_diag.h>
#include <linux/packet_diag.h>
#include <linux/sock_diag.h>

#define DIAG_LISTEN (1u << TCP_LISTEN)
/* Not TIME_WAIT: those hold no data. They are most of the sockets of a busy server. */
#define DIAG_OPEN (~(1u << TCP_LISTEN | 1u << TCP_TIME_WAIT | 1u << TCP_CLOSE))

/* Each row is one dump. Modules are named so that asking never loads one. */
static const struct part {
	const char *name; /* its path in a recording */
	enum sock_kind kind;
	uint8_t family, protocol;
	uint32_t states;
	const char *key; /* the counter */
	const char *module[2];
	bool all_only; /* asked only when every socket is wanted */
} parts[] = {
	{ "diag-udp4", SOCK_KIND_UDP, AF_INET, IPPROTO_UDP, ~0u, "sk_drops.udp", { "inet_diag", "udp_diag" }, false },
	{ "diag-udp6", SOCK_KIND_UDP, AF_INET6, IPPROTO_UDP, ~0u, "sk_drops.udp", { "inet_diag", "udp_diag" }, false },
	{ "diag-listen4",
	  SOCK_KIND_TCP_LISTEN,
	  AF_INET,
	  IPPROTO_TCP,
	  DIAG_LISTEN,
	  "sk_drops.tcp_listen",
	  { "inet_diag", "tcp_diag" },
	  false },
	{ "diag-listen6",
	  SOCK_KIND_TCP_LISTEN,
	  AF_INET6,
	  IPPROTO_TCP,
	  DIAG_LISTEN,
	  "sk_drops.tcp_listen",
	  { "inet_diag", "tcp_diag" },
	  false },
	{ "diag-packet", SOCK_KIND_PACKET, AF_PACKET, 0, 0, "sk_drops.packet", { "packet_diag" }, false },
	{ "diag-tcp4", SOCK_KIND_TCP, AF_INET, IPPROTO_TCP, DIAG_OPEN, NULL, { "inet_diag", "tcp_diag" }, true },
	{ "diag-tcp6", SOCK_KIND_TCP, AF_INET6, IPPROTO_TCP, DIAG_OPEN, NULL, { "inet_diag", "tcp_diag" }, true },
};

static const char *const kind_words[SOCK_KINDS] = {
	[SOCK_KIND_UDP] = "UDP",
	[SOCK_KIND_TCP_LISTEN] = "listener",
	[SOCK_KIND_PACKET] = "capture",
	[SOCK_KIND_TCP] = "TCP",
};

struct sockdiag_state {
	struct sockbook book[ARRAY_SIZE(parts)];
	uint16_t counter[ARRAY_SIZE(parts)];
	bool ready, said; /* said: the last read left a remark in the health of the source */
};

/* One dump on its way. */
struct dump {
	const struct part *part;
	const struct probe *probe;
	const struct netns *ns;
	struct sockbook *book;
	uint16_t counter;
	uint32_t mute;	/* sockets without a drop count */
	uint32_t rings; /* captures whose losses only they can read */
	bool damaged;
	struct err *err;
};

/* What came of the parts of one read. */
struct tally {
	uint32_t asked, absent, mute, rings;
	struct fmt modules, what; /* not loaded, and whose losses that hides */
	const struct part *missed;
	int failed;
	struct err first;
};

/* Finds attribute `type` behind a fixed part of `fixed` bytes. 1 found, 0 not there, -EINVAL where one does not fit.
 * By hand: the library's walk calls back for each attribute, and there are eight of them a socket. */
static int attribute(const struct nlmsghdr *nlh, size_t fixed, uint16_t type, struct slice *ret)
{
	const char *p = (const char *)nlh + NLMSG_HDRLEN + NLMSG_ALIGN(fixed);
	const char *end = (const char *)nlh + nlh->nlmsg_len;

	while (end - p >= (ptrdiff_t)sizeof(struct nlattr)) {
		struct nlattr a;

		memcpy(&a, p, sizeof(a));
		if (a.nla_len < sizeof(a) || a.nla_len > end - p)
			return -EINVAL;
		if ((a.nla_type & NLA_TYPE_MASK) == type) {
			*ret = slice_of(p + NLA_HDRLEN, a.nla_len - NLA_HDRLEN);
			return 1;
		}
		if (NLA_ALIGN(a.nla_len) >= end - p)
			return 0;
		p += NLA_ALIGN(a.nla_len);
	}
	return 0;
}

static int damaged(struct dump *d, const struct nlmsghdr *nlh, const char *expected)
{
	if (!d->damaged)
		err_set(d->err, EINVAL, "netlink %s: message of %u bytes, expected %s", d->part->name, nlh->nlmsg_len,
			expected);
	d->damaged = true;
	return 0;
}

/* The memory numbers of one socket. Those that a short array does not hold stay 0; *ret_n says how many it held. */
static int meminfo(const struct nlmsghdr *nlh, size_t fixed, uint16_t type, uint32_t mem[SK_MEMINFO_VARS],
		   unsigned *ret_n)
{
	struct slice s;
	int r = attribute(nlh, fixed, type, &s);

	*ret_n = 0;
	if (r <= 0)
		return r;
	if (s.n > SK_MEMINFO_VARS * sizeof(*mem))
		s.n = SK_MEMINFO_VARS * sizeof(*mem);
	*ret_n = (unsigned)(s.n / sizeof(*mem));
	memcpy(mem, s.p, *ret_n * sizeof(*mem));
	return 0;
}

static void fill_mem(struct sock_fact *f, const uint32_t *mem, unsigned n)
{
	f->have_mem = n > SK_MEMINFO_BACKLOG;
	if (!f->have_mem)
		return;
	f->rmem = mem[SK_MEMINFO_RMEM_ALLOC];
	f->rcvbuf = mem[SK_MEMINFO_RCVBUF];
	f->wmem = mem[SK_MEMINFO_WMEM_ALLOC];
	f->sndbuf = mem[SK_MEMINFO_SNDBUF];
	f->backlog_mem = mem[SK_MEMINFO_BACKLOG];
}

/* What names a socket for its life. The kernel never reuses a cookie; where it gives none there is the inode. */
static uint64_t socket_key(const uint32_t cookie[2], uint32_t inode)
{
	if (cookie[0] == INET_DIAG_NOCOOKIE && cookie[1] == INET_DIAG_NOCOOKIE)
		return 1ULL << 63 | inode;
	return (uint64_t)cookie[1] << 32 | cookie[0];
}

static void fill_inet(struct sock_fact *f, const struct part *part, const struct inet_diag_msg *m, uint64_t key)
{
	size_t n = m->idiag_family == AF_INET6 ? 16 : 4;

	f->kind = part->kind;
	f->family = m->idiag_family;
	memcpy(f->addr, m->id.idiag_src, n);
	memcpy(f->peer, m->id.idiag_dst, n);
	f->port = ntohs(m->id.idiag_sport);
	f->peer_port = ntohs(m->id.idiag_dport);
	f->ifindex = m->id.idiag_if;
	f->uid = m->idiag_uid;
	f->inode = m->idiag_inode;
	f->cookie = key;
	f->queue = m->idiag_rqueue;
	f->queue_max = part->kind == SOCK_KIND_TCP_LISTEN ? m->idiag_wqueue : 0;
}

/* TCP closes its window instead of losing data: full is when the kernel holds about what the buffer allows, or when
 * what waits is the half of it that the window covers by default (tcp_adv_win_scale 1). */
static bool tcp_full(const struct inet_diag_msg *m, const uint32_t *mem, unsigned n)
{
	uint64_t buf = mem[SK_MEMINFO_RCVBUF];

	if (n <= SK_MEMINFO_RCVBUF || !m->idiag_rqueue || !buf)
		return false;
	return mem[SK_MEMINFO_RMEM_ALLOC] * 5ULL >= buf * 4 || m->idiag_rqueue * 2ULL >= buf;
}

static int see_inet(const struct nlmsghdr *nlh, void *arg)
{
	const size_t fixed = sizeof(struct inet_diag_msg);
	uint32_t mem[SK_MEMINFO_VARS] = { 0 };
	struct inet_diag_msg m;
	struct dump *d = arg;
	struct sock_fact *f;
	bool have_drops;
	uint64_t key;
	unsigned n;

	if (nlh->nlmsg_type != SOCK_DIAG_BY_FAMILY)
		return 0;
	if (nlh->nlmsg_len < NLMSG_LENGTH(fixed))
		return damaged(d, nlh, "a struct inet_diag_msg");
	if (meminfo(nlh, fixed, INET_DIAG_SKMEMINFO, mem, &n))
		return damaged(d, nlh, "attributes that fit into it");
	have_drops = n > SK_MEMINFO_DROPS;
	memcpy(&m, NLMSG_DATA(nlh), fixed);
	key = socket_key(m.id.idiag_cookie, m.idiag_inode);
	if (d->part->all_only) {
		f = tcp_full(&m, mem, n) ? sockbook_show(d->book, d->probe, d->ns, key) : NULL;
	} else {
		d->mute += !have_drops;
		f = sockbook_see(d->book, d->probe, d->ns, d->counter, key, have_drops ? &mem[SK_MEMINFO_DROPS] : NULL);
	}
	if (!f)
		return 0;
	fill_inet(f, d->part, &m, key);
	fill_mem(f, mem, n);
	return 0;
}

static void fill_packet(struct sock_fact *f, const struct nlmsghdr *nlh, const struct packet_diag_msg *m, uint64_t key)
{
	const size_t fixed = sizeof(*m);
	struct slice a;

	f->kind = SOCK_KIND_PACKET;
	f->family = AF_PACKET;
	f->port = m->pdiag_num;
	f->inode = m->pdiag_ino;
	f->cookie = key;
	/* pdi_index is the first number of struct packet_diag_info */
	if (attribute(nlh, fixed, PACKET_DIAG_INFO, &a) == 1 && a.n >= sizeof(f->ifindex))
		memcpy(&f->ifindex, a.p, sizeof(f->ifindex));
	if (attribute(nlh, fixed, PACKET_DIAG_UID, &a) == 1 && a.n >= sizeof(f->uid))
		memcpy(&f->uid, a.p, sizeof(f->uid));
}

static int see_packet(const struct nlmsghdr *nlh, void *arg)
{
	const size_t fixed = sizeof(struct packet_diag_msg);
	uint32_t mem[SK_MEMINFO_VARS] = { 0 };
	struct packet_diag_msg m;
	struct dump *d = arg;
	struct sock_fact *f;
	struct slice ring;
	bool have_drops;
	uint64_t key;
	unsigned n;

	if (nlh->nlmsg_type != SOCK_DIAG_BY_FAMILY)
		return 0;
	if (nlh->nlmsg_len < NLMSG_LENGTH(fixed))
		return damaged(d, nlh, "a struct packet_diag_msg");
	if (meminfo(nlh, fixed, PACKET_DIAG_MEMINFO, mem, &n))
		return damaged(d, nlh, "attributes that fit into it");
	have_drops = n > SK_MEMINFO_DROPS;
	d->mute += !have_drops;
	d->rings += attribute(nlh, fixed, PACKET_DIAG_RX_RING, &ring) == 1;
	memcpy(&m, NLMSG_DATA(nlh), fixed);
	key = socket_key(m.pdiag_cookie, m.pdiag_ino);
	f = sockbook_see(d->book, d->probe, d->ns, d->counter, key, have_drops ? &mem[SK_MEMINFO_DROPS] : NULL);
	if (!f)
		return 0;
	fill_packet(f, nlh, &m, key);
	fill_mem(f, mem, n);
	f->queue = f->rmem;
	return 0;
}

/* Sends the request of one part and books every socket of the answer. */
static int ask(struct dump *d, struct netns *ns)
{
	struct {
		struct nlmsghdr nlh;
		union {
			struct inet_diag_req_v2 inet;
			struct packet_diag_req packet;
		};
	} q = { .nlh = { .nlmsg_type = SOCK_DIAG_BY_FAMILY, .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP } };
	bool packet = d->part->family == AF_PACKET;
	int r;

	if (packet) {
		q.nlh.nlmsg_len = NLMSG_LENGTH(sizeof(q.packet));
		q.packet.sdiag_family = AF_PACKET;
		q.packet.pdiag_show = PACKET_SHOW_INFO | PACKET_SHOW_MEMINFO | PACKET_SHOW_RING_CFG;
	} else {
		q.nlh.nlmsg_len = NLMSG_LENGTH(sizeof(q.inet));
		q.inet.sdiag_family = d->part->family;
		q.inet.sdiag_protocol = d->part->protocol;
		q.inet.idiag_ext = 1 << (INET_DIAG_SKMEMINFO - 1);
		q.inet.idiag_states = d->part->states;
	}
	sockbook_begin(d->book);
	r = tree_ask(ns, NL_DIAG, d->part->name, &q.nlh, packet ? see_packet : see_inet, d, d->err);
	if (r == 0 && d->damaged)
		r = -EINVAL;
	sockbook_end(d->book, d->probe->sample, r == 0);
	return r;
}

/* True when answering would make the kernel load a module. */
static bool missing_module(struct tree *t, const struct part *part)
{
	for (unsigned i = 0; i < ARRAY_SIZE(part->module); i++)
		if (part->module[i] && !tree_module(t, part->module[i]))
			return true;
	return false;
}

/* Adds "udp_diag" and "UDP" once for both families. */
static void add_missing(struct fmt *modules, struct fmt *what, const struct part *part, const struct part *before)
{
	if (before && before->kind == part->kind)
		return;
	fmt_add(modules, "%s%s", modules->len ? ", " : "", part->module[1] ? part->module[1] : part->module[0]);
	fmt_add(what, "%s%s", what->len ? ", " : "", kind_words[part->kind]);
}

/* What the user should know although nothing failed; false when there is nothing. */
static bool remark(const struct tally *t, char *dst, size_t size)
{
	struct fmt f;

	fmt_init(&f, dst, size);
	if (t->modules.len)
		fmt_add(&f, "not loaded: %s (see modprobe): owners of %s losses unknown", t->modules.p, t->what.p);
	else if (t->mute)
		fmt_add(&f, "%u sockets without a drop count: kernel older than 4.7", t->mute);
	else if (t->rings)
		fmt_add(&f, "%u capture socket%s with a ring: what it loses only its own process can read", t->rings,
			t->rings > 1 ? "s" : "");
	return f.len > 0;
}

/* The sentence goes to the health of the source, and to err although the read went well, for whoever runs sources. */
static void say(struct sample *s, struct sockdiag_state *st, const struct tally *t, struct err *err)
{
	char text[160] = "";
	bool any = remark(t, text, sizeof(text));

	if (any || st->said)
		sample_health(s, SRC_sockdiag, t->asked ? SOURCE_ON : SOURCE_OFF, "%s", text);
	if (any)
		err_set(err, t->asked ? 0 : ENOENT, "%s", text);
	st->said = any;
}

static void prepare(struct sockdiag_state *st)
{
	for (unsigned i = 0; i < ARRAY_SIZE(parts); i++)
		st->counter[i] = parts[i].key ? table_counter(slice_str(parts[i].key)) : COUNTER_NONE;
	st->ready = true;
}

/* One part of the read; its first error is kept. */
static void read_part(unsigned i, struct probe *p, struct netns *ns, struct sockdiag_state *st, struct tally *t)
{
	struct err first = { 0 };
	struct dump d = {
		.part = &parts[i], .probe = p, .ns = ns, .book = &st->book[i], .counter = st->counter[i], .err = &first
	};
	int r;

	if (parts[i].all_only && !p->all_sockets)
		return;
	if (missing_module(ns->tree, &parts[i])) {
		add_missing(&t->modules, &t->what, &parts[i], t->missed);
		t->missed = &parts[i];
		return;
	}
	r = ask(&d, ns);
	t->asked++;
	t->absent += r == -ENOENT;
	t->mute += d.mute;
	t->rings += d.rings;
	if (!r || r == -ENOENT || t->failed)
		return;
	t->failed = r;
	t->first = first;
}

static int sockdiag_read(struct probe *p, struct netns *ns, void *state, struct err *err)
{
	struct sockdiag_state *st = state;
	char modules[64], what[64];
	struct tally t = { 0 };

	if (!st->ready)
		prepare(st);
	fmt_init(&t.modules, modules, sizeof(modules));
	fmt_init(&t.what, what, sizeof(what));
	for (unsigned i = 0; i < ARRAY_SIZE(parts); i++)
		read_part(i, p, ns, st, &t);
	if (t.failed) {
		if (err)
			*err = t.first;
		return t.failed;
	}
	say(p->sample, st, &t, err);
	return t.asked > t.absent ? 0 : -ENOENT;
}

static void sockdiag_forget(void *state)
{
	struct sockdiag_state *st = state;

	for (unsigned i = 0; i < ARRAY_SIZE(parts); i++)
		sockbook_free(&st->book[i]);
}

const struct source source_sockdiag = {
	.state_size = sizeof(struct sockdiag_state),
	.read = sockdiag_read,
	.forget = sockdiag_forget,
};
