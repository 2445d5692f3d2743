/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which raw or netlink socket lost packets: /proc/net/raw, raw6 and netlink. Not for UDP and TCP, whose files cost
 * seconds on a busy host (sockdiag.c asks for those); raw_diag and netlink_diag are often not built.
 *
 *   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
 *   1: 00000000:0001 00000000:0000 07 00000000:00000D00 00:00000000 00000000     0        0 21511 2 00000000fe1 36
 *
 *   sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode
 *   000000000b48780a 0   1542       00000001 2304     0        0     2        12       21600
 *
 * net/ipv4/raw.c raw_sock_seq_show, net/ipv6/datagram.c __ip6_dgram_sock_seq_show, net/netlink/af_netlink.c
 * netlink_native_seq_show. The "port" of a raw socket is its IP protocol; "Eth" is the netlink protocol and "Pid" the
 * port id, which need not be a process. Drops is printed with %d or %u but has 32 bits: -5 is 4294967291.
 */
#include "source/sockbook.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

/* The columns we use, whatever their place. */
enum column { LOCAL, QUEUE, UID, INODE, DROPS, PROTOCOL, PORT_ID, RMEM, WMEM, COLUMNS };
#define NO_COLUMN 255

/* A raw line has one word where its header has two: "tx_queue rx_queue" is 00000000:00000D00. */
static const struct {
	const char *name;
	uint8_t column;
	bool with_next;
} header_rows[] = {
	{ "local_address", LOCAL, false }, { "tx_queue", QUEUE, true },
	{ "tr", NO_COLUMN, true },	   { "uid", UID, false },
	{ "inode", INODE, false },	   { "drops", DROPS, false },
	{ "Eth", PROTOCOL, false },	   { "Pid", PORT_ID, false },
	{ "Rmem", RMEM, false },	   { "Wmem", WMEM, false },
	{ "Drops", DROPS, false },	   { "Inode", INODE, false },
};

static const struct part {
	enum net_file file;
	enum sock_kind kind;
	uint8_t family;
	const char *key;
} parts[] = {
	{ NET_RAW, SOCK_KIND_RAW, AF_INET, "sk_drops.raw" },
	{ NET_RAW6, SOCK_KIND_RAW, AF_INET6, "sk_drops.raw" },
	{ NET_ICMP, SOCK_KIND_RAW, AF_INET, "sk_drops.raw" }, /* ping sockets */
	{ NET_ICMP6, SOCK_KIND_RAW, AF_INET6, "sk_drops.raw" },
	{ NET_NETLINK, SOCK_KIND_NETLINK, AF_NETLINK, "sk_drops.netlink" },
};

struct sockproc_state {
	struct sockbook book[ARRAY_SIZE(parts)];
	uint16_t counter[ARRAY_SIZE(parts)];
	bool ready;
};

/* One file on its way. */
struct reading {
	const struct part *part;
	const struct probe *probe;
	const struct netns *ns;
	struct sockbook *book;
	uint16_t counter;
	uint8_t at[COLUMNS]; /* which word of a line, NO_COLUMN where the header has no such name */
	unsigned line;
	bool damaged;
	struct err *err;
};

/* What one line says. */
struct row {
	struct slice word[COLUMNS];
	uint64_t inode;
	uint32_t drops;
};

static int damaged(struct reading *rd, const char *expected, struct slice got)
{
	if (!rd->damaged)
		err_set(rd->err, EINVAL, "/proc/net/%s:%u: expected %s, got \"%.*s\"", net_file_paths[rd->part->file],
			rd->line, expected, got.n > 40 ? 40 : (int)got.n, got.p ? got.p : "");
	rd->damaged = true;
	return -EINVAL;
}

