/* SPDX-License-Identifier: BSD-2-Clause */
/* Says where a loss is, whose it is, and why, with the numbers of this host. What to do about it is advise.c. */
#include "tell/facts.h"

#include <sys/socket.h>

static const char *const kind_names[SOCK_KINDS] = { "udp", "tcp", "tcp", "raw", "packet", "netlink", "unix" };
/* Netlink families by number, include/uapi/linux/netlink.h. */
static const char *const netlink_names[] = {
	"route",   "unused", "usersock",      "firewall",  "sock_diag", "nflog",  "xfrm",    "selinux",
	"iscsi",   "audit",  "fib_lookup",    "connector", "netfilter", "ip6_fw", "dnrtmsg", "kobject_uevent",
	"generic", "17",     "scsitransport", "ecryptfs",  "rdma",	"crypto", "smc",
};

static void put_socket(struct fmt *out, const struct facts *x, const struct sock_fact *sk)
{
	char address[64];
	struct fmt a;

	fmt_add(out, "%s", kind_names[sk->kind]);
	fmt_init(&a, address, sizeof(address));
	if (sk->kind == SOCK_KIND_PACKET) {
		const struct link_fact *l = facts_link(x, sample_find(x->s, PLACE_DEVICE, x->ns, sk->ifindex));

		fmt_add(out, " ");
		if (l && sk->ifindex)
			fmt_safe(out, l->name);
		else
			fmt_add(out, "%s", sk->ifindex ? "(device gone)" : "any");
	} else if (sk->kind == SOCK_KIND_NETLINK) {
		if (sk->protocol < ARRAY_SIZE(netlink_names))
			fmt_add(out, " %s", netlink_names[sk->protocol]);
		else
			fmt_add(out, " %u", sk->protocol);
	} else if (facts_address(&a, sk)) {
		fmt_add(out, strchr(address, ':') ? " [%s]" : " %s", address);
		if (sk->kind == SOCK_KIND_RAW)
			fmt_add(out, " protocol %u", sk->protocol);
		else
			fmt_add(out, ":%u", sk->port);
	}
}

/* Puts "word " and the hostile string s, or nothing when s is empty; separated from what is there already. */
static void put_part(struct fmt *out, const char *word, const char *s)
{
	if (!s[0])
		return;
	fmt_add(out, "%s%s", out->len ? ", " : "", word);
	fmt_safe(out, s);
}

static void explain_where(struct finding *f, const struct facts *x)
{
	struct fmt out;

	fmt_init(&out, f->where, sizeof(f->where));
	if (x->net && x->net->name[0])
		put_part(&out, "namespace ", x->net->name);
	else if (x->net && x->net->own)
		fmt_add(&out, x->r->container ? "this container" : "this host");
	else if (x->net && x->net->pid > 0)
		fmt_add(&out, "namespace of pid %ld", (long)x->net->pid);
	else if (x->net)
		fmt_add(&out, "namespace %llu", (unsigned long long)x->net->inode);
	if (x->link)
		put_part(&out, "device ", x->link->name);
	put_part(&out, "", f->socket);
	if (!f->socket[0])
		put_part(&out, "", f->rule);
	if (x->e->cpu >= 0 && !x->sock)
		fmt_add(&out, "%smostly CPU %d", out.len ? ", " : "", x->e->cpu);
}

static void explain_owner(struct finding *f, const struct facts *x)
{
	const struct owner *o = x->sock ? &x->sock->owner : NULL;
	struct fmt out;

	fmt_init(&out, f->owner, sizeof(f->owner));
	if (!o || o->pid <= 0)
		return;
	fmt_safe(&out, o->comm[0] ? o->comm : "?");
	fmt_add(&out, " (pid %ld)", (long)o->pid);
	if (o->unit[0]) {
		fmt_add(&out, strchr(o->unit, '.') ? ", unit " : ", container ");
		fmt_safe(&out, o->unit);
	}
}

static void explain_rule(struct finding *f, const struct rule_fact *r)
{
	struct fmt out;

	fmt_init(&out, f->rule, sizeof(f->rule));
	if (!r)
		return;
	if (strcmp(r->tool, "nft") == 0) {
		fmt_safe(&out, r->family);
	} else {
		fmt_safe(&out, r->tool);
		fmt_add(&out, " -t");
	}
	fmt_add(&out, " ");
	fmt_safe(&out, r->table);
	fmt_add(&out, " ");
	fmt_safe(&out, r->chain);
	if (r->verdict == RULE_POLICY)
		fmt_add(&out, " policy");
	else
		fmt_add(&out, strcmp(r->tool, "nft") == 0 ? " handle %llu" : " rule %llu",
			(unsigned long long)r->handle);
}

/* ---- what the ordinary tools show ---- */

/* "dev.rx_dropped": counted by an interface, so that ip -s link or ethtool -S shows it. */
static const char *ordinary_name(const struct counter *c)
{
	if (c->is == TRAFFIC || c->is == STATE || c->is == PRESSURE)
		return NULL;
	return strncmp(c->key, "dev.", 4) == 0 ? c->key + 4 : strncmp(c->key, "ethtool.", 8) == 0 ? c->key + 8 : NULL;
}

static void put_ordinary(struct fmt *out, const struct facts *x, uint16_t counter, uint32_t place, uint64_t n)
{
	const struct link_fact *l = facts_link(x, place);
	const char *name = ordinary_name(&counter_rows[counter]);

	if (!name || !l || n == 0 || (out->len && strstr(out->p, name)))
		return;
	fmt_add(out, "%s", out->len ? ", " : "");
	if (strncmp(counter_rows[counter].key, "ethtool.", 8) == 0)
		fmt_add(out, "ethtool -S ");
	fmt_safe(out, l->name);
	fmt_add(out, " %s +%llu", name, (unsigned long long)n);
}

struct ordinary {
	struct fmt *out;
	const struct facts *x;
};

static void put_moved(const struct series *y, void *arg)
{
	const struct ordinary *o = arg;

	/* a link that went up and down has lost nothing by that */
	if (counter_rows[y->counter].is == SYMPTOM)
		return;
	put_ordinary(o->out, o->x, y->counter, y->place, o->x->r->since_boot ? y->now : y->sum);
}

static void explain_ordinary(struct finding *f, const struct facts *x)
{
	struct fmt out;

	fmt_init(&out, f->ordinary, sizeof(f->ordinary));
	for (unsigned i = 0; i < x->e->evidences && i < EVIDENCE_CAP; i++)
		put_ordinary(&out, x, x->e->evidence[i].counter, x->e->evidence[i].place, x->e->evidence[i].delta);
	if (out.len)
		return;
	if (x->link)
		sample_each_moved(x->s, x->dev, put_moved, &(struct ordinary){ &out, x });
	if (out.len)
		fmt_add(&out, " (all causes together)");
	else
		fmt_add(&out, "ip -s link, netstat -i and ethtool -S show nothing of it");
}

/* ---- why ---- */

static void why_socket(struct fmt *out, const struct sock_fact *sk)
{
	if (sk->kind == SOCK_KIND_TCP_LISTEN) {
		fmt_add(out, " Its accept queue has room for %u and holds %u now.", sk->queue_max, sk->queue);
	} else if (sk->have_mem && sk->rcvbuf) {
		fmt_add(out, " Its receive buffer: ");
		fmt_count(out, sk->rmem);
		fmt_add(out, " bytes of ");
		fmt_count(out, sk->rcvbuf);
		fmt_add(out, " in use now%s.", sk->rmem < sk->rcvbuf / 2 ? " (it fills in bursts)" : "");
	}
}

static void why_link(struct fmt *out, const struct facts *x)
{
	const struct link_fact *l = x->link, *peer = x->peer;

	if (l->have && !l->up) {
		fmt_add(out, " The device is down now.");
	} else if (l->have && !l->carrier && (x->e->cause == DEVICE_LINK_DOWN || x->e->cause == NIC_TX_ERROR)) {
		fmt_add(out, " The device has no carrier now.");
	} else if (x->e->cause == DEVICE_MTU_MISMATCH && peer && peer->have) {
		fmt_add(out, " The MTU is %u here and %u at ", l->mtu, peer->mtu);
		fmt_safe(out, peer->name);
		fmt_add(out, ".");
	} else if (cause_rows[x->e->cause].layer == LAYER_QDISC && l->qdisc[0]) {
		fmt_add(out, " Its queue is of kind ");
		fmt_safe(out, l->qdisc);
		fmt_add(out, ".");
	}
}

/* Which settings bear on the cause and what they are here: the ones its advice would change. */
static void why_settings(struct fmt *out, const struct facts *x)
{
	const struct setting *seen[4];
	unsigned n = 0;

	for (size_t i = 0; i < advice_count && n < ARRAY_SIZE(seen); i++) {
		const struct setting *row = advice_rows[i].cause == x->e->cause && advice_rows[i].setting ?
						    table_setting(advice_rows[i].setting) :
						    NULL;
		uint64_t v[SETTING_VALUES];
		bool twice = false;

		for (unsigned k = 0; k < n; k++)
			twice = twice || seen[k] == row;
		if (!row || twice || row->kind == SET_LINK || (strchr(row->key, '*') && !x->link) ||
		    !facts_setting(x, row, v))
			continue;
		fmt_add(out, "%s%s is", n ? ", " : " Here ", row->key);
		for (unsigned k = 0; k < row->values; k++) {
			fmt_add(out, " ");
			fmt_count(out, v[k]);
		}
		seen[n++] = row;
	}
	if (n)
		fmt_add(out, ".");
}

static void why_sure(struct fmt *out, const struct entry *e)
{
	if (e->why) {
		fmt_add(out, " Seen: ");
		fmt_safe(out, e->why);
		if (out->len && out->p[out->len - 1] != '.')
			fmt_add(out, ".");
	}
	if (e->by_witness)
		fmt_add(out,
			" The counter that says it exactly cannot be read; another one that sees the same was taken.");
	if (e->sure == LIKELY)
		fmt_add(out, " This is the likely cause.");
	else if (e->sure == LOW)
		fmt_add(out, " This is a guess: nothing here tells the possible causes apart.");
	if (e->unit == CONNECTIONS)
		fmt_add(out, " Each count is a connection attempt, at least one packet.");
}

static void explain_why(struct finding *f, const struct facts *x)
{
	struct fmt out;

	fmt_init(&out, f->why, sizeof(f->why));
	fmt_add(&out, "%s", cause_rows[x->e->cause].what);
	if (x->sock)
		why_socket(&out, x->sock);
	if (x->link)
		why_link(&out, x);
	why_sure(&out, x->e);
	if (x->rule && x->rule->text[0]) {
		fmt_add(&out, " The rule: ");
		fmt_safe(&out, x->rule->text);
	}
	why_settings(&out, x);
}

void explain_finding(struct finding *f, const struct report *r)
{
	struct facts x;
	struct fmt out;

	facts_init(&x, f, r);
	fmt_init(&out, f->socket, sizeof(f->socket));
	if (x.sock)
		put_socket(&out, &x, x.sock);
	explain_rule(f, x.rule);
	explain_where(f, &x);
	explain_owner(f, &x);
	explain_ordinary(f, &x);
	explain_why(f, &x);
}