/* Finds the columns by their names. */
static int bind_header(struct reading *rd, struct slice line)
{
	struct slice rest = line, w;
	uint8_t at = 0;

	memset(rd->at, NO_COLUMN, sizeof(rd->at));
	while (at < NO_COLUMN && slice_word(&rest, &w)) {
		bool with_next = false;

		for (unsigned i = 0; i < ARRAY_SIZE(header_rows); i++) {
			if (!slice_eq(w, header_rows[i].name))
				continue;
			with_next = header_rows[i].with_next;
			if (header_rows[i].column != NO_COLUMN)
				rd->at[header_rows[i].column] = at;
		}
		if (with_next)
			slice_word(&rest, &w);
		at++;
	}
	if (rd->at[DROPS] == NO_COLUMN || rd->at[INODE] == NO_COLUMN)
		return damaged(rd, "a header with a drops and an inode column", line);
	return 0;
}

/* 32 bits printed as signed or as unsigned. */
static bool number32(struct slice s, uint32_t *ret_v)
{
	int64_t v;

	if (!slice_i64(s, &v) || v < INT32_MIN || v > UINT32_MAX)
		return false;
	*ret_v = (uint32_t)v;
	return true;
}

static int split_line(struct reading *rd, struct slice line, struct row *ret)
{
	struct slice rest = line, w;
	struct row row = { .inode = 0 };

	for (uint8_t at = 0; at < NO_COLUMN && slice_word(&rest, &w); at++)
		for (unsigned c = 0; c < COLUMNS; c++)
			if (rd->at[c] == at)
				row.word[c] = w;
	for (unsigned c = 0; c < COLUMNS; c++)
		if (rd->at[c] != NO_COLUMN && !row.word[c].n)
			return damaged(rd, "as many words as the header names", line);
	if (!slice_u64(row.word[INODE], &row.inode))
		return damaged(rd, "an inode", row.word[INODE]);
	if (!number32(row.word[DROPS], &row.drops))
		return damaged(rd, "a 32-bit count of drops", row.word[DROPS]);
	*ret = row;
	return 0;
}

/* "0200000A:0001": the kernel prints each 32 bits of the address as one number of the host, so they are put back the
 * same way; then a port of four digits. */
static bool parse_address(struct slice s, uint8_t family, uint8_t addr[16], uint16_t *ret_port)
{
	size_t words = family == AF_INET6 ? 4 : 1;
	uint64_t v;

	if (s.n != words * 8 + 5 || s.p[words * 8] != ':')
		return false;
	for (size_t i = 0; i < words; i++) {
		uint32_t w;

		if (!slice_hex(slice_of(s.p + i * 8, 8), &v))
			return false;
		w = (uint32_t)v;
		memcpy(addr + i * 4, &w, sizeof(w));
	}
	if (!slice_hex(slice_of(s.p + words * 8 + 1, 4), &v))
		return false;
	*ret_port = (uint16_t)v;
	return true;
}

/* "00000000:00000D00": bytes waiting to be sent, bytes unread. */
static bool parse_queues(struct slice s, uint32_t *ret_tx, uint32_t *ret_rx)
{
	uint64_t tx, rx;

	if (s.n != 17 || s.p[8] != ':' || !slice_hex(slice_of(s.p, 8), &tx) || !slice_hex(slice_of(s.p + 9, 8), &rx))
		return false;
	*ret_tx = (uint32_t)tx;
	*ret_rx = (uint32_t)rx;
	return true;
}

/* Details are worth having, not worth failing for: a word that cannot be read leaves its field as it was. */
static void fill_raw(struct sock_fact *f, const struct row *row)
{
	uint16_t protocol;

	if (parse_address(row->word[LOCAL], f->family, f->addr, &protocol))
		f->protocol = protocol;
	parse_queues(row->word[QUEUE], &f->wmem, &f->rmem);
	number32(row->word[UID], &f->uid);
	f->queue = f->rmem;
}

static void fill_netlink(struct sock_fact *f, const struct row *row)
{
	if (number32(row->word[PROTOCOL], &f->protocol))
		f->port = (uint16_t)f->protocol;
	number32(row->word[RMEM], &f->rmem);
	number32(row->word[WMEM], &f->wmem);
	f->queue = f->rmem;
}

/* The inode names the socket; the kind keeps it apart from the cookies of sockdiag. A netlink socket without inode
 * (closing) is known by protocol and port id, which are unique in a namespace. 0: not to be booked, because nothing
 * tells it from the next one, or because it is the kernel's own (port id 0), which has no queue to lose from. */
static uint64_t socket_key(enum sock_kind kind, const struct row *row)
{
	uint64_t tag = (uint64_t)(kind + 1) << 56;
	uint32_t protocol = 0, port_id = 0;

	if (kind == SOCK_KIND_NETLINK &&
	    (!number32(row->word[PROTOCOL], &protocol) || !number32(row->word[PORT_ID], &port_id) || !port_id))
		return 0;
	if (row->inode)
		return tag | (row->inode & (UINT64_MAX >> 8));
	return port_id ? tag | 1ULL << 55 | (uint64_t)(protocol & 0xffff) << 32 | port_id : 0;
}

static void see_line(struct reading *rd, struct slice line)
{
	struct sock_fact *f;
	struct row row;
	uint64_t key;

	if (split_line(rd, line, &row))
		return;
	key = socket_key(rd->part->kind, &row);
	if (!key)
		return;
	f = sockbook_see(rd->book, rd->probe, rd->ns, rd->counter, key, &row.drops);
	if (!f)
		return;
	f->kind = rd->part->kind;
	f->family = rd->part->family;
	f->inode = row.inode;
	if (f->kind == SOCK_KIND_RAW)
		fill_raw(f, &row);
	else
		fill_netlink(f, &row);
}

static int read_file(struct reading *rd, struct netns *ns)
{
	struct slice rest, line;
	int r = tree_net(ns, rd->part->file, &rest, rd->err);

	if (r)
		return r;
	rd->line = 1;
	if (!slice_line(&rest, &line))
		return damaged(rd, "a header", slice_of("", 0));
	r = bind_header(rd, line);
	if (r)
		return r;
	sockbook_begin(rd->book);
	while (slice_line(&rest, &line)) {
		rd->line++;
		see_line(rd, line);
	}
	sockbook_end(rd->book, rd->probe->sample, !rd->damaged);
	return rd->damaged ? -EINVAL : 0;
}

static int sockproc_read(struct probe *p, struct netns *ns, void *state, struct err *err)
{
	struct sockproc_state *st = state;
	unsigned absent = 0;
	int failed = 0;

	for (unsigned i = 0; i < ARRAY_SIZE(parts) && !st->ready; i++)
		st->counter[i] = table_counter(slice_str(parts[i].key));
	st->ready = true;
	for (unsigned i = 0; i < ARRAY_SIZE(parts); i++) {
		struct err first = { 0 };
		struct reading rd = { .part = &parts[i],
				      .probe = p,
				      .ns = ns,
				      .book = &st->book[i],
				      .counter = st->counter[i],
				      .err = &first };
		int r;

		/* net/netlink/af_netlink.c:__netlink_seq_next walks the netlink sockets of all namespaces, ten and more in
		 * each: for a thousand of them that is half a second, and quadratic */
		if (parts[i].file == NET_NETLINK && !ns->own && tree_many(ns->tree)) {
			err_set(err, 0,
				"netlink sockets of other namespaces are not looked at where there are so many");
			continue;
		}
		r = read_file(&rd, ns);
		absent += r == -ENOENT;
		if (!r || r == -ENOENT || failed)
			continue;
		failed = r;
		if (err)
			*err = first;
	}
	if (failed)
		return failed;
	return absent == ARRAY_SIZE(parts) ? -ENOENT : 0;
}

static void sockproc_forget(void *state)
{
	struct sockproc_state *st = state;

	for (unsigned i = 0; i < ARRAY_SIZE(parts); i++)
		sockbook_free(&st->book[i]);
}

const struct source source_sockproc = {
	.state_size = sizeof(struct sockproc_state),
	.read = sockproc_read,
	.forget = sockproc_forget,
};
